#include "decant/pipeline/choosing/feature_source.h"

#include <algorithm>
#include <cstdlib>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/data/selection.h"
#include "decant/features/cache.h"
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

fs::path cache_folder(const fs::path& asked) {
  if (!asked.empty()) return asked;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg != '\0') return fs::path(xdg) / "decant";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') return fs::path(home) / ".cache" / "decant";
  return fs::temp_directory_path() / "decant-cache";
}

namespace {

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
  const features::FeatureKey key{
      input.digest, "proxy",
      fmt::format("{} steps {} side {} seed {}", options.net, train::steps_of(job.options, std::ssize(usable)), options.image_size, seed),
      from_module<nn::Networks>().numerics(options.device)};
  const fs::path file = cache_folder(options.cache) / ("proxy-" + key.digest() + ".safetensors");
  if (fs::exists(file)) return file;
  fs::create_directories(file.parent_path());
  job.save_weights = file;
  context.info(fmt::format("training {} on the set itself for {} epochs, to see with", options.net, options.epochs));
  from_module<train::Trainer>().train(job, context);
  return file;
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

/// The cache entry of `key`, filled by `fill(rows)` when there is none.
template <class Fill>
FeatureSet computed(const features::FeatureKey& key, const FeatureOptions& options, int64_t rows, int64_t width, Fill&& fill) {
  const fs::path folder = cache_folder(options.cache) / key.digest();
  fs::create_directories(folder);
  FeatureSet set{.kind = key.extractor, .file = (folder / "features.npy").string()};
  if (auto found = features::find_features(folder, key, rows, width)) {
    set.features = *found;
    set.reused = true;
  } else {
    set.features = features::store_features(folder, key, rows, width, fill);
  }
  return set;
}

FeatureSet from_network(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  if (options.features == "gradient" && !input.labelled())
    throw InputError({input.dataset.root.string(), "", "has rows without labels, and the gradient of the loss needs them all",
                      "Use --features embedding or conv-kmeans"});
  const fs::path weights = weights_for(input, options, seed, context);
  const auto network = network_options(input, options, weights);
  const MappedFile weight_bytes(weights);
  const std::string settings =
      fmt::format("{} {} {} {}", options.net, options.image_size, options.normalisation, Digest().add(weight_bytes.bytes()).hex());
  const features::FeatureKey key{input.digest, options.features, settings, from_module<nn::Networks>().numerics(options.device)};
  const Rows& rows = input.dataset.train();
  const Subset bad = input.excluded_rows();
  FeatureSet set =
      computed(key, options, rows.size(), from_module<features::NetworkFeatures>().width(rows, network, bad),
               [&](MatrixView<float> out) { from_module<features::NetworkFeatures>().compute(rows, bad, network, out, context); });
  if (options.features == "gradient") set.gradient_classes = input.classes;
  return set;
}

FeatureSet from_conv_kmeans(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  const features::ConvKMeansOptions extractor{.centroids = options.filters, .columns = options.feature_width, .seed = seed};
  const std::string settings =
      fmt::format("side {} patch {} stride {} centroids {} columns {} patches {} floor {} seed {}", extractor.image_side, extractor.patch,
                  extractor.stride, extractor.centroids, extractor.columns, extractor.patches, extractor.whitening_floor, extractor.seed);
  const Rows& rows = input.dataset.train();
  const int64_t width = std::min(extractor.columns, 4 * extractor.centroids);
  return computed({input.digest, "conv-kmeans", settings, ""}, options, rows.size(), width, [&](MatrixView<float> out) {
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
