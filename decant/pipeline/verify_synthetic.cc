#include "decant/pipeline/verify_synthetic.h"

#include <cstdlib>
#include <limits>
#include <memory>
#include <sstream>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json_reader.h"
#include "decant/base/parallel.h"
#include "decant/formats/open.h"
#include "decant/pipeline/run/run_source.h"
#include "decant/pipeline/run/synthetic_folder.h"
#include "decant/pipeline/run/write_synthetic_set.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

constexpr const char* kSyntheticRemedy = "Restore the folder, or make the synthetic set again";

[[noreturn]] void fail_synthetic(const fs::path& file, int64_t row, const std::string& what) {
  throw InputError({file.string(), row < 0 ? "" : fmt::format("row {}", row), what, kSyntheticRemedy});
}

struct MadeLine {
  std::string key;
  int32_t label = kNoLabel;
  std::string sha256;
};

MadeLine made_line_from(const std::string& text, int64_t row, const fs::path& file) {
  const Json json = try_parse_json(text);
  const std::string place = fmt::format("line {}", row + 1);
  if (!json.is_object()) throw InputError({file.string(), place, "is not a manifest line", kSyntheticRemedy});
  const JsonReader line(json, file.string(), place);
  if (line.require("row").count("row") != row) fail_synthetic(file, row, "is not the row that is named here");
  const int64_t label = line.require("label").count("label");
  if (label > std::numeric_limits<int32_t>::max()) line.refuse("label", "is out of range");
  return {line.require("key").text("key"), static_cast<int32_t>(label), line.require("sha256").text("sha256")};
}

std::vector<MadeLine> read_made_manifest(const fs::path& file, int64_t pictures) {
  std::vector<MadeLine> lines;
  std::istringstream text(read_text(file));
  for (std::string line; std::getline(text, line);) lines.push_back(made_line_from(line, std::ssize(lines), file));
  if (std::ssize(lines) != pictures)
    fail_synthetic(file, -1, fmt::format("lists {} pictures, and run.json records {}", lines.size(), pictures));
  return lines;
}

/// images.npy, and what its pictures look like.
distill::SyntheticSet read_made_pictures(const fs::path& folder, int64_t pictures) {
  const fs::path file = folder / "images.npy";
  const std::optional<ImageSize> size = synthetic_size(folder, pictures);
  if (!size) fail_synthetic(file, -1, "is missing");
  return {.size = *size, .classes = 1, .per_class = pictures, .pixels = read_floats(file, 4).values};
}

/// Whether a picture is the one in images.npy, as it is stored: a PNG to the last value, a JPEG but
/// for what another encoder may do, a grey level on average.
bool is_stored(const Image& stored, const Image& expected, bool exactly) {
  if (stored.size != expected.size) return false;
  if (exactly) return stored.pixels == expected.pixels;
  int64_t differences = 0;
  for (size_t i = 0; i < stored.pixels.size(); ++i) differences += std::abs(int{stored.pixels[i]} - int{expected.pixels[i]});
  return differences <= std::ssize(stored.pixels);
}

/// `made`: the pictures as they must have been stored; exactly so where they are PNGs.
void check_picture(const Rows& rows, int64_t row, const MadeLine& line, const Rows& made, bool exactly, const fs::path& data) {
  std::vector<std::byte> scratch;
  const fs::path file = data / rows.key(row);
  if (rows.key(row) != line.key) fail_synthetic(file, row, fmt::format("is {} in the manifest", line.key));
  if (rows.label(row) != line.label)
    fail_synthetic(file, row, fmt::format("has class {}, and {} in the manifest", rows.label(row), line.label));
  if (sha256(rows.bytes(row, scratch)) != line.sha256) fail_synthetic(file, row, "has bytes that differ from the manifest");
  Image stored;
  Image expected;
  rows.pictures()->decode(row, stored);
  made.pictures()->decode(row, expected);
  if (!is_stored(stored, expected, exactly))
    fail_synthetic(file, row, exactly ? "is not the picture in images.npy, rounded" : "is not the picture in images.npy, as a JPEG");
}

void check_pictures_of(const Rows& rows, const std::vector<MadeLine>& lines, const distill::SyntheticSet& set, int quality,
                       const fs::path& data, const Context& context) {
  if (rows.size() != std::ssize(lines))
    fail_synthetic(data, -1, fmt::format("holds {} pictures, and the manifest lists {}", rows.size(), lines.size()));
  const std::shared_ptr<const Rows> made = stored_pictures(set, quality);
  Stage stage(context, "verify pictures", rows.size(), "images");
  parallel_for(context, rows.size(), 64, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) check_picture(rows, row, lines[static_cast<size_t>(row)], *made, quality == 0, data);
    stage.advance(end - begin);
  });
}

/// Whether labels.npy holds them.
bool asks_soft_labels(const RunRecord& run) {
  if (run.view_labels) return false;
  const auto found = run.training.find(kSoftLabelsOption);
  return run.synthetic->bytes_labels > 0 || (found != run.training.end() && found->second != "false");
}

/// Bytes of the labels.
int64_t check_labels(const fs::path& folder, const RunRecord& run, int64_t pictures, int64_t classes) {
  const fs::path file = folder / "data" / "labels.npy";
  if (!asks_soft_labels(run)) {
    if (fs::exists(file)) fail_synthetic(file, -1, "exists, and run.json records hard labels");
    return 0;
  }
  if (!fs::exists(file)) fail_synthetic(file, -1, "is missing, and run.json says that labels are soft");
  const FloatArray labels = read_floats(file, 2);
  if (labels.shape != std::vector<int64_t>{pictures, classes})
    fail_synthetic(file, -1,
                   fmt::format("has the shape ({}, {}) instead of ({}, {})", labels.shape[0], labels.shape[1], pictures, classes));
  return 4 * std::ssize(labels.values);
}

/// Bytes of all factors.
int64_t check_factors(const fs::path& folder) {
  int64_t bytes = 0;
  if (!fs::exists(folder)) return bytes;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".npy") bytes += 4 * std::ssize(read_floats(entry.path()).values);
  }
  return bytes;
}

int64_t bytes_of_pictures(const Rows& rows) {
  std::vector<std::byte> scratch;
  int64_t bytes = 0;
  for (int64_t row = 0; row < rows.size(); ++row) bytes += std::ssize(rows.bytes(row, scratch));
  return bytes;
}

void check_bytes(const fs::path& folder, const char* field, int64_t recorded, int64_t found) {
  if (recorded != found)
    throw InputError({(folder / "run.json").string(), std::string("synthetic.") + field,
                      fmt::format("records {} bytes, and {} are there", recorded, found), kSyntheticRemedy});
}

void check_made_from(const fs::path& folder, const RunRecord& run, const std::string& source, const Context& context) {
  require_source({.path = folder, .run = run}, read_input({.path = source}, context), source);
}

}  // namespace

Verified verify_synthetic(const fs::path& folder, const RunRecord& run, const std::string& source, const Context& context) {
  const SyntheticRecord& made = *run.synthetic;
  const fs::path data = folder / "data";
  const std::vector<MadeLine> lines = read_made_manifest(folder / "manifest.jsonl", made.pictures);
  const Dataset stored = open_dataset(data.string(), {}, context);
  const Rows& rows = stored.train();
  require_pictures(rows, data.string());
  check_pictures_of(rows, lines, read_made_pictures(folder, made.pictures), made.quality, data, context);
  const int64_t labels = check_labels(folder, run, made.pictures, std::ssize(stored.classes));
  check_bytes(folder, "bytes_pictures", made.bytes_pictures, bytes_of_pictures(rows));
  check_bytes(folder, "bytes_labels", made.bytes_labels, labels);
  check_bytes(folder, "bytes_factors", made.bytes_factors, check_factors(folder / "factors"));
  if (!source.empty()) check_made_from(folder, run, source, context);
  std::string against = labels > 0 ? "hashes, images.npy and labels.npy" : "hashes and images.npy";
  return {run.rows, made.pictures, against + (source.empty() ? "" : "; made from the source")};
}

}  // namespace decant
