// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/saved_images.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace audisp_eql::entity {
namespace {

void save(const auto& texts, BinaryWriter& out) {
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
ProgramPtr restore_program(BinaryReader& in, std::map<std::vector<std::string>, ProgramPtr>& programs) {
  const boost::intrusive_ptr<Program> program(new Program);
  program->executables = restore_texts(in);
  program->names = restore_texts(in);
  program->kernel_exe = in.utf8();
  std::vector<std::string> key = program->executables;
  key.insert(key.end(), program->names.begin(), program->names.end());
  key.push_back(program->kernel_exe);
  return programs.try_emplace(std::move(key), program).first->second;
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
    entity::save(image->program->names, out);
    out.text(image->program->kernel_exe);
    entity::save(image->args, out);
    out.flag(image->has_args);
    out.flag(image->args_truncated);
    out.text(image->working_directory);
    out.text(image->systemd_unit);
  }
}

RestoredImages::RestoredImages(BinaryReader& in) {
  std::map<std::vector<std::string>, ProgramPtr> programs;
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    const boost::intrusive_ptr<Image> image(new Image);
    image->program = restore_program(in, programs);
    for (const std::string& arg : restore_texts(in)) image->args.push_back(arg);
    image->has_args = in.flag();
    image->args_truncated = in.flag();
    image->working_directory = in.utf8();
    image->systemd_unit = in.utf8();
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
