// DD-Ranking's two scores of a synthetic set, which take from an accuracy what is not the set's own
// merit. Z. Li et al., "DD-Ranking: rethinking the evaluation of dataset distillation" (2025,
// arXiv:2505.13300) and its code (NUS-HPC-AI-Lab/DD-Ranking, ddranking/metrics), accuracies in
// [0, 1]:
//
//     LRS, label-robust         s(w · IOR − (1 − w) · HLR)
//          IOR = acc(set) − acc(random rows of that number)     improvement over random
//          HLR = acc(all real rows) − acc(set)                  what hard labels do not recover
//     ARS, augmentation-robust  s(w · gain with augmentation + (1 − w) · gain without)
//          gain = acc(set) − acc(random rows of that number)
//     s(x) = (eˣ − e⁻¹) / (e − e⁻¹)
//
// w = 1/2. Both lie in [0, 1]; ARS is s(0) = 0.269 for a set that is no better than random rows.
//
// Accuracies are those of protocol `distillation` on classes: HLR and IOR from the column with
// differentiable Siamese augmentation, the gains from that and the plain one. Labels of a set's own
// are in neither score, for random rows would need a teacher's. The published code takes the best
// epoch on the test rows and searches a learning rate for each set; here it is the final weights,
// and one rate for all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decant/data/evidence.h"

namespace decant {

struct Gain {
  double set = 0;     ///< accuracy of the set
  double random = 0;  ///< of random rows of that number
};

double label_robust_score(const Gain& accuracy, double full, double weight = 0.5);
double augmentation_robust_score(const Gain& augmented, const Gain& plain, double weight = 0.5);

struct RobustScores {
  std::string net;
  std::string set;
  int64_t rows = 0;
  std::optional<Estimate> lrs;  ///< nothing where the accuracy of all real rows is not known
  Estimate ars;
};

/// Of every set that was compared with random rows of its number, in the order of the cells; scored
/// seed by seed. Nothing where the evidence is of another protocol. All real rows are those of the
/// set "full", else Evidence::full_accuracy.
std::vector<RobustScores> robust_scores(const Evidence& evidence);

}  // namespace decant
