// What `decant distill` left in OUT/, read back (docs/formats/distilled.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/evidence.h"
#include "decant/data/image.h"
#include "decant/data/run_record.h"

namespace decant {

struct FloatArray {
  std::vector<int64_t> shape;
  std::vector<float> values;
};

/// A .npy of `axes` axes of float32 (0 = of any number). Throws InputError naming the file, for
/// another type or number of axes, and the place of the first value that is not a finite number.
FloatArray read_floats(const std::filesystem::path& file, size_t axes = 0);

/// The size of one picture of images.npy, of which only the header is read. Throws InputError for
/// another shape than (pictures, height, width, 1 or 3). Nothing where there is no such file.
std::optional<ImageSize> synthetic_size(const std::filesystem::path& folder, int64_t pictures);

/// Writes report.html into the folder. `evidence`: null = not measured. What is missing of sheets/,
/// images.npy and objective.npy is left out, what is there is checked: InputError. The same folder
/// gives the same bytes.
void write_synthetic_report(const std::filesystem::path& folder, const RunRecord& run, const Evidence* evidence, const Context& context);

}  // namespace decant
