// Rows that hold something of every class and are unlike each other: coverage of what is annotated
// together with coverage of what pictures look like.
//
//     maximise (1 − μ)·F(S) / F(V) + μ·L(S) / |V|
//
// F is the objective of class coverage (class_coverage.h), V the pool, and L that of facility
// location over the rows' features (facility_location.h): Σ_i max_{j∈S} max(0, cos(i, j)). Both are
// between 0 and 1, and submodular, so their sum is; the picks are those of plain greedy, ties to
// the smaller row. Boxes do not say that two pictures show one place: of a video, or of a crowd
// that was photographed again and again, F alone takes neighbours.
//
// Floors, caps and balance are those of F; rows that floors want come first.
//
// Cost: facility location's, and a few gains of F for every row that is looked at.
#pragma once

#include "decant/data/features.h"
#include "decant/select/methods/class_coverage.h"

namespace decant {

struct DiverseCoverageOptions {
  ClassCoverageOptions classes;
  double diversity = 0.5;  ///< μ, 0…1; 0 is class_coverage()
};

/// pool.count picks; gains are what each added to the sum above. Goes on from rows chosen before.
/// `amounts` and `features`: of all rows, the latter finite in the pool.
Ranking diverse_coverage(const ClassAmounts& amounts, const Features& features, const PoolTask& pool, const DiverseCoverageOptions& options,
                         const Context& context);

}  // namespace decant
