#include "decant/pipeline/choosing/score_source.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <ranges>

#include "decant/base/cache.h"
#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/data/selection.h"
#include "decant/formats/npy/npy.h"
#include "decant/nn/networks.h"
#include "decant/pipeline/choosing/feature_source.h"
#include "decant/pipeline/choosing/field_source.h"
#include "decant/pipeline/choosing/named_columns.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/select/scores/scores.h"
#include "decant/train/trainer.h"

namespace decant {
namespace fs = std::filesystem;
namespace {

void require_learnable(const Input& input, const std::vector<int32_t>& labels) {
  require_pictures_to_watch(input.dataset);
  const std::string root = input.dataset.root.string();
  if (std::ranges::find(labels, kNoLabel) != labels.end())
    throw InputError({root, "", "has rows without labels, and scores measure how hard a label is to learn",
                      "Use a method that needs only features, such as facility-location or bins"});
  if (std::all_of(labels.begin(), labels.end(), [&](int32_t label) { return label == labels.front(); }))
    throw InputError(
        {root, "", "has only one class, so there is nothing to learn and no score to compute", "Use a method that needs only features"});
}

train::DynamicsJob job_of(const Input& input, const Grouping& taught, const ProxyOptions& proxy, const Subset& usable, uint64_t seed) {
  const train::TrainOptions options{
      .net = proxy.net, .epochs = proxy.epochs, .flip = proxy.flip, .image_size = proxy.image_size, .seed = seed, .device = proxy.device};
  return {.training = {
              .options = options, .rows = &input.dataset.train(), .subset = usable, .classes = taught.count(), .labels = taught.of_row}};
}

/// Of the rows, and of what they are taught as.
std::string digest_of(const Input& input, const Grouping& taught) {
  if (taught.are_classes()) return input.digest;
  return Digest().add(input.digest).add("in pools").add(std::as_bytes(std::span(taught.of_row))).hex();
}

CacheKey key_of(const std::string& digest, const train::TrainOptions& training) {
  return CacheKey("dynamics")
      .add("input", digest)
      .add("training", result_key(training))
      .add("numerics", from_module<nn::Networks>().numerics(training.device));
}

/// What guessing the commonest class would get right.
double guessing(const std::vector<int32_t>& labels) {
  std::map<int32_t, int64_t> counts;
  for (const int32_t label : labels) ++counts[label];
  const int64_t most = std::ranges::max(counts | std::views::values);
  return static_cast<double>(most) / static_cast<double>(labels.size());
}

/// A proxy that learnt nothing has nothing to say. Two standard errors above guessing is little to
/// ask.
void require_learnt(const Input& input, const std::vector<int32_t>& labels, const ProxyOptions& proxy,
                    const std::vector<double>& accuracy) {
  const double chance = guessing(labels);
  const auto rows = static_cast<double>(labels.size());
  if (accuracy.back() > chance + 2 * std::sqrt(chance * (1 - chance) / rows)) return;
  throw InputError({input.dataset.root.string(), "",
                    fmt::format("the proxy ({}, {} epochs) is right on {:.1f} % of the rows, no better than always answering one class "
                                "({:.1f} %), so its scores carry no information",
                                proxy.net, proxy.epochs, 100 * accuracy.back(), 100 * chance),
                    "Give it more --score-epochs or another --score-net, check the labels, or use --method random"});
}

DynamicsRecord recorded_as(const std::string& digest, const train::DynamicsJob& job, const train::DynamicsResult& made,
                           const Dynamics& dynamics, uint64_t seed) {
  const train::TrainOptions& training = job.training.options;
  return {.input = digest,
          .rows = dynamics.rows(),
          .net = training.net,
          .epochs = training.epochs,
          .batch = training.batch,
          .steps = made.steps,
          .seed = seed,
          .seconds = made.seconds,
          .accuracy = accuracy_of(dynamics)};
}

DynamicsSet recorded_in(const fs::path& folder, const Input& input) {
  DynamicsSet set;
  set.folder = folder;
  set.record = dynamics_record_from(read_json(folder / kDynamicsFile), (folder / kDynamicsFile).string());
  set.dynamics = train::read_dynamics(folder, input.rows());
  set.reused = true;
  return set;
}

}  // namespace

void require_pictures_to_watch(const Dataset& dataset) {
  if (dataset.train().pictures() != nullptr) return;
  throw InputError({dataset.root.string(), "", "holds no pictures, and the proxy that computes scores needs pictures",
                    "Give --scores FILE.npy, or use a --method that needs only features, without --hard-cut"});
}

void ProxyOptions::declare(OptionTable& table) {
  table.add("net", net, "NET", "network of the proxy: quick, convnet3, resnet18, …");
  table.add("epochs", epochs, "N", "epochs of the proxy");
  table.add("image-size", image_size, "PIXELS", "image size of the network input; 0 = that of the pictures, at most 64");
  table.add_off("no-flip", flip, "do not flip pictures at random");
  table.add("device", device, "DEV", "cpu or cuda");
  table.add("cache", cache, "DIR", "cache folder; default: ~/.cache/decant").effect = Effect::speed;
}

void require_sound(const ProxyOptions& proxy) {
  if (proxy.epochs < 2) throw UsageError(fmt::format("--epochs {}: scores compare epochs; give 2 or more", proxy.epochs));
}

DynamicsSet obtain_dynamics(const Input& input, const Grouping& taught, const ProxyOptions& proxy, uint64_t seed, const Context& context) {
  require_sound(proxy);
  const std::vector<int32_t> labels = input.usable_of(taught.of_row);
  require_learnable(input, labels);
  const Subset usable = input.usable_rows();
  train::DynamicsJob job = job_of(input, taught, proxy, usable, seed);
  const std::string digest = digest_of(input, taught);
  const auto is_whole = [&](const fs::path& folder) { return recorded_in(folder, input).dynamics.rows() == input.rows(); };
  const auto record = [&](const fs::path& folder) {
    job.folder = folder;
    context.info(fmt::format("training {} for {} epochs on the set itself, recording every row", proxy.net, proxy.epochs));
    const train::DynamicsResult made = from_module<train::Trainer>().record_dynamics(job, context);
    const DynamicsRecord written = recorded_as(digest, job, made, train::read_dynamics(folder, input.rows()), seed);
    write_file(folder / kDynamicsFile, json_text(to_json(written), 2) + "\n");
  };
  const CacheKey key = key_of(digest, job.training.options);
  const auto entry = Cache(proxy.cache, context).obtain(key, is_whole, record, /*resumable=*/true);
  DynamicsSet set = recorded_in(entry.folder, input);
  set.reused = entry.reused;
  require_learnt(input, labels, proxy, set.record.accuracy);
  return set;
}

DynamicsSet read_dynamics_of(const fs::path& folder, const Input& input) {
  if (!fs::exists(folder / kDynamicsFile))
    throw InputError({folder.string(), "", "holds no dynamics.json", "Name a folder that `decant scores` wrote, or a .npy of scores"});
  DynamicsSet set = recorded_in(folder, input);
  if (input.held_out() > 0)
    throw InputError({folder.string(), "",
                      fmt::format("was trained on all rows of {}, including the {} reserved for testing", input.dataset.root.string(),
                                  human_count(input.held_out())),
                      "Omit --scores, so that a proxy is trained on the other rows, or give test rows: --test"});
  if (set.record.input != (input.source_digest.empty() ? input.digest : input.source_digest))
    throw InputError({folder.string(), "",
                      fmt::format("was recorded on rows or labels other than those of {}", input.dataset.root.string()),
                      "Record the dynamics of this data set: decant scores"});
  return set;
}

void require_scores(const std::vector<double>& scores, const Input& input, const std::string& name) {
  if (std::ssize(scores) != input.rows())
    throw InputError(
        {name, "", fmt::format("holds {} numbers, and there are {} rows", scores.size(), input.rows()), "Give one number per row"});
  for (const int64_t row : input.usable_rows()) {
    const double score = scores[static_cast<size_t>(row)];
    if (std::abs(score) <= std::numeric_limits<float>::max()) continue;
    throw InputError({name, fmt::format("row {}", row), fmt::format("is {}, which is not a score", score),
                      "Give a finite number, within float32's range, for every row that can be read"});
  }
}

std::vector<double> read_scores(const std::string& source, const Input& input, const Context& context) {
  if (const auto field = field_named(source)) return numbers_in_field(input.dataset.train(), input.excluded_rows(), *field, context);
  if (const NamedColumn* const column = named_column(source)) return column->compute(input.dataset.train(), input.excluded_rows(), context);
  std::vector<double> scores = read_column(source, input.rows());
  require_scores(scores, input, source);
  return scores;
}

}  // namespace decant
