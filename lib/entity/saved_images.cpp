// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/saved_images.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace audisp_eql::entity {
namespace {

using Programs = std::map<std::pair<std::vector<std::string>, bool>, ProgramPtr>;
using Places = std::map<std::pair<std::string_view, std::string_view>, PlacePtr>;  // texts of what is read

void save(const Texts& texts, BinaryWriter& out) {
  out.number(texts.size());
  for (const std::string_view text : texts) out.text(text);
}

std::vector<std::string> restore_texts(BinaryReader& in) {
  std::vector<std::string> texts;
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && in.ok(); ++i) texts.emplace_back(in.utf8());
  return texts;
}

// Images that had one program have one again.
ProgramPtr restore_program(BinaryReader& in, Programs& programs) {
  const std::vector<std::string> executables = restore_texts(in);
  const bool has_exe = in.flag();
  ProgramPtr& program = programs[{executables, has_exe}];
  if (program == nullptr) program = make_program(executables, has_exe);
  return program;
}

// The same of places.
PlacePtr restore_place(BinaryReader& in, Places& places) {
  const std::string_view working_directory = in.utf8();
  const std::string_view systemd_unit = in.utf8();
  if (working_directory.empty() && systemd_unit.empty()) return nullptr;
  PlacePtr& place = places[{working_directory, systemd_unit}];
  if (place == nullptr) place = make_place(working_directory, systemd_unit);
  return place;
}

}  // namespace

void ImageNumbers::save(const ImagePtr& image, BinaryWriter& out) {
  if (image == nullptr) return out.number(0);
  const auto [it, added] = numbers_.emplace(image.get(), images_.size() + 1);
  if (added) images_.push_back(image.get());
  out.number(it->second);
}

void ImageNumbers::save_images(BinaryWriter& out) const {
  out.number(images_.size());
  for (const Image* image : images_) {
    entity::save(image->program->executables, out);
    out.flag(image->program->has_exe);
    entity::save(image->args, out);
    out.flag(image->has_args);
    out.flag(image->args_truncated);
    out.text(image->working_directory());
    out.text(image->systemd_unit());
  }
}

RestoredImages::RestoredImages(BinaryReader& in) {
  Programs programs;
  Places places;
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const boost::intrusive_ptr<Image> image(new Image);
    image->program = restore_program(in, programs);
    image->args = Texts(restore_texts(in));
    image->has_args = in.flag();
    image->args_truncated = in.flag();
    image->place = restore_place(in, places);
    images_.push_back(image);
  }
}

ImagePtr RestoredImages::restore(BinaryReader& in) const {
  const std::uint64_t number = in.number();
  if (number == 0 || !in.require(number <= images_.size())) return nullptr;
  return images_[static_cast<std::size_t>(number) - 1];
}

void RestoredImages::enter(ImageLedger& ledger) const {
  for (const auto& image : images_) ledger.add(image);
}

}  // namespace audisp_eql::entity
