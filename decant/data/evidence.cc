#include "decant/data/evidence.h"

#include <algorithm>
#include <limits>

namespace decant {
namespace {

using Cell = Evidence::Cell;
using Cells = std::vector<const Cell*>;

Cells cells_of(const Evidence& evidence, std::string_view net, size_t metric) {
  Cells cells;
  for (const Cell& cell : evidence.cells) {
    if (cell.net == net && cell.metric == metric) cells.push_back(&cell);
  }
  return cells;
}

const Cell* only(const Cells& cells) {
  return cells.size() == 1 ? cells.front() : nullptr;
}

/// The random rows that a cell is compared with.
const Cell* random_for(const Evidence& evidence, const Cell& cell) {
  if (cell.set == "random") return nullptr;
  Cells random = cells_of(evidence, cell.net, cell.metric);
  std::erase_if(random, [&](const Cell* other) { return other->set != "random" || (cell.set != "full" && other->budget != cell.budget); });
  return cell.set == "full" ? only(random) : random.empty() ? nullptr : random.front();
}

const Cell* full_for(const Evidence& evidence, const Cell& cell) {
  if (cell.set == "full") return nullptr;
  const Cells cells = cells_of(evidence, cell.net, cell.metric);
  const auto found = std::ranges::find(cells, "full", &Cell::set);
  return found == cells.end() ? nullptr : *found;
}

std::optional<Estimate> gap(const Cell& cell, const Cell* other) {
  return other == nullptr ? std::nullopt : std::optional(difference(cell, *other));
}

/// The values of `b` in the order of a's seeds; empty where their seeds differ.
std::vector<double> matched(const Cell& a, const Cell& b) {
  if (a.seeds.size() != b.seeds.size()) return {};
  std::vector<double> values;
  for (const uint64_t seed : a.seeds) {
    const auto found = std::ranges::find(b.seeds, seed);
    if (found == b.seeds.end()) return {};
    values.push_back(b.values[static_cast<size_t>(found - b.seeds.begin())]);
  }
  return values;
}

}  // namespace

double Evidence::Cost::share() const {
  if (train_seconds <= 0) return std::numeric_limits<double>::quiet_NaN();
  return (wall_seconds - idle_seconds - choose_seconds) * workers / train_seconds - 1;
}

std::vector<std::string> Evidence::nets() const {
  std::vector<std::string> nets;
  for (const Cell& cell : cells) {
    if (std::ranges::find(nets, cell.net) == nets.end()) nets.push_back(cell.net);
  }
  return nets;
}

const Cell* Evidence::find(std::string_view net, std::string_view set, size_t metric) const {
  const auto found =
      std::ranges::find_if(cells, [&](const Cell& cell) { return cell.net == net && cell.set == set && cell.metric == metric; });
  return found == cells.end() ? nullptr : &*found;
}

Estimate difference(const Cell& a, const Cell& b) {
  const std::vector<double> pairs = matched(a, b);
  return pairs.empty() ? difference(a.values, b.values) : paired_difference(a.values, pairs);
}

void compare(Evidence& evidence) {
  for (Cell& cell : evidence.cells) {
    const Estimate mean = estimate(cell.values);
    cell.mean = mean.mean;
    cell.ci95 = mean.half_width;
    cell.against_random = gap(cell, random_for(evidence, cell));
    cell.against_full = gap(cell, full_for(evidence, cell));
  }
}

namespace {

/// The cells of one net and budget by the first metric, full left out.
Cells sets_of(const Evidence& evidence, const std::string& net, const Budget& budget) {
  Cells sets = cells_of(evidence, net, 0);
  std::erase_if(sets, [&](const Cell* cell) { return cell->budget != budget || cell->set == "full"; });
  return sets;
}

std::vector<double> means_of(const Cells& sets) {
  std::vector<double> means;
  for (const Cell* cell : sets) means.push_back(cell->mean);
  return means;
}

double gain_over_random(const Cells& sets, const Metric& metric) {
  double gain = 0;
  for (const Cell* cell : sets) gain += cell->against_random ? metric.improvement(cell->against_random->mean) : 0;
  return gain;
}

Evidence::Order order_of(const Cells& sets, const Cells& first, const Metric& metric) {
  Evidence::Order order{.net = sets.front()->net, .budget = sets.front()->budget};
  Cells sorted = sets;
  std::ranges::stable_sort(sorted, std::greater<>(), [&](const Cell* cell) { return metric.improvement(cell->mean); });
  for (const Cell* cell : sorted) order.best_first.push_back(cell->set);
  order.tau = kendall_tau(means_of(first), means_of(sets));
  const double gain = gain_over_random(first, metric);
  order.gain_kept = gain > 0 ? gain_over_random(sets, metric) / gain : std::numeric_limits<double>::quiet_NaN();
  return order;
}

/// Every budget once, the smallest first.
std::vector<Budget> budgets(const Evidence& evidence) {
  std::vector<Budget> all;
  for (const Cell& cell : evidence.cells) {
    if (std::ranges::find(all, cell.budget) == all.end()) all.push_back(cell.budget);
  }
  std::ranges::sort(all, {}, &Budget::amount);
  return all;
}

}  // namespace

std::vector<const Evidence::Cell*> sets_of_parts(const Evidence& evidence) {
  if (evidence.cells.empty()) return {};
  Cells sets = cells_of(evidence, evidence.cells.front().net, 0);
  std::erase_if(sets, [](const Cell* cell) { return !cell->parts; });
  const bool more = std::ranges::any_of(sets, [](const Cell* cell) { return cell->parts->labels + cell->parts->decoder > 0; });
  return more ? sets : Cells();
}

std::vector<Evidence::Order> orders(const Evidence& evidence) {
  const std::vector<std::string> nets = evidence.nets();
  if (nets.size() < 2) return {};
  std::vector<Evidence::Order> all;
  for (const Budget& budget : budgets(evidence)) {
    const Cells first = sets_of(evidence, nets.front(), budget);
    if (first.size() < 2) continue;
    for (const std::string& net : nets) {
      const Cells sets = sets_of(evidence, net, budget);
      if (sets.size() == first.size()) all.push_back(order_of(sets, first, evidence.metrics.front()));
    }
  }
  return all;
}

}  // namespace decant
