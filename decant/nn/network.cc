#include "decant/nn/network.h"

#include <algorithm>
#include <deque>
#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/nn/models/list.h"

namespace decant::nn {

namespace {

struct Entry {
  std::string name;
  NetworkMaker make;
};

std::deque<Entry>& entries() {
#define DECANT_ENTRY(name, make) {name, make},
  static std::deque<Entry> list = {DECANT_NETWORKS(DECANT_ENTRY)};
#undef DECANT_ENTRY
  return list;
}

const Entry& entry_named(const std::string& name) {
  for (const Entry& entry : entries()) {
    if (entry.name == name) return entry;
  }
  if (is_autoencoder(name))
    throw InputError(
        {"", "", fmt::format("the network '{}' fills in pictures and knows no classes", name), "Choose a classifier, for example quick"});
  const std::vector<std::string> names = network_names();
  const std::string guess = nearest(name, names);
  throw InputError({"", "", fmt::format("unknown network '{}'{}", name, guess.empty() ? "" : "; did you mean '" + guess + "'?"),
                    fmt::format("Choose one of {}", fmt::join(names, ", "))});
}

void require_sensible(const NetworkSpec& spec) {
  const ImageSize& in = spec.input;
  if (in.channels != 1 && in.channels != 3)
    throw InputError({"", "", fmt::format("networks need pictures with 1 or 3 channels, not {}", in.channels), ""});
  if (in.width < 1 || in.height < 1 || in.width > 4096 || in.height > 4096)
    throw InputError({"", "", fmt::format("networks need pictures of 1 to 4096 pixels per side, not {}×{}", in.width, in.height), ""});
  if (spec.classes < 1) throw InputError({"", "", fmt::format("a network needs at least one class, not {}", spec.classes), ""});
}

}  // namespace

std::vector<std::string> network_names() {
  std::vector<std::string> names;
  for (const Entry& entry : entries()) names.push_back(entry.name);
  return names;
}

std::string Backbone::description() const {
  return fmt::format("network '{}' for {}×{}×{} pictures and {} classes", spec_.name, spec_.input.width, spec_.input.height,
                     spec_.input.channels, spec_.classes);
}

std::unique_ptr<const Classifier> make_network(const NetworkSpec& spec) {
  SpecText options(spec.name);
  const Entry& entry = entry_named(options.name());
  require_sensible(spec);
  auto network = entry.make(spec, options);
  options.require_all_asked();
  return network;
}

std::string add_network(std::string name, NetworkMaker make) {
  DECANT_CHECK(std::ranges::count(network_names(), name), ==, 0);
  return entries().emplace_back(std::move(name), std::move(make)).name;
}

}  // namespace decant::nn
