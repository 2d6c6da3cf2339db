#include "decant/evaluate/protocol.h"

#include <algorithm>
#include <deque>
#include <fmt/ranges.h>

#include "decant/base/errors.h"

namespace decant::evaluate {
namespace {

std::deque<Protocol>& protocols() {
  static std::deque<Protocol> all = {
      {.name = "quick", .judge = "networks", .net = "quick", .options = {}, .nature = "a preview"},
      {"long", "networks", "quick", {{"steps", "8000"}}},
      {"paper",
       "networks",
       "resnet18",
       {{"epochs", "200"}, {"batch", "128"}, {"schedule", "cosine"}, {"warmup", "0"}, {"label-smoothing", "0"}}},
      {.name = "probe", .judge = "pictures", .net = "conv-kmeans-linear", .options = {}, .nature = "a preview"},
      {"linear", "linear", "linear", {}},
      {"texts", "texts", "lsa-linear", {}},
      {"instructions", "ngram", "ngram", {}},
      {"lm", "language", "gpt-mini", {}},
      {"detection", "detection", "centre", {}},
      {"segmentation", "segmentation", "pyramid", {{"steps", "400"}}},
      {"transfer", "transfer", "tiny-resnet", {{"image-size", "96"}}},
      {"distillation",
       "distillation",
       "convnet",
       {{"batch", "256"},
        {"cap-batch", "true"},
        {"optimizer", "momentum"},
        {"learning-rate", "0.01"},
        {"decay-all", "true"},
        {"schedule", "half"},
        {"warmup", "0"},
        {"label-smoothing", "0"},
        {"augment", "dsa"}},
       "random,herding,k-means"},
  };
  return all;
}

}  // namespace

std::vector<std::string> protocol_names() {
  std::vector<std::string> names;
  for (const Protocol& protocol : protocols()) names.push_back(protocol.name);
  return names;
}

const Protocol& protocol_named(const std::string& name) {
  const auto found = std::ranges::find(protocols(), name, &Protocol::name);
  if (found != protocols().end()) return *found;
  throw UsageError(fmt::format("unknown protocol '{}'; choose from {}", name, fmt::join(protocol_names(), ", ")));
}

const Protocol& add_protocol(Protocol protocol) {
  DECANT_CHECK(std::ranges::count(protocols(), protocol.name, &Protocol::name), ==, 0);
  return protocols().emplace_back(std::move(protocol));
}

}  // namespace decant::evaluate
