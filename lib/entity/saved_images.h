// SPDX-License-Identifier: Apache-2.0
// The images of a process table as saved bytes: each once, however many
// processes share it, so that they still do when restored.
#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "lib/base/binary.h"
#include "lib/entity/image.h"
#include "lib/entity/image_ledger.h"

namespace audisp_eql::entity {

// Numbers images in the order in which they are met.
class ImageNumbers {
 public:
  // Refers to the image; it may be null.
  void save(const ImagePtr& image, BinaryWriter& out);
  // All images referred to.
  void save_images(BinaryWriter& out) const;

 private:
  std::unordered_map<const Image*, std::size_t> numbers_;
  std::vector<const Image*> images_;
};

class RestoredImages {
 public:
  explicit RestoredImages(BinaryReader& in);

  // The image that is referred to next; null where null was saved, or the reader failed.
  [[nodiscard]] ImagePtr restore(BinaryReader& in) const;
  // Hands all to the ledger, the first met first.
  void enter(ImageLedger& ledger) const;

 private:
  std::vector<boost::intrusive_ptr<Image>> images_;
};

}  // namespace audisp_eql::entity
