#include "decant/evaluate/evidence.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "decant/base/json.h"

namespace decant::evaluate {
namespace {

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

Json json_of(const std::optional<Estimate>& gap) {
  if (!gap) return {};
  return {{"mean", gap->mean}, {"ci95", number_or_null(gap->half_width)}};
}

Json json_of(const Order& order) {
  return {{"net", order.net},
          {"rows", order.rows},
          {"order", order.best_first},
          {"tau", number_or_null(order.tau)},
          {"gain_kept", number_or_null(order.gain_kept)}};
}

Json json_of(const Cost& cost) {
  return {{"wall_seconds", cost.wall_seconds},
          {"train_seconds", cost.train_seconds},
          {"idle_seconds", cost.idle_seconds},
          {"choose_seconds", cost.choose_seconds},
          {"side_by_side", cost.workers},
          {"trained", cost.trained},
          {"known", cost.known},
          {"share", number_or_null(cost.share())}};
}

/// The random rows that a cell is compared with.
const Cell* random_beside(const Evidence& evidence, const Cell& cell) {
  if (cell.set == "random") return nullptr;
  if (cell.set != "full") return evidence.find(cell.net, "random", cell.rows);
  std::vector<const Cell*> all;
  for (const Cell& other : evidence.cells) {
    if (other.net == cell.net && other.set == "random") all.push_back(&other);
  }
  return all.size() == 1 ? all.front() : nullptr;
}

std::optional<Estimate> gap(const Cell& cell, const Cell* other) {
  if (other == nullptr || other->accuracy.size() != cell.accuracy.size()) return std::nullopt;
  return paired_difference(cell.accuracy, other->accuracy);
}

}  // namespace

double Cost::share() const {
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

const Cell* Evidence::find(std::string_view net, std::string_view set) const {
  const auto found = std::ranges::find_if(cells, [&](const Cell& cell) { return cell.net == net && cell.set == set; });
  return found == cells.end() ? nullptr : &*found;
}

const Cell* Evidence::find(std::string_view net, std::string_view set, int64_t rows) const {
  const auto found = std::ranges::find_if(cells, [&](const Cell& cell) { return cell.net == net && cell.set == set && cell.rows == rows; });
  return found == cells.end() ? nullptr : &*found;
}

void compare(Evidence& evidence) {
  for (Cell& cell : evidence.cells) {
    const Estimate mean = estimate(cell.accuracy);
    cell.mean = mean.mean;
    cell.ci95 = mean.half_width;
    cell.against_random = gap(cell, random_beside(evidence, cell));
    cell.against_full = cell.set == "full" ? std::nullopt : gap(cell, evidence.find(cell.net, "full"));
  }
}

namespace {

/// The cells of one net and size, full left out, in the order of the evidence.
std::vector<const Cell*> sets_of(const Evidence& evidence, const std::string& net, int64_t rows) {
  std::vector<const Cell*> sets;
  for (const Cell& cell : evidence.cells) {
    if (cell.net == net && cell.rows == rows && cell.set != "full") sets.push_back(&cell);
  }
  return sets;
}

std::vector<double> means_of(const std::vector<const Cell*>& sets) {
  std::vector<double> means;
  for (const Cell* cell : sets) means.push_back(cell->mean);
  return means;
}

double gain_over_random(const std::vector<const Cell*>& sets) {
  double gain = 0;
  for (const Cell* cell : sets) gain += cell->against_random ? cell->against_random->mean : 0;
  return gain;
}

Order order_of(const std::vector<const Cell*>& sets, const std::vector<const Cell*>& first) {
  Order order{.net = sets.front()->net, .rows = sets.front()->rows};
  std::vector<const Cell*> sorted = sets;
  std::ranges::stable_sort(sorted, [](const Cell* a, const Cell* b) { return a->mean > b->mean; });
  for (const Cell* cell : sorted) order.best_first.push_back(cell->set);
  order.tau = kendall_tau(means_of(first), means_of(sets));
  const double gain = gain_over_random(first);
  order.gain_kept = gain > 0 ? gain_over_random(sets) / gain : std::numeric_limits<double>::quiet_NaN();
  return order;
}

}  // namespace

std::vector<Order> orders(const Evidence& evidence) {
  const std::vector<std::string> nets = evidence.nets();
  if (nets.size() < 2) return {};
  std::set<int64_t> sizes;
  for (const Cell& cell : evidence.cells) sizes.insert(cell.rows);
  std::vector<Order> all;
  for (const int64_t rows : sizes) {
    const std::vector<const Cell*> first = sets_of(evidence, nets.front(), rows);
    if (first.size() < 2) continue;
    for (const std::string& net : nets) all.push_back(order_of(sets_of(evidence, net, rows), first));
  }
  return all;
}

Json to_json(const Cell& cell) {
  return {{"net", cell.net},
          {"set", cell.set},
          {"rows", cell.rows},
          {"keep", cell.keep},
          {"protocol", cell.protocol},
          {"seeds", cell.seeds},
          {"accuracy", cell.accuracy},
          {"mean", cell.mean},
          {"ci95", number_or_null(cell.ci95)},
          {"against_random", json_of(cell.against_random)},
          {"against_full", json_of(cell.against_full)},
          {"steps", cell.steps},
          {"seconds", cell.seconds}};
}

Json to_json(const Evidence& evidence) {
  Json results = Json::array();
  for (const Cell& cell : evidence.cells) results.push_back(to_json(cell));
  Json opinions = Json::array();
  for (const Order& order : orders(evidence)) opinions.push_back(json_of(order));
  return {{"protocol", evidence.protocol},
          {"test_rows", evidence.test_rows},
          {"results", results},
          {"orders", opinions},
          {"overhead", json_of(evidence.cost)}};
}

}  // namespace decant::evaluate
