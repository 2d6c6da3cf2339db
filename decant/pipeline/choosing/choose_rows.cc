#include "decant/pipeline/choosing/choose_rows.h"

#include <memory>

#include "decant/base/digest.h"
#include "decant/base/json.h"
#include "decant/pipeline/choosing/material.h"
#include "decant/pipeline/choosing/pool_source.h"
#include "decant/select/rules/list.h"

namespace decant {
namespace {

MethodInputs method_inputs(const Material& material, Checkpoint& checkpoint) {
  return {.rows = material.input->rows(),
          .count = material.count,
          .labels = material.pools.of_row,
          .left_out = material.left_out,
          .features = material.features.features,
          .gradient_classes = material.features.gradient_classes,
          .scores = material.scores,
          .ease = material.ease,
          .left_out_by_count = material.method.hard_cut_follows_from_count(),
          .options = material.options().own,
          .kmeans = material.kmeans,
          .keeper = &checkpoint,
          .ranks = material.options().ranks};
}

/// What the bins follow from. Labels come first: they are part of the rows' digest, so where only they changed, they are named.
std::vector<Checkpoint::Source> sources_of(const Material& material, const Context& context) {
  const Input& input = *material.input;
  const FeatureSet& features = material.features;
  const std::string root = input.dataset.root.string();
  const std::vector<int64_t>& bad = material.left_out;
  const std::string rows = input.digest;
  std::vector<Checkpoint::Source> sources = {
      {"labels", input.labels_file.empty() ? root : input.labels_file.string(), Digest().add(std::as_bytes(std::span(input.labels))).hex()},
      {"bad rows", root, Digest().add(std::as_bytes(std::span(bad))).hex()},
      {"rows", root, rows},
      {"features", features.file, features.of_input ? rows : digest_of_rows(features.features, context)}};
  if (!material.scores.empty())
    sources.insert(sources.begin(), {"scores", material.options().scores == "auto" ? root : material.options().scores,
                                     Digest().add(std::as_bytes(std::span(material.scores))).hex()});
  if (const PoolRule pools = pool_rule(material.options()); !pools.file.empty())
    sources.insert(sources.begin(), {"pools", pools.file.string(), Digest().add(std::as_bytes(std::span(material.pools.of_row))).hex()});
  return sources;
}

/// What keeps only the hardest rows fails when little is kept (rules/top.h).
void warn_of_the_hardest(const Material& material, const Context& context) {
  const Method& method = *material.method.method;
  const Rule* const rule = rule_of(method, material.options().own);
  if (rule == nullptr || !rule->keeps_the_hardest || method.scores == Scores::column || material.keep() > 1.0 / 3) return;
  context.warn(
      fmt::format("--method {} keeps the hardest rows, which is known to fail at small ratios ({:.3g} % here); try --rule beta or "
                  "--rule strata --hard-cut 0.3",
                  method.name, 100 * material.keep()));
}

std::string note_about(const Material& material, const MethodInputs& inputs, const Selection& selection) {
  const Method& method = *material.method.method;
  const std::string& rule = material.options().pools;
  const bool within = method.cuts_bins && !rule.empty();
  const MethodPhrases phrases{.features = features_phrase(material),
                              .scores = material.score_note,
                              .pools = pools_phrase(within ? Grouping{.of_row = selection.pools, .origin = rule} : material.pools),
                              .keep = material.keep()};
  return note_of(method, inputs, phrases) + (within ? ": each exact within its pool, together not the single-pool cut" : "") +
         material.cut_note + material.method.reason;
}

}  // namespace

ResolvedMethod method_for(const MethodSpec& spec, const Input& input, const FeatureOptions& features, int64_t count,
                          const Context& context) {
  const auto known = [&] {
    return known_of(input.dataset.train(), input.eligible_rows(), input.usable_of(input.labels), spec.options, features, context);
  };
  return choose_method(spec, known, count);
}

Chosen choose_rows(const Input& input, const ResolvedMethod& resolved, const FeatureOptions& features, int64_t count, uint64_t seed,
                   Checkpoint& checkpoint, RunLog& log, const Context& context) {
  const auto material = std::make_shared<const Material>(gather(input, resolved, features, count, seed, log, context));
  const Method& method = *resolved.method;
  const MethodInputs inputs = method_inputs(*material, checkpoint);
  const auto choose = [&] {
    if (method.cuts_bins) checkpoint.begin(sources_of(*material, context));
    MethodResult result = choose_by(method, inputs, seed, context);
    if (method.cuts_bins) checkpoint.flush();
    return result;
  };
  warn_of_the_hardest(*material, context);
  const bool at_once = !method.features && method.scores == Scores::none;
  MethodResult result = at_once ? choose() : log.stage(method.cuts_bins ? "bins" : "rank", choose);
  Chosen chosen{.selection = std::move(result.selection),
                .method = resolved,
                .features = material->features,
                .trained_proxy = material->dynamics.dynamics.epochs() > 0 && resolved.options.scores == "auto"};
  chosen.note = note_about(*material, inputs, chosen.selection);
  if (result.redraw) chosen.redraw = [material, redraw = std::move(result.redraw)](uint64_t s) { return redraw(s); };
  return chosen;
}

Json deciding_options(const MethodSpec& spec, const FeatureOptions& features, uint64_t seed) {
  SelectOptions options = spec.options;
  FeatureOptions sight = features;
  OptionTable table;
  options.declare(table);
  sight.declare(table);
  table.add("seed", seed, "N", "");
  return table.deciding();
}

std::vector<std::string> files_named(const SelectOptions& select, const FeatureOptions& features) {
  std::vector<std::string> files = {features.weights.string(), pool_rule(select).file.string()};
  if (select.scores != "auto" && select.scores != "probe") files.push_back(select.scores);
  if (features.features.ends_with(".npy")) files.push_back(features.features);
  return files;
}

}  // namespace decant
