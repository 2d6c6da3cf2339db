#include "decant/pipeline/run/write_synthetic_set.h"

#include <algorithm>
#include <fmt/core.h>
#include <memory>
#include <numeric>

#include "decant/base/digest.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/data/subset.h"
#include "decant/formats/convert.h"
#include "decant/formats/image/picture_files.h"
#include "decant/formats/imagefolder/python_order.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/open.h"
#include "decant/pipeline/run/picture_sheet.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

using distill::Factor;
using distill::SyntheticSet;

/// The pictures as rows of raw pixels, for the writers that there are.
class SyntheticRows final : public Rows, public Pictures, public Targets {
 public:
  explicit SyntheticRows(const SyntheticSet& set) : set_(set) {}

  int64_t size() const override { return set_.count(); }
  std::string key(int64_t row) const override { return fmt::format("{:05}", row % set_.per_class); }
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override {
    Image image;
    draw_picture(set_, row, image);
    const Bytes pixels = std::as_bytes(std::span(image.pixels));
    scratch.assign(pixels.begin(), pixels.end());
    return scratch;
  }
  int64_t stored_bytes() const override { return size() * set_.size.bytes(); }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }

  void decode(int64_t row, Image& image) const override { draw_picture(set_, row, image); }
  std::optional<ImageSize> fixed_size() const override { return set_.size; }
  int32_t label(int64_t row) const override { return static_cast<int32_t>(row / set_.per_class); }

 private:
  const SyntheticSet& set_;
};

/// Labels in the order in which readers of class folders number them.
std::vector<int64_t> reading_order(const std::vector<std::string>& folders) {
  std::vector<int64_t> order(folders.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  std::ranges::sort(order, python_less, [&](int64_t label) { return std::string_view(folders[static_cast<size_t>(label)]); });
  return order;
}

/// The set with classes renumbered: pictures, labels and what labels speak of.
SyntheticSet renumbered(const SyntheticSet& set, const std::vector<int64_t>& order) {
  SyntheticSet other = set;
  const int64_t pictures = set.per_class * set.size.bytes();
  const int64_t labels = set.per_class * set.classes;
  for (size_t label = 0; label < order.size(); ++label) {
    const auto to = static_cast<int64_t>(label);
    std::copy_n(set.pixels.begin() + order[label] * pictures, pictures, other.pixels.begin() + to * pictures);
    for (int64_t i = 0; !set.labels.empty() && i < labels; ++i) {
      const int64_t spoken_of = order[static_cast<size_t>(i % set.classes)];
      other.labels[static_cast<size_t>(to * labels + i)] =
          set.labels[static_cast<size_t>(order[label] * labels + i / set.classes * set.classes + spoken_of)];
    }
  }
  return other;
}

void write_floats(const fs::path& file, const std::vector<float>& values, const std::vector<int64_t>& shape) {
  write_npy(file, std::span(values), std::span(shape));
}

/// What was learnt and is neither the pictures as they come out nor their labels.
bool is_stored_apart(const Factor& factor, const SyntheticSet& set) {
  return factor.name != "labels" && factor.values.size() != set.pixels.size();
}

int64_t write_factors(const SyntheticSet& set, const fs::path& folder) {
  int64_t bytes = 0;
  for (const Factor& factor : set.factors) {
    if (!is_stored_apart(factor, set)) continue;
    fs::create_directories(folder);
    write_floats(folder / (factor.name + ".npy"), factor.values, factor.shape);
    bytes += 4 * std::ssize(factor.values);
  }
  return bytes;
}

void write_synthetic_manifest(const Rows& rows, const fs::path& file) {
  FileWriter writer(file);
  std::vector<std::byte> scratch;
  for (int64_t row = 0; row < rows.size(); ++row) {
    const Json line = {{"row", row}, {"key", rows.key(row)}, {"label", rows.label(row)}, {"sha256", sha256(rows.bytes(row, scratch))}};
    writer.write(json_text(line) + "\n");
  }
  writer.commit();
}

PixelRecord recorded(const distill::PixelSummary& pixels) {
  return {pixels.mean, pixels.deviation, pixels.least, pixels.most};
}

SyntheticRecord recorded(const distill::Distilled& made) {
  SyntheticRecord record{.pictures = made.set.count(),
                         .bytes_labels = 4 * std::ssize(made.set.labels),
                         .steps = made.steps,
                         .real = recorded(made.real),
                         .synthetic = recorded(made.synthetic),
                         .measures = made.measures};
  if (!made.losses.empty()) {
    record.objective_first = made.losses.front();
    record.objective_last = made.losses.back();
  }
  return record;
}

}  // namespace

std::shared_ptr<const Rows> stored_pictures(const SyntheticSet& set, int quality) {
  return as_picture_files(std::make_shared<SyntheticRows>(set), quality);
}

SyntheticRecord write_synthetic_set(const distill::Distilled& made, const std::vector<std::string>& names, const fs::path& folder,
                                    int quality, const Context& context) {
  const std::vector<std::string> folders = class_folder_names(names, static_cast<size_t>(made.set.classes));
  const std::vector<int64_t> order = reading_order(folders);
  const SyntheticSet set = renumbered(made.set, order);
  Dataset dataset{.format = "synthetic", .root = folder};
  for (const int64_t label : order) dataset.classes.push_back(folders[static_cast<size_t>(label)]);
  dataset.splits[Split::train] = stored_pictures(set, quality);

  const fs::path data = folder / "data";
  fs::remove_all(data);
  fs::create_directories(data);
  SyntheticRecord record = recorded(made);
  record.quality = quality;
  record.bytes_pictures = write_as("imagefolder", dataset, Subset::all(set.count()), data, context);
  if (!set.labels.empty()) write_floats(data / "labels.npy", set.labels, {set.count(), set.classes});
  write_floats(folder / "images.npy", set.pixels, {set.count(), set.size.height, set.size.width, set.size.channels});
  record.bytes_factors = write_factors(made.set, folder / "factors");
  write_synthetic_manifest(open_dataset(data.string(), {}, context).train(), folder / "manifest.jsonl");
  if (!made.losses.empty()) write_floats(folder / "objective.npy", made.losses, {std::ssize(made.losses)});
  return record;
}

}  // namespace decant
