#include "decant/pipeline/plan.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <vector>

#include "decant/base/json.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/npy/npy_shards.h"
#include "decant/formats/open.h"
#include "decant/kernels/dot.h"
#include "decant/pipeline/choosing/automatic.h"
#include "decant/pipeline/choosing/method_options.h"
#include "decant/pipeline/choosing/plan_costs.h"
#include "decant/pipeline/choosing/pool_source.h"
#include "decant/select/pools/quota.h"

namespace decant {
namespace {

constexpr int64_t kSampledRows = 2000;
constexpr double kCosineOfClasses = 0.02;  // conv-kmeans features, within a class; 0 over all
constexpr double kCosineOfNetworks = 0.5;

/// The average cosine of two different rows of one pool, over evenly spread rows; nothing when no pool has two of them.
std::optional<double> average_cosine(const Features& features, std::span<const int32_t> pools) {
  struct Sum {
    std::vector<double> total;
    double rows = 0;
  };
  std::map<int32_t, Sum> sums;
  std::vector<float> scratch;
  const int64_t step = std::max<int64_t>(1, features.count() / kSampledRows);
  for (int64_t row = 0; row < features.count(); row += step) {
    const auto x = features.row(row, scratch);
    const double squared = dot(x, x);
    Sum& sum = sums[pools.empty() ? 0 : pools[static_cast<size_t>(row)]];
    sum.total.resize(x.size());
    if (squared > 0) add_scaled(sum.total, 1 / std::sqrt(squared), x);
    sum.rows += 1;
  }
  double cosines = 0;
  double pairs = 0;
  for (const auto& [pool, sum] : sums) {
    const double squared = std::inner_product(sum.total.begin(), sum.total.end(), sum.total.begin(), 0.0);
    cosines += squared - sum.rows;
    pairs += sum.rows * (sum.rows - 1);
  }
  if (pairs == 0) return std::nullopt;
  return std::isfinite(cosines) ? cosines / pairs : 0;
}

/// What decides the cost of the bins.
struct Work {
  std::vector<double> pools;  ///< rows of each, the largest first; empty for random rows
  double rows = 0;
  double width = 0;
  double cosine = 0;
  std::optional<double> measured_cosine;
  double given_bytes = 0;  ///< of features that are there, in files
  bool from_network = false;
  bool from_pictures = false;  ///< conv-kmeans
  std::string method = "bins";
  double proxy = 0;  ///< pictures that a proxy is trained on, all epochs; 0 = none is
};

/// The pool of each row, or nothing for one pool. Those of k-means are not known before: equal ones stand for them.
std::vector<int32_t> pools_of(const Rows& rows, const SelectOptions& select) {
  const PoolRule rule = pool_rule(select);
  if (!rule.file.empty()) return read_pools(rule.file, rows.size(), {});
  if (rule.kmeans > 0) {
    std::vector<int32_t> pools(static_cast<size_t>(rows.size()));
    for (size_t row = 0; row < pools.size(); ++row) pools[row] = static_cast<int32_t>(row % static_cast<size_t>(rule.kmeans));
    return pools;
  }
  std::vector<int32_t> labels = labels_of(rows);
  const bool labelled = std::none_of(labels.begin(), labels.end(), [](int32_t label) { return label == kNoLabel; });
  if (!labelled || select.pool) labels.clear();
  return labels;
}

std::vector<double> pool_sizes(int64_t rows, std::span<const int32_t> pools) {
  if (pools.empty()) return {static_cast<double>(rows)};
  std::map<int32_t, int64_t> counts;
  for (const int32_t pool : pools) ++counts[pool];
  std::vector<double> sizes;
  for (const auto& [pool, count] : counts) sizes.push_back(static_cast<double>(count));
  std::sort(sizes.begin(), sizes.end(), std::greater<>());
  return sizes;
}

void look_at(const Features& features, std::span<const int32_t> pools, Work& work) {
  work.width = static_cast<double>(features.width());
  work.measured_cosine = average_cosine(features, pools);
  work.cosine = work.measured_cosine.value_or(kCosineOfNetworks);
  for (const FeatureBlock& block : features.blocks())
    work.given_bytes += static_cast<double>(block.rows * block.width * value_bytes(block.type));
}

/// `select` with a method that is not "auto".
Work work_of(const Rows& train, const SelectOptions& select, const FeatureOptions& features) {
  Work work{.rows = static_cast<double>(train.size()), .method = select.method};
  const MethodInfo& info = method_info(select.method);
  const bool scores = info.scores || select.hard_cut > 0;
  const ScoreSource source = score_source(select, train.pictures() != nullptr);
  if (scores && source == ScoreSource::record && select.scores == "auto") work.proxy = work.rows * select.score_epochs;
  if (!info.features && !(scores && source == ScoreSource::probe) && pool_rule(select).kmeans == 0) return work;
  const std::vector<int32_t> pools = pools_of(train, select);
  work.pools = pool_sizes(train.size(), pools);
  if (names_npy(features.features)) {
    const Features given = read_features(features.features);
    look_at(given, given.count() == train.size() ? std::span<const int32_t>(pools) : std::span<const int32_t>(), work);
  } else if (train.features() != nullptr) {
    look_at(*train.features(), pools, work);
  } else {
    work.width = static_cast<double>(features.feature_width);
    work.from_network = features.features == "embedding" || features.features == "gradient";
    work.from_pictures = !work.from_network;
    work.cosine = features.features == "embedding"              ? kCosineOfNetworks  // gradients are scored by everyone at every pick
                  : work.from_pictures && work.pools.size() > 1 ? kCosineOfClasses
                                                                : 0;
  }
  return work;
}

/// Pools are cut side by side; one pool is cut by one thread.
double bins_seconds(const Work& work, double threads) {
  double all = 0;
  double longest = 0;
  for (const double rows : work.pools) {
    const double seconds = costs::bins_seconds(rows, work.width, work.cosine);
    all += seconds;
    longest = std::max(longest, seconds);
  }
  return std::max(longest, all / threads);
}

double cutting_bytes(const Work& work, double threads) {
  const auto at_once = std::min(work.pools.size(), static_cast<size_t>(threads));
  double bytes = work.rows * costs::kRowBytes;
  for (size_t i = 0; i < at_once; ++i) bytes += costs::pool_bytes(work.pools[i], work.width, work.cosine, work.pools.size() == 1);
  return bytes;
}

class Stages {
 public:
  void add(const char* name, double seconds) {
    list_.push_back({{"name", name}, {"seconds", seconds}});
    total_ += seconds;
  }
  const Json& list() const { return list_; }
  double total() const { return total_; }

 private:
  Json list_ = Json::array();
  double total_ = 0;
};

/// Scores and the choice itself; what cannot be foretold is returned by name.
Json add_choosing(const Work& work, double threads, double area, Stages& stages) {
  Json unknown = Json::array();
  if (work.proxy > 0) stages.add("scores", costs::proxy_seconds(work.proxy, area, threads));
  if (work.method == "bins" || work.method == "bins-weighted") {
    stages.add("bins", bins_seconds(work, threads));
  } else if (!work.pools.empty()) {
    unknown.push_back(work.method);
  }
  return unknown;
}

Json cosine_of(const Work& work) {
  return work.measured_cosine ? Json(*work.measured_cosine) : Json();
}

/// The method that would be taken.
SelectOptions resolved(const Dataset& dataset, const SelectOptions& asked, const FeatureOptions& features, int64_t count,
                       const Context& context) {
  require_going_together(asked);
  const SelectOptions named = method_of(asked.method, asked);
  if (named.method != "auto") return named;
  return choose_method(known_of(dataset.train(), dataset.train().size(), labels_of(dataset.train()), named, features, context), named,
                       count)
      .select;
}

Json plan_bins(const Dataset& dataset, const SelectOptions& asked, const Context& context) {
  const Rows& train = dataset.train();
  const SelectOptions select = resolved(dataset, asked, {}, train.size(), context);
  const double threads = context.thread_count();
  const Work work = work_of(train, select, {.features = "rows"});
  const auto bytes = static_cast<double>(train.stored_bytes());
  Stages stages;
  stages.add("read", (costs::kStart + bytes * costs::kReadPerByte / threads) * 1e-9);
  if (!work.pools.empty()) stages.add("features", bytes * costs::kCheckPerByte * 1e-9);
  const Json unknown = add_choosing(work, threads, 1, stages);
  return {{"verb", "bins"},
          {"rows", train.size()},
          {"pools", work.pools.size()},
          {"columns", static_cast<int64_t>(work.width)},
          {"memory_bytes", static_cast<int64_t>(costs::kProgramBytes + cutting_bytes(work, threads))},
          {"mapped_bytes", train.stored_bytes()},
          {"disk_bytes", static_cast<int64_t>(work.rows * 20 + 3e3)},
          {"cache_bytes", 0},
          {"seconds", stages.total()},
          {"stages", stages.list()},
          {"unknown", unknown},
          {"mean_cosine", cosine_of(work)}};
}

Json plan_compress(const Dataset& dataset, const CompressOptions& options, const Context& context) {
  const Rows& train = dataset.train();
  const double threads = context.thread_count();
  const SelectOptions select = resolved(dataset, options.select, options.features, keep_count(options.keep, train.size()), context);
  const Work work = work_of(train, select, options.features);
  const int64_t kept = keep_count(options.keep, train.size());
  const bool encoded = train.pictures() != nullptr && !train.pictures()->fixed_size();
  const auto bytes = static_cast<double>(train.stored_bytes());
  const double share = static_cast<double>(kept) / work.rows;
  const bool computes = work.from_pictures || work.from_network;

  Stages stages;
  const double decoding = encoded ? bytes * costs::kDecodePerByte : 0;
  stages.add("read", (bytes * costs::kReadPerByte + (options.no_check ? 0 : decoding)) * 1e-9 / threads);
  if (work.from_pictures)
    stages.add("features", (work.rows * costs::kConvKMeansPerPicture + costs::kLearnFilters * std::min(1.0, work.rows / 1e3) +
                            costs::kLearnColumns * std::min(1.0, work.rows / 1e4) + decoding) *
                               1e-9 / threads);
  if (work.given_bytes > 0) stages.add("features", work.given_bytes * costs::kCheckPerByte * 1e-9);
  Json unknown = add_choosing(work, threads, picture_area(train, options.features), stages);
  if (work.from_network) unknown.push_back("features");
  stages.add("write", (bytes * share * 3 * costs::kReadPerByte + static_cast<double>(kept) * costs::kWritePerRow) * 1e-9 / threads);

  const double features = computes ? work.rows * work.width * 4 : 0;
  const double selecting = features + cutting_bytes(work, threads) + work.rows * 200;
  const double watching =
      work.proxy > 0 ? costs::kNetworkBytes + std::min(1e9, work.rows * 3072 * picture_area(train, options.features)) : 0;
  const double learning = std::max(watching, work.from_pictures ? costs::kLearningBytes * std::min(1.0, work.rows / 1000) : 0);
  return {{"verb", "compress"},
          {"rows", train.size()},
          {"kept", kept},
          {"pools", work.pools.size()},
          {"columns", static_cast<int64_t>(work.width)},
          {"memory_bytes", static_cast<int64_t>(costs::kPicturesBytes + std::max(learning, selecting))},
          {"mapped_bytes", static_cast<int64_t>(bytes + (train.pictures() != nullptr ? work.given_bytes : 0))},
          {"disk_bytes", static_cast<int64_t>(bytes * share + work.rows * 40 + static_cast<double>(kept) * 200 + 3e6)},
          {"cache_bytes", static_cast<int64_t>(features)},
          {"seconds", stages.total()},
          {"stages", stages.list()},
          {"unknown", unknown},
          {"mean_cosine", cosine_of(work)}};
}

Dataset opened(const InputOptions& input, const Context& context) {
  return open_dataset(input.path, {.labels = input.labels}, context);
}

}  // namespace

Json plan(const CompressOptions& options, const Context& context) {
  return plan_compress(opened(options.input, context), options, context);
}

Json plan(const BinsOptions& options, const Context& context) {
  return plan_bins(opened({.path = options.features, .labels = options.labels}, context), options.select, context);
}

Json plan_what_fits(const CompressOptions& options, const Context& context) {
  const Dataset dataset = opened(options.input, context);
  if (dataset.train().features() == nullptr) return plan_compress(dataset, options, context);
  SelectOptions select = options.select;
  if (select.method == "auto") select.method = BinsOptions().select.method;
  return plan_bins(dataset, select, context);
}

std::string plan_text(const Json& planned) {
  const bool bins = planned["verb"] == "bins";
  std::string text;
  if (bins && planned["method"] == "random")
    text = fmt::format("order     of {} rows, at random\n", human_count(planned["rows"]));
  else if (bins && planned["pools"] == 0)
    text = fmt::format("order     of {} rows by {}\n", human_count(planned["rows"]), planned["method"].get<std::string>());
  else if (bins)
    text = fmt::format("bins      of {} rows × {} columns in {} pool{}\n", human_count(planned["rows"]), planned["columns"].get<int64_t>(),
                       planned["pools"].get<int64_t>(), planned["pools"] == 1 ? "" : "s");
  else
    text = fmt::format("keep      {} of {} rows\n", human_count(planned["kept"]), human_count(planned["rows"]));
  text += fmt::format("memory    about {}, and {} of mapped files, which the system can drop\ndisk      about {} for the output\n",
                      human_bytes(planned["memory_bytes"]), human_bytes(planned["mapped_bytes"]), human_bytes(planned["disk_bytes"]));
  if (planned["cache_bytes"] > 0) text += fmt::format("cache     {} for the features\n", human_bytes(planned["cache_bytes"]));
  const bool partly = !planned["unknown"].empty();
  text += fmt::format("time      {} {}", partly ? "at least" : "about", human_seconds(planned["seconds"]));
  std::string parts;
  for (const Json& stage : planned["stages"])
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", stage["name"].get<std::string>(), human_seconds(stage["seconds"]));
  text += " (" + parts + ")\n";
  if (partly)
    for (const Json& part : planned["unknown"]) {
      if (part == "features") {
        text +=
            "          and what the network takes for features, which is not foretold, nor is its memory: both depend on the network and "
            "the device\n";
      } else {
        text += fmt::format("          and what {} takes, which is not foretold (docs/benchmarks.md has measured times)\n",
                            part.get<std::string>());
      }
    }
  if (!planned["mean_cosine"].is_null())
    text += fmt::format("looked at rows of a pool have a mean cosine of {:.3f}; the nearer to 0, the longer the bins take\n",
                        planned["mean_cosine"].get<double>());
  return text;
}

}  // namespace decant
