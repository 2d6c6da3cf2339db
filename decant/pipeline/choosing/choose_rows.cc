#include "decant/pipeline/choosing/choose_rows.h"

#include <algorithm>
#include <memory>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/pipeline/choosing/automatic.h"
#include "decant/pipeline/choosing/material.h"
#include "decant/pipeline/choosing/method_options.h"
#include "decant/pipeline/choosing/pool_source.h"
#include "decant/pipeline/choosing/rankers.h"
#include "decant/select/bins/bins.h"
#include "decant/select/methods/weighted_bins.h"

namespace decant {

void SelectOptions::declare(OptionTable& table) {
  std::string names = "auto";
  for (const MethodInfo& info : methods()) names += ", " + info.name;
  table.add("method", method, "NAME", "how rows are chosen: " + names + "; options may follow: ccs+hard-cut=0.2");
  table.add("function", function, "NAME", "what the bins maximise: graph-cut, graph-cut-dot, graph-cut-euclidean");
  table.add("lambda", lambda, "L", "weight of coverage against redundancy in graph-cut");
  table.add("bins", bins, "N", "bins in every pool");
  table.add("pool", pool, "choose from all rows in one pool even when there are labels");
  table.add("pools", pools, "HOW", "pools in place of classes: kmeans:K, or a .npy with a number for each row");
  table.add("scores", scores, "WHAT",
            "probe, a folder of `decant scores`, or a .npy with a number for each row; auto = train a proxy on pictures, a linear probe on "
            "a matrix");
  table.add("rule", rule, "NAME", "from scores to rows: top, band, strata, beta; default: the method's own");
  table.add("hard-cut", hard_cut, "SHARE", "set the hardest rows of every pool aside first; -1 = ccs: the published share, others: none");
  table.add("beta-mode", beta_mode, "M", "rule beta: where rows are drawn most, 0 = the hardest, 1 = the easiest; -1 = 0.7");
  table.add("beta-power", beta_power, "P", "rule beta: weight of the score against difficulty alone; -1 = the method's own");
  table.add("score-net", score_net, "NET", "the proxy that scores are watched on");
  table.add("score-epochs", score_epochs, "N", "passes over the set of the proxy");
  table.add("minutes", minutes, "M", "auto: how long training a proxy may take; 0 = as long as it takes");
}

namespace {

BinOptions bin_options(const Material& material, const PoolRule& rule) {
  const SelectOptions& select = material.select;
  BinOptions options;
  options.function = parse_function(select.function);
  options.lambda = select.lambda;
  options.bins = select.bins;
  options.per_class = !rule.file.empty() || !material.labels.empty();
  options.kmeans = material.pooled ? 0 : rule.kmeans;
  options.seed = material.seed;
  options.classes = material.features.gradient_classes;
  options.ranks = select.ranks;
  if (options.classes > 0 && options.function == Function::graph_cut) options.function = Function::graph_cut_gradient;
  return options;
}

/// What the bins follow from. Labels come first: they are part of the rows' digest, so where only they changed, they are named.
std::vector<Checkpoint::Source> sources_of(const Material& material, const std::filesystem::path& pools_file,
                                           std::span<const int32_t> pools, const Context& context) {
  const Input& input = *material.input;
  const FeatureSet& features = material.features;
  const std::string root = input.dataset.root.string();
  const std::vector<int64_t>& bad = material.left_out;
  const std::string rows = input.digest;
  std::vector<Checkpoint::Source> sources = {
      {"labels", input.labels_file.empty() ? root : input.labels_file.string(), Digest().add(std::as_bytes(std::span(input.labels))).hex()},
      {"bad rows", root, Digest().add(std::as_bytes(std::span(bad))).hex()},
      {"rows", root, rows},
      {"features", features.file, features.kind == "rows" ? rows : digest_of_rows(features.features, context)}};
  if (!material.scores.empty())
    sources.insert(sources.begin(), {"scores", material.select.scores == "auto" ? root : material.select.scores,
                                     Digest().add(std::as_bytes(std::span(material.scores))).hex()});
  if (!pools_file.empty()) sources.insert(sources.begin(), {"pools", pools_file.string(), Digest().add(std::as_bytes(pools)).hex()});
  return sources;
}

}  // namespace

Json deciding_options(const SelectOptions& select, const FeatureOptions& features, uint64_t seed) {
  SelectOptions resolved = method_of(select.method, select);
  FeatureOptions sight = features;
  if (!pool_rule(resolved).file.empty()) resolved.pools = "a file";
  if (has_score_column(resolved)) resolved.scores = "a file";
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

namespace {

Selection cut_bins(const Material& material, Checkpoint& checkpoint, const Context& context) {
  const SelectOptions& select = material.select;
  const PoolRule rule = pool_rule(select);
  const std::vector<int32_t> pools =
      rule.file.empty() || material.pooled ? material.labels : read_pools(rule.file, material.input->rows(), material.left_out);
  checkpoint.begin(sources_of(material, rule.file, pools, context));
  Selection selection =
      select_bins(material.features.features, pools, material.left_out, bin_options(material, rule), context, &checkpoint);
  checkpoint.flush();
  return selection;
}

std::string bins_note(const Material& material, const Selection& selection) {
  const SelectOptions& select = material.select;
  return fmt::format("the same share of each of {} bins, cut by {} over {} in {}", select.bins, select.function, features_phrase(material),
                     select.pools.empty()
                         ? pools_phrase(material)
                         : pools_phrase(selection.pools, select.pools) + ": each exact within its pool, together not the single-pool cut");
}

}  // namespace

Chosen choose_rows(const Input& input, const SelectOptions& asked, const FeatureOptions& features, int64_t count, uint64_t seed,
                   Checkpoint& checkpoint, RunLog& log, const Context& context) {
  require_sound(asked);
  const SelectOptions named = method_of(asked.method, asked);
  const Automatic automatic =
      named.method == "auto"
          ? choose_method(known_of(input.dataset.train(), input.eligible_rows(), input.usable_labels(), named, features, context), named,
                          count)
          : Automatic{named, ""};
  const auto material = std::make_shared<const Material>(gather(input, automatic.select, features, count, seed, log, context));
  const std::string& method = automatic.select.method;
  Chosen chosen;
  chosen.select = automatic.select;
  chosen.features = material->features;
  if (method == "random") {
    chosen.redraw = [material](uint64_t s) { return draw_random(*material, s); };
    chosen.selection = chosen.redraw(seed);
    chosen.note = fmt::format("random rows, the same share of {}", pools_phrase(*material));
  } else if (method == "bins") {
    chosen.selection = log.stage("bins", [&] { return cut_bins(*material, checkpoint, context); });
    chosen.note = bins_note(*material, chosen.selection);
  } else if (method == "bins-weighted") {
    const auto bins = std::make_shared<const Selection>(log.stage("bins", [&] { return cut_bins(*material, checkpoint, context); }));
    chosen.redraw = [material, bins, context](uint64_t s) {
      return weighted_bins(*bins, material->features.features, {}, material->count, {.seed = s}, context);
    };
    chosen.selection = chosen.redraw(seed);
    chosen.note = "shares by what a bin represents, not " + bins_note(*material, *bins);
  } else {
    const auto rank = [material, context](uint64_t s) { return rank_rows(*material, s, context); };
    chosen.selection = log.stage("rank", [&] { return rank(seed); });
    if (draws(automatic.select)) chosen.redraw = rank;
    chosen.note = rank_note(*material);
  }
  chosen.note += material->cut_note + automatic.reason;
  return chosen;
}

}  // namespace decant
