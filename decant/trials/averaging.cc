#include "decant/trials/averaging.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "decant/base/errors.h"

namespace decant::trials {
namespace {

const std::vector<std::pair<std::string, Averaging>> kWays = {{"fedavg", {}},
                                                              {"fedavg+passes=5", {.passes = 5}},
                                                              {"fedavg+passes=10", {.passes = 10}},
                                                              {"fedavg+bits=8", {.bits = 8}},
                                                              {"one-shot", {.one_shot = true}}};

std::vector<float> in_eight_bits(const std::vector<float>& before, const std::vector<float>& after) {
  std::vector<float> change(before.size());
  for (size_t i = 0; i < change.size(); ++i) change[i] = after[i] - before[i];
  const auto [least, most] = std::ranges::minmax(change);
  const float step = (most - least) / 255;
  std::vector<float> sent(before.size());
  for (size_t i = 0; i < sent.size(); ++i) sent[i] = before[i] + least + (step > 0 ? step * std::round((change[i] - least) / step) : 0);
  return sent;
}

}  // namespace

double Averaging::bytes_of(size_t values) const {
  const auto count = static_cast<double>(values);
  return bits == 8 ? count + 2 * sizeof(float) : sizeof(float) * count;
}

std::vector<float> Averaging::received(const std::vector<float>& before, const std::vector<float>& after) const {
  return bits == 8 ? in_eight_bits(before, after) : after;
}

std::vector<std::string> averaging_names() {
  std::vector<std::string> names;
  for (const auto& [name, way] : kWays) names.push_back(name);
  return names;
}

Averaging averaging_named(const std::string& name) {
  const auto found = std::ranges::find(kWays, name, &std::pair<std::string, Averaging>::first);
  DECANT_CHECK(found != kWays.end(), ==, true);
  return found->second;
}

}  // namespace decant::trials
