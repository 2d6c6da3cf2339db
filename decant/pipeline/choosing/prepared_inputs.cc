#include "decant/pipeline/choosing/prepared_inputs.h"

#include <algorithm>
#include <cmath>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/choosing/object_features.h"
#include "decant/pipeline/choosing/pool_source.h"
#include "decant/pipeline/choosing/target_source.h"
#include "decant/select/pools/pools.h"
#include "decant/select/pools/ranking.h"
#include "decant/select/scores/probe.h"
#include "decant/select/scores/scores.h"

namespace decant {
namespace {

/// Pools of the rows that are not left out.
Pools pools_in(const PreparedInputs& prepared) {
  return make_pools(mark_rows(prepared.input->rows(), prepared.left_out), prepared.pools.of_row);
}

/// 1 for the smallest score of a pool … 0 for the largest, by rank: for numbers of which nothing
/// else is known.
std::vector<double> ease_by_rank(const PreparedInputs& prepared) {
  std::vector<double> ease(prepared.scores.size());
  for (const auto& rows : pools_in(prepared).rows) {
    std::vector<double> own;
    for (const int64_t row : rows) own.push_back(prepared.scores[static_cast<size_t>(row)]);
    const std::vector<int64_t> order = falling_order(own);
    for (size_t i = 0; i < order.size(); ++i)
      ease[static_cast<size_t>(rows[static_cast<size_t>(order[i])])] = (static_cast<double>(i) + 0.5) / static_cast<double>(order.size());
  }
  return ease;
}

void rank_by_column(PreparedInputs& prepared) {
  prepared.ease = ease_by_rank(prepared);
  prepared.score_note = prepared.options().scores;
}

std::vector<double> given_scores(const ChoosingOptions& select, const Input& input) {
  std::vector<double> scores(select.given_scores.begin(), select.given_scores.end());
  require_scores(scores, input, select.scores);
  return scores;
}

void score_by_probe(PreparedInputs& prepared, std::span<const int32_t> labels, const Context& context) {
  const Input& input = *prepared.input;
  for (const int64_t row : input.usable_rows()) {
    if (labels[static_cast<size_t>(row)] == kNoLabel)
      throw InputError({(input.labels_file.empty() ? input.dataset.root : input.labels_file).string(), fmt::format("row {}", row),
                        "has no label, and a linear probe needs labels of all rows",
                        "Give --labels, or scores: --scores FILE.npy; or choose without scores: --method random or k-means"});
  }
  const Probe probe = probe_margins(prepared.features.features, labels, prepared.left_out, context);
  prepared.scores.clear();
  for (const double margin : probe.margins) prepared.scores.push_back(-margin);
  prepared.ease = ease_by_rank(prepared);
  prepared.score_note =
      fmt::format("leave-one-out margins of a linear probe ({:.1f} % right) on {}", 100 * probe.right, features_phrase(prepared));
}

DynamicsSet dynamics_for(const PreparedInputs& prepared, const Grouping& taught, const FeatureOptions& features, const Context& context) {
  const ChoosingOptions& select = prepared.options();
  if (select.given_dynamics.epochs() > 0)
    return {.dynamics = select.given_dynamics, .folder = select.scores, .record = {.net = select.scores}, .reused = true};
  if (select.scores != "auto") return read_dynamics_of(select.scores, *prepared.input);
  return obtain_dynamics(*prepared.input, taught,
                         {.net = select.score_net,
                          .epochs = select.score_epochs,
                          .image_size = features.image_size,
                          .device = features.device,
                          .cache = features.cache},
                         prepared.seed, context);
}

/// Rows that the record did not see, or saw overflow, have nothing to say.
void require_scored(const PreparedInputs& prepared) {
  for (const int64_t row : prepared.input->usable_rows()) {
    const double score = prepared.scores[static_cast<size_t>(row)];
    if (std::isfinite(score) && std::isfinite(prepared.ease[static_cast<size_t>(row)])) continue;
    throw InputError({prepared.dynamics.folder.string(), fmt::format("row {} ({})", row, prepared.input->dataset.train().key(row)),
                      std::isnan(score) ? "was not observed: it could not be read when the record was made" : "has no finite score",
                      "Let decant exclude bad rows (drop --no-check), or record the dynamics again: decant scores"});
  }
}

void score_by_record(PreparedInputs& prepared, const Grouping& taught, const FeatureOptions& features, const Context& context) {
  prepared.dynamics = dynamics_for(prepared, taught, features, context);
  const Method& method = *prepared.method.method;
  const std::string name = method.scores == Scores::record ? method.name : "aum";
  prepared.scores = score_rows(name, prepared.dynamics.dynamics, context);
  prepared.ease = mean_probability(prepared.dynamics.dynamics, context);
  require_scored(prepared);
  prepared.score_note = fmt::format("{} epochs of {}", prepared.dynamics.dynamics.epochs(), prepared.dynamics.record.net);
}

/// Sets the hardest share of every pool aside, but for rows that stay chosen; of equals, the larger
/// row. `asked`: rows to keep, 0 = as many as are left.
void cut_hardest(PreparedInputs& prepared, int64_t asked, const Context& context) {
  const double cut = prepared.cut;
  if (cut == 0) return;
  const bool by_record = prepared.dynamics.dynamics.epochs() > 0;
  const std::vector<double> hard = by_record ? score_rows("aum", prepared.dynamics.dynamics, context) : prepared.scores;
  std::vector<int64_t> stay(prepared.options().chosen.rows.begin(), prepared.options().chosen.rows.end());
  std::ranges::sort(stay);
  const Subset chosen(std::move(stay));
  int64_t taken = 0;
  for (const auto& rows : pools_in(prepared).rows) {
    std::vector<double> own;
    for (const int64_t row : rows) own.push_back(-hard[static_cast<size_t>(row)]);
    const std::vector<int64_t> easiest_first = falling_order(own);
    const auto count = static_cast<size_t>(cut * static_cast<double>(rows.size()) + 1e-9);  // 0.29 · 100 is 28.999…
    for (size_t i = rows.size() - count; i < rows.size(); ++i) {
      const int64_t row = rows[static_cast<size_t>(easiest_first[i])];
      if (chosen.contains(row)) continue;
      prepared.left_out.push_back(row);
      ++taken;
    }
  }
  std::sort(prepared.left_out.begin(), prepared.left_out.end());
  const int64_t left = prepared.input->rows() - std::ssize(prepared.left_out);
  if (left < asked)
    throw InputError({prepared.input->dataset.root.string(), "",
                      fmt::format("{} rows are to be kept, but --hard-cut {} leaves {}", human_count(asked), cut, human_count(left)),
                      "Lower --hard-cut or --keep"});
  prepared.cut_note = fmt::format("; the hardest {} rows ({:.3g} % of each pool, by {}) dropped first", human_count(taken), 100 * cut,
                                  by_record                                  ? "aum, " + prepared.score_note
                                  : prepared.options().scores_are_a_column() ? "the given scores"
                                                                             : prepared.score_note);
}

void warn_of_turns(const PreparedInputs& prepared, const Context& context) {
  const int64_t targets = prepared.targets.features.count();
  if (targets <= prepared.count) return;
  context.warn(fmt::format("{} rows are kept toward {} targets, so the last {} targets have no turn", human_count(prepared.count),
                           human_count(targets), human_count(targets - prepared.count)));
}

ClassAmounts counted_amounts(const Input& input, const Context& context) {
  ClassAmounts amounts = amounts_of(input.dataset.train(), input.classes, context);
  if (amounts.entries.empty())
    throw InputError({input.dataset.root.string(), "", "no row holds an object or has a class, and this method chooses by them",
                      "Choose without labels: --method random or k-means"});
  return amounts;
}

}  // namespace

PreparedInputs prepare_inputs(const Input& input, const ResolvedMethod& resolved, const FeatureOptions& features, int64_t count,
                              uint64_t seed, RunLog& log, const Context& context) {
  PreparedInputs prepared{.input = &input, .method = resolved, .count = count, .seed = seed};
  const Method& method = *resolved.method;
  const ChoosingOptions& select = prepared.options();
  prepared.left_out = input.excluded_rows().rows();
  if (count == 0) prepared.count = input.rows() - std::ssize(prepared.left_out);
  prepared.cut = resolved.hard_cut(prepared.keep());
  const ScoreSource source = resolved.score_source(input.dataset.train().pictures() != nullptr, prepared.cut != 0);
  const bool by_probe = source == ScoreSource::probe;
  const PoolRule pools = pool_rule(select);
  const bool method_makes_pools = pools.kmeans > 0 && method.cuts_bins && prepared.cut == 0;  // ranks share that work
  const bool by_kmeans = pools.kmeans > 0 && !method_makes_pools;
  if (source == ScoreSource::column)  // cheap: faults show at once
    prepared.scores = select.given_scores.empty() ? read_scores(select.scores, input, context) : given_scores(select, input);
  if (method.features || by_probe || by_kmeans)
    prepared.features = log.stage("features", [&] { return obtain_features(input, features, seed, context); });
  if ((method.features && !method.cuts_bins) || by_probe || by_kmeans)
    require_finite(prepared.features.features, prepared.features.file, mark_rows(input.rows(), prepared.left_out), {}, context);
  if (method.amounts) prepared.amounts = counted_amounts(input, context);
  if (method.objects)
    prepared.objects =
        log.stage("objects", [&] { return obtain_object_features(input, prepared.amounts, prepared.features, features, seed, context); });
  if (method.targets)
    prepared.targets =
        log.stage("targets", [&] { return obtain_targets(select.toward, input, prepared.features, features, seed, context); });
  if (method.targets) warn_of_turns(prepared, context);
  if (method_makes_pools)
    prepared.kmeans = pools.kmeans;
  else if (pools.given())
    prepared.pools = log.stage("pools", [&] { return make_grouping(pools, input, prepared.features, seed, context); });
  else if (!select.pool && input.labelled())
    prepared.pools = input.grouping();
  if (source == ScoreSource::column) rank_by_column(prepared);
  // With --pools, a probe or proxy is taught the numbers of the pools as if they were classes.
  const auto taught = [&] { return pools.given() ? prepared.pools : input.grouping(); };
  if (by_probe) log.stage("scores", [&] { score_by_probe(prepared, taught().of_row, context); });
  if (source == ScoreSource::record) log.stage("scores", [&] { score_by_record(prepared, taught(), features, context); });
  if (source != ScoreSource::none) cut_hardest(prepared, count, context);
  if (count == 0) prepared.count = input.rows() - std::ssize(prepared.left_out);
  return prepared;
}

std::string features_phrase(const PreparedInputs& prepared) {
  const FeatureSet& set = prepared.features;
  return fmt::format("{} features ({} columns)", set.of_input ? "the given" : set.kind, set.features.width());
}

}  // namespace decant
