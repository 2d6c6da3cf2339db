#include "decant/nn/network.h"

#include <ATen/ops/empty.h>
#include <algorithm>
#include <cmath>
#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/base/options.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

struct Entry {
  std::string_view name;
  std::unique_ptr<const Network> (*make)(const NetworkSpec& spec);
};

#define DECANT_ENTRY(name, make) {name, make},
constexpr Entry kNetworks[] = {DECANT_NETWORKS(DECANT_ENTRY)};
#undef DECANT_ENTRY

const Entry& entry_named(const std::string& name) {
  for (const Entry& entry : kNetworks) {
    if (entry.name == name) return entry;
  }
  const std::vector<std::string> names = network_names();
  const std::string guess = nearest(name, names);
  throw InputError({"", "", fmt::format("there is no network '{}'{}", name, guess.empty() ? "" : "; did you mean '" + guess + "'?"),
                    fmt::format("Choose one of {}", fmt::join(names, ", "))});
}

void require_sensible(const NetworkSpec& spec) {
  const ImageSize& in = spec.input;
  if (in.channels != 1 && in.channels != 3)
    throw InputError({"", "", fmt::format("networks take pictures of 1 or 3 channels, not {}", in.channels), ""});
  if (in.width < 1 || in.height < 1 || in.width > 4096 || in.height > 4096)
    throw InputError({"", "", fmt::format("networks take pictures of 1 to 4096 pixels a side, not {}×{}", in.width, in.height), ""});
  if (spec.classes < 1) throw InputError({"", "", fmt::format("a network needs at least one class, not {}", spec.classes), ""});
}

double draw(const TensorSpec& spec, Random& random) {
  switch (spec.init) {
    case Init::zeros:
      return 0;
    case Init::ones:
      return 1;
    case Init::kaiming_normal:
      return spec.scale * random.normal();
    case Init::kaiming_uniform:
      return spec.scale * (2 * random.uniform() - 1);
    case Init::trunc_normal: {
      double z = random.normal();
      while (std::abs(z) > 2) z = random.normal();
      return spec.scale * z;
    }
  }
  return 0;
}

Tensors fresh(const std::vector<TensorSpec>& specs, Random& random) {
  Tensors tensors;
  for (const TensorSpec& spec : specs) {
    tensors.push_back(at::empty(spec.shape, at::kFloat));
    float* values = tensors.back().data_ptr<float>();
    std::generate_n(values, tensors.back().numel(), [&] { return static_cast<float>(draw(spec, random)); });
  }
  return tensors;
}

}  // namespace

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kNetworks) names.emplace_back(entry.name);
  return names;
}

std::unique_ptr<const Network> make_network(const NetworkSpec& spec) {
  const Entry& entry = entry_named(spec.name);
  require_sensible(spec);
  return entry.make(spec);
}

State initial_state(const Network& network, Random random) {
  Tensors parameters = fresh(network.parameters(), random);
  return {std::move(parameters), fresh(network.buffers(), random)};
}

}  // namespace decant::nn
