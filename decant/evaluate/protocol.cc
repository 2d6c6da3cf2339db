#include "decant/evaluate/protocol.h"

#include <algorithm>
#include <fmt/ranges.h>

#include "decant/base/errors.h"

namespace decant::evaluate {
namespace {

const std::vector<Protocol>& protocols() {
  static const std::vector<Protocol> all = {
      {"quick", "networks", "quick", {}},
      {"paper",
       "networks",
       "resnet18",
       {{"epochs", "200"}, {"batch", "128"}, {"schedule", "cosine"}, {"warmup", "0"}, {"label-smoothing", "0"}}},
      {"linear", "linear", "linear", {}},
  };
  return all;
}

}  // namespace

const Protocol& protocol_named(const std::string& name) {
  const auto found = std::ranges::find(protocols(), name, &Protocol::name);
  if (found != protocols().end()) return *found;
  std::vector<std::string> names;
  for (const Protocol& protocol : protocols()) names.push_back(protocol.name);
  throw UsageError(fmt::format("unknown protocol '{}'; known are {}", name, fmt::join(names, ", ")));
}

}  // namespace decant::evaluate
