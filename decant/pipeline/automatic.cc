#include "decant/pipeline/automatic.h"

#include <algorithm>
#include <set>

#include "decant/base/errors.h"
#include "decant/pipeline/neural.h"
#include "decant/pipeline/plan_costs.h"

namespace decant {
namespace {

constexpr int kFewestEpochs = 6;     // below that, scores of the proxy were no guide
constexpr int64_t kFewestRows = 50;  // of a class, for a proxy to learn it

Automatic random_rows(const SelectOptions& select, const std::string& why) {
  Automatic automatic{select, "; chosen because " + why};
  automatic.select.method = "random";
  return automatic;
}

/// As many epochs as there is time for.
int affordable_epochs(const Known& known, const SelectOptions& select) {
  if (select.minutes <= 0) return select.score_epochs;
  const double each = costs::proxy_seconds(static_cast<double>(known.rows), 1, known.threads);
  return std::min(select.score_epochs, static_cast<int>(60 * select.minutes / each));
}

}  // namespace

Known known_of(const Input& input, const Context& context) {
  std::set<int32_t> classes;  // that have a row: a folder of a class may be empty
  for (const int64_t row : input.usable_rows()) classes.insert(input.labels[static_cast<size_t>(row)]);
  return {.rows = input.rows(),
          .classes = static_cast<int>(classes.size()),
          .labelled = input.labelled(),
          .pictures = input.dataset.train().has_images(),
          .networks = has_neural(),
          .threads = context.thread_count()};
}

Automatic choose_method(const Known& known, const SelectOptions& select, int64_t count) {
  const double percent = 100 * static_cast<double>(count) / static_cast<double>(known.rows);
  if (select.scores.ends_with(".npy")) {
    Automatic automatic{select, "; chosen because --scores gives numbers"};
    automatic.select.method = "scores";
    return automatic;
  }
  if (!known.pictures)
    return random_rows(select, "there are no pictures to train a proxy on; --method k-means and herding are worth a try");
  if (!known.labelled || known.classes < 2) return random_rows(select, "without labels of two classes nothing was shown to be better");
  if (!known.networks) return random_rows(select, "this build has no networks to watch");
  if (known.rows / known.classes < kFewestRows) return random_rows(select, "classes of so few rows teach a proxy little");
  const int epochs = select.scores == "auto" ? affordable_epochs(known, select) : select.score_epochs;
  if (epochs < kFewestEpochs) return random_rows(select, fmt::format("--minutes {:g} is too short for a proxy", select.minutes));
  Automatic automatic{select, fmt::format("; chosen because there are labels and {:.3g} % are kept", percent)};
  automatic.select.method = "dual";
  automatic.select.score_epochs = epochs;
  return automatic;
}

}  // namespace decant
