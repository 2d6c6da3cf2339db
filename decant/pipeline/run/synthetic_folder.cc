#include "decant/pipeline/run/synthetic_folder.h"

#include <cmath>
#include <cstring>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/run/picture_sheet.h"
#include "decant/report/report.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void refuse_array(const fs::path& file, const std::string& place, const std::string& what) {
  throw InputError({file.string(), place, what, "Make the synthetic set again"});
}

std::vector<report::MadePictures> read_stages(const fs::path& folder, const ImageSize& size) {
  std::vector<report::MadePictures> stages;
  int classes = 0;
  for (const auto& [file, name] :
       {std::pair("first.png", "before"), std::pair("half-way.png", "half-way"), std::pair("last.png", "after")}) {
    const fs::path path = folder / kSheetsFolder / file;
    if (!fs::exists(path)) continue;
    PictureSheet sheet = read_sheet(path, size);
    if (!stages.empty() && (sheet.classes != classes || sheet.across != stages.front().across))
      throw InputError(
          {path.string(), "", "shows another number of pictures than the sheets before it", "Delete it, or make the set again"});
    classes = sheet.classes;
    stages.push_back({name, sheet.across, std::move(sheet.pictures)});
  }
  return stages;
}

}  // namespace

FloatArray read_floats(const fs::path& file, size_t axes) {
  const NpyArray array = open_npy(file);
  if (array.type != ElementType::f32) refuse_array(file, "", "is not float32");
  if (axes > 0 && array.shape.size() != axes) refuse_array(file, "", fmt::format("has {} axes instead of {}", array.shape.size(), axes));
  FloatArray read{array.shape, std::vector<float>(array.data.size() / sizeof(float))};
  if (!read.values.empty()) std::memcpy(read.values.data(), array.data.data(), array.data.size());
  for (size_t i = 0; i < read.values.size(); ++i) {
    if (!std::isfinite(read.values[i])) refuse_array(file, fmt::format("value {}", i), "is not a finite number");
  }
  return read;
}

std::optional<ImageSize> synthetic_size(const fs::path& folder, int64_t pictures) {
  const fs::path file = folder / "images.npy";
  if (!fs::exists(file)) return std::nullopt;
  const NpyArray array = open_npy(file);
  const std::vector<int64_t>& shape = array.shape;
  const auto is_side = [](int64_t side) { return side >= 1 && side <= 65'536; };
  if (array.type != ElementType::f32 || shape.size() != 4 || !is_side(shape[1]) || !is_side(shape[2]) || (shape[3] != 1 && shape[3] != 3))
    refuse_array(file, "", "is not float32 of the shape (pictures, height, width, 1 or 3)");
  if (shape[0] != pictures) refuse_array(file, "", fmt::format("holds {} pictures, and run.json records {}", shape[0], pictures));
  return ImageSize{static_cast<int>(shape[2]), static_cast<int>(shape[1]), static_cast<int>(shape[3])};
}

void write_synthetic_report(const fs::path& folder, const RunRecord& run, const Evidence* evidence, const Context& context) {
  const std::optional<ImageSize> size = synthetic_size(folder, run.synthetic->pictures);
  const std::vector<report::MadePictures> stages = size ? read_stages(folder, *size) : std::vector<report::MadePictures>();
  const fs::path objective = folder / "objective.npy";
  const FloatArray losses = fs::exists(objective) ? read_floats(objective, 1) : FloatArray();
  const std::vector<std::string> names = run.input ? run.input->classes : std::vector<std::string>();
  const report::MadeSet made{.stages = stages, .objective = losses.values, .size = size.value_or(ImageSize()), .names = names};
  write_file(folder / "report.html", report::render({.run = run, .made = &made, .evidence = evidence}, context));
}

}  // namespace decant
