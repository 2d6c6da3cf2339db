#include "decant/metrics/average_precision.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"

namespace decant {
namespace {

constexpr size_t kThresholds = 10;
constexpr size_t kRecalls = 101;
constexpr size_t kRanges = 4;
constexpr int kMostFound = 100;  // of a picture and class
enum Range : size_t { kAll, kSmall, kMedium, kLarge };

struct AreaRange {
  double low;
  double high;
  bool holds(double area) const { return area >= low && area <= high; }
};
constexpr std::array<AreaRange, kRanges> kAreas = {{{0, 1e10}, {0, 32. * 32}, {32. * 32, 96. * 96}, {96. * 96, 1e10}}};

/// numpy.linspace(0.5, 0.95, 10)
std::array<double, kThresholds> thresholds() {
  std::array<double, kThresholds> all;
  constexpr double step = (0.95 - 0.5) / 9;
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<double>(i) * step + 0.5;
  all.back() = 0.95;
  return all;
}

/// numpy.linspace(0, 1, 101): products, of which ten are larger than the quotients.
double recall_at(size_t i) {
  return i + 1 == kRecalls ? 1.0 : static_cast<double>(i) * 0.01;
}

double overlap(const Rectangle& found, const Rectangle& truth, bool crowd) {
  const double width = std::min(found.width + found.x, truth.width + truth.x) - std::max(found.x, truth.x);
  if (width <= 0) return 0;
  const double height = std::min(found.height + found.y, truth.height + truth.y) - std::max(found.y, truth.y);
  if (height <= 0) return 0;
  const double common = width * height;
  const double of_found = found.width * found.height;
  return common / (crowd ? of_found : of_found + truth.width * truth.height - common);
}

double overlap(const Runs& found, const Runs& truth, bool crowd) {
  const int64_t common = common_area(found, truth);
  if (common == 0) return 0;
  const int64_t of_found = area_of(found);
  return static_cast<double>(common) / static_cast<double>(crowd ? of_found : of_found + area_of(truth) - common);
}

/// What became of a detection, a bit for each threshold, in each range of areas.
struct Fate {
  double score = 0;
  int rank = 0;  ///< among those of its picture
  std::array<uint16_t, kRanges> matched = {};
  std::array<uint16_t, kRanges> ignored = {};
};

/// The true objects and the detections of one picture and class.
class Matching {
 public:
  Matching(const Detections& all, std::span<const int64_t> truth, std::span<const int64_t> found) : truth_(truth.size()) {
    overlaps_.resize(truth.size() * found.size());
    for (size_t t = 0; t < truth.size(); ++t) {
      truth_[t] = &all.truth[static_cast<size_t>(truth[t])];
      for (size_t f = 0; f < found.size(); ++f) {
        const DetectedObject& one = all.found[static_cast<size_t>(found[f])];
        const TrueObject& other = *truth_[t];
        overlaps_[f * truth.size() + t] = all.masks ? overlap(one.mask, other.mask, other.crowd) : overlap(one.box, other.box, other.crowd);
      }
    }
  }

  void match(Range range, std::span<const double> found_areas, std::span<Fate> fates) {
    order_by(range);
    const auto levels = thresholds();
    for (size_t level = 0; level < levels.size(); ++level) match_at(level, levels[level], range, found_areas, fates);
  }

 private:
  bool is_ignored(size_t t, Range range) const { return truth_[t]->crowd || truth_[t]->ignored || !kAreas[range].holds(truth_[t]->area); }

  /// Those that count come first.
  void order_by(Range range) {
    order_.resize(truth_.size());
    std::iota(order_.begin(), order_.end(), size_t{0});
    ignored_.resize(truth_.size());
    for (size_t t = 0; t < truth_.size(); ++t) ignored_[t] = is_ignored(t, range);
    std::ranges::stable_sort(order_, {}, [&](size_t t) { return ignored_[t]; });
  }

  void match_at(size_t level, double threshold, Range range, std::span<const double> found_areas, std::span<Fate> fates) {
    taken_.assign(truth_.size(), false);
    const auto bit = static_cast<uint16_t>(1U << level);
    for (size_t f = 0; f < fates.size(); ++f) {
      const size_t best = best_of(f, threshold);
      const bool any = best < truth_.size();
      if (any) taken_[best] = true;
      const bool matched = any && !truth_[best]->id_is_zero;
      if (matched) fates[f].matched[range] |= bit;
      if ((any && ignored_[best]) || (!matched && !kAreas[range].holds(found_areas[f]))) fates[f].ignored[range] |= bit;
    }
  }

  /// The true object that detection `f` is matched to, or none.
  size_t best_of(size_t f, double threshold) const {
    const size_t none = truth_.size();
    size_t best = none;
    double least = std::min(threshold, 1 - 1e-10);
    for (const size_t t : order_) {
      if (taken_[t] && !truth_[t]->crowd) continue;
      if (best != none && !ignored_[best] && ignored_[t]) break;
      const double own = overlaps_[f * truth_.size() + t];
      if (own < least) continue;
      least = own;
      best = t;
    }
    return best;
  }

  std::vector<const TrueObject*> truth_;
  std::vector<double> overlaps_;  ///< (detections, true objects)
  std::vector<size_t> order_;
  std::vector<bool> ignored_;
  std::vector<bool> taken_;
};

struct Curve {
  std::array<double, kThresholds> precision = {};  ///< mean over the recalls
  std::array<double, kThresholds> recall = {};     ///< the last
};

/// Precision by recall of one class, at every threshold. `fates` by falling score, those of `most`
/// of each picture.
Curve curve_of(std::span<const Fate> fates, Range range, int most, int64_t truths) {
  Curve curve;
  std::vector<double> recall;
  std::vector<double> precision;
  for (size_t level = 0; level < kThresholds; ++level) {
    recall.clear();
    precision.clear();
    double right = 0, wrong = 0;
    for (const Fate& fate : fates) {
      if (fate.rank >= most) continue;
      if ((fate.ignored[range] >> level & 1) == 0) ((fate.matched[range] >> level & 1) != 0 ? right : wrong) += 1;
      recall.push_back(right / static_cast<double>(truths));
      precision.push_back(right / (wrong + right + std::numeric_limits<double>::epsilon()));
    }
    if (recall.empty()) continue;
    curve.recall[level] = recall.back();
    for (size_t i = precision.size() - 1; i > 0; --i) precision[i - 1] = std::max(precision[i - 1], precision[i]);
    double sum = 0;
    size_t at = 0;
    for (size_t i = 0; i < kRecalls; ++i) {
      while (at < recall.size() && recall[at] < recall_at(i)) ++at;
      if (at < recall.size()) sum += precision[at];
    }
    curve.precision[level] = sum / kRecalls;
  }
  return curve;
}

/// Nothing where the class has no true object that counts in the range.
struct ClassCurves {
  std::array<bool, kRanges> borne_out = {};
  std::array<Curve, kRanges> of_100;
  Curve of_1;
  Curve of_10;
};

/// Positions in `truth` and `found` of one class, by picture; detections by falling score within
/// one.
struct OneClass {
  std::vector<int64_t> truth;
  std::vector<int64_t> found;
};

/// Calls visit(truth, found) for every picture that has either.
template <class Visit>
void each_picture(const Detections& all, const OneClass& one, Visit&& visit) {
  size_t t = 0, f = 0;
  const auto truth_at = [&](size_t i) { return all.truth[static_cast<size_t>(one.truth[i])].picture; };
  const auto found_at = [&](size_t i) { return all.found[static_cast<size_t>(one.found[i])].picture; };
  while (t < one.truth.size() || f < one.found.size()) {
    const int64_t none = std::numeric_limits<int64_t>::max();
    const int64_t picture = std::min(t < one.truth.size() ? truth_at(t) : none, f < one.found.size() ? found_at(f) : none);
    const size_t from_t = t, from_f = f;
    while (t < one.truth.size() && truth_at(t) == picture) ++t;
    while (f < one.found.size() && found_at(f) == picture) ++f;
    visit(std::span(one.truth).subspan(from_t, t - from_t), std::span(one.found).subspan(from_f, f - from_f));
  }
}

std::vector<Fate> fates_of(const Detections& all, const OneClass& one) {
  std::vector<Fate> fates;
  std::vector<double> areas;
  each_picture(all, one, [&](std::span<const int64_t> truth, std::span<const int64_t> found) {
    found = found.first(std::min<size_t>(found.size(), kMostFound));
    const size_t from = fates.size();
    areas.clear();
    for (size_t f = 0; f < found.size(); ++f) {
      const DetectedObject& object = all.found[static_cast<size_t>(found[f])];
      fates.push_back({.score = object.score, .rank = static_cast<int>(f)});
      areas.push_back(object.area);
    }
    if (found.empty()) return;
    Matching matching(all, truth, found);
    for (const Range range : {kAll, kSmall, kMedium, kLarge}) matching.match(range, areas, std::span(fates).subspan(from));
  });
  std::ranges::stable_sort(fates, std::greater(), &Fate::score);
  return fates;
}

ClassCurves curves_of(const Detections& all, const OneClass& one) {
  ClassCurves curves;
  const std::vector<Fate> fates = fates_of(all, one);
  for (const Range range : {kAll, kSmall, kMedium, kLarge}) {
    const int64_t truths = std::ranges::count_if(one.truth, [&](int64_t t) {
      const TrueObject& object = all.truth[static_cast<size_t>(t)];
      return !object.crowd && !object.ignored && kAreas[range].holds(object.area);
    });
    if (truths == 0) continue;
    curves.borne_out[range] = true;
    curves.of_100[range] = curve_of(fates, range, kMostFound, truths);
    if (range != kAll) continue;
    curves.of_1 = curve_of(fates, range, 1, truths);
    curves.of_10 = curve_of(fates, range, 10, truths);
  }
  return curves;
}

std::vector<OneClass> by_class(const Detections& all) {
  std::vector<OneClass> classes(static_cast<size_t>(all.classes));
  const auto share = [&](const auto& objects, std::vector<int64_t> OneClass::*member) {
    for (int64_t i = 0; i < std::ssize(objects); ++i) {
      const auto& object = objects[static_cast<size_t>(i)];
      DECANT_CHECK(object.label, >=, 0);
      DECANT_CHECK(object.label, <, all.classes);
      DECANT_CHECK(object.picture, <, all.pictures);
      (classes[static_cast<size_t>(object.label)].*member).push_back(i);
    }
  };
  share(all.truth, &OneClass::truth);
  share(all.found, &OneClass::found);
  return classes;
}

void sort_positions(const Detections& all, OneClass& one) {
  std::ranges::stable_sort(one.truth, {}, [&](int64_t i) { return all.truth[static_cast<size_t>(i)].picture; });
  std::ranges::stable_sort(one.found, [&](int64_t i, int64_t j) {
    const DetectedObject& a = all.found[static_cast<size_t>(i)];
    const DetectedObject& b = all.found[static_cast<size_t>(j)];
    return a.picture != b.picture ? a.picture < b.picture : a.score > b.score;
  });
}

double mean(const std::array<double, kThresholds>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / kThresholds;
}

/// Over the classes that have what is asked for; −1 where none has.
template <class Value>
double mean_of_classes(const std::vector<ClassCurves>& classes, Range range, Value&& value) {
  double sum = 0;
  int64_t count = 0;
  for (const ClassCurves& each : classes) {
    if (!each.borne_out[range]) continue;
    sum += value(each);
    ++count;
  }
  return count > 0 ? sum / static_cast<double>(count) : -1;
}

CocoScores summed_up(const std::vector<ClassCurves>& classes) {
  CocoScores scores;
  const auto precision = [&](Range range) {
    return mean_of_classes(classes, range, [&](const ClassCurves& each) { return mean(each.of_100[range].precision); });
  };
  const auto precision_at = [&](size_t level) {
    return mean_of_classes(classes, kAll, [&](const ClassCurves& each) { return each.of_100[kAll].precision[level]; });
  };
  const auto recall = [&](Range range) {
    return mean_of_classes(classes, range, [&](const ClassCurves& each) { return mean(each.of_100[range].recall); });
  };
  scores.precision = {precision(kAll), precision_at(0), precision_at(5), precision(kSmall), precision(kMedium), precision(kLarge)};
  scores.recall = {mean_of_classes(classes, kAll, [](const ClassCurves& each) { return mean(each.of_1.recall); }),
                   mean_of_classes(classes, kAll, [](const ClassCurves& each) { return mean(each.of_10.recall); }),
                   recall(kAll),
                   recall(kSmall),
                   recall(kMedium),
                   recall(kLarge)};
  for (const ClassCurves& each : classes) {
    scores.of_class.push_back(each.borne_out[kAll] ? mean(each.of_100[kAll].precision) : -1);
    scores.of_class_50.push_back(each.borne_out[kAll] ? each.of_100[kAll].precision[0] : -1);
  }
  return scores;
}

}  // namespace

CocoScores coco_scores(const Detections& detections, const Context& context) {
  std::vector<OneClass> classes = by_class(detections);
  std::vector<ClassCurves> curves(classes.size());
  parallel_for(context, detections.classes, 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      sort_positions(detections, classes[i]);
      curves[i] = curves_of(detections, classes[i]);
    }
  });
  return summed_up(curves);
}

}  // namespace decant
