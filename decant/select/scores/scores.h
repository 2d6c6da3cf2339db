// Scores: one number per row, large = difficult, from training dynamics (data/dynamics.h). A rule
// (rules/) turns numbers into a choice; none of these should be followed blindly: keeping the most
// difficult rows fails at small ratios (rules/top.h).
//
// T epochs, t = 0 … T−1; p, m, ℓ: the row's probability, margin and loss.
//
//   progress     max(0, mean of p over the last J epochs − mean of p over the first J): what had to
//                be learnt, and could be. Rows that were clear from the start gain nothing, and
//                wrong or hopeless ones neither. Ours; the thought is that of the reducible loss:
//                Mindermann et al., "Prioritized training on points that are learnable, worth
//                learning, and not yet learnt", ICML 2022, arXiv:2206.07137, who train a second
//                network on other rows for what the end of the record says here
//   dual         mean over windows w of J epochs of  10·std_w(p) · (1 − mean_w(p)),  std with divisor J − 1
//                Cho et al., "Lightweight dataset pruning without full training via example difficulty and prediction uncertainty",
//                ICML 2025, arXiv:2502.06905
//   uncertainty  mean over windows of 10·std_w(p)       He et al., "Large-scale dataset pruning with dynamic uncertainty",
//                CVPR workshops 2024, arXiv:2306.05175. The last window counts here; their code leaves it out.
//   el2n         mean over t of ‖p_t − onehot(y)‖₂       Paul et al., "Deep learning on a data diet", NeurIPS 2021, arXiv:2107.07075
//   grand        mean over t of the last layer's gradient norm; ibid., by the exact factored form
//                ‖p − onehot(y)‖·√(1 + ‖e‖²)
//   forgetting   how often m > 0 turned into m ≤ 0; a row that was never right counts T. Toneva et
//                al., ICLR 2019, arXiv:1812.05159
//   aum          −mean over t of m                       Pleiss et al., NeurIPS 2020, arXiv:2001.10528
//   margin       −m of the last epoch
//   loss         mean over t of ℓ
//   entropy      mean over t of the entropy of the output; needs no labels, given the record
//   confidence   1 − mean over t of p
//
// Traps. Published code gives never-learned rows 0 forgettings, which ranks the hardest as the
// easiest. Forgetting is a whole number: ties are broken by aum here, else the order of equals
// would be noise. An early checkpoint alone (el2n at one epoch) is noisy: means are taken. Means,
// not sums: scores of records of different length compare.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/dynamics.h"

namespace decant {

/// "progress", "dual", "uncertainty", …, in the order above.
const std::vector<std::string>& score_names();

/// The score of every row; NaN for rows that the record left out. Cost: one pass over the record,
/// on all threads. InputError for a name that does not exist, and for a record too short for it
/// (two epochs for progress, dual, uncertainty and forgetting).
std::vector<double> score_rows(std::string_view name, const Dynamics& dynamics, const Context& context);

/// The smallest score of the rows that are not `left_out` (ascending).
double least_score(std::span<const double> scores, std::span<const int64_t> left_out);

/// All raised by as much as makes that one 0, for what takes no negative numbers.
std::vector<double> raised_to_zero(std::span<const double> scores, std::span<const int64_t> left_out);

/// Mean over all epochs of p_y: how easy a row was found. NaN for rows left out.
std::vector<double> mean_probability(const Dynamics& dynamics, const Context& context);

/// Epochs in a window of progress, dual and uncertainty, J: the published 10 of 30, a third of a
/// shorter record, at least 2.
int64_t window_of(int64_t epochs);

/// Share of the rows that were right when they were observed, epoch after epoch.
std::vector<double> accuracy_of(const Dynamics& dynamics);

}  // namespace decant
