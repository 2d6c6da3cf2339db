// Pictures as sums of bases: a parameterisation of S.
//
//     picture i = Σ_k a_ik · b_k,  cut off at the range of pixels
//
// Bases are shared by all classes; the rows of a are what is known as addressing matrices, one for
// each class (Z. Deng and O. Russakovsky, "Remember the past", NeurIPS 2022). As many pictures can
// be made as wanted, for as many numbers each as there are bases.
#pragma once

#include <memory>

#include "decant/base/random.h"
#include "decant/distill/torch/synthetic.h"

namespace decant::distill {

/// `first`: the bases, (classes · b, channels, height, width), in the order of classes; copied.
/// Each class makes `per_class` pictures, the first ones of which start near its own bases and the
/// others near them again: 1 at that base, and normal numbers of deviation 0.1/√bases everywhere.
/// An undefined range cuts nothing off; `project()` keeps the bases within it. Learnt: "bases",
/// "addresses" (classes · per_class, bases).
std::unique_ptr<Parameterization> make_addressed_bases(const Tensor& first, int64_t classes, int64_t per_class, const PixelRange& range,
                                                       Random random);

}  // namespace decant::distill
