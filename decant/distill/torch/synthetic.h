// The synthetic set as something that is learnt: pictures come out of a parameterisation, labels
// are fixed or learnt.
//
//     pixels                S itself                                             pixels.cc
//     multi-formation       f² pictures of one, each a tile, enlarged            multi_formation.cc
//     bases, hallucinators  every basis through every small network              hallucinators.cc
//     bases, addresses      linear combinations of bases                         (Remember the Past)
//
// Pictures stand in the order of classes, as many of each. Values are normalised pixels, as
// networks see them. All tensors are of one type: float32, or float64 in tests of gradients.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "decant/base/random.h"
#include "decant/nn/module.h"

namespace decant::distill {

using at::Tensor;
using nn::Tensors;

/// A leaf of the graph. What is stored is the synthetic set; the rest only helps to learn it.
struct Learnt {
  std::string name;  ///< "pictures", "labels"
  Tensor value;      ///< requires a gradient; changed in place
  double rate = 1;   ///< its own learning rate, times that of the loop; below 0: it makes the objective larger
  bool stored = true;
};

/// What pixels may be, channel by channel: (1, channels, 1, 1).
struct PixelRange {
  Tensor low;
  Tensor high;
};

class Parameterization {
 public:
  virtual ~Parameterization() = default;
  virtual std::vector<Learnt> learnt() const = 0;
  /// Pictures that come out for each class.
  virtual int64_t per_class() const = 0;
  /// Of classes first … first + count − 1: (count · per_class, channels, height, width), part of
  /// the graph of learnt().
  virtual Tensor pictures(int64_t first, int64_t count) const = 0;
  /// Moves what is learnt so that pictures lie in the range, or nearer to it. Called without
  /// gradients.
  virtual void project(const PixelRange&) {}
};

/// Pictures and what they teach.
struct Samples {
  Tensor pictures;  ///< (n, channels, height, width)
  Tensor targets;   ///< (n, classes): one-hot, or whatever the method's labels are
  Tensor classes;   ///< int64 (n): whose pictures they are
};

class Synthetic {
 public:
  /// `targets`: (classes · per_class, classes). They are learnt when `label_rate` is above 0: the
  /// rate of labels, times that of the loop. `extra`: what else is learnt: a learning rate.
  Synthetic(std::unique_ptr<Parameterization> pictures, int64_t classes, Tensor targets, double label_rate = 0,
            std::vector<Learnt> extra = {});

  /// Labels that are learnt stay distributions over the classes, as training by cross-entropy asks
  /// of them: see project_labels().
  void keep_distributions() { distributions_ = true; }

  int64_t classes() const { return classes_; }
  int64_t per_class() const { return pictures_->per_class(); }
  int64_t count() const { return classes_ * per_class(); }
  bool learns_labels() const { return labels_rate_ > 0; }

  Samples all() const { return of(0, classes_); }
  Samples of_class(int64_t label) const { return of(label, 1); }
  Samples of(int64_t first, int64_t count) const;
  /// The pictures and targets of some, by their numbers: int64 (n). Cost: all are made.
  Samples some(const Tensor& numbers) const;

  /// The parameterisation's, then labels, then `extra`: always in this order.
  std::vector<Learnt> learnt() const;
  /// One of learnt() by name. REQUIRES: it is there.
  Tensor learnt_named(const std::string& name) const;
  void project(const PixelRange& range) const;
  /// Moves learnt labels to the nearest distributions, where they are to be such. Called without
  /// gradients.
  void project_labels();

 private:
  std::unique_ptr<Parameterization> pictures_;
  int64_t classes_;
  Tensor targets_;
  double labels_rate_;
  bool distributions_ = false;
  std::vector<Learnt> extra_;
};

/// Of each row the nearest one without negative numbers whose sum is 1: max(y − θ, 0), θ such that
/// this is so (J. Duchi, S. Shalev-Shwartz, Y. Singer and T. Chandra, "Efficient projections onto
/// the l1-ball for learning in high dimensions", ICML 2008, figure 1).
Tensor nearest_distributions(const Tensor& rows);

/// (n, classes): 1 for each one's class. `per_class` of each class, in their order.
Tensor one_hot_targets(int64_t classes, int64_t per_class);

/// S itself: `first` is copied. (classes · per_class, channels, height, width).
std::unique_ptr<Parameterization> make_pixels(const Tensor& first, int64_t classes);

/// One stored picture holds factor² of them, each a tile at 1/factor of the side (rounded down).
/// `first`: (classes · per_class · factor², channels, height, width), of which each factor² become
/// one. Throws InputError for tiles without pixels.
std::unique_ptr<Parameterization> make_multi_formation(const Tensor& first, int64_t classes, int factor);

/// The same of tiles that have their size already: (classes · per_class · factor², channels, t, u),
/// of which pictures of (height, width) come out.
std::unique_ptr<Parameterization> make_formation_of_tiles(const Tensor& tiles, int64_t classes, int factor, int64_t height, int64_t width);

/// Each basis through each of `count` hallucinators, which begin near the identity: pictures are at
/// first what `first` (classes · per_class, channels, height, width) says, nearly. `range`: what
/// pictures are cut to; none = not at all.
std::unique_ptr<Parameterization> make_hallucinated(const Tensor& first, int64_t classes, int count, Random random,
                                                    std::optional<PixelRange> range);

}  // namespace decant::distill
