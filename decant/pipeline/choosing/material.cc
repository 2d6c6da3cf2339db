#include "decant/pipeline/choosing/material.h"

#include <algorithm>
#include <cmath>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/choosing/pool_source.h"
#include "decant/select/pools/pools.h"
#include "decant/select/pools/ranking.h"
#include "decant/select/scores/probe.h"
#include "decant/select/scores/scores.h"

namespace decant {
namespace {

/// Pools of the rows that are not left out.
Pools pools_in(const Material& material) {
  return make_pools(mark_rows(material.input->rows(), material.left_out), material.pools.of_row);
}

/// 1 for the smallest score of a pool … 0 for the largest, by rank: for numbers of which nothing else is known.
std::vector<double> ease_by_rank(const Material& material) {
  std::vector<double> ease(material.scores.size());
  for (const auto& rows : pools_in(material).rows) {
    std::vector<double> own;
    for (const int64_t row : rows) own.push_back(material.scores[static_cast<size_t>(row)]);
    const std::vector<int64_t> order = falling_order(own);
    for (size_t i = 0; i < order.size(); ++i)
      ease[static_cast<size_t>(rows[static_cast<size_t>(order[i])])] = (static_cast<double>(i) + 0.5) / static_cast<double>(order.size());
  }
  return ease;
}

void rank_by_column(Material& material) {
  material.ease = ease_by_rank(material);
  material.score_note = material.options().scores;
}

void score_by_probe(Material& material, std::span<const int32_t> labels, const Context& context) {
  const Input& input = *material.input;
  for (const int64_t row : input.usable_rows()) {
    if (labels[static_cast<size_t>(row)] == kNoLabel)
      throw InputError({(input.labels_file.empty() ? input.dataset.root : input.labels_file).string(), fmt::format("row {}", row),
                        "has no label, and a linear probe needs labels of all rows",
                        "Give --labels, or scores: --scores FILE.npy; or choose without scores: --method random or k-means"});
  }
  const Probe probe = probe_margins(material.features.features, labels, material.left_out, context);
  material.scores.clear();
  for (const double margin : probe.margins) material.scores.push_back(-margin);
  material.ease = ease_by_rank(material);
  material.score_note =
      fmt::format("leave-one-out margins of a linear probe ({:.1f} % right) on {}", 100 * probe.right, features_phrase(material));
}

DynamicsSet dynamics_for(const Material& material, const Grouping& taught, const FeatureOptions& features, const Context& context) {
  const SelectOptions& select = material.options();
  if (select.scores != "auto") return read_dynamics_of(select.scores, *material.input);
  return obtain_dynamics(*material.input, taught,
                         {.net = select.score_net,
                          .epochs = select.score_epochs,
                          .image_size = features.image_size,
                          .device = features.device,
                          .cache = features.cache},
                         material.seed, context);
}

/// Rows that the record did not see, or saw overflow, have nothing to say.
void require_scored(const Material& material) {
  for (const int64_t row : material.input->usable_rows()) {
    const double score = material.scores[static_cast<size_t>(row)];
    if (std::isfinite(score) && std::isfinite(material.ease[static_cast<size_t>(row)])) continue;
    throw InputError({material.dynamics.folder.string(), fmt::format("row {} ({})", row, material.input->dataset.train().key(row)),
                      std::isnan(score) ? "was not observed: it could not be read when the record was made" : "has no finite score",
                      "Let decant exclude bad rows (drop --no-check), or record the dynamics again: decant scores"});
  }
}

void score_by_record(Material& material, const Grouping& taught, const FeatureOptions& features, const Context& context) {
  material.dynamics = dynamics_for(material, taught, features, context);
  const Method& method = *material.method.method;
  const std::string name = method.scores == Scores::record ? method.name : "aum";
  material.scores = score_rows(name, material.dynamics.dynamics, context);
  material.ease = mean_probability(material.dynamics.dynamics, context);
  require_scored(material);
  material.score_note = fmt::format("{} epochs of {}", material.dynamics.dynamics.epochs(), material.dynamics.record.value("net", ""));
}

/// Sets the hardest share of every pool aside; of equals, the larger row. `asked`: rows to keep, 0 = as many as are left.
void cut_hardest(Material& material, int64_t asked, const Context& context) {
  const double cut = material.cut;
  if (cut == 0) return;
  const bool by_record = material.dynamics.dynamics.epochs() > 0;
  const std::vector<double> hard = by_record ? score_rows("aum", material.dynamics.dynamics, context) : material.scores;
  int64_t taken = 0;
  for (const auto& rows : pools_in(material).rows) {
    std::vector<double> own;
    for (const int64_t row : rows) own.push_back(-hard[static_cast<size_t>(row)]);
    const std::vector<int64_t> easiest_first = falling_order(own);
    const auto count = static_cast<size_t>(cut * static_cast<double>(rows.size()) + 1e-9);  // 0.29 · 100 is 28.999…
    for (size_t i = rows.size() - count; i < rows.size(); ++i) material.left_out.push_back(rows[static_cast<size_t>(easiest_first[i])]);
    taken += static_cast<int64_t>(count);
  }
  std::sort(material.left_out.begin(), material.left_out.end());
  const int64_t left = material.input->rows() - std::ssize(material.left_out);
  if (left < asked)
    throw InputError({material.input->dataset.root.string(), "",
                      fmt::format("{} rows are to be kept, but --hard-cut {} leaves {}", human_count(asked), cut, human_count(left)),
                      "Lower --hard-cut or --keep"});
  material.cut_note = fmt::format("; the hardest {} rows ({:.3g} % of each pool, by {}) dropped first", human_count(taken), 100 * cut,
                                  by_record                                     ? "aum, " + material.score_note
                                  : material.options().scores.ends_with(".npy") ? "the given scores"
                                                                                : material.score_note);
}

}  // namespace

Material gather(const Input& input, const ResolvedMethod& resolved, const FeatureOptions& features, int64_t count, uint64_t seed,
                RunLog& log, const Context& context) {
  Material material{.input = &input, .method = resolved, .count = count, .seed = seed};
  const Method& method = *resolved.method;
  const SelectOptions& select = material.options();
  material.left_out = input.excluded_rows().rows();
  if (count == 0) material.count = input.rows() - std::ssize(material.left_out);
  material.cut = resolved.hard_cut(material.keep());
  const ScoreSource source = resolved.score_source(input.dataset.train().pictures() != nullptr, material.cut != 0);
  const bool by_probe = source == ScoreSource::probe;
  const PoolRule pools = pool_rule(select);
  const bool method_makes_pools = pools.kmeans > 0 && method.cuts_bins && material.cut == 0;  // ranks share that work
  const bool by_kmeans = pools.kmeans > 0 && !method_makes_pools;
  if (source == ScoreSource::column) material.scores = read_scores(select.scores, input);  // cheap: faults show at once
  if (method.features || by_probe || by_kmeans)
    material.features = log.stage("features", [&] { return obtain_features(input, features, seed, context); });
  if ((method.features && !method.cuts_bins) || by_probe || by_kmeans)
    require_finite(material.features.features, material.features.file, mark_rows(input.rows(), material.left_out), {}, context);
  if (method_makes_pools)
    material.kmeans = pools.kmeans;
  else if (pools.given())
    material.pools = log.stage("pools", [&] { return make_grouping(pools, input, material.features, seed, context); });
  else if (!select.pool && input.labelled())
    material.pools = input.grouping();
  if (source == ScoreSource::column) rank_by_column(material);
  // With --pools, a probe or proxy is taught the numbers of the pools as if they were classes.
  const auto taught = [&] { return pools.given() ? material.pools : input.grouping(); };
  if (by_probe) log.stage("scores", [&] { score_by_probe(material, taught().of_row, context); });
  if (source == ScoreSource::record) log.stage("scores", [&] { score_by_record(material, taught(), features, context); });
  if (source != ScoreSource::none) cut_hardest(material, count, context);
  if (count == 0) material.count = input.rows() - std::ssize(material.left_out);
  return material;
}

std::string features_phrase(const Material& material) {
  const FeatureSet& set = material.features;
  return fmt::format("{} features ({} columns)", set.of_input ? "the given" : set.kind, set.features.width());
}

}  // namespace decant
