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
constexpr size_t kMostFound = 100;  // of a picture and class
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

/// Made for a picture and class, and dropped after it.
struct Mask {
  Runs runs;
  int64_t area = 0;
};

Mask made_mask(const Outline& outline, const Rectangle& box, MaskSize size) {
  Mask mask{.runs = mask_of(outline, box, size)};
  mask.area = area_of(mask.runs);
  return mask;
}

double overlap(const Mask& found, const Mask& truth, bool crowd) {
  const int64_t common = common_area(found.runs, truth.runs);
  if (common == 0) return 0;
  return static_cast<double>(common) / static_cast<double>(crowd ? found.area : found.area + truth.area - common);
}

/// The objects and detections of one picture and class: positions in `Detections`, the latter by
/// falling score, the best hundred.
struct OneCell {
  std::span<const int64_t> truth;
  std::span<const int64_t> found;
};

/// IoU of each detection with each object, (detections, objects), and areas of detections.
struct Overlaps {
  std::vector<double> iou;
  std::vector<double> areas;
};

void compare_boxes(const Detections& all, OneCell cell, Overlaps& overlaps) {
  double* next = overlaps.iou.data();
  for (const int64_t f : cell.found) {
    const DetectedObject& found = all.found[static_cast<size_t>(f)];
    overlaps.areas.push_back(found.area.value_or(found.box.width * found.box.height));
    for (const int64_t t : cell.truth) {
      const TrueObject& truth = all.truth[static_cast<size_t>(t)];
      *next++ = overlap(found.box, truth.box, truth.crowd);
    }
  }
}

/// Holds the masks of the detections, and of one object at a time: there may be any number of
/// those.
void compare_masks(const Detections& all, OneCell cell, Overlaps& overlaps) {
  std::vector<Mask> masks;
  for (const int64_t f : cell.found) {
    const DetectedObject& found = all.found[static_cast<size_t>(f)];
    masks.push_back(made_mask(all.found_outlines[static_cast<size_t>(f)], found.box, all.sizes[static_cast<size_t>(found.picture)]));
    overlaps.areas.push_back(found.area.value_or(static_cast<double>(masks.back().area)));
  }
  for (size_t i = 0; i < cell.truth.size(); ++i) {
    const auto t = static_cast<size_t>(cell.truth[i]);
    const TrueObject& truth = all.truth[t];
    const Mask mask = made_mask(all.truth_outlines[t], truth.box, all.sizes[static_cast<size_t>(truth.picture)]);
    for (size_t f = 0; f < masks.size(); ++f) overlaps.iou[f * cell.truth.size() + i] = overlap(masks[f], mask, truth.crowd);
  }
}

/// What became of a detection, a bit for each threshold, in each range of areas.
struct Fate {
  double score = 0;
  int rank = 0;  ///< among those of its picture
  std::array<uint16_t, kRanges> matched = {};
  std::array<uint16_t, kRanges> ignored = {};
};

/// Matches the detections of a picture and class with its objects, of one cell after the other.
class Matching {
 public:
  explicit Matching(const Detections& all) : all_(all) {}

  /// `fates`: of each detection of the cell.
  void match(OneCell cell, std::span<Fate> fates) {
    begin(cell);
    for (size_t f = 0; f < fates.size(); ++f)
      fates[f] = {.score = all_.found[static_cast<size_t>(cell.found[f])].score, .rank = static_cast<int>(f)};
    for (const Range range : {kAll, kSmall, kMedium, kLarge}) {
      if (truth_.empty()) {
        leave_unmatched(range, fates);
        continue;
      }
      order_by(range);
      for (size_t level = 0; level < kThresholds; ++level) match_at(level, range, fates);
    }
  }

 private:
  /// Of most pictures and classes nothing is true.
  void leave_unmatched(Range range, std::span<Fate> fates) const {
    constexpr uint16_t every_level = (1U << kThresholds) - 1;
    for (size_t f = 0; f < fates.size(); ++f) fates[f].ignored[range] = kAreas[range].holds(overlaps_.areas[f]) ? 0 : every_level;
  }

  void begin(OneCell cell) {
    truth_.clear();
    for (const int64_t t : cell.truth) truth_.push_back(&all_.truth[static_cast<size_t>(t)]);
    overlaps_.areas.clear();
    overlaps_.iou.resize(cell.truth.size() * cell.found.size());
    all_.masks ? compare_masks(all_, cell, overlaps_) : compare_boxes(all_, cell, overlaps_);
  }

  bool is_ignored(size_t t, Range range) const { return truth_[t]->crowd || truth_[t]->ignored || !kAreas[range].holds(truth_[t]->area); }

  /// Those that count come first.
  void order_by(Range range) {
    order_.resize(truth_.size());
    std::iota(order_.begin(), order_.end(), size_t{0});
    ignored_.resize(truth_.size());
    for (size_t t = 0; t < truth_.size(); ++t) ignored_[t] = is_ignored(t, range);
    std::ranges::stable_sort(order_, {}, [&](size_t t) { return ignored_[t]; });
  }

  void match_at(size_t level, Range range, std::span<Fate> fates) {
    taken_.assign(truth_.size(), false);
    const auto bit = static_cast<uint16_t>(1U << level);
    for (size_t f = 0; f < fates.size(); ++f) {
      const size_t best = best_of(f, levels_[level]);
      const bool any = best < truth_.size();
      if (any) taken_[best] = true;
      const bool matched = any && !truth_[best]->id_is_zero;
      if (matched) fates[f].matched[range] |= bit;
      if ((any && ignored_[best]) || (!matched && !kAreas[range].holds(overlaps_.areas[f]))) fates[f].ignored[range] |= bit;
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
      const double own = overlaps_.iou[f * truth_.size() + t];
      if (own < least) continue;
      least = own;
      best = t;
    }
    return best;
  }

  const Detections& all_;
  const std::array<double, kThresholds> levels_ = thresholds();
  std::vector<const TrueObject*> truth_;
  Overlaps overlaps_;
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

/// Appends a cell for every picture in which something of the class is found.
void add_cells(const Detections& all, const OneClass& one, std::vector<OneCell>& cells) {
  const auto picture_of = [](const auto& objects, int64_t at) { return objects[static_cast<size_t>(at)].picture; };
  std::span<const int64_t> truth = one.truth, found = one.found;
  while (!found.empty()) {
    const int64_t picture = picture_of(all.found, found.front());
    const auto is_before = [&](int64_t t) { return picture_of(all.truth, t) < picture; };
    const auto is_here = [&](const auto& objects) { return [&](int64_t at) { return picture_of(objects, at) == picture; }; };
    truth = truth.subspan(static_cast<size_t>(std::ranges::find_if_not(truth, is_before) - truth.begin()));
    const auto truths = static_cast<size_t>(std::ranges::find_if_not(truth, is_here(all.truth)) - truth.begin());
    const auto founds = static_cast<size_t>(std::ranges::find_if_not(found, is_here(all.found)) - found.begin());
    cells.push_back({truth.first(truths), found.first(std::min(founds, kMostFound))});
    truth = truth.subspan(truths);
    found = found.subspan(founds);
  }
}

/// Those of all classes, one class after the other.
struct Cells {
  std::vector<OneCell> all;
  std::vector<size_t> fates = {0};  ///< those before each cell
  std::vector<size_t> first = {0};  ///< of each class

  std::span<Fate> fates_of_class(size_t label, std::span<Fate> all_fates) const {
    return all_fates.subspan(fates[first[label]], fates[first[label + 1]] - fates[first[label]]);
  }
};

Cells cells_of(const Detections& all, const std::vector<OneClass>& classes) {
  Cells cells;
  for (const OneClass& one : classes) {
    add_cells(all, one, cells.all);
    cells.first.push_back(cells.all.size());
  }
  for (const OneCell& cell : cells.all) cells.fates.push_back(cells.fates.back() + cell.found.size());
  return cells;
}

/// `fates`: by falling score.
ClassCurves curves_of(const Detections& all, const OneClass& one, std::span<const Fate> fates) {
  ClassCurves curves;
  for (const Range range : {kAll, kSmall, kMedium, kLarge}) {
    const int64_t truths = std::ranges::count_if(one.truth, [&](int64_t t) {
      const TrueObject& object = all.truth[static_cast<size_t>(t)];
      return !object.crowd && !object.ignored && kAreas[range].holds(object.area);
    });
    if (truths == 0) continue;
    curves.borne_out[range] = true;
    curves.of_100[range] = curve_of(fates, range, static_cast<int>(kMostFound), truths);
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
  parallel_for(context, detections.classes, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) sort_positions(detections, classes[static_cast<size_t>(i)]);
  });
  const Cells cells = cells_of(detections, classes);
  std::vector<Fate> fates(cells.fates.back());
  constexpr int64_t kCellsAtOnce = 32;
  parallel_for(context, std::ssize(cells.all), kCellsAtOnce, [&](int64_t begin, int64_t end) {
    Matching matching(detections);
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i)
      matching.match(cells.all[i], std::span(fates).subspan(cells.fates[i], cells.all[i].found.size()));
  });
  std::vector<ClassCurves> curves(classes.size());
  parallel_for(context, detections.classes, 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      const std::span<Fate> own = cells.fates_of_class(i, fates);
      std::ranges::stable_sort(own, std::greater(), &Fate::score);
      curves[i] = curves_of(detections, classes[i], own);
    }
  });
  return summed_up(curves);
}

}  // namespace decant
