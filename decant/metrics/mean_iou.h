// Mean intersection over union of semantic masks.
//
// One confusion matrix counts the pixels of all pictures whose truth is not ignored: n(a, b) of
// class a that were taken for b. IoU of class c = n(c, c) / (Σ_b n(c, b) + Σ_a n(a, c) − n(c, c)).
// The mean is over classes that occur in truth or prediction. What is predicted where the truth is
// ignored counts nowhere.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace decant {

class Confusion {
 public:
  /// REQUIRES: 1 ≤ classes ≤ 65,536. Memory: 8 · classes² bytes.
  explicit Confusion(int32_t classes);

  /// Pixels of a picture, by class. `truth` of −1 is ignored; `predicted` is a class where `truth`
  /// is one. REQUIRES: equal lengths, all others in range.
  void add(std::span<const int32_t> truth, std::span<const int32_t> predicted);
  /// REQUIRES: as many classes.
  void add(const Confusion& other);

  int32_t classes() const { return classes_; }
  int64_t pixels(int32_t truth, int32_t predicted) const;
  /// Nothing for a class that occurs in neither.
  std::optional<double> iou(int32_t label) const;
  /// Of the classes that occur; 0 where none does.
  double mean_iou() const;
  /// Share of pixels taken for their class; 0 where there is none.
  double pixel_accuracy() const;

 private:
  int32_t classes_;
  std::vector<int64_t> counts_;  ///< (classes, classes), rows are the truth
};

}  // namespace decant
