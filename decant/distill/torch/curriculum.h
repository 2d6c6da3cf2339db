// Real rows that join a small set: those that it does not teach yet, and that can be learnt.
//
// In each of some rounds a fresh network, the filter, is trained on what the set holds; candidates
// are rows that the filter gets wrong and a teacher right; of these each class takes the easiest
// (Y. Chen, G. Chen, M. Zhang, W. Guan and L. Nie, "Curriculum coarse-to-fine selection for
// high-IPC dataset distillation", CVPR 2025, arXiv:2503.18872).
#pragma once

#include "decant/distill/torch/method.h"
#include "decant/distill/torch/teachers.h"

namespace decant::distill {

struct CurriculumOptions {
  int rounds = 3;
  std::string net;        ///< of the filter
  int64_t updates = 300;  ///< of its training
};

/// Replaces pictures first … per_class − 1 of every class in `pictures` (classes · per_class,
/// channels, height, width) by real rows, round by round as evenly as whole numbers allow. Where a
/// class has too few candidates, rows that the teacher has right follow, then the others, the
/// easiest first. The filter is trained on pictures of 8 bits, as the set is stored. Returns the
/// numbers of the rows, in the order of the places.
///
/// Cost: per round, `updates` steps of training, and a forward of all rows; one of the teacher.
/// Throws InputError for a class with fewer rows.
std::vector<int64_t> fill_with_rows(Tensor pictures, int64_t first, const RealRows& real, const FrozenTeacher& teacher,
                                    const CurriculumOptions& options, uint64_t seed, const Context& context);

}  // namespace decant::distill
