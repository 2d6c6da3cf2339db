#include "decant/distill/torch/method.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/randn.h>
#include <algorithm>
#include <deque>
#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/teachers.h"

namespace decant::distill {
namespace {

std::deque<Method>& list() {
#define DECANT_ENTRY(make) make(),
  static std::deque<Method> all = {DECANT_DISTILLATIONS(DECANT_ENTRY)};
#undef DECANT_ENTRY
  return all;
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const Method& method : list()) all.push_back(method.facts.name);
  return all;
}

/// Normal numbers, of mean 0 and deviation 1 as normalised pixels are.
Tensor noise(std::vector<int64_t> shape, Random random) {
  const Tensor values = at::empty(shape, at::kFloat);
  for (float& value : std::span(values.data_ptr<float>(), static_cast<size_t>(values.numel()))) value = static_cast<float>(random.normal());
  return values;
}

}  // namespace

Tensor Setting::first_pictures(int64_t each) const {
  if (turn != nullptr) {
    DECANT_CHECK(turn->now.size(0), ==, real.classes() * each);
    return turn->now;
  }
  if (options.init == "noise") {
    const ImageSize size = real.picture_size();
    return noise({real.classes() * each, size.channels, size.height, size.width}, Random(options.seed, "first pictures")).to(real.device());
  }
  std::vector<int64_t> numbers;
  for (int c = 0; c < real.classes(); ++c) {
    const std::vector<int64_t> own = rows_chosen_by(options.init, real, c, each, options.seed, context);
    numbers.insert(numbers.end(), own.begin(), own.end());
  }
  return real.batch(numbers).pictures.contiguous();
}

std::unique_ptr<Synthetic> Setting::pixels(double label_rate) const {
  const int64_t classes = real.classes();
  return std::make_unique<Synthetic>(make_pixels(first_pictures(), classes), classes,
                                     one_hot_targets(classes, options.per_class).to(real.device()), soft() ? label_rate : 0);
}

std::unique_ptr<Parameterization> Setting::pictures(nn::SpecText& own, const Form& usual) const {
  const int64_t classes = real.classes();
  const int hallucinators = own.number("hallucinators", usual.hallucinators, 0, 1000);
  const int factor = own.number("factor", hallucinators > 0 ? 1 : usual.factor, 1, 16);
  if (hallucinators > 0 && factor > 1) throw InputError({"", options.method, "has both a factor and hallucinators", "Give one of them"});
  if (hallucinators > 0) {
    const auto range = options.projected() ? std::optional(real.range()) : std::nullopt;
    return make_hallucinated(first_pictures(), classes, hallucinators, Random(options.seed, "hallucinators"), range);
  }
  if (factor > 1) return make_multi_formation(first_pictures(static_cast<int64_t>(options.per_class) * factor * factor), classes, factor);
  return make_pixels(first_pictures(), classes);
}

std::unique_ptr<Synthetic> Setting::synthetic(nn::SpecText& own, const Form& usual, std::vector<Learnt> extra) const {
  auto stored = pictures(own, usual);
  const Tensor targets = one_hot_targets(real.classes(), stored->per_class()).to(real.device());
  auto set = std::make_unique<Synthetic>(std::move(stored), real.classes(), targets, soft() ? 1 : 0, std::move(extra));
  set->keep_distributions();
  return set;
}

std::shared_ptr<const Teachers> Setting::teachers(bool normed) const {
  if (shared != nullptr && shared->teachers != nullptr) return shared->teachers;
  auto made = std::make_shared<const Teachers>(
      make_teachers(options.teacher, real, options.seed, cache, normed, nn::SpecText(options.method, "method").name(), context));
  if (shared != nullptr) shared->teachers = made;
  return made;
}

Tensor Setting::once(const std::string& name, const std::function<Tensor()>& make) const {
  if (shared == nullptr) return make();
  const auto found = shared->tensors.find(name);
  return found != shared->tensors.end() ? found->second : shared->tensors.emplace(name, make()).first->second;
}

const Method& method_named(const std::string& spec) {
  const std::string name = spec.substr(0, spec.find('+'));
  const auto found = std::ranges::find(list(), name, [](const Method& method) { return method.facts.name; });
  if (found != list().end()) return *found;
  const std::string guess = nearest(name, names());
  throw InputError({"", "",
                    fmt::format("unknown method of distillation '{}'{}", name, guess.empty() ? "" : "; did you mean '" + guess + "'?"),
                    fmt::format("Choose one of {}", fmt::join(names(), ", "))});
}

std::vector<MethodFacts> method_facts() {
  std::vector<MethodFacts> all;
  for (const Method& method : list()) all.push_back(method.facts);
  return all;
}

const Method& add_method(Method method) {
  DECANT_CHECK(std::ranges::count(names(), method.facts.name), ==, 0);
  return list().emplace_back(std::move(method));
}

}  // namespace decant::distill
