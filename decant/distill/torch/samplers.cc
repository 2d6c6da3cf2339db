// Which real rows a step sees.
#include <algorithm>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/distill/torch/real_rows.h"
#include "decant/select/select.h"

namespace decant::distill {
namespace {

/// `count` different ones of `pool`, in the order of the draw.
std::vector<int64_t> drawn_from(std::span<const int64_t> pool, int64_t count, Random& random) {
  std::vector<int64_t> left(pool.begin(), pool.end());
  const auto most = static_cast<size_t>(std::min<int64_t>(count, std::ssize(left)));
  for (size_t i = 0; i < most; ++i) std::swap(left[i], left[i + random.below(left.size() - i)]);
  left.resize(most);
  return left;
}

/// Some rows of every class's pool.
class PerClass final : public RealSampler {
 public:
  PerClass(const RealRows& real, std::vector<std::vector<int64_t>> pools, int64_t each)
      : real_(real), pools_(std::move(pools)), each_(each), each_of_all_(each) {
    for (const auto& pool : pools_) each_of_all_ = std::min<int64_t>(each_of_all_, std::ssize(pool));
  }

  RealBatch of_class(int64_t label, Random random) const override {
    return in_order(drawn_from(pools_[static_cast<size_t>(label)], each_, random), 1);
  }
  RealBatch of_all(Random random) const override {
    std::vector<int64_t> numbers;
    for (const auto& pool : pools_) {
      const std::vector<int64_t> own = drawn_from(pool, each_of_all_, random);
      numbers.insert(numbers.end(), own.begin(), own.end());
    }
    return in_order(numbers, real_.classes());
  }

 private:
  RealBatch in_order(const std::vector<int64_t>& numbers, int classes) const {
    RealBatch batch = real_.batch(numbers);
    batch.each_of_them = std::ssize(numbers) / classes;
    return batch;
  }

  const RealRows& real_;
  std::vector<std::vector<int64_t>> pools_;
  int64_t each_;
  int64_t each_of_all_;  ///< what the smallest pool has
};

class Mixed final : public RealSampler {
 public:
  Mixed(const RealRows& real, int64_t count) : real_(real), count_(count), all_(static_cast<size_t>(real.size())) {
    std::iota(all_.begin(), all_.end(), int64_t{0});
  }

  RealBatch of_class(int64_t label, Random random) const override {
    return real_.batch(drawn_from(real_.of_class(label), std::max<int64_t>(1, count_ / real_.classes()), random));
  }
  RealBatch of_all(Random random) const override { return real_.batch(drawn_from(all_, count_, random)); }

 private:
  const RealRows& real_;
  int64_t count_;
  std::vector<int64_t> all_;
};

}  // namespace

std::unique_ptr<RealSampler> sample_per_class(const RealRows& real, int64_t each) {
  std::vector<std::vector<int64_t>> pools;
  for (int c = 0; c < real.classes(); ++c) pools.emplace_back(real.of_class(c).begin(), real.of_class(c).end());
  return std::make_unique<PerClass>(real, std::move(pools), each);
}

std::unique_ptr<RealSampler> sample_mixed(const RealRows& real, int64_t count) {
  return std::make_unique<Mixed>(real, count);
}

std::unique_ptr<RealSampler> sample_representative(const RealRows& real, int64_t each, uint64_t seed, const Context& context) {
  std::vector<std::vector<int64_t>> pools;
  for (int c = 0; c < real.classes(); ++c)
    pools.push_back(rows_chosen_by("k-means", real, c, std::min<int64_t>(each, std::ssize(real.of_class(c))), seed, context));
  return std::make_unique<PerClass>(real, std::move(pools), each);
}

std::vector<int64_t> rows_chosen_by(const std::string& method, const RealRows& real, int64_t label, int64_t count, uint64_t seed,
                                    const Context& context) {
  const std::span<const int64_t> own = real.of_class(label);
  if (std::ssize(own) < count)
    throw InputError({"", fmt::format("class {}", label),
                      fmt::format("has {} rows, fewer than the {} pictures asked for", own.size(), count),
                      "Ask for fewer pictures of each class, or start from noise (--init noise)"});
  const Tensor pixels = real.bytes(own).to(at::kCPU, at::kFloat).contiguous();
  const MatrixView<const float> features(pixels.data_ptr<float>(), pixels.size(0), pixels.size(1));
  const Choice choice = select(features, {.keep = std::to_string(count), .method = method, .seed = seed},
                               {.threads = context.threads, .cancel = context.cancel});
  std::vector<int64_t> rows;
  for (const int64_t row : choice.rows) rows.push_back(own[static_cast<size_t>(row)]);
  return rows;
}

}  // namespace decant::distill
