#include "decant/distill/torch/method.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/randn.h>
#include <algorithm>
#include <deque>
#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/distill/torch/methods/list.h"

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

Tensor Setting::first_pictures() const {
  const int64_t each = options.per_class;
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
