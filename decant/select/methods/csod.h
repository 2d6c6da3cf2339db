// Core-set selection for object detection: pictures whose objects look like most of their class
// and unlike those of the pictures taken before.
//
// p_ic is the mean feature of the objects of class c in row i, at length 1. Classes take turns, and
// the class whose turn it is takes the row i with objects of it that is not taken yet and is best
// by
//
//     λ Σ_j cos(p_ic, p_jc) − Σ_{j taken} cos(p_ic, p_jc)  =  p_ic · (λ A_c − B_c),
//
// A_c being the sum of all p_jc of the pool and B_c that of the rows taken, whichever class took
// them. Ties go to the smaller row, values within 1e-9 being equal: with λ = 1 the last two of a
// class always are. A class without rows left misses its turn; rows without objects
// follow when there are no others.
//
// Source: H. Lee, S. Kim, J. Lee, J. Yoo, N. Kwak, "Coreset selection for object detection", CVPR
// workshops 2024 (arXiv:2404.09161). There p_ic is pooled from a Faster R-CNN trained on the set;
// here any features of cut-out objects serve.
//
// Cost: a dot product for every row with the class, for every pick. Memory: a column of 8 bytes per
// class and feature, twice.
#pragma once

#include "decant/data/class_amounts.h"
#include "decant/data/features.h"
#include "decant/select/pools/ranking.h"

namespace decant {

struct CsodOptions {
  double lambda = 1;  ///< λ
};

/// pool.count picks; gains are the value by which each was taken, of rows without objects 0. Goes
/// on from rows chosen before. `features`: a row for each of amounts.entries, all finite; one of
/// zeros has no direction, and every value is 0.
Ranking csod(const ClassAmounts& amounts, const Features& features, const PoolTask& pool, const CsodOptions& options,
             const Context& context);

}  // namespace decant
