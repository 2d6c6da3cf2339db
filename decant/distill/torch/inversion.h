// Inversion of frozen networks: pictures that a teacher classifies rightly, and that its batch
// norms take for the pictures that it has seen.
//
//     CE(f(view(x)), y) + w Σ_l ( ‖ μ_l(x) − μ̄_l ‖₂ + ‖ σ²_l(x) − σ̄²_l ‖₂ )
//
// l: the batch norms; μ, σ²: mean and biased variance of what each is given, over batch and places;
// barred: what it keeps. Norms are not squared. The term of the first counts `first` times. (Z.
// Yin, E. Xing and Z. Shen, "Squeeze, recover and relabel: dataset condensation at ImageNet scale
// from a new perspective", NeurIPS 2023, arXiv:2306.13092; the statistics are those of H. Yin et
// al., "Dreaming to distill", CVPR 2020.)
//
// The statistics are of the batch, so which pictures stand in one is part of the method: `together`
// of every class (Turns).
//
// A step: one forward and backward of a batch; the weights' gradients are not computed. Memory: the
// batch's maps, whatever the number of pictures; S, and thrice a group of it.
#pragma once

#include "decant/distill/torch/method.h"
#include "decant/distill/torch/resampling.h"
#include "decant/distill/torch/teachers.h"

namespace decant::distill {

/// What of a batch the teacher looks at: one draw for all of its pictures.
struct Views {
  bool crops = false;  ///< random resized crops; else whole pictures
  CropShares shares;
  double falls = 0;    ///< > 0: the least share falls from 1 to `shares.least` by a cosine over this share of the steps
  bool mirror = true;  ///< half of the time
  int64_t roll = 0;    ///< up to so many pixels either way, what leaves at one side comes back at the other
};

struct InversionOptions {
  double weight = 0.01;  ///< w
  double first = 10;
  Views views;
};

/// The sum over the layers, without w.
Tensor moment_distance(const nn::NormMoments& moments, double first);

/// The least share of a crop in a step.
double least_share(const Views& views, int64_t step, int64_t steps);

/// Pictures of the teacher's size, part of their graph.
Tensor viewed(const Tensor& pictures, const Views& views, const Step& step, const FrozenTeacher& teacher);

std::unique_ptr<Objective> invert(const InversionOptions& options);

/// What the methods of this family share: "statistics", "first", "views", "together", and how
/// pictures of that size are usually looked at.
InversionOptions inversion_asked(const Setting& setting, nn::SpecText& own);
/// Throws InputError where `pictures` of each class are not so many groups.
Turns turns_asked(int64_t pictures, nn::SpecText& own);
Usual usual_of_inversion(const DistillOptions& options);

/// The parts of a turn: its pictures as they are, at the teachers' feet.
Parts inverted(const Setting& setting, const InversionOptions& options);

}  // namespace decant::distill
