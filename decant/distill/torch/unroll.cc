#include "decant/distill/torch/unroll.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros_like.h>
#include <algorithm>
#include <cmath>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include "decant/base/errors.h"

namespace decant::distill {
namespace {

constexpr double kAdamEpsilon = 1e-8;

/// Tensors that the rule keeps for each parameter.
size_t memories(const InnerRule& rule) {
  if (rule.kind == InnerRule::Kind::adam) return 2;
  return rule.momentum > 0 ? 1 : 0;
}

/// All that the next update follows from: the parameters, then what the rule remembers of them.
Tensors inner_state(const Tensors& parameters, const InnerRule& rule) {
  Tensors state = parameters;
  for (size_t i = 0; i < memories(rule); ++i) {
    for (const Tensor& parameter : parameters) state.push_back(at::zeros_like(parameter.detach()));
  }
  return state;
}

Tensors detached(std::span<const Tensor> tensors) {
  Tensors result;
  for (const Tensor& tensor : tensors) result.push_back(tensor.detach());
  return result;
}

class Sgd {
 public:
  static void move(const InnerRule& rule, int64_t, Tensors& state, const Tensors& gradients, const Tensor& rate) {
    const size_t n = gradients.size();
    for (size_t i = 0; i < n; ++i) {
      if (rule.momentum == 0) {
        state[i] = state[i] - rate * gradients[i];
      } else {
        state[n + i] = state[n + i] * rule.momentum + gradients[i];
        state[i] = state[i] - rate * state[n + i];
      }
    }
  }
};

class Adam {
 public:
  static void move(const InnerRule& rule, int64_t update, Tensors& state, const Tensors& gradients, const Tensor& rate) {
    const size_t n = gradients.size();
    const double mean_share = 1 - std::pow(rule.momentum, static_cast<double>(update + 1));
    const double square_share = 1 - std::pow(rule.square_momentum, static_cast<double>(update + 1));
    for (size_t i = 0; i < n; ++i) {
      Tensor& mean = state[n + i];
      Tensor& square = state[2 * n + i];
      mean = mean * rule.momentum + gradients[i] * (1 - rule.momentum);
      square = square * rule.square_momentum + gradients[i] * gradients[i] * (1 - rule.square_momentum);
      const Tensor root = (square / square_share + kAdamEpsilon * kAdamEpsilon).sqrt();
      state[i] = state[i] - rate * (mean / mean_share) / root;
    }
  }
};

/// Updates first … last − 1 of `state`, in the graph or not.
struct Stretch : torch::CustomClassHolder {
  InnerTask task;
  InnerRule rule;
  int64_t first = 0;
  int64_t last = 0;
  size_t parameters = 0;  ///< how many of the state are that

  Tensors run(Tensors state, std::span<const Tensor> sources, bool in_graph) const {
    for (int64_t t = first; t < last; ++t) {
      step(t, state, sources, in_graph);
      if (!in_graph) state = detached(state);
    }
    return state;
  }

 private:
  void step(int64_t t, Tensors& state, std::span<const Tensor> sources, bool in_graph) const {
    const at::AutoGradMode graph(true);
    for (size_t i = 0; i < parameters; ++i) {
      if (!state[i].requires_grad()) state[i] = state[i].detach().set_requires_grad(true);
    }
    const Tensors at_parameters(state.begin(), state.begin() + static_cast<int64_t>(parameters));
    const Tensors gradients = gradients_of(task, t, at_parameters, sources, in_graph);
    const at::AutoGradMode update(in_graph);
    const Tensor rate = task.rate(t, sources);
    if (rule.kind == InnerRule::Kind::adam) {
      Adam::move(rule, t, state, gradients, rate);
    } else {
      Sgd::move(rule, t, state, gradients, rate);
    }
  }
};

c10::intrusive_ptr<Stretch> make_stretch(const InnerTask& task, const InnerRule& rule, int64_t first, int64_t last, size_t parameters) {
  auto stretch = c10::make_intrusive<Stretch>();
  stretch->task = task;
  stretch->rule = rule;
  stretch->first = first;
  stretch->last = last;
  stretch->parameters = parameters;
  return stretch;
}

/// A stretch as one node of the graph, which keeps what went in and runs again when its gradient is
/// asked for.
class Recomputed : public torch::autograd::Function<Recomputed> {
 public:
  /// `inputs`: the state, then the sources.
  static Tensors forward(torch::autograd::AutogradContext* context, const c10::intrusive_ptr<Stretch>& stretch, int64_t state_size,
                         at::TensorList inputs) {
    context->save_for_backward(inputs.vec());
    context->saved_data["stretch"] = at::IValue::make_capsule(stretch);
    context->saved_data["state"] = state_size;
    const Tensors plain = detached(inputs.vec());
    const auto split = plain.begin() + state_size;
    return stretch->run({plain.begin(), split}, {split, plain.end()}, /*in_graph=*/false);
  }

  static Tensors backward(torch::autograd::AutogradContext* context, const Tensors& gradients) {
    const at::AutoGradMode graph(true);
    const auto stretch = c10::static_intrusive_pointer_cast<Stretch>(context->saved_data["stretch"].toCapsule());
    const Tensors leaves = leaves_like(context->get_saved_variables());
    const auto split = leaves.begin() + context->saved_data["state"].toInt();
    const Tensors outputs = stretch->run({leaves.begin(), split}, {split, leaves.end()}, /*in_graph=*/true);
    Tensors result = gradients_at(outputs, gradients, leaves);
    result.insert(result.begin(), 2, Tensor());  // the stretch, and how long the state is
    return result;
  }

 private:
  static Tensors leaves_like(const Tensors& inputs) {
    Tensors leaves;
    for (const Tensor& input : inputs) leaves.push_back(input.detach().set_requires_grad(input.requires_grad()));
    return leaves;
  }

  /// One for each leaf; none for those that ask for none.
  static Tensors gradients_at(const Tensors& outputs, const Tensors& gradients, const Tensors& leaves) {
    Tensors asked;
    std::ranges::copy_if(leaves, std::back_inserter(asked), [](const Tensor& leaf) { return leaf.requires_grad(); });
    Tensors found = torch::autograd::grad(outputs, asked, gradients, /*retain_graph=*/false, /*create_graph=*/false, /*allow_unused=*/true);
    Tensors result;
    auto next = found.begin();
    for (const Tensor& leaf : leaves) result.push_back(leaf.requires_grad() ? *next++ : Tensor());
    return result;
  }
};

Tensors parameters_of(const Tensors& state, size_t count) {
  return {state.begin(), state.begin() + static_cast<int64_t>(count)};
}

}  // namespace

Tensors gradients_of(const InnerTask& task, int64_t update, const Tensors& parameters, std::span<const Tensor> sources, bool in_graph) {
  if (task.gradients) {
    if (std::optional<Tensors> own = task.gradients(update, parameters, sources, in_graph)) return *std::move(own);
  }
  const Tensor loss = task.loss(update, parameters, sources);
  return torch::autograd::grad({loss}, parameters, {}, /*retain_graph=*/in_graph, /*create_graph=*/in_graph);
}

Tensors unroll(const InnerTask& task, const Tensors& start, const Tensors& sources, const UnrollOptions& options) {
  DECANT_CHECK(options.updates, >=, 1);
  const size_t count = start.size();
  const auto stretch = [&](int64_t first, int64_t last) { return make_stretch(task, options.rule, first, last, count); };
  const int64_t begin = options.window > 0 ? std::max<int64_t>(0, options.updates - options.window) : 0;
  Tensors state = inner_state(start, options.rule);
  if (begin > 0) state = stretch(0, begin)->run(detached(state), detached(sources), /*in_graph=*/false);
  if (options.recompute_every <= 0) return parameters_of(stretch(begin, options.updates)->run(state, sources, /*in_graph=*/true), count);
  for (int64_t first = begin; first < options.updates; first += options.recompute_every) {
    Tensors inputs = state;
    inputs.insert(inputs.end(), sources.begin(), sources.end());
    const int64_t last = std::min(first + options.recompute_every, options.updates);
    state = Recomputed::apply(stretch(first, last), std::ssize(state), at::TensorList(inputs));
  }
  return parameters_of(state, count);
}

Tensors train_without_graph(const InnerTask& task, const Tensors& start, const Tensors& sources, const UnrollOptions& options) {
  const auto all = make_stretch(task, options.rule, 0, options.updates, start.size());
  return parameters_of(all->run(detached(inner_state(start, options.rule)), detached(sources), /*in_graph=*/false), start.size());
}

}  // namespace decant::distill
