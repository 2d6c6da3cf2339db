#include "decant/pipeline/choosing/choose_rows.h"

#include <memory>

#include "decant/base/digest.h"
#include "decant/base/json.h"
#include "decant/pipeline/choosing/field_source.h"
#include "decant/pipeline/choosing/pool_source.h"
#include "decant/pipeline/choosing/prepared_inputs.h"
#include "decant/select/rules/list.h"

namespace decant {
namespace {

MethodInputs method_inputs(const PreparedInputs& prepared, Checkpoint& checkpoint) {
  return {.rows = prepared.input->rows(),
          .count = prepared.count,
          .labels = prepared.pools.of_row,
          .left_out = prepared.left_out,
          .features = prepared.features.features,
          .gradient_classes = prepared.features.gradient_classes,
          .targets = prepared.targets.features,
          .amounts = &prepared.amounts,
          .objects = prepared.objects.features,
          .scores = prepared.scores,
          .ease = prepared.ease,
          .shares = prepared.options().shares_of_pools(),
          .left_out_by_count = prepared.method.hard_cut_follows_from_count(),
          .chosen = prepared.options().chosen,
          .options = prepared.options().own,
          .kmeans = prepared.kmeans,
          .keeper = &checkpoint,
          .ranks = prepared.options().ranks};
}

std::string labels_digest(const Column<int32_t>& labels) {
  const std::vector<int32_t> values = labels.values();
  return Digest().add(std::as_bytes(std::span(values))).hex();
}

/// What the bins follow from. Labels come first: they are part of the rows' digest, so where only
/// they changed, they are named.
std::vector<Checkpoint::Source> sources_of(const PreparedInputs& prepared, const Context& context) {
  const Input& input = *prepared.input;
  const FeatureSet& features = prepared.features;
  const std::string root = input.dataset.root.string();
  const std::vector<int64_t>& bad = prepared.left_out;
  const std::string rows = input.digest;
  std::vector<Checkpoint::Source> sources = {
      {"labels", input.labels_file.empty() ? root : input.labels_file.string(), labels_digest(input.labels)},
      {"bad rows", root, Digest().add(std::as_bytes(std::span(bad))).hex()},
      {"rows", root, rows},
      {"features", features.file, features.of_input ? rows : digest_of_rows(features.features, context)}};
  if (!prepared.scores.empty())
    sources.insert(sources.begin(), {"scores", prepared.options().scores.ends_with(".npy") ? prepared.options().scores : root,
                                     Digest().add(std::as_bytes(std::span(prepared.scores))).hex()});
  if (const PoolRule pools = pool_rule(prepared.options()); pools.named())
    sources.insert(sources.begin(), {"pools", pools.file.empty() ? root : pools.file.string(),
                                     Digest().add(std::as_bytes(std::span(prepared.pools.of_row))).hex()});
  return sources;
}

/// What keeps only the hardest rows fails when little is kept (rules/top.h).
void warn_of_the_hardest(const PreparedInputs& prepared, const Context& context) {
  const Method& method = *prepared.method.method;
  const Rule* const rule = rule_of(method, prepared.options().own);
  if (rule == nullptr || !rule->keeps_the_hardest || method.scores == Scores::column || prepared.keep() > 1.0 / 3) return;
  context.warn(
      fmt::format("--method {} keeps the hardest rows, which is known to fail at small ratios ({:.3g} % here); try --rule beta or "
                  "--rule strata --hard-cut 0.3",
                  method.name, 100 * prepared.keep()));
}

std::string note_about(const PreparedInputs& prepared, const MethodInputs& inputs, const Selection& selection) {
  const Method& method = *prepared.method.method;
  const std::string& rule = prepared.options().pools;
  const bool within = method.cuts_bins && !rule.empty();
  const MethodPhrases phrases{.features = features_phrase(prepared),
                              .scores = prepared.score_note,
                              .pools = pools_phrase(within ? Grouping{.of_row = selection.pools.values(), .origin = rule} : prepared.pools),
                              .keep = prepared.keep()};
  return note_of(method, inputs, phrases) + (within ? ": each exact within its pool, together not the single-pool cut" : "") +
         prepared.cut_note + prepared.method.reason;
}

}  // namespace

ResolvedMethod method_for(const MethodSpec& spec, const Input& input, const FeatureOptions& features, int64_t count,
                          const Context& context) {
  const auto known = [&] {
    return known_of(input.dataset.train(), input.eligible_rows(), input.labels_in_use(), spec.options, features, context);
  };
  return choose_method(spec, known, count);
}

ChosenRows choose_rows(const Input& input, const ResolvedMethod& resolved, const FeatureOptions& features, int64_t count, uint64_t seed,
                       Checkpoint& checkpoint, RunLog& log, const Context& context) {
  const auto prepared = std::make_shared<const PreparedInputs>(prepare_inputs(input, resolved, features, count, seed, log, context));
  const Method& method = *resolved.method;
  const MethodInputs inputs = method_inputs(*prepared, checkpoint);
  const auto choose = [&] {
    if (method.cuts_bins) checkpoint.begin(sources_of(*prepared, context));
    MethodResult result = choose_by(method, inputs, seed, context);
    if (method.cuts_bins) checkpoint.flush();
    return result;
  };
  warn_of_the_hardest(*prepared, context);
  const bool at_once = !method.features && method.scores == Scores::none;
  MethodResult result = at_once ? choose() : log.stage(method.cuts_bins ? "bins" : "rank", choose);
  ChosenRows chosen{.selection = std::move(result.selection),
                    .method = resolved,
                    .features = prepared->features,
                    .trained_proxy = prepared->dynamics.dynamics.epochs() > 0 && resolved.options.scores == "auto"};
  chosen.note = note_about(*prepared, inputs, chosen.selection);
  if (result.redraw) chosen.redraw = [prepared, redraw = std::move(result.redraw)](uint64_t s) { return redraw(s); };
  return chosen;
}

Json deciding_options(const MethodSpec& spec, const FeatureOptions& features, uint64_t seed) {
  ChoosingOptions options = spec.options;
  FeatureOptions sight = features;
  OptionTable table;
  options.declare(table);
  sight.declare(table);
  table.add("seed", seed, "N", "");
  return table.deciding();
}

std::vector<std::string> files_named(const ChoosingOptions& select, const FeatureOptions& features) {
  std::vector<std::string> files = {features.weights.string(), pool_rule(select).file.string()};
  if (!select.toward.empty()) files.push_back(select.toward);
  if (select.scores != "auto" && select.scores != "probe" && !field_named(select.scores)) files.push_back(select.scores);
  if (features.features.ends_with(".npy")) files.push_back(features.features);
  return files;
}

}  // namespace decant
