#include "decant/pipeline/choosing/automatic.h"

#include <algorithm>
#include <set>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/module.h"
#include "decant/formats/npy/npy_shards.h"
#include "decant/pipeline/choosing/plan_costs.h"
#include "decant/pipeline/choosing/pool_source.h"

namespace decant {
namespace {

// Both are guesses on the careful side: twelve epochs and thousands of rows are what was measured.
constexpr int kFewestEpochs = 6;
constexpr int64_t kFewestRows = 50;       // of a class
constexpr double kLittleGain = 20;        // per cent kept; above it a long training gains a point or less (docs/evidence.md)
constexpr double kFewRecords = 10;        // per cent kept of records without labels; above it coverage was not ahead everywhere
constexpr double kFewMasks = 10;          // per cent kept of masks: what coverage of classes was measured at
constexpr double kFewBoxes = 25;          // likewise of boxes
constexpr int64_t kMostCovered = 60'000;  // records: about a minute of facility location on two cores
constexpr double kMostDistances = 4e9;    // records times centres of k-means: minutes on two cores

enum Taken { kScores, kRandom, kProbe, kProgress, kToward, kCoverage, kCentres, kObjects };

const Method& automatic_method(Taken taken) {
  constexpr const char* kNames[] = {"scores", "random", "probe", "progress", "toward", "facility-location", "k-means", "objects"};
  return *find_method(kNames[taken]);
}

ResolvedMethod take(Taken taken, const MethodSpec& spec, const std::string& why) {
  ResolvedMethod method{&automatic_method(taken), spec.options, "; chosen because " + why};
  method.options.method = method.name();
  return method;
}

/// As many epochs as there is time for.
int affordable_epochs(const Known& known, const ChoosingOptions& select) {
  if (!select.minutes) return select.score_epochs;
  const double each = costs::proxy_seconds(static_cast<double>(known.rows), known.area, known.threads);
  return static_cast<int>(std::min<double>(select.score_epochs, 60 * *select.minutes / each));
}

ResolvedMethod take_progress(const Known& known, const MethodSpec& spec, double percent, const std::string& why) {
  ResolvedMethod method = take(kProgress, spec, why);
  if (percent > kLittleGain) method.reason += "; above 20 % the gain over random rows is small in long trainings";
  const ChoosingOptions& asked = spec.options;
  if (asked.scores != "auto") return method;  // a record is there
  if (asked.score_epochs < kFewestEpochs) return take(kRandom, spec, fmt::format("--score-epochs {} is too few", asked.score_epochs));
  method.options.score_epochs = affordable_epochs(known, asked);
  if (method.options.score_epochs >= kFewestEpochs) return method;
  return take(kRandom, spec, fmt::format("--minutes {:g} leaves no time for a proxy", *asked.minutes));
}

/// Of records without labels. `count`: 0 = all.
ResolvedMethod take_coverage(const Known& known, const MethodSpec& spec, int64_t count) {
  const auto rows = static_cast<double>(known.rows);
  const double kept = count == 0 ? rows : static_cast<double>(count);
  if (kept > kFewRecords / 100 * rows + 0.5)  // a ratio is rounded to a number of rows
    return take(kRandom, spec,
                fmt::format("of records without labels no method beat random ones everywhere above {} % (docs/evidence.md)", kFewRecords));
  const std::string why = fmt::format("these are records without labels and {:.3g} % are kept", 100 * kept / rows);
  if (known.rows <= kMostCovered) return take(kCoverage, spec, why);
  if (rows * kept <= kMostDistances) return take(kCentres, spec, why + " of more than facility location has a minute for");
  return take(kRandom, spec, "covering so many records takes long; --method k-means does it nevertheless");
}

/// Of pictures with boxes or masks. `count`: 0 = all.
ResolvedMethod take_by_objects(const Known& known, const MethodSpec& spec, int64_t count) {
  const auto rows = static_cast<double>(known.rows);
  const double most = known.masks ? kFewMasks : kFewBoxes;
  const char* const what = known.masks ? "masks" : "boxes";
  const bool few = count > 0 && static_cast<double>(count) <= most / 100 * rows + 0.5;  // a ratio is rounded to a number of rows
  if (!few)
    return take(kRandom, spec,
                fmt::format("above {} % no method was measured to beat random pictures on sets with {}; --method objects covers their "
                            "classes",
                            most, what));
  ResolvedMethod method =
      take(kObjects, spec, fmt::format("these are {} and {:.3g} % are kept", what, 100 * static_cast<double>(count) / rows));
  if (!known.masks) method.options.own.balance = spec.options.own.balance.value_or(0);
  return method;
}

ResolvedMethod apply_rule(const MethodSpec& spec, const Known& known, int64_t count) {
  if (!spec.options.toward.empty()) return take(kToward, spec, "--toward gives examples");
  if (spec.scores_are_a_column()) return take(kScores, spec, "--scores gives numbers");
  if (known.texts && !known.labelled) return take_coverage(known, spec, count);
  if (known.objects && !known.pooled) return take_by_objects(known, spec, count);
  if (!known.labelled || known.classes < 2)
    return take(kRandom, spec,
                "without labels of at least two classes no method beat random rows on every data set tried (docs/evidence.md)");
  if (known.rows / known.classes < kFewestRows) return take(kRandom, spec, "a proxy learns little from classes this small");
  const double percent = 100 * static_cast<double>(count) / static_cast<double>(known.rows);
  const std::string why = fmt::format("there are {} and {:.3g} % are kept", known.pooled ? "pools" : "labels", percent);
  const std::string& scores = spec.options.scores;
  const bool recorded = scores != "auto" && scores != "probe";
  if ((!known.pictures && !recorded) || scores == "probe") return take(kProbe, spec, why);
  if (!known.networks && !recorded)
    return known.own_features ? take(kProbe, spec, why) : take(kRandom, spec, "this build has no networks to train a proxy with");
  return take_progress(known, spec, percent, why);
}

}  // namespace

Known known_of(const Rows& train, int64_t rows, const std::set<int32_t>& labels, const ChoosingOptions& select,
               const FeatureOptions& features, const Context& context) {
  Known known{.rows = rows,
              .pictures = train.pictures() != nullptr,
              .texts = train.texts() != nullptr,
              .objects = train.taught() && *train.taught() != CountedIn::rows,
              .masks = train.taught() == CountedIn::pixels,
              .networks = has_module(kNeuralModule),
              .own_features = names_npy(features.features),
              .area = picture_area(train, features),
              .threads = context.thread_count()};
  const PoolRule pools = pool_rule(select);
  const std::vector<int32_t> named = pools.named() ? named_pools(pools, train, {}, context).of_row : std::vector<int32_t>();
  const std::set<int32_t> classes = pools.named() ? std::set(named.begin(), named.end()) : labels;
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

ResolvedMethod choose_method(const MethodSpec& spec, const std::function<Known()>& known, int64_t count) {
  return spec.method == nullptr ? apply_rule(spec, known(), count) : ResolvedMethod{spec.method, spec.options};
}

std::vector<const Method*> automatic_methods(bool pictures) {
  std::vector<const Method*> methods = {&automatic_method(kScores), &automatic_method(kRandom), &automatic_method(kProbe)};
  if (pictures) methods.insert(methods.end(), {&automatic_method(kProgress), &automatic_method(kObjects)});
  if (!pictures) methods.insert(methods.end(), {&automatic_method(kCoverage), &automatic_method(kCentres)});
  return methods;
}

}  // namespace decant
