#include "decant/pipeline/choose_rows.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/formats/npy/npy.h"
#include "decant/select/recipes.h"

namespace decant {

void SelectOptions::declare(OptionTable& table) {
  table.add("method", method, "NAME", "bins, random; auto = bins");
  table.add("function", function, "NAME", "what the bins maximise: graph-cut, graph-cut-dot, graph-cut-euclidean");
  table.add("lambda", lambda, "L", "weight of coverage against redundancy in graph-cut");
  table.add("bins", bins, "N", "bins in every pool");
  table.add("pool", pool, "cut all rows in one pool even when there are labels");
  table.add("pools", pools, "HOW", "pools in place of classes: kmeans:K, or a .npy with a number for each row");
}

PoolRule pool_rule(const SelectOptions& select) {
  const std::string& rule = select.pools;
  if (rule.empty()) return {};
  if (select.pool) throw UsageError("--pool and --pools: all rows in one pool, or pools; give one of the two");
  if (select.method == "random") throw UsageError("--pools is for bins; --method random keeps the shares of the classes");
  if (rule.ends_with(".npy")) return {.file = rule};
  constexpr std::string_view kKMeans = "kmeans:";
  int32_t count = 0;
  const char* end = rule.data() + rule.size();
  if (!rule.starts_with(kKMeans) || std::from_chars(rule.data() + kKMeans.size(), end, count) != std::from_chars_result{end, std::errc()})
    throw UsageError(fmt::format("--pools {}: neither kmeans:K, with a number of pools, nor a .npy file", rule));
  if (count < 1) throw InputError({"", "--pools " + rule, "asks for no pool", "Give a number of pools from 1 on"});
  return {.kmeans = count};
}

std::vector<int32_t> read_pools(const std::filesystem::path& file, int64_t rows, std::span<const int64_t> bad_rows) {
  std::vector<int32_t> pools = read_labels(file, rows);
  for (const int64_t row : bad_rows) pools[static_cast<size_t>(row)] = kNoLabel;
  std::vector<int32_t> numbers;
  std::copy_if(pools.begin(), pools.end(), std::back_inserter(numbers), [](int32_t pool) { return pool != kNoLabel; });
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  for (int32_t& pool : pools) {
    if (pool != kNoLabel) pool = static_cast<int32_t>(std::lower_bound(numbers.begin(), numbers.end(), pool) - numbers.begin());
  }
  return pools;
}

namespace {

/// Where the shares are equal, when pools were asked for.
std::string pools_phrase(const Selection& selection, const SelectOptions& select) {
  std::vector<int64_t> sizes(static_cast<size_t>(selection.pool_count));
  for (const int32_t pool : selection.pools) {
    if (pool != kNoBin) ++sizes[static_cast<size_t>(pool)];
  }
  const auto [least, most] = std::minmax_element(sizes.begin(), sizes.end());
  return fmt::format("each of {} pools (of {} to {} rows) {} {}: each exact within its pool, together not the single-pool cut",
                     sizes.size(), human_count(*least), human_count(*most), select.pools.ends_with(".npy") ? "named by" : "made by",
                     select.pools);
}

std::string pool_phrase(const Input& input, const SelectOptions& select) {
  return input.labelled() && !select.pool ? fmt::format("each of {} classes", input.classes) : "one pool";
}

BinOptions bin_options(const Input& input, const SelectOptions& select, const PoolRule& rule, const FeatureSet& features, uint64_t seed) {
  BinOptions options;
  options.function = parse_function(select.function);
  options.lambda = select.lambda;
  options.bins = select.bins;
  options.per_class = !rule.file.empty() || (input.labelled() && !select.pool);
  options.kmeans = rule.kmeans;
  options.seed = seed;
  options.classes = features.gradient_classes;
  options.ranks = select.ranks;
  if (options.classes > 0 && options.function == Function::graph_cut) options.function = Function::graph_cut_gradient;
  return options;
}

/// What the bins follow from. Labels come first: they are part of the rows' digest, so where only they changed, they are named.
std::vector<Checkpoint::Source> sources_of(const Input& input, const FeatureSet& features, const std::filesystem::path& pools_file,
                                           std::span<const int32_t> pools, const Context& context) {
  const std::string root = input.dataset.root.string();
  const std::vector<int64_t> bad = input.bad_rows();
  const std::string rows = input.digest;
  std::vector<Checkpoint::Source> sources = {
      {"labels", input.labels_file.empty() ? root : input.labels_file.string(), Digest().add(std::as_bytes(std::span(input.labels))).hex()},
      {"bad rows", root, Digest().add(std::as_bytes(std::span(bad))).hex()},
      {"rows", root, rows},
      {"features", features.file, features.kind == "rows" ? rows : digest_of_rows(features.features, context)}};
  if (!pools_file.empty()) sources.insert(sources.begin(), {"pools", pools_file.string(), Digest().add(std::as_bytes(pools)).hex()});
  return sources;
}

}  // namespace

Json deciding_options(const SelectOptions& select, const FeatureOptions& features, uint64_t seed) {
  SelectOptions resolved = select;
  FeatureOptions sight = features;
  if (resolved.method == "auto") resolved.method = "bins";
  if (!pool_rule(select).file.empty()) resolved.pools = "a file";
  if (sight.features.ends_with(".npy")) sight.features = "a file";  // whatever its name: its digest decides
  OptionTable table;
  resolved.declare(table);
  sight.declare(table);
  Json deciding = Json::object();
  for (const Option& option : table.options()) {
    if (option.effect == Effect::result) deciding[option.name] = option.get();
  }
  deciding["seed"] = seed;
  return deciding;
}

Chosen choose_rows(const Input& input, const SelectOptions& select, const FeatureOptions& features, int64_t /*count*/, uint64_t seed,
                   Checkpoint& checkpoint, RunLog& log, const Context& context) {
  Chosen chosen;
  const std::vector<int64_t> bad = input.bad_rows();
  const std::vector<int32_t> labels = input.labelled() ? input.labels : std::vector<int32_t>();
  if (select.method == "random") {
    chosen.selection = select_random(input.rows(), labels, bad, !select.pool, seed);
    chosen.note = fmt::format("random rows, the same share of {}", pool_phrase(input, select));
    return chosen;
  }
  if (select.method != "bins" && select.method != "auto")
    throw UsageError(fmt::format("--method {}: there are bins, random and auto", select.method));
  const PoolRule rule = pool_rule(select);
  const std::vector<int32_t> pools = rule.file.empty() ? labels : read_pools(rule.file, input.rows(), bad);
  chosen.features = log.stage("features", [&] { return obtain_features(input, features, seed, context); });
  chosen.selection = log.stage("bins", [&] {
    checkpoint.begin(sources_of(input, chosen.features, rule.file, pools, context));
    auto selection =
        select_bins(chosen.features.features, pools, bad, bin_options(input, select, rule, chosen.features, seed), context, &checkpoint);
    checkpoint.flush();
    return selection;
  });
  chosen.note =
      fmt::format("the same share of each of {} bins, cut by {} over {} features ({} columns) in {}", select.bins, select.function,
                  chosen.features.kind == "rows" ? "the given" : chosen.features.kind, chosen.features.features.width(),
                  select.pools.empty() ? pool_phrase(input, select) : pools_phrase(chosen.selection, select));
  return chosen;
}

}  // namespace decant
