// Objectives: what the greedy cutter maximises, and how each is a moving query.
//
// All of them but one pick, at step t, the unpicked row with the largest score ⟨a_x, q_t⟩, where
// a_x is the row (scaled to unit length, or with one more coordinate ‖x‖²) and q_t a query that
// moves a little after each pick. So no pairwise matrix exists: memory is rows × width. D is the
// pool of the current bin (all rows not in an earlier bin, the picked ones of this bin included), S
// what this bin has picked so far, X_D and X_S their vector sums, u = x/‖x‖ and U its sums, μ =
// X_D/|D|. Scores are up to a constant in x:
//
//   graph-cut            ⟨u, (λ/2)·U_D − U_S⟩
//       the published code of Dataset Quantization (Zhou et al., ICCV 2023):
//       sim = ½ + ½·cos, gain = λ·Σ_D sim − 2·Σ_S sim
//   graph-cut-dot        ⟨x, λ·X_D − 2·X_S⟩
//       its code for text: sim = ⟨x, x'⟩
//   graph-cut-euclidean  ⟨[x, ‖x‖²], [2·X_D − 4·X_S, 2·|S| − |D|]⟩
//       the formula its paper prints: Σ_S ‖p−x‖² − Σ_{D∖S} ‖p−x‖²
//   graph-cut-gradient   pairwise, see gradient_greedy.h
//       graph-cut on last-layer gradients b ⊗ [1; e], the features its published code uses for
//       images
//   herding              ⟨x, (t+1)·μ − X_S⟩
//       Welling, ICML 2009
//   disparity-sum        ⟨[x, ‖x‖²], [−2·X_S, |S|]⟩
//       dispersion: Σ_S ‖p−x‖²
//
// Traps.
//
// "Graph cut" names different functions in different packages: one weights the redundancy, another
// the coverage, and they differ in whether x counts itself. Here x counts itself in Σ_D, and the
// weight λ stands at the coverage, as in the published code.
//
// The paper's printed formula (Euclidean) and its code (cosine) pick different rows. Both are here,
// under different names.
//
// Negative similarities make graph-cut non-monotone, so "lazy greedy" would not be greedy. Nothing
// here is lazy in that sense.
//
// disparity-sum starts with every score 0: its first pick is the first row.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace decant {

enum class BinFunction {
  graph_cut,
  graph_cut_dot,
  graph_cut_euclidean,
  graph_cut_gradient,
  herding,
  disparity_sum,
};

const std::vector<std::string>& function_names();  ///< in the order of the enum
std::string_view name_of(BinFunction function);
bool takes_lambda(BinFunction function);  ///< graph-cut, graph-cut-dot, graph-cut-gradient

/// A linear objective in numbers. The query has a part for x and, with `squared_norm`, a number τ
/// for ‖x‖². At the start of a bin q = start·P and τ = tau_start·|D|; picking s does q += drift·P,
/// q −= pick·a_s, τ += tau_step. P is the pool's sum of a_x, or its mean.
struct LinearForm {
  bool unit = false;          ///< a_x = x/‖x‖ (a zero row stays zero); otherwise a_x = x
  bool squared_norm = false;  ///< the score adds τ·‖x‖²
  bool mean = false;          ///< P is the mean
  double start = 0;
  double drift = 0;
  double pick = 0;
  double tau_start = 0;
  double tau_step = 0;
  // gain = score + gain_pool·|D| + gain_picked·|S| + norms_pool·Σ_D ‖p‖² + norms_picked·Σ_S ‖p‖²
  double gain_pool = 0;
  double gain_picked = 0;
  double norms_pool = 0;
  double norms_picked = 0;
};

/// REQUIRES: function != graph_cut_gradient.
LinearForm linear_form(BinFunction function, double lambda);

}  // namespace decant
