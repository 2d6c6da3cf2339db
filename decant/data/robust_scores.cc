#include "decant/data/robust_scores.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

namespace decant {
namespace {

using Cell = Evidence::Cell;

constexpr const char* kPlain = "top-1";
constexpr const char* kAugmented = "top-1 dsa";

/// From [−1, 1] to [0, 1].
double squashed(double x) {
  return (std::exp(x) - std::exp(-1)) / (std::numbers::e - std::exp(-1));
}

const Cell* column(const Evidence& evidence, const Cell& like, const std::string& set, const char* metric) {
  const auto found = std::ranges::find_if(evidence.cells, [&](const Cell& cell) {
    return cell.net == like.net && cell.set == set && (set == "full" || cell.budget == like.budget) &&
           evidence.metric_of(cell).name == metric;
  });
  return found == evidence.cells.end() ? nullptr : &*found;
}

const double* value_of(const Cell& cell, uint64_t seed) {
  const auto found = std::ranges::find(cell.seeds, seed);
  return found == cell.seeds.end() ? nullptr : &cell.values[static_cast<size_t>(found - cell.seeds.begin())];
}

/// What a set and random rows reach, with the same seed.
std::optional<Gain> gain_of(const Cell& set, const Cell& random, uint64_t seed) {
  const double* const own = value_of(set, seed);
  const double* const other = value_of(random, seed);
  if (own == nullptr || other == nullptr) return std::nullopt;
  return Gain{*own, *other};
}

std::optional<double> full_accuracy(const Evidence& evidence, const Cell& like) {
  const Cell* const full = column(evidence, like, "full", kAugmented);
  return full != nullptr ? std::optional(full->mean) : evidence.full_accuracy;
}

std::optional<RobustScores> scores_of(const Evidence& evidence, const Cell& plain) {
  const Cell* const augmented = column(evidence, plain, plain.set, kAugmented);
  const Cell* const random = column(evidence, plain, "random", kPlain);
  const Cell* const random_augmented = column(evidence, plain, "random", kAugmented);
  if (augmented == nullptr || random == nullptr || random_augmented == nullptr) return std::nullopt;
  const std::optional<double> full = full_accuracy(evidence, plain);
  std::vector<double> label_robust;
  std::vector<double> augmentation_robust;
  for (const uint64_t seed : plain.seeds) {
    const std::optional<Gain> without = gain_of(plain, *random, seed);
    const std::optional<Gain> with = gain_of(*augmented, *random_augmented, seed);
    if (!without || !with) continue;
    augmentation_robust.push_back(augmentation_robust_score(*with, *without));
    if (full) label_robust.push_back(label_robust_score(*with, *full));
  }
  if (augmentation_robust.empty()) return std::nullopt;
  RobustScores scores{.net = plain.net, .set = plain.set, .rows = plain.rows, .ars = estimate(augmentation_robust)};
  if (full) scores.lrs = estimate(label_robust);
  return scores;
}

}  // namespace

double label_robust_score(const Gain& accuracy, double full, double weight) {
  const double improvement = accuracy.set - accuracy.random;
  const double not_recovered = full - accuracy.set;
  return squashed(weight * improvement - (1 - weight) * not_recovered);
}

double augmentation_robust_score(const Gain& augmented, const Gain& plain, double weight) {
  return squashed(weight * (augmented.set - augmented.random) + (1 - weight) * (plain.set - plain.random));
}

std::vector<RobustScores> robust_scores(const Evidence& evidence) {
  std::vector<RobustScores> all;
  for (const Cell& cell : evidence.cells) {
    if (cell.set == "full" || cell.set == "random" || evidence.metric_of(cell).name != kPlain) continue;
    if (const auto scores = scores_of(evidence, cell)) all.push_back(*scores);
  }
  return all;
}

}  // namespace decant
