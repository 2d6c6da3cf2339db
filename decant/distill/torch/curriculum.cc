#include "decant/distill/torch/curriculum.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <cmath>
#include <numeric>

#include "decant/base/errors.h"
#include "decant/data/memory_rows.h"
#include "decant/data/subset.h"
#include "decant/distill/torch/realism.h"
#include "decant/train/pixel_statistics.h"

namespace decant::distill {
namespace {

std::vector<bool> right_answers(const Tensor& logits, const RealRows& real) {
  const Tensor answers = logits.argmax(1).contiguous();
  const Tensor labels = real.labels().to(at::kCPU).contiguous();
  std::vector<bool> right(static_cast<size_t>(real.size()));
  for (int64_t i = 0; i < real.size(); ++i) right[static_cast<size_t>(i)] = answers.data_ptr<int64_t>()[i] == labels.data_ptr<int64_t>()[i];
  return right;
}

/// Normalised pictures as pixels of 8 bits, with their labels.
MemoryRows stored_rows(const Tensor& pictures, const std::vector<int32_t>& labels, const RealRows& real) {
  const Tensor pixels = (real.in_pixels(pictures) * 255).round().clamp(0, 255).to(at::kCPU, at::kByte).contiguous();
  std::vector<Image> images(labels.size());
  for (size_t i = 0; i < images.size(); ++i) {
    images[i].resize(real.picture_size());
    std::copy_n(pixels.data_ptr<uint8_t>() + i * images[i].pixels.size(), images[i].pixels.size(), images[i].pixels.begin());
  }
  return {std::move(images), labels};
}

/// What the set holds, growing.
class Curriculum {
 public:
  Curriculum(Tensor pictures, int64_t first, const RealRows& real, const FrozenTeacher& teacher, const CurriculumOptions& options,
             uint64_t seed, const Context& context)
      : pictures_(std::move(pictures)),
        first_(first),
        per_class_(pictures_.size(0) / real.classes()),
        real_(real),
        options_(options),
        seed_(seed),
        context_(context),
        taken_(static_cast<size_t>(real.size())),
        rows_(static_cast<size_t>(real.classes())) {
    for (int label = 0; label < real.classes(); ++label) require_rows(real, label, per_class_ - first);
    errors_ = errors_of(real, teacher, context);
    known_ = right_answers(logits_of(real, all_numbers(), teacher, context), real);
  }

  std::vector<int64_t> run() {
    Stage stage(context_, "select", options_.rounds, "rounds");
    for (int round = 0; round < options_.rounds; ++round) {
      const int64_t until = (per_class_ - first_) * (round + 1) / options_.rounds;
      if (until > std::ssize(rows_.front())) take(until, taught_by_now(round));
      stage.advance();
    }
    std::vector<int64_t> all;
    for (const auto& rows : rows_) all.insert(all.end(), rows.begin(), rows.end());
    return all;
  }

 private:
  std::vector<int64_t> all_numbers() const {
    std::vector<int64_t> all(static_cast<size_t>(real_.size()));
    std::iota(all.begin(), all.end(), int64_t{0});
    return all;
  }

  /// Which rows a network gets right that was trained on the set as it is; nothing of an empty one.
  std::vector<bool> taught_by_now(int round) const {
    const int64_t held = first_ + std::ssize(rows_.front());
    if (held == 0) return std::vector<bool>(static_cast<size_t>(real_.size()));
    nn::Tensors parts;
    std::vector<int32_t> labels;
    for (int label = 0; label < real_.classes(); ++label) {
      parts.push_back(pictures_.narrow(0, label * per_class_, held));
      labels.insert(labels.end(), static_cast<size_t>(held), label);
    }
    Tensor present = at::empty({std::ssize(labels), pictures_.size(1), pictures_.size(2), pictures_.size(3)}, pictures_.options());
    for (size_t i = 0; i < parts.size(); ++i) present.narrow(0, static_cast<int64_t>(i) * held, held).copy_(parts[i]);
    return right_answers(logits_of(real_, all_numbers(), filter(stored_rows(present, labels, real_), round), context_), real_);
  }

  FrozenTeacher filter(const MemoryRows& rows, int round) const {
    const at::AutoGradMode learns(true);
    const Subset all = Subset::all(rows.size());
    train::TrainOptions options{
        .net = options_.net, .steps = options_.updates, .cap_batch = true, .flip = real_.picture_size().channels > 1};
    options.crop = real_.picture_size().width / 8;
    options.image_size = real_.picture_size().width;
    options.seed = Random(seed_, "filter", static_cast<uint64_t>(round)).bits64();
    options.device = real_.device().is_cpu() ? "cpu" : "cuda";
    options.normalise = train::normalise_text(real_.statistics());
    const train::TrainResult made =
        train::train({.options = options, .rows = &rows, .subset = all, .classes = real_.classes(), .keep_weights = true}, context_);
    return frozen({.net = options.net,
                   .size = real_.picture_size(),
                   .classes = real_.classes(),
                   .normalise = options.normalise,
                   .weights = made.weights},
                  real_.statistics(), real_.device());
  }

  void take(int64_t until, const std::vector<bool>& taught) {
    for (int label = 0; label < real_.classes(); ++label) {
      std::vector<int64_t> order;
      for (const int64_t number : real_.of_class(label)) {
        if (!taken_[static_cast<size_t>(number)]) order.push_back(number);
      }
      const auto rank = [&](int64_t number) {
        const auto at = static_cast<size_t>(number);
        return std::pair(known_[at] && !taught[at] ? 0 : known_[at] ? 1 : 2, errors_.data_ptr<double>()[number]);
      };
      std::ranges::stable_sort(order, {}, rank);
      auto& own = rows_[static_cast<size_t>(label)];
      const auto more = static_cast<size_t>(until - std::ssize(own));
      for (size_t i = 0; i < more; ++i) place(label, order[i]);
    }
  }

  void place(int label, int64_t number) {
    auto& own = rows_[static_cast<size_t>(label)];
    const int64_t at = label * per_class_ + first_ + std::ssize(own);
    pictures_.narrow(0, at, 1).copy_(real_.batch(std::span(&number, 1)).pictures);
    taken_[static_cast<size_t>(number)] = true;
    own.push_back(number);
  }

  Tensor pictures_;
  int64_t first_;
  int64_t per_class_;
  const RealRows& real_;
  const CurriculumOptions& options_;
  uint64_t seed_;
  const Context& context_;
  std::vector<bool> taken_;
  std::vector<std::vector<int64_t>> rows_;  ///< of each class
  Tensor errors_;
  std::vector<bool> known_;  ///< by the teacher
};

}  // namespace

std::vector<int64_t> fill_with_rows(Tensor pictures, int64_t first, const RealRows& real, const FrozenTeacher& teacher,
                                    const CurriculumOptions& options, uint64_t seed, const Context& context) {
  const c10::NoGradGuard no_grad;
  return Curriculum(std::move(pictures), first, real, teacher, options, seed, context).run();
}

}  // namespace decant::distill
