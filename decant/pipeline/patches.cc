#include "decant/pipeline/patches.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/output.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/npy/npy_shards.h"
#include "decant/patches/overlay.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/run/run_log.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> files_read_for(const PatchesOptions& options) {
  std::vector<std::string> files = {options.input.path};
  if (names_npy(options.importance.importance)) files.push_back(options.importance.importance);
  if (!options.importance.weights.empty()) files.push_back(options.importance.weights.string());
  return with_folders_read(std::move(files), options.input.fields);
}

void require_sound_outputs(const PatchesOptions& options) {
  if (options.shown < 1) throw UsageError(fmt::format("--shown {}: give at least 1, or omit --pictures", options.shown));
  if (options.pictures == options.out) throw UsageError("--pictures and --out are the same path; choose a folder and a file");
}

/// Copied row by row, so that maps larger than memory pass through.
void write_maps(const ImportanceSet& set, const fs::path& file) {
  FileWriter writer(file);
  const int64_t shape[] = {set.maps.count(), set.side, set.side};
  writer.write(npy_header(ElementType::f32, shape));
  std::vector<float> scratch;
  for (int64_t row = 0; row < set.maps.count(); ++row) writer.write(std::as_bytes(set.maps.row(row, scratch)));
  writer.commit();
}

void write_overlay(const Rows& rows, int64_t row, const ImportanceSet& set, const fs::path& folder) {
  Image picture;
  rows.pictures()->decode(row, picture);
  std::vector<float> scratch;
  std::vector<std::byte> png;
  encode_png(patches::map_beside_picture(picture, set.maps.row(row, scratch), set.side).view(), png);
  write_file(folder / fmt::format("row-{}.png", row), png);
}

void write_overlays(const Input& input, std::span<const int64_t> shown, const ImportanceSet& set, const fs::path& folder,
                    const Context& context) {
  const Rows& rows = input.dataset.train();
  Stage stage(context, "pictures", std::ssize(shown), "images");
  Json described = Json::array();
  for (const int64_t row : shown) {
    write_overlay(rows, row, set, folder);
    described.push_back({{"row", row}, {"key", rows.key(row)}, {"file", fmt::format("row-{}.png", row)}});
    stage.advance();
  }
  const Json record = {{"input", input.dataset.root.string()}, {"importance", set.method}, {"side", set.side}, {"pictures", described}};
  write_file(folder / kMapPicturesFile, record.dump(1) + "\n");
}

}  // namespace

void PatchesOptions::declare(OptionTable& table) {
  Option& path = table.add("input", input.path, "PATH", "the data set");
  path.positional = path.required = true;
  input.fields.declare_pictures(table);
  table.add("out", out, "FILE.npy", "file of the maps: float32 (rows, grid, grid), each of mean 1").required = true;
  table.add("pictures", pictures, "FOLDER", "also write some pictures there, each next to its map").effect = Effect::speed;
  table.add("shown", shown, "N", "how many pictures, evenly spaced").effect = Effect::speed;
  importance.declare(table);
  table.add("device", importance.device, "DEV", "device of networks: cpu or cuda");
  table.add("cache", importance.cache, "DIR", "cache folder; default: ~/.cache/decant").effect = Effect::speed;
  table.add("seed", seed, "N", "determines every random choice");
  table.add("strict", input.strict, "stop at a file that cannot be read");
  table.add("overwrite", overwrite, "replace an existing file").effect = Effect::speed;
}

PatchesMade make_patches(const PatchesOptions& options, const Context& context) {
  importance_method(options.importance);  // an unknown name, before anything is read
  require_sound_outputs(options);
  OutputFile out(options.out, {.overwrite = options.overwrite, .inputs = files_read_for(options), .why_foreign = why_no_maps});
  std::optional<OutputFolder> folder;
  if (!options.pictures.empty())
    folder.emplace(options.pictures,
                   OutputOptions{.overwrite = options.overwrite, .inputs = files_read_for(options), .why_foreign = why_no_map_pictures});
  RunLog log("");
  const Input input = log.stage("read", [&] { return read_input(options.input, context); });
  const Subset usable = input.usable_rows();
  const ImportanceSet set =
      log.stage("importance", [&] { return obtain_importance(input, usable, options.importance, options.seed, context); });
  const Subset shown = folder ? some_of(usable, static_cast<size_t>(options.shown)) : Subset();
  log.stage("write", [&] {
    write_maps(set, out.path());
    if (folder) write_overlays(input, shown, set, folder->path(), context);
    out.commit();
    if (folder) folder->commit();
  });
  return {.rows = set.maps.count(),
          .side = set.side,
          .importance = set.method,
          .file = options.out.string(),
          .reused = set.reused,
          .pictures = std::ssize(shown),
          .bad_files = std::ssize(input.excluded),
          .seconds = log.seconds(),
          .peak_rss_bytes = log.peak_rss_bytes()};
}

}  // namespace decant
