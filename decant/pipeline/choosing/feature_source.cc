#include "decant/pipeline/choosing/feature_source.h"

#include <algorithm>

#include "decant/base/cache.h"
#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/data/selection.h"
#include "decant/features/conv_kmeans.h"
#include "decant/features/network_features.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/npy/npy_shards.h"
#include "decant/nn/networks.h"
#include "decant/train/trainer.h"

namespace decant {
namespace fs = std::filesystem;

void FeatureOptions::declare(OptionTable& table) {
  table.add("features", features, "WHAT",
            "a .npy of yours (shards: 'x-{000..127}.npy'), or conv-kmeans, embedding, gradient; auto = conv-kmeans for pictures");
  table.add("net", net, "NET", "network for embedding and gradient features");
  table.add("weights", weights, "FILE", "its weights (safetensors); without them it is trained on the set itself first");
  table.add("epochs", epochs, "N", "passes over the set in that training");
  table.add("image-size", image_size, "PIXELS", "side the network sees; 0 = the pictures' own, at most 64");
  table.add("normalisation", normalisation, "HOW", "data = mean and deviation of the set, imagenet = the usual constants");
  table.add("feature-width", feature_width, "N", "columns of conv-kmeans features");
  table.add("cache", cache, "DIR", "where computed features are kept; default ~/.cache/decant").effect = Effect::speed;
  table.add("device", device, "DEV", "cpu or cuda");
}

std::optional<FeatureRecord> FeatureSet::record() const {
  if (features.count() == 0) return std::nullopt;
  return FeatureRecord{kind, features.width(), file, reused};
}

namespace {

constexpr const char* kFeaturesFile = "features.npy";  // in the cache
constexpr const char* kWeightsFile = "weights.safetensors";

const std::vector<std::string> kKinds = {"auto", "conv-kmeans", "embedding", "gradient"};

FeatureSet from_file(const Input& input, const std::string& file) {
  FeatureSet set{.features = read_features(file), .kind = "file", .file = file};
  if (set.features.count() != input.rows())
    throw InputError({file, "",
                      fmt::format("has {} rows, but the training split of {} has {}", human_count(set.features.count()),
                                  input.dataset.root.string(), human_count(input.rows())),
                      "Features need one row for each training sample, in the order that `decant inspect` describes"});
  return set;
}

/// REQUIRES: a data set that is a matrix.
FeatureSet from_own_rows(const Input& input) {
  return {.features = *input.dataset.train().features(), .kind = "rows", .file = input.dataset.root.string()};
}

train::TrainJob proxy_job(const Input& input, const FeatureOptions& options, const Subset& usable, uint64_t seed) {
  train::TrainJob job;
  job.options.net = options.net;
  job.options.epochs = options.epochs;
  job.options.image_size = options.image_size;
  job.options.seed = seed;
  job.options.device = options.device;
  job.rows = &input.dataset.train();
  job.subset = usable;
  job.classes = input.classes;
  return job;
}

/// The weights given, or those of a network trained on the set itself (kept in the cache as well).
fs::path weights_for(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  if (!options.weights.empty()) return options.weights;
  if (!input.labelled())
    throw InputError({input.dataset.root.string(), "", "has no labels, so no network can be trained on it for features",
                      "Give --weights, or use --features conv-kmeans, which needs neither labels nor weights"});
  const Subset usable = input.usable_rows();
  train::TrainJob job = proxy_job(input, options, usable, seed);
  const CacheKey key = CacheKey("proxy")
                           .add("input", input.digest)
                           .add("net", options.net)
                           .add("steps", train::steps_of(job.options, std::ssize(usable)))
                           .add("image-size", options.image_size)
                           .add("seed", seed)
                           .add("numerics", from_module<nn::Networks>().numerics(options.device));
  const auto is_whole = [](const fs::path& folder) { return fs::is_regular_file(folder / kWeightsFile); };
  const auto entry = Cache(options.cache, context).obtain(key, is_whole, [&](const fs::path& folder) {
    job.save_weights = folder / kWeightsFile;
    context.info(fmt::format("training {} on the set itself for {} epochs, to see with", options.net, options.epochs));
    from_module<train::Trainer>().train(job, context);
  });
  return entry.folder / kWeightsFile;
}

features::NetworkFeatureOptions network_options(const Input& input, const FeatureOptions& options, const fs::path& weights) {
  features::NetworkFeatureOptions network;
  network.net = options.net;
  network.weights = weights;
  network.kind = options.features == "gradient" ? features::NetworkFeature::gradient : features::NetworkFeature::embedding;
  network.image_size = options.image_size;
  network.classes = input.classes;
  network.normalisation = options.normalisation;
  network.device = options.device;
  return network;
}

CacheKey key_of_features(const Input& input, const std::string& extractor) {
  return CacheKey("features").add("input", input.digest).add("extractor", extractor);
}

/// Features of that shape, mapped; InputError where they are damaged.
Features features_in(const fs::path& folder, int64_t rows, int64_t width) {
  const std::string file = (folder / kFeaturesFile).string();
  Features features = read_features(file);
  if (features.count() != rows || features.width() != width || !features.is_matrix())
    throw InputError({file, "", fmt::format("is not float32 of {} rows and {} columns", rows, width), "Delete the file"});
  return features;
}

/// The cache entry of `key`, filled by `fill(rows)` when there is none.
template <class Fill>
FeatureSet computed(const CacheKey& key, const std::string& kind, Cache cache, int64_t rows, int64_t width, Fill&& fill) {
  const auto is_whole = [&](const fs::path& folder) { return features_in(folder, rows, width).count() == rows; };
  const auto entry = cache.obtain(key, is_whole, [&](const fs::path& folder) {
    NpyWriter writer(folder / kFeaturesFile, rows, width);
    fill(writer.rows());
    writer.commit();
  });
  return {.features = features_in(entry.folder, rows, width),
          .kind = kind,
          .file = (entry.folder / kFeaturesFile).string(),
          .reused = entry.reused};
}

FeatureSet from_network(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  if (options.features == "gradient" && !input.labelled())
    throw InputError({input.dataset.root.string(), "", "has rows without labels, and the gradient of the loss needs them all",
                      "Use --features embedding or conv-kmeans"});
  const fs::path weights = weights_for(input, options, seed, context);
  const auto network = network_options(input, options, weights);
  const MappedFile weight_bytes(weights);
  const CacheKey key = key_of_features(input, options.features)
                           .add("net", options.net)
                           .add("image-size", options.image_size)
                           .add("normalisation", options.normalisation)
                           .add("weights", Digest().add(weight_bytes.bytes()).hex())
                           .add("numerics", from_module<nn::Networks>().numerics(options.device));
  const Rows& rows = input.dataset.train();
  const Subset bad = input.excluded_rows();
  FeatureSet set = computed(
      key, options.features, Cache(options.cache, context), rows.size(), from_module<features::NetworkFeatures>().width(rows, network, bad),
      [&](MatrixView<float> out) { from_module<features::NetworkFeatures>().compute(rows, bad, network, out, context); });
  if (options.features == "gradient") set.gradient_classes = input.classes;
  return set;
}

FeatureSet from_conv_kmeans(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  const features::ConvKMeansOptions extractor{.centroids = options.filters, .columns = options.feature_width, .seed = seed};
  const CacheKey key = key_of_features(input, "conv-kmeans")
                           .add("side", extractor.image_side)
                           .add("patch", extractor.patch)
                           .add("stride", extractor.stride)
                           .add("centroids", extractor.centroids)
                           .add("columns", extractor.columns)
                           .add("patches", extractor.patches)
                           .add("floor", extractor.whitening_floor)
                           .add("seed", extractor.seed);
  const Rows& rows = input.dataset.train();
  const int64_t width = std::min(extractor.columns, 4 * extractor.centroids);
  return computed(key, "conv-kmeans", Cache(options.cache, context), rows.size(), width, [&](MatrixView<float> out) {
    features::fit_conv_kmeans(rows, input.usable_rows(), extractor, context).transform(rows, input.excluded_rows(), out, context);
  });
}

}  // namespace

std::string resolve_features(const FeatureOptions& options, const Dataset& dataset) {
  if (options.features != "auto") return options.features;
  return dataset.train().pictures() != nullptr ? "conv-kmeans" : "rows";
}

void require_obtainable(const FeatureOptions& options, const Dataset& dataset) {
  const std::string kind = resolve_features(options, dataset);
  const std::string root = dataset.root.string();
  if (names_npy(kind) || (kind == "rows" && dataset.train().features() != nullptr)) return;
  if (kind == "rows")
    throw InputError({root, "", "holds pictures, and a matrix of features is needed here",
                      "Use decant compress, or compute features first: decant features"});
  if (std::find(kKinds.begin(), kKinds.end(), kind) == kKinds.end()) {
    const std::string near = nearest(kind, kKinds);
    throw UsageError(fmt::format("--features {}: neither a .npy file nor one of conv-kmeans, embedding, gradient{}", kind,
                                 near.empty() ? "" : "; did you mean " + near + "?"));
  }
  if (dataset.train().pictures() == nullptr)
    throw InputError({root, "", "holds no pictures to compute features from", "Leave --features out, or give a .npy"});
}

FeatureSet obtain_features(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  require_obtainable(options, input.dataset);
  FeatureOptions resolved = options;
  resolved.features = resolve_features(options, input.dataset);
  if (names_npy(resolved.features)) return from_file(input, resolved.features);
  if (resolved.features == "rows") return from_own_rows(input);
  if (resolved.features == "conv-kmeans") return from_conv_kmeans(input, resolved, seed, context);
  return from_network(input, resolved, seed, context);
}

}  // namespace decant
