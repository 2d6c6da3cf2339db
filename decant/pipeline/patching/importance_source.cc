#include "decant/pipeline/patching/importance_source.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "decant/base/cache.h"
#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/text.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/npy/npy_shards.h"
#include "decant/nn/networks.h"
#include "decant/patches/importance.h"
#include "decant/pipeline/choosing/own_network.h"

namespace decant {

void ImportanceOptions::declare(OptionTable& table) {
  std::string names;
  for (const patches::ImportanceMethod& method : patches::importance_methods()) names += method.name + ", ";
  table
      .add("importance", importance, "WHAT",
           "what tells how much a cell of a picture matters: " + names + "or a .npy of maps; auto = gradient-energy")
      .by_content = true;
  table.add("importance-net", net, "NET", "network that importance is asked of");
  table.add("importance-weights", weights, "FILE", "weights of that network (safetensors); default: train it on the data set");
  table.add("importance-epochs", epochs, "N", "epochs of that training");
  table.add("importance-image-size", image_size, "PIXELS", "image size of that network's input; 0 = as for features");
  table.add("importance-layer", layer, "NAME", "layer whose maps Grad-CAM weighs; default: the last one of at least 4×4");
  table.add("importance-normalisation", normalisation, "HOW", "pixel normalisation for that network: data or imagenet");
  table.add("grid", grid, "N", "cells of a picture each way; 0 = 14, or 8 for pictures of at most 32 pixels");
}

namespace {

namespace fs = std::filesystem;

constexpr const char* kMapsFile = "importance.npy";

/// What "auto" stands for: neither network nor labels, seconds for CIFAR-10, and cells of little
/// contrast cost the least to lose.
constexpr const char* kAutoImportance = "gradient-energy";

const patches::ImportanceMethod& importance_named(const std::string& asked) {
  if (const auto* found = patches::find_importance(asked == "auto" ? kAutoImportance : asked)) return *found;
  std::vector<std::string> names = {"auto", "a .npy file"};
  for (const patches::ImportanceMethod& method : patches::importance_methods()) names.push_back(method.name);
  throw UsageError("--importance: " + unknown_name("method", asked, names));
}

void require_sound_grid(int grid) {
  if (grid >= 0 && grid <= patches::kLargestMapSide) return;
  throw UsageError(fmt::format("--grid {}: give 1 to {} cells each way, or 0 for the usual number", grid, patches::kLargestMapSide));
}

// ---- of a file

/// The side of maps (n, side, side) or (n, side²); 0 of anything else.
int side_of(std::span<const int64_t> shape) {
  for (int side = 1; side <= patches::kLargestMapSide; ++side) {
    if (shape.size() == 3 && shape[1] == side && shape[2] == side) return side;
    if (shape.size() == 2 && shape[1] == int64_t{side} * side) return side;
  }
  return 0;
}

/// The same of float32, a map for each row.
int side_of_maps(const NpyArray& array, const std::string& file, int64_t rows) {
  const auto& shape = array.shape;
  const int side = side_of(shape);
  if (side == 0 || array.type != ElementType::f32)
    throw InputError({file, "",
                      fmt::format("holds no importance: float32 of shape (rows, side, side), side at most {}", patches::kLargestMapSide),
                      "Write it with decant patches, or save maps.astype(np.float32)"});
  if (shape[0] != rows)
    throw InputError({file, "", fmt::format("has {} maps, but the training split has {} rows", human_count(shape[0]), human_count(rows)),
                      "Give one map per row, in the order that `decant inspect` describes"});
  return side;
}

/// Any map of mean 1 will do, from wherever.
void require_maps(const Features& maps, const Subset& chosen, const std::string& file) {
  std::vector<float> scratch;
  for (const int64_t row : chosen) {
    double sum = 0;
    bool sound = true;
    for (const float value : maps.row(row, scratch)) {
      sound = sound && value >= 0;
      sum += static_cast<double>(value);
    }
    const double mean = sum / static_cast<double>(maps.width());
    if (sound && std::abs(mean - 1) < 1e-3) continue;
    throw InputError(
        {file, fmt::format("map {}", row),
         sound && std::isfinite(mean) ? fmt::format("has mean {:.4g}, not 1", mean) : "holds a value that is negative or not finite",
         "Scale each map to mean 1: m / m.mean(axis=(1, 2), keepdims=True)"});
  }
}

ImportanceSet maps_of_file(const std::string& file, const Input& input, const Subset& chosen, int grid) {
  const NpyArray array = open_npy(file);
  const int side = side_of_maps(array, file, input.rows());
  if (grid != 0 && grid != side)
    throw UsageError(fmt::format("--grid {}: the maps of {} have {} cells each way; omit --grid", grid, file, side));
  const int64_t width = int64_t{side} * side;
  ImportanceSet set{
      .maps = Features({FeatureBlock{
          .data = array.data.data(), .rows = input.rows(), .width = width, .stride = width, .owner = array.owner, .name = file}}),
      .side = side,
      .method = "file",
      .key = "file " + Digest().add(array.data).hex(),
      .file = file};
  require_maps(set.maps, chosen, file);
  return set;
}

// ---- of a method

/// The settings of the network, and its weights: those given, or of one trained on the set.
patches::AttributionOptions network_asked(const Input& input, const ImportanceOptions& options, uint64_t seed, const Context& context) {
  patches::AttributionOptions network;
  network.net = options.net;
  network.weights = options.weights;
  network.image_size = options.image_size;
  network.classes = input.classes;
  network.layer = options.layer;
  network.normalisation = options.normalisation;
  network.device = options.device;
  if (!network.weights.empty()) return network;
  const OwnNetwork own{.net = options.net,
                       .epochs = options.epochs,
                       .image_size = options.image_size,
                       .device = options.device,
                       .cache = options.cache,
                       .purpose = "importance",
                       .remedy = "Give --importance-weights, or use --importance gradient-energy, which needs neither labels nor weights"};
  network.weights = weights_of(own, input, seed, context);
  return network;
}

std::string settings_key(const patches::ImportanceMethod& method, const patches::ImportanceJob& job) {
  std::string key = fmt::format("{} side {}", method.name, job.side);
  if (method.draws) key += fmt::format(" seed {}", job.seed);
  if (!method.network) return key;
  return key + fmt::format(" {} weights {} {}", result_key(job.network), Digest().add(MappedFile(job.network.weights).bytes()).hex(),
                           from_module<nn::Networks>().numerics(job.network.device));
}

/// Importance of that shape, mapped; InputError where it is damaged.
Features maps_in(const fs::path& folder, int64_t rows, int side) {
  const std::string file = (folder / kMapsFile).string();
  Features maps = read_features(file);
  if (maps.count() != rows || maps.width() != int64_t{side} * side || !maps.is_matrix())
    throw InputError({file, "", fmt::format("is not float32 of {} maps of {}×{}", rows, side, side), "Delete the file"});
  return maps;
}

ImportanceSet maps_by_method(const patches::ImportanceMethod& method, const patches::ImportanceJob& job, const Input& input, Cache cache,
                             const Context& context) {
  const int64_t rows = input.rows();
  const std::string settings = settings_key(method, job);
  const CacheKey key = CacheKey("importance")
                           .add("input", input.digest)
                           .add("rows", Digest().add(std::as_bytes(job.chosen)).hex())
                           .add("settings", settings);
  const auto is_whole = [&](const fs::path& folder) { return maps_in(folder, rows, job.side).count() == rows; };
  const auto entry = cache.obtain(key, is_whole, [&](const fs::path& folder) {
    NpyWriter writer(folder / kMapsFile, rows, int64_t{job.side} * job.side);
    patches::importance_maps(method, job, writer.rows(), context);
    writer.commit();
  });
  return {.maps = maps_in(entry.folder, rows, job.side),
          .side = job.side,
          .method = method.name,
          .key = settings,
          .file = (entry.folder / kMapsFile).string(),
          .reused = entry.reused};
}

}  // namespace

std::string importance_method(const ImportanceOptions& options) {
  return names_npy(options.importance) ? "" : importance_named(options.importance).name;
}

ImportanceSet obtain_importance(const Input& input, const Subset& chosen, const ImportanceOptions& options, uint64_t seed,
                                const Context& context) {
  require_sound_grid(options.grid);
  const Rows& rows = input.dataset.train();
  require_pictures(rows, input.dataset.root.string());
  if (names_npy(options.importance)) return maps_of_file(options.importance, input, chosen, options.grid);
  const patches::ImportanceMethod& method = importance_named(options.importance);
  const Subset bad = input.excluded_rows();
  patches::ImportanceJob job;
  job.rows = &rows;
  job.bad = bad;
  job.chosen = chosen;
  job.side = options.grid > 0 ? options.grid : patches::map_side(rows, bad);
  job.seed = seed;
  if (method.network) job.network = network_asked(input, options, seed, context);
  return maps_by_method(method, job, input, Cache(options.cache, context), context);
}

}  // namespace decant
