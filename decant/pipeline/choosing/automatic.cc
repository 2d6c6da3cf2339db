#include "decant/pipeline/choosing/automatic.h"

#include <algorithm>
#include <set>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/module.h"
#include "decant/pipeline/choosing/plan_costs.h"
#include "decant/pipeline/choosing/pool_source.h"

namespace decant {
namespace {

// Both are guesses on the careful side: twelve epochs and thousands of rows are what was measured.
constexpr int kFewestEpochs = 6;
constexpr int64_t kFewestRows = 50;  // of a class
constexpr double kShortOnly = 20;    // per cent kept; gains above it were measured in short trainings alone (docs/evidence.md)

Automatic random_rows(const SelectOptions& select, const std::string& why) {
  Automatic automatic{select, "; chosen because " + why};
  automatic.select.method = "random";
  return automatic;
}

Automatic by(const std::string& method, const Known& known, const SelectOptions& select, double percent) {
  Automatic automatic{select,
                      fmt::format("; chosen because there are {} and {:.3g} % are kept", known.pooled ? "pools" : "labels", percent)};
  automatic.select.method = method;
  return automatic;
}

/// As many epochs as there is time for.
int affordable_epochs(const Known& known, const SelectOptions& select) {
  if (select.minutes <= 0) return select.score_epochs;
  const double each = costs::proxy_seconds(static_cast<double>(known.rows), known.area, known.threads);
  return static_cast<int>(std::min<double>(select.score_epochs, 60 * select.minutes / each));
}

Automatic by_progress(const Known& known, const SelectOptions& select, double percent) {
  Automatic automatic = by("progress", known, select, percent);
  if (percent > kShortOnly) automatic.reason += "; gains measured at such ratios are of short trainings";
  if (select.scores != "auto") return automatic;  // a record is there
  if (select.score_epochs < kFewestEpochs) return random_rows(select, fmt::format("--score-epochs {} is too few", select.score_epochs));
  automatic.select.score_epochs = affordable_epochs(known, select);
  if (automatic.select.score_epochs >= kFewestEpochs) return automatic;
  return random_rows(select, fmt::format("--minutes {:g} is too short for a proxy", select.minutes));
}

}  // namespace

Known known_of(const Rows& train, int64_t rows, std::span<const int32_t> labels, const SelectOptions& select,
               const FeatureOptions& features, const Context& context) {
  Known known{.rows = rows,
              .pictures = train.pictures() != nullptr,
              .networks = has_module(kNeuralModule),
              .area = picture_area(train, features),
              .threads = context.thread_count()};
  const PoolRule pools = pool_rule(select);
  const std::vector<int32_t> named = pools.file.empty() ? std::vector<int32_t>() : read_pools(pools.file, train.size(), {});
  const std::set<int32_t> classes = pools.file.empty() ? std::set(labels.begin(), labels.end()) : std::set(named.begin(), named.end());
  known.pooled = pools.given();
  known.classes = pools.kmeans > 0 ? pools.kmeans : static_cast<int>(classes.size());
  known.labelled = known.pooled || (!classes.empty() && !classes.contains(kNoLabel));
  return known;
}

double picture_area(const Rows& train, const FeatureOptions& features) {
  const auto fixed = train.pictures() != nullptr ? train.pictures()->fixed_size() : std::nullopt;
  const int own = fixed ? std::min(fixed->width, 64) : 64;
  const int side = features.image_size > 0 ? features.image_size : own;
  return side * side / 1024.0;
}

Automatic choose_method(const Known& known, const SelectOptions& select, int64_t count) {
  const double percent = 100 * static_cast<double>(count) / static_cast<double>(known.rows);
  if (select.scores.ends_with(".npy")) {
    Automatic automatic{select, "; chosen because --scores gives numbers"};
    automatic.select.method = "scores";
    return automatic;
  }
  if (!known.labelled || known.classes < 2)
    return random_rows(
        select, "there are no labels of two classes, and without them no method was better on all that was tried (docs/evidence.md)");
  if (known.rows / known.classes < kFewestRows) return random_rows(select, "classes of so few rows teach a proxy little");
  if (!known.pictures || select.scores == "probe") return by("probe", known, select, percent);
  if (!known.networks) return random_rows(select, "this build has no networks to watch");
  return by_progress(known, select, percent);
}

}  // namespace decant
