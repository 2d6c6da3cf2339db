#include "decant/pipeline/judging/scene_set.h"

#include <filesystem>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/pipeline/judging/test_rows.h"
#include "decant/pipeline/run/input.h"
#include "decant/pipeline/run/same_objects.h"

namespace decant {
namespace {

/// The last part of the path that says something: a data.yaml is named by its folder.
std::string short_name(const std::filesystem::path& path) {
  const std::filesystem::path whole = std::filesystem::absolute(path).lexically_normal();
  const std::filesystem::path last = whole.has_filename() ? whole : whole.parent_path();
  return last.has_extension() && last.has_parent_path() ? last.parent_path().filename().string() : last.filename().string();
}

}  // namespace

evaluate::SceneSet open_scene_set(const std::string& path, const Context& context) {
  const Input input = read_input({.path = path}, context);
  const std::shared_ptr<const Rows>& rows = input.dataset.splits.at(Split::train);
  if (rows->taught() != CountedIn::objects && rows->taught() != CountedIn::pixels)
    throw InputError({path, "", "holds neither objects nor masks", "Name a set that detectors or segmenters are trained on"});
  std::shared_ptr<const Rows> test = tested_split(input.dataset);
  if (test == nullptr)
    throw InputError({path, "", "has neither a test nor a validation split", "Name a set that has one: it is what is tested on"});
  test = readable_rows(std::move(test), path, context);
  const std::string digest = Digest().add(input.digest).add(content_digest(*test, nullptr, context)).hex();
  return {short_name(path), rows, input.usable_rows(), input.classes, std::move(test), digest};
}

}  // namespace decant
