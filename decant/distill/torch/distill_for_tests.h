// What tests of distillation share: a small set of pictures, and a network that looks at them.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "decant/data/memory_rows.h"
#include "decant/data/subset.h"
#include "decant/distill/torch/method.h"

namespace decant::distill {

/// 8×8 pictures; class c (of three) has a bright line 2·c + 1, on noise. Classes in turn.
inline MemoryRows lined_rows(int count, int channels = 1, uint64_t seed = 1) {
  std::vector<Image> pictures(static_cast<size_t>(count));
  std::vector<int32_t> labels;
  for (int i = 0; i < count; ++i) {
    Image& image = pictures[static_cast<size_t>(i)];
    image.resize({8, 8, channels});
    Random random(seed, "pixels", static_cast<uint64_t>(i));
    for (int y = 0; y < 8; ++y) {
      for (int x = 0; x < 8 * channels; ++x) image.row(y)[x] = static_cast<uint8_t>(random.below(80) + (y == 2 * (i % 3) + 1 ? 150 : 0));
    }
    labels.push_back(i % 3);
  }
  return {std::move(pictures), std::move(labels)};
}

/// Rows, a network of width 4, and a method made for both.
struct SmallWorld {
  explicit SmallWorld(int channels = 1, const std::string& net = "convnet+width=4+depth=2", int count = 30)
      : rows(lined_rows(count, channels)),
        subset(Subset::all(rows.size())),
        real(rows, subset, 3, 0, nullptr, at::kCPU, context),
        network(nn::make_network({net, real.picture_size(), 3})) {
    options.init = "random";
    options.labels = "hard";
    options.augment = "none";
    options.net = net;
    options.per_class = 2;
    options.real_batch = 4;
    options.rate = 0.1;
    options.seed = 3;
  }

  Step step(int64_t number = 0, int64_t steps = 8) const { return {number, steps, options.seed, *network, real, context}; }
  Setting setting() const { return {options, *network, real, {}, context}; }
  Parts parts(const std::string& method) {
    options.method = method;
    nn::SpecText own(method, "method");
    return method_named(method).make(setting(), own);
  }

  Context context{.threads = 1};
  DistillOptions options;
  MemoryRows rows;
  Subset subset;
  RealRows real;
  std::unique_ptr<const nn::Classifier> network;
};

}  // namespace decant::distill
