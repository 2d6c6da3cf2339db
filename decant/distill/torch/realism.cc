#include "decant/distill/torch/realism.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/softmax.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <numeric>

#include "decant/base/errors.h"

namespace decant::distill {
namespace {

constexpr int64_t kAtOnce = 250;  // pictures of a forward, whose maps stay small

/// In the middle of (height, width), zeros around them: the mean colour.
Tensor in_the_middle(const Tensor& crops, int64_t height, int64_t width) {
  const int64_t top = (height - crops.size(2)) / 2;
  const int64_t left = (width - crops.size(3)) / 2;
  if (top == 0 && left == 0 && crops.size(2) == height && crops.size(3) == width) return crops;
  return at::constant_pad_nd(crops, {left, width - crops.size(3) - left, top, height - crops.size(2) - top}, 0);
}

std::vector<double> losses_of(const FrozenTeacher& teacher, const Tensor& pictures, int64_t label) {
  const Tensor labels = at::full({pictures.size(0)}, label, pictures.options().dtype(at::kLong));
  const Tensor losses = at::cross_entropy_loss(teacher.logits(pictures), labels, {}, at::Reduction::None).to(at::kCPU, at::kDouble);
  return {losses.data_ptr<double>(), losses.data_ptr<double>() + losses.numel()};
}

class NothingToLearn final : public Objective {
 public:
  bool wants_real() const override { return false; }
  bool solve(const Step&, const Synthetic&) const override { return true; }
  Tensor loss(const Step&, const Fetched&, const Sides& sides) const override {
    return sides.synthetic.pictures.sum() * 0;  // asked by nobody: solve() comes first
  }
};

}  // namespace

void require_rows(const RealRows& real, int64_t label, int64_t count) {
  const int64_t have = std::ssize(real.of_class(label));
  if (have >= count) return;
  throw InputError({"", fmt::format("class {}", label),
                    fmt::format("has {} rows, fewer than the {} that its pictures are made of", have, count),
                    "Ask for fewer pictures of each class (--per-class), or a smaller factor"});
}

std::vector<FoundCrop> search_crops(const RealRows& real, const FrozenTeacher& teacher, int64_t label, const CropSearch& search,
                                    uint64_t seed, const Context& context) {
  const c10::NoGradGuard no_grad;
  Random random(seed, "crops", static_cast<uint64_t>(label));
  const std::span<const int64_t> own = real.of_class(label);
  const std::vector<int64_t> order = random.permutation(std::ssize(own));
  const ImageSize size = real.picture_size();
  std::vector<FoundCrop> candidates;
  for (int64_t i = 0; i < std::min(search.rows, std::ssize(own)); ++i) {
    const int64_t number = own[static_cast<size_t>(order[static_cast<size_t>(i)])];
    for (int64_t k = 0; k < search.crops; ++k) candidates.push_back({number, drawn_crop(size.height, size.width, {.ratio = 1}, random)});
  }
  for (int64_t begin = 0; begin < std::ssize(candidates); begin += kAtOnce) {
    context.check_cancelled();
    const auto part =
        std::span(candidates).subspan(static_cast<size_t>(begin), static_cast<size_t>(std::min(kAtOnce, std::ssize(candidates) - begin)));
    const std::vector<double> losses = losses_of(teacher, in_the_middle(crops_of(real, part, search.side), size.height, size.width), label);
    for (size_t i = 0; i < part.size(); ++i) part[i].loss = losses[i];
  }
  std::vector<FoundCrop> best;
  for (size_t first = 0; first < candidates.size(); first += static_cast<size_t>(search.crops)) {
    const auto begin = candidates.begin() + static_cast<ptrdiff_t>(first);
    best.push_back(*std::min_element(begin, begin + search.crops, [](const auto& a, const auto& b) { return a.loss < b.loss; }));
  }
  std::ranges::stable_sort(best, {}, &FoundCrop::loss);
  return best;
}

Tensor crops_of(const RealRows& real, std::span<const FoundCrop> crops, int64_t side) {
  std::vector<int64_t> numbers;
  for (const FoundCrop& crop : crops) numbers.push_back(crop.number);
  const Tensor pictures = real.batch(numbers).pictures;
  nn::Tensors parts;
  for (size_t i = 0; i < crops.size(); ++i)
    parts.push_back(resampled(pictures.narrow(0, static_cast<int64_t>(i), 1), crops[i].box, side, side));
  return at::cat(parts).contiguous();
}

EasyMosaics easy_mosaics(const Setting& setting, const FrozenTeacher& teacher, int factor) {
  const int64_t classes = setting.real.classes();
  const Tensor errors = setting.once("errors", [&] { return errors_of(setting.real, teacher, setting.context); });
  EasyMosaics easy;
  for (int64_t label = 0; label < classes; ++label) {
    const std::vector<int64_t> rows = easiest_rows(setting.real, errors, label, int64_t{setting.options.per_class} * factor * factor);
    easy.numbers.insert(easy.numbers.end(), rows.begin(), rows.end());
  }
  const Tensor first = setting.real.batch(easy.numbers).pictures.contiguous();
  auto pictures = factor == 1 ? make_pixels(first, classes) : make_multi_formation(first, classes, factor);
  const Tensor targets = one_hot_targets(classes, pictures->per_class()).to(setting.real.device());
  easy.pictures = std::make_unique<Synthetic>(std::move(pictures), classes, targets);
  return easy;
}

Tensor logits_of(const RealRows& real, std::span<const int64_t> numbers, const FrozenTeacher& teacher, const Context& context) {
  const c10::NoGradGuard no_grad;
  nn::Tensors parts;
  for (size_t begin = 0; begin < numbers.size(); begin += kAtOnce) {
    context.check_cancelled();
    const auto some = numbers.subspan(begin, std::min(static_cast<size_t>(kAtOnce), numbers.size() - begin));
    parts.push_back(teacher.logits(real.batch(some).pictures).to(at::kCPU));
  }
  return at::cat(parts);
}

Tensor errors_of(const RealRows& real, const FrozenTeacher& teacher, const Context& context) {
  std::vector<int64_t> all(static_cast<size_t>(real.size()));
  std::iota(all.begin(), all.end(), int64_t{0});
  const Tensor probabilities = at::softmax(logits_of(real, all, teacher, context).to(at::kDouble), 1);
  return (probabilities - at::one_hot(real.labels().to(at::kCPU), real.classes())).square().sum(1).sqrt();
}

std::vector<int64_t> easiest_rows(const RealRows& real, const Tensor& errors, int64_t label, int64_t count) {
  require_rows(real, label, count);
  std::vector<int64_t> own(real.of_class(label).begin(), real.of_class(label).end());
  const double* const error = errors.data_ptr<double>();
  std::ranges::stable_sort(own, {}, [&](int64_t number) { return error[number]; });
  own.resize(static_cast<size_t>(count));
  return own;
}

std::unique_ptr<Objective> nothing_to_learn() {
  return std::make_unique<NothingToLearn>();
}

}  // namespace decant::distill
