#include "decant/formats/soft_labels/view_file.h"

#include <cstring>
#include <fmt/format.h>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/json_reader.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

constexpr int kVersion = 1;
constexpr int kVersionOfResizedCrops = 2;  // who knows the first alone would cut other views
constexpr size_t kLengthBytes = 8;
constexpr size_t kMostHeader = size_t{64} << 20;  // a million classes with long names
constexpr int64_t kMostRows = int64_t{1} << 40;

[[noreturn]] void refuse_labels(const std::string& file, const std::string& place, const std::string& what) {
  throw InputError({file, place, what,
                    fmt::format("Restore the file as it was written, or take {} out of the training in run.json", kSoftLabelsOption)});
}

const std::string kNoChecksum(16, '0');

/// Of a header that holds zeros in the checksum's place, and of the rows: a seed or a cut that was
/// changed would make other views of the same labels.
std::string checksum_of(const std::string& header, Bytes rows) {
  return fmt::format("{:016x}", hash64(header + fmt::format("{:016x}", hash64(as_text(rows)))));
}

/// The first `old` in a header, replaced.
std::string with_checksum(std::string header, const std::string& old, const std::string& now) {
  if (const size_t at = header.find(old); !old.empty() && at != std::string::npos) header.replace(at, old.size(), now);
  return header;
}

std::string label_header_text(const ViewLabelsHeader& header, Bytes rows) {
  const Cuts& cuts = header.recipe.cuts;
  Json json = {{"decant_view_labels", cuts.resized_crop > 0 ? kVersionOfResizedCrops : kVersion},
               {"rows", header.rows},
               {"views", header.recipe.views},
               {"bits", header.shape.bits},
               {"top", header.shape.top},
               {"seed", header.recipe.seed},
               {"crop", cuts.crop},
               {"flip", cuts.flip},
               {"teacher", header.teacher},
               {"teacher_digest", header.teacher_digest},
               {"xxh3", kNoChecksum},
               {"classes", header.class_names}};
  if (cuts.resized_crop > 0) json["resized_crop"] = cuts.resized_crop;
  const std::string text = json_text(json);
  return with_checksum(text, R"("xxh3":")" + kNoChecksum, R"("xxh3":")" + checksum_of(text, rows));
}

/// The header as text, and the rows behind it.
std::pair<std::string_view, Bytes> split_file(Bytes file, const std::string& name) {
  uint64_t length = 0;
  if (file.size() < kLengthBytes) refuse_labels(name, "", "is shorter than the length of its header");
  std::memcpy(&length, file.data(), kLengthBytes);
  if (length > std::min(kMostHeader, file.size() - kLengthBytes))
    refuse_labels(name, "", fmt::format("has a header of {} bytes by its first eight, and is {} bytes long", length, file.size()));
  return {as_text(file.subspan(kLengthBytes, length)), file.subspan(kLengthBytes + length)};
}

int64_t number_in_header(const JsonReader& json, const char* field, int64_t least, int64_t most) {
  const int64_t value = json.require(field).count(field);
  if (value < least || value > most) json.refuse(field, fmt::format("is {}, and may be {} to {}", value, least, most));
  return value;
}

ViewLabelsHeader label_header_from(const JsonReader& json) {
  ViewLabelsHeader header;
  json.each("classes", [&](const Json& name, const std::string&) {
    if (!name.is_string()) json.refuse("classes", "holds what is no name");
    header.class_names.push_back(name.get<std::string>());
  });
  if (header.class_names.empty()) json.refuse("classes", "is empty");
  header.shape.classes = std::ssize(header.class_names);
  header.rows = number_in_header(json, "rows", 1, kMostRows);
  header.shape.top = number_in_header(json, "top", 1, header.shape.classes);
  header.shape.bits = static_cast<int>(number_in_header(json, "bits", 1, 32));
  if (header.shape.bits > 16 && !header.shape.exact())
    json.refuse("bits", fmt::format("is {}, and may be 1 to 16 or 32", header.shape.bits));
  header.recipe.views = number_in_header(json, "views", 1, kMostViews);
  header.recipe.seed = json.require("seed").seed("seed");
  Cuts& cuts = header.recipe.cuts;
  cuts.crop = static_cast<int>(number_in_header(json, "crop", 0, 1024));
  cuts.flip = json.require("flip").flag("flip");
  cuts.resized_crop = json.number("resized_crop");
  if (!(cuts.resized_crop >= 0 && cuts.resized_crop <= 1)) json.refuse("resized_crop", "does not lie between 0 and 1");
  if (cuts.resized_crop > 0 && cuts.crop > 0) json.refuse("resized_crop", "stands beside a shift, and views are cut by one of the two");
  header.teacher = json.text("teacher");
  header.teacher_digest = json.text("teacher_digest");
  return header;
}

/// Throws where the rows are not as many bytes as the header says, without ever multiplying past
/// what a number holds.
void require_all_rows(const ViewLabelsHeader& header, Bytes rows, const std::string& name) {
  const auto each = static_cast<size_t>(bytes_of_row(header.recipe, header.shape));
  if (rows.size() % each != 0 || rows.size() / each != static_cast<size_t>(header.rows))
    refuse_labels(name, "", fmt::format("holds {} bytes of labels, and its header says {} rows of {}", rows.size(), header.rows, each));
}

void require_sound_views(const ViewLabelsHeader& header, Bytes rows, const std::string& name) {
  const int64_t each = bytes_of_row(header.recipe, header.shape);
  const int64_t bits = bits_of_view(header.shape);
  for (int64_t row = 0; row < header.rows; ++row) {
    const Bytes own = rows.subspan(static_cast<size_t>(row * each), static_cast<size_t>(each));
    for (int64_t view = 0; view < header.recipe.views; ++view) {
      if (const std::string fault = fault_of_view(header.shape, own, view * bits); !fault.empty())
        refuse_labels(name, fmt::format("row {}, view {}", row, view), fault);
    }
  }
}

class ViewLabelledRows final : public WrappedRows, public Targets {
 public:
  ViewLabelledRows(std::shared_ptr<const Rows> below, std::shared_ptr<const ViewLabels> labels)
      : WrappedRows(std::move(below)), labels_(std::move(labels)) {}

  const Targets* targets() const override { return this; }
  int32_t label(int64_t row) const override { return below().targets()->label(row); }
  void counts(int64_t row, std::vector<ClassCount>& out) const override { below().targets()->counts(row, out); }
  ViewsOfRow views(int64_t row) const override { return {labels_.get(), row}; }

 private:
  std::shared_ptr<const ViewLabels> labels_;
};

/// The first class whose name is another in the data set, which would be taught as its neighbour.
void require_classes_of_set(const Dataset& dataset, const ViewLabelsHeader& header, const std::string& name) {
  if (class_count(dataset) != header.shape.classes)
    refuse_labels(name, "", fmt::format("has labels of {} classes, and the set has {}", header.shape.classes, class_count(dataset)));
  for (size_t c = 0; c < dataset.classes.size(); ++c) {
    if (dataset.classes[c] == header.class_names[c]) continue;
    refuse_labels(
        name, fmt::format("class {}", c),
        fmt::format("is '{}', and '{}' in the set: every label would teach another class", header.class_names[c], dataset.classes[c]));
  }
}

}  // namespace

int64_t bytes_of_row(const ViewRecipe& recipe, const ViewShape& shape) {
  return (recipe.views * bits_of_view(shape) + 7) / 8;
}

StoredViewLabels::StoredViewLabels(ViewLabelsHeader header)
    : header_(std::move(header)),
      row_bytes_(bytes_of_row(header_.recipe, header_.shape)),
      rows_(static_cast<size_t>(header_.rows * row_bytes_)) {}

StoredViewLabels::StoredViewLabels(ViewLabelsHeader header, std::vector<std::byte> rows)
    : header_(std::move(header)), row_bytes_(bytes_of_row(header_.recipe, header_.shape)), rows_(std::move(rows)) {
  DECANT_CHECK(std::ssize(rows_), ==, header_.rows * row_bytes_);
}

void StoredViewLabels::logits(int64_t row, int64_t view, std::span<float> out) const {
  DECANT_CHECK(row >= 0 && row < header_.rows && view >= 0 && view < header_.recipe.views, ==, true);
  const Bytes own = Bytes(rows_).subspan(static_cast<size_t>(row * row_bytes_), static_cast<size_t>(row_bytes_));
  decode_view(header_.shape, own, view * bits_of_view(header_.shape), out);
}

std::string StoredViewLabels::digest() const {
  return Digest().add(label_header_text(header_, rows_)).hex();
}

void StoredViewLabels::put(int64_t row, int64_t view, std::span<const float> logits) {
  DECANT_CHECK(row >= 0 && row < header_.rows && view >= 0 && view < header_.recipe.views, ==, true);
  const auto own = std::span(rows_).subspan(static_cast<size_t>(row * row_bytes_), static_cast<size_t>(row_bytes_));
  encode_view(header_.shape, logits, view * bits_of_view(header_.shape), own);
}

int64_t StoredViewLabels::file_bytes() const {
  return static_cast<int64_t>(kLengthBytes + label_header_text(header_, rows_).size() + rows_.size());
}

int64_t write_view_labels(const StoredViewLabels& labels, const fs::path& file) {
  const std::string header = label_header_text(labels.header(), labels.rows());
  const uint64_t length = header.size();
  FileWriter writer(file);
  writer.write(std::as_bytes(std::span(&length, 1)));
  writer.write(header);
  writer.write(labels.rows());
  writer.commit();
  return labels.file_bytes();
}

std::unique_ptr<StoredViewLabels> parse_view_labels(Bytes file, const std::string& name) {
  const auto [text, rows] = split_file(file, name);
  const Json parsed = try_parse_json(text);
  if (!parsed.is_object() || !parsed.contains("decant_view_labels")) refuse_labels(name, "", "has no header of view labels");
  const JsonReader json(parsed, name, "header");
  if (const int64_t version = json.count("decant_view_labels"); version < kVersion || version > kVersionOfResizedCrops)
    throw InputError(
        {name, "",
         fmt::format("holds labels of version {}, and this decant reads versions {} and {}", version, kVersion, kVersionOfResizedCrops),
         "Use the version of decant that made it, or a newer one"});
  ViewLabelsHeader header = label_header_from(json);
  require_all_rows(header, rows, name);
  const std::string checksum = json.text("xxh3");
  if (checksum_of(with_checksum(std::string(text), checksum, kNoChecksum), rows) != checksum)
    refuse_labels(name, "", "was changed: the checksum of its header and labels is another than the one in its header");
  require_sound_views(header, rows, name);
  return std::make_unique<StoredViewLabels>(std::move(header), std::vector<std::byte>(rows.begin(), rows.end()));
}

void attach_view_labels(Dataset& dataset, const fs::path& file) {
  std::shared_ptr<const ViewLabels> labels;
  std::shared_ptr<const Rows>& rows = dataset.splits.at(Split::train);
  {
    auto stored = parse_view_labels(MappedFile(file).bytes(), file.string());
    if (!rows->have_classes()) refuse_labels(file.string(), "", "belongs to rows without classes");
    require_classes_of_set(dataset, stored->header(), file.string());
    if (stored->header().rows != rows->size())
      refuse_labels(file.string(), "", fmt::format("has labels of {} rows, and the set has {}", stored->header().rows, rows->size()));
    labels = std::move(stored);
  }
  rows = with_view_labels(rows, std::move(labels));
}

std::shared_ptr<const Rows> with_view_labels(std::shared_ptr<const Rows> rows, std::shared_ptr<const ViewLabels> labels) {
  return std::make_shared<ViewLabelledRows>(std::move(rows), std::move(labels));
}

}  // namespace decant
