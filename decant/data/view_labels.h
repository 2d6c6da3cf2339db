// Labels of views: what a teacher said of a row's picture as it is cut and mirrored in some fixed
// ways.
//
// A view is a function of (seed, row, view) alone (loader/augment.h draws it), so labels hold no
// cut, no batch and no order: the same view of the same row means the same pixels whatever the size
// of a batch, the order of the rows, or the loader. Published stores are keyed by batch, and pair
// labels with other cuts as soon as either changes.
//
// Of a view every class has a number, a logit: the logarithm of how likely the teacher finds it, up
// to one constant for the view. The temperature is not applied; see soften().
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decant/data/cuts.h"

namespace decant {

/// Views of a row are numbered below this.
inline constexpr int64_t kMostViews = int64_t{1} << 20;

/// How the pictures of a set become views.
struct ViewRecipe {
  uint64_t seed = 0;
  int64_t views = 1;                      ///< of each row. One: the picture as it is, whose label is that of every cut
  Cuts cuts = {.crop = 4, .flip = true};  ///< shifts are in pixels of the training pictures

  bool one() const { return views == 1; }
  bool operator==(const ViewRecipe&) const = default;
};

/// All const members may be called from many threads at once.
class ViewLabels {
 public:
  virtual ~ViewLabels() = default;
  virtual const ViewRecipe& recipe() const = 0;
  virtual int64_t classes() const = 0;
  /// The logits of one view, the largest 0. REQUIRES: `view` below recipe().views, as many numbers
  /// as classes().
  virtual void logits(int64_t row, int64_t view, std::span<float> out) const = 0;
  /// Stands for all of them, and for how pictures become views.
  virtual std::string digest() const = 0;
};

/// Where the labels of a row's views are. `row`: under which number, since rows may have been
/// renumbered since.
struct ViewsOfRow {
  const ViewLabels* labels = nullptr;  ///< null = there are none
  int64_t row = 0;
};

/// The labels of others with classes renamed: class c is names[c] here, or is none any more
/// (kNoLabel), and takes what it was given with it. A class that nothing became is out of the
/// question. `of` must outlive this.
class RenamedViewLabels final : public ViewLabels {
 public:
  RenamedViewLabels(const ViewLabels& of, std::vector<int32_t> names);
  const ViewRecipe& recipe() const override { return of_.recipe(); }
  int64_t classes() const override { return classes_; }
  void logits(int64_t row, int64_t view, std::span<float> out) const override;
  std::string digest() const override;

 private:
  const ViewLabels& of_;
  std::vector<int32_t> names_;
  int64_t classes_;
};

/// Probabilities of the classes, softmax(logits / temperature), in their place: 1 is what the
/// teacher thinks; the higher, the more its second thoughts count.
void soften(std::span<float> logits, double temperature);

}  // namespace decant
