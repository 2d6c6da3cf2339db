// `--method auto`: which method, from what is known about the data, how much is kept and how long
// choosing may take.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <vector>

#include "decant/data/dataset.h"
#include "decant/pipeline/choosing/feature_source.h"
#include "decant/pipeline/choosing/method_spec.h"

namespace decant {

/// What the rule looks at.
struct Known {
  int64_t rows = 0;
  int classes = 0;        ///< that have a row; or pools in place of them
  bool labelled = false;  ///< every usable row
  bool pooled = false;    ///< by --pools
  bool pictures = false;
  bool texts = false;
  bool objects = false;       ///< annotated in the rows, or masks of classes
  bool masks = false;         ///< of classes
  bool networks = false;      ///< this build can train
  bool own_features = false;  ///< the caller's, in a file
  double area = 1;            ///< of a picture as the proxy sees it, against 32 × 32
  int threads = 1;
};
/// `labels`: those of rows that can be used, each once; kNoLabel where one has none. `rows`: what a
/// keep ratio is a share of.
Known known_of(const Rows& train, int64_t rows, const std::set<int32_t>& labels, const ChoosingOptions& select,
               const FeatureOptions& features, const Context& context);

/// Of a picture as a proxy would see it, against 32 × 32, as far as that is known without looking
/// at one.
double picture_area(const Rows& train, const FeatureOptions& features);

/// The method that is named, or for "auto" what the rule says of `known()`, which is called for
/// that alone. docs/evidence.md has the measurements that the rule rests on:
///
///   examples given by --toward                   by them, as --method toward
///   scores given                                 by them, as --method scores
///   records without labels                       where at most 10 % are kept, facility location of up to 60,000 (a minute on two cores), k-means
///                                                centres of more, as long as that takes minutes; else random
///   masks of classes, at most 10 % kept          objects: coverage of the classes by pixels
///   boxes, at most 25 % kept                     objects with balance 0: as many boxes as possible, each by 1/N of its class
///   other masks, other boxes                     random: nothing else was measured
///   fewer than two classes, or 50 rows per class   random: nothing was better on all that was tried
///   pictures, and networks to watch              progress with Beta sampling, per class; with fewer epochs where --minutes allows no
///                                                more, random where it does not allow six
///                                                where this build has none: by a record of training that --scores names, else by a
///                                                probe on the features that --features names, else random
///   a matrix, or --scores probe                  the middle by a linear probe that did not see the rows, per class
///
/// Pools that --pools names or makes count as classes. `count`: rows to keep.
ResolvedMethod choose_method(const MethodSpec& spec, const std::function<Known()>& known, int64_t count);

/// The methods that "auto" may take. `pictures`: whether the data set has any.
std::vector<const Method*> automatic_methods(bool pictures);

}  // namespace decant
