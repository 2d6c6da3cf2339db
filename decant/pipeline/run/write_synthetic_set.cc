#include "decant/pipeline/run/write_synthetic_set.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "decant/base/digest.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/formats/convert.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/open.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

using distill::Factor;
using distill::SyntheticSet;

uint8_t rounded(float value) {
  return static_cast<uint8_t>(std::clamp(std::lround(255 * value), 0L, 255L));
}

/// Picture `number` with 8 bits a value.
void draw_picture(const SyntheticSet& set, int64_t number, Image& image) {
  image.resize(set.size);
  const float* const from = set.pixels.data() + number * set.size.bytes();
  std::transform(from, from + set.size.bytes(), image.pixels.begin(), rounded);
}

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

/// As a class is called in the name of a folder.
std::string folder_name(std::string name) {
  std::ranges::replace(name, '/', '_');
  return name;
}

/// Labels in the order in which readers of class folders number them.
std::vector<int64_t> reading_order(const std::vector<std::string>& names, int classes) {
  std::vector<int64_t> order(static_cast<size_t>(classes));
  std::iota(order.begin(), order.end(), int64_t{0});
  if (std::ssize(names) == classes)
    std::ranges::sort(order, {}, [&](int64_t label) { return folder_name(names[static_cast<size_t>(label)]); });
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

SyntheticRecord write_synthetic_set(const distill::Distilled& made, const std::vector<std::string>& names, const fs::path& folder,
                                    const Context& context) {
  const std::vector<int64_t> order = reading_order(names, made.set.classes);
  const SyntheticSet set = renumbered(made.set, order);
  Dataset dataset{.format = "synthetic", .root = folder};
  for (const int64_t label : order)
    if (!names.empty()) dataset.classes.push_back(names[static_cast<size_t>(label)]);
  dataset.splits[Split::train] = std::make_shared<SyntheticRows>(set);

  const fs::path data = folder / "data";
  fs::remove_all(data);
  fs::create_directories(data);
  SyntheticRecord record = recorded(made);
  record.bytes_pictures = write_as("imagefolder", dataset, Subset::all(set.count()), data, context);
  if (!set.labels.empty()) write_floats(data / "labels.npy", set.labels, {set.count(), set.classes});
  write_floats(folder / "images.npy", set.pixels, {set.count(), set.size.height, set.size.width, set.size.channels});
  record.bytes_factors = write_factors(made.set, folder / "factors");
  write_synthetic_manifest(open_dataset(data.string(), {}, context).train(), folder / "manifest.jsonl");
  if (!made.losses.empty()) write_floats(folder / "objective.npy", made.losses, {std::ssize(made.losses)});
  return record;
}

void write_sheet(const SyntheticSet& set, int most, const fs::path& file) {
  const int enlarge = std::max(1, 64 / set.size.height);
  const auto across = static_cast<int>(std::min<int64_t>(most, set.per_class));
  const int gap = 2;
  const int wide = set.size.width * enlarge + gap;
  const int high = set.size.height * enlarge + gap;
  Image sheet;
  sheet.resize({across * wide + gap, set.classes * high + gap, set.size.channels});
  std::ranges::fill(sheet.pixels, uint8_t{255});
  Image one;
  for (int label = 0; label < set.classes; ++label) {
    for (int i = 0; i < across; ++i) {
      draw_picture(set, label * set.per_class + i, one);
      for (int y = 0; y < set.size.height * enlarge; ++y) {
        uint8_t* to = sheet.row(gap + label * high + y) + int64_t{gap + i * wide} * set.size.channels;
        for (int x = 0; x < set.size.width * enlarge; ++x)
          to = std::copy_n(one.row(y / enlarge) + int64_t{x / enlarge} * set.size.channels, set.size.channels, to);
      }
    }
  }
  std::vector<std::byte> png;
  encode_png(sheet.view(), png);
  write_file(file, png);
}

}  // namespace decant
