// `--method auto`: which method, from what is known about the data, how much is kept and how long choosing may take.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "decant/pipeline/choosing/choose_rows.h"

namespace decant {

/// What the rule looks at.
struct Known {
  int64_t rows = 0;
  int classes = 0;        ///< that have a row; or pools in place of them
  bool labelled = false;  ///< every usable row
  bool pooled = false;    ///< by --pools
  bool pictures = false;
  bool networks = false;  ///< this build can train
  double area = 1;        ///< of a picture as the proxy sees it, against 32 × 32
  int threads = 1;
};
/// `labels`: of the rows that can be used. Classes without a row do not count. `rows`: what a keep ratio is a share of.
Known known_of(const Rows& train, int64_t rows, std::span<const int32_t> labels, const SelectOptions& select,
               const FeatureOptions& features, const Context& context);

/// Of a picture as a proxy would see it, against 32 × 32, as far as that is known without looking at one.
double picture_area(const Rows& train, const FeatureOptions& features);

struct Automatic {
  SelectOptions select;  ///< with a method that is not "auto"
  std::string reason;    ///< "; chosen because …"
};

/// The rule. docs/evidence.md has the measurements that it rests on:
///
///   scores given                                 by them, as --method scores
///   fewer than two classes, or 50 rows a class   random: nothing was better on all that was tried
///   pictures, and networks to watch              progress with Beta sampling, per class; with fewer epochs where --minutes allows no
///                                                more, random where it does not allow six
///   a matrix, or --scores probe                  the middle by a linear probe that did not see the rows, per class
///
/// Pools that --pools names or makes count as classes.
Automatic choose_method(const Known& known, const SelectOptions& select, int64_t count);

}  // namespace decant
