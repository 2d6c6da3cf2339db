#include "decant/nn/norm_relu.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <c10/core/GradMode.h>
#include <cmath>
#include <torch/csrc/autograd/custom_function.h>

#include "decant/nn/norm_relu_passes.h"

namespace decant::nn {
namespace {

using namespace passes;

template <class Pass>
DECANT_EACH_INSTRUCTION_SET void run(const Pass& pass, const ChannelGrid& grid) {
  pass(grid);
}

/// `pass_of(picture)` makes the pass of a picture.
template <class PassOf>
void for_pictures(int64_t pictures, const ChannelGrid& grid, const PassOf& pass_of) {
  at::parallel_for(0, pictures, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) run(pass_of(i), grid);
  });
}

template <class W>
std::vector<double> column_sums(const std::vector<W>& rows, int64_t channels) {
  std::vector<double> sums(static_cast<size_t>(channels));
  for (size_t i = 0; i < rows.size(); ++i) sums[i % sums.size()] += rows[i];
  return sums;
}

/// Of a batch, per channel.
struct Moments {
  std::vector<double> mean;
  std::vector<double> squares;  ///< Σ (y − mean)²
};

template <class T>
Moments moments_of(const Tensor& maps, const ChannelGrid& grid) {
  using W = Wide<T>;
  const int64_t pictures = maps.size(0);
  const auto all = static_cast<size_t>(pictures * grid.channels);
  std::vector<W> mean(all), squares(all);
  const PictureRows<T> y(maps);
  for_pictures(pictures, grid, [&](int64_t i) {
    return MomentsPass<T>{y(i), mean.data() + i * grid.channels, squares.data() + i * grid.channels};
  });
  Moments batch{column_sums(mean, grid.channels), column_sums(squares, grid.channels)};
  for (double& sum : batch.mean) sum /= static_cast<double>(pictures);
  for (size_t i = 0; i < all; ++i) {  // of the pictures' means around the batch's, for every place
    const double off = mean[i] - batch.mean[i % batch.mean.size()];
    batch.squares[i % batch.mean.size()] += static_cast<double>(grid.places()) * off * off;
  }
  return batch;
}

template <class W>
void move_running(const BatchNorm& norm, const Moments& batch, double values) {
  W* const mean = norm.mean.data_ptr<W>();
  W* const variance = norm.variance.data_ptr<W>();
  for (size_t c = 0; c < batch.mean.size(); ++c) {
    mean[c] += static_cast<W>(norm.momentum * (batch.mean[c] - mean[c]));
    variance[c] += static_cast<W>(norm.momentum * (batch.squares[c] / std::max(values - 1, 1.0) - variance[c]));
  }
}

/// Rows of one tensor (kRows, channels), so that a graph keeps one thing.
enum Row { kSlope, kOffset, kMean, kInverse, kRows };

template <class T>
Tensor coefficients_of(const BatchNorm& norm, const Moments& batch, double values, int64_t channels) {
  using W = Wide<T>;
  const Tensor all = at::empty({kRows, channels}, norm.weight.options().requires_grad(false));
  W* const rows = all.data_ptr<W>();
  const W* const weight = norm.weight.data_ptr<W>();
  const W* const bias = norm.bias.data_ptr<W>();
  for (int64_t c = 0; c < channels; ++c) {
    const auto at = static_cast<size_t>(c);
    const double inverse = 1 / std::sqrt(batch.squares[at] / values + norm.epsilon);
    rows[kSlope * channels + c] = static_cast<W>(weight[c] * inverse);
    rows[kOffset * channels + c] = static_cast<W>(bias[c] - batch.mean[at] * weight[c] * inverse);
    rows[kMean * channels + c] = static_cast<W>(batch.mean[at]);
    rows[kInverse * channels + c] = static_cast<W>(inverse);
  }
  return all;
}

template <class T>
Affine<T> affine_of(const Tensor& coefficients) {
  const auto* const rows = coefficients.data_ptr<Wide<T>>();
  return {rows + kSlope * coefficients.size(1), rows + kOffset * coefficients.size(1)};
}

template <class T>
Tensor forward_of(const Tensor& maps, const Tensor& shortcut, const Tensor& coefficients, bool halve) {
  const ChannelGrid grid = ChannelGrid::of(maps);
  const int64_t side = halve ? 2 : 1;
  Tensor out = at::empty({maps.size(0), grid.channels, grid.height / side, grid.width / side}, maps.options().requires_grad(false),
                         at::MemoryFormat::ChannelsLast);
  const PictureRows<T> y(maps), z(out);
  const Affine<T> affine = affine_of<T>(coefficients);
  if (halve) {
    for_pictures(maps.size(0), grid, [&](int64_t i) { return HalvedForwardPass<T>{y(i), z(i), affine}; });
  } else {
    const T* const s = shortcut.defined() ? static_cast<const T*>(shortcut.data_ptr()) : nullptr;
    for_pictures(maps.size(0), grid, [&](int64_t i) {
      return ForwardPass<T>{y(i), s == nullptr ? nullptr : s + i * y.each, z(i), affine};
    });
  }
  return out;
}

struct Gradients {
  Tensor maps, weight, bias, shortcut;
};

/// `out`: z, where there was a shortcut.
template <class T>
Gradients backward_of(const Tensor& maps, const Tensor& out, const Tensor& coefficients, const Tensor& gradient, bool halve) {
  using W = Wide<T>;
  const ChannelGrid grid = ChannelGrid::of(maps);
  const int64_t channels = grid.channels;
  const int64_t pictures = maps.size(0);
  DECANT_CHECK(gradient.is_contiguous(at::MemoryFormat::ChannelsLast), ==, true);
  const PictureRows<T> y(maps), g(gradient);
  const T* const z = out.defined() ? static_cast<const T*>(out.data_ptr()) : nullptr;
  const auto* const rows = coefficients.data_ptr<W>();
  const auto behind = [&](int64_t i) {
    return Behind<T>{y(i), z == nullptr ? nullptr : z + i * y.each, g(i), affine_of<T>(coefficients), rows + kMean * channels};
  };
  const auto all = static_cast<size_t>(pictures * channels);
  std::vector<W> sum(all), sum_y(all);
  const auto row = [&](std::vector<W>& of, int64_t i) { return of.data() + i * channels; };
  if (halve) {
    for_pictures(pictures, grid, [&](int64_t i) { return HalvedSumsPass<T>{behind(i), row(sum, i), row(sum_y, i)}; });
  } else {
    for_pictures(pictures, grid, [&](int64_t i) { return SumsPass<T>{behind(i), row(sum, i), row(sum_y, i)}; });
  }
  const std::vector<double> sums = column_sums(sum, channels);
  const std::vector<double> sums_y = column_sums(sum_y, channels);
  Gradients result{at::empty_like(maps), at::empty({channels}, coefficients.options()), at::empty({channels}, coefficients.options()),
                   out.defined() ? at::empty_like(out) : Tensor()};
  const Tensor towards = at::empty({2, channels}, coefficients.options());
  const double share = 1 / static_cast<double>(pictures * grid.places());
  for (int64_t c = 0; c < channels; ++c) {
    const double slope = rows[kSlope * channels + c];
    const double inverse = rows[kInverse * channels + c];
    const auto at = static_cast<size_t>(c);
    result.weight.data_ptr<W>()[c] = static_cast<W>(sums_y[at] * inverse);
    result.bias.data_ptr<W>()[c] = static_cast<W>(sums[at]);
    towards.data_ptr<W>()[c] = static_cast<W>(slope * sums[at] * share);
    towards.data_ptr<W>()[channels + c] = static_cast<W>(slope * sums_y[at] * inverse * inverse * share);
  }
  const Towards<T> to{towards.data_ptr<W>(), towards.data_ptr<W>() + channels};
  const PictureRows<T> of_maps(result.maps);
  T* const s = result.shortcut.defined() ? static_cast<T*>(result.shortcut.data_ptr()) : nullptr;
  if (halve) {
    for_pictures(pictures, grid, [&](int64_t i) { return HalvedBackwardPass<T>{behind(i), to, of_maps(i)}; });
  } else {
    for_pictures(pictures, grid, [&](int64_t i) {
      return BackwardPass<T>{behind(i), to, of_maps(i), s == nullptr ? nullptr : s + i * y.each};
    });
  }
  return result;
}

/// Rows as coefficients_of() has them, of running statistics; the batch's mean among them, for the
/// way back.
template <class T>
Tensor frozen_coefficients_of(const BatchNorm& norm, const Moments& batch, int64_t channels) {
  using W = Wide<T>;
  const Tensor all = at::empty({kRows, channels}, norm.weight.options().requires_grad(false));
  W* const rows = all.data_ptr<W>();
  for (int64_t c = 0; c < channels; ++c) {
    const double inverse = 1 / std::sqrt(static_cast<double>(norm.variance.data_ptr<W>()[c]) + norm.epsilon);
    const double slope = norm.weight.data_ptr<W>()[c] * inverse;
    rows[kSlope * channels + c] = static_cast<W>(slope);
    rows[kOffset * channels + c] = static_cast<W>(norm.bias.data_ptr<W>()[c] - norm.mean.data_ptr<W>()[c] * slope);
    rows[kMean * channels + c] = static_cast<W>(batch.mean[static_cast<size_t>(c)]);
    rows[kInverse * channels + c] = static_cast<W>(inverse);
  }
  return all;
}

/// Of the maps and the shortcut. `of_mean`, `of_variance`: gradients at the batch's moments.
template <class T>
Gradients frozen_backward_of(const Tensor& maps, const Tensor& out, const Tensor& coefficients, const Tensor& gradient,
                             const Tensor& of_mean, const Tensor& of_variance) {
  using W = Wide<T>;
  const ChannelGrid grid = ChannelGrid::of(maps);
  const int64_t channels = grid.channels;
  const double share = 1 / static_cast<double>(maps.size(0) * grid.places());
  const Tensor towards = at::empty({2, channels}, coefficients.options());
  for (int64_t c = 0; c < channels; ++c) {
    towards.data_ptr<W>()[c] = static_cast<W>(-share * of_mean.data_ptr<W>()[c]);
    towards.data_ptr<W>()[channels + c] = static_cast<W>(-2 * share * of_variance.data_ptr<W>()[c]);
  }
  Gradients result{.maps = at::empty_like(maps), .shortcut = out.defined() ? at::empty_like(out) : Tensor()};
  const PictureRows<T> y(maps), g(gradient), of_maps(result.maps);
  const T* const z = out.defined() ? static_cast<const T*>(out.data_ptr()) : nullptr;
  T* const s = out.defined() ? static_cast<T*>(result.shortcut.data_ptr()) : nullptr;
  const W* const mean = coefficients.data_ptr<W>() + kMean * channels;
  const Towards<T> to{towards.data_ptr<W>(), towards.data_ptr<W>() + channels};
  for_pictures(maps.size(0), grid, [&](int64_t i) {
    const Behind<T> behind{y(i), z == nullptr ? nullptr : z + i * y.each, g(i), affine_of<T>(coefficients), mean};
    return BackwardPass<T>{behind, to, of_maps(i), s == nullptr ? nullptr : s + i * y.each};
  });
  return result;
}

/// f(value of the maps' type).
template <class F>
auto dispatch(const Tensor& maps, const F& f) {
  switch (maps.scalar_type()) {
    case at::kDouble:
      return f(double{});
    case at::kBFloat16:
      return f(Bits{});
    default:
      return f(float{});
  }
}

class NormRelu : public torch::autograd::Function<NormRelu> {
 public:
  /// `norm` has the running statistics; weight and bias stand beside it to be part of the graph.
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& maps, const Tensor& weight, const Tensor& bias,
                        const c10::optional<Tensor>& shortcut, const BatchNorm* norm, bool halve) {
    const Tensor added = shortcut.value_or(Tensor());
    Tensor coefficients;
    const Tensor out = dispatch(maps, [&]<class T>(T) {
      const ChannelGrid grid = ChannelGrid::of(maps);
      const double values = static_cast<double>(maps.size(0) * grid.places());
      const Moments batch = moments_of<T>(maps, grid);
      move_running<Wide<T>>(*norm, batch, values);
      coefficients = coefficients_of<T>({weight, bias, {}, {}, norm->momentum, norm->epsilon}, batch, values, grid.channels);
      return forward_of<T>(maps, added, coefficients, halve);
    });
    context->save_for_backward({maps, coefficients, added.defined() ? out : Tensor()});
    context->saved_data["halve"] = halve;
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, const torch::autograd::variable_list& above) {
    DECANT_CHECK(at::GradMode::is_enabled(), ==, false);  // a second derivative: Pass::once was not meant
    const auto saved = context->get_saved_variables();
    const bool halve = context->saved_data["halve"].toBool();
    const Tensor gradient = above[0].contiguous(at::MemoryFormat::ChannelsLast);
    const Gradients all = dispatch(saved[0], [&]<class T>(T) { return backward_of<T>(saved[0], saved[2], saved[1], gradient, halve); });
    return {all.maps, all.weight, all.bias, all.shortcut, Tensor(), Tensor()};
  }
};

class FrozenNormRelu : public torch::autograd::Function<FrozenNormRelu> {
 public:
  /// z, then mean and variance of the batch.
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context, const Tensor& maps,
                                                const c10::optional<Tensor>& shortcut, const BatchNorm* norm) {
    const Tensor added = shortcut.value_or(Tensor());
    Tensor coefficients;
    const Tensor mean = at::empty_like(norm->mean);
    const Tensor variance = at::empty_like(norm->mean);
    const Tensor out = dispatch(maps, [&]<class T>(T) {
      const ChannelGrid grid = ChannelGrid::of(maps);
      const Moments batch = moments_of<T>(maps, grid);
      for (int64_t c = 0; c < grid.channels; ++c) {
        const double squares = batch.squares[static_cast<size_t>(c)];
        mean.data_ptr<Wide<T>>()[c] = static_cast<Wide<T>>(batch.mean[static_cast<size_t>(c)]);
        variance.data_ptr<Wide<T>>()[c] = static_cast<Wide<T>>(squares / static_cast<double>(maps.size(0) * grid.places()));
      }
      coefficients = frozen_coefficients_of<T>(*norm, batch, grid.channels);
      return forward_of<T>(maps, added, coefficients, /*halve=*/false);
    });
    context->save_for_backward({maps, coefficients, added.defined() ? out : Tensor()});
    return {out, mean, variance};
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, const torch::autograd::variable_list& above) {
    DECANT_CHECK(at::GradMode::is_enabled(), ==, false);  // a second derivative: Pass::once was not meant
    const auto saved = context->get_saved_variables();
    const Tensor gradient = above[0].contiguous(at::MemoryFormat::ChannelsLast);
    const Tensor of_mean = above[1].contiguous();
    const Tensor of_variance = above[2].contiguous();
    const Gradients all =
        dispatch(saved[0], [&]<class T>(T) { return frozen_backward_of<T>(saved[0], saved[2], saved[1], gradient, of_mean, of_variance); });
    return {all.maps, all.shortcut, Tensor()};
  }
};

}  // namespace

bool takes_norm_relu(const Tensor& maps) {
  const at::ScalarType type = maps.scalar_type();
  return maps.device().is_cpu() && maps.is_contiguous(at::MemoryFormat::ChannelsLast) && maps.numel() > 0 &&
         (type == at::kFloat || type == at::kDouble || type == at::kBFloat16);
}

namespace {

/// Of the type and format of the maps; nothing where there is none.
c10::optional<Tensor> added_to(const Tensor& maps, const Tensor& shortcut) {
  if (!shortcut.defined()) return {};
  const Tensor added = shortcut.to(maps.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
  DECANT_CHECK(added.sizes() == maps.sizes(), ==, true);
  return added;
}

}  // namespace

Tensor batch_norm_relu(const Tensor& maps, const BatchNorm& norm, const Tensor& shortcut, bool halve) {
  DECANT_CHECK(takes_norm_relu(maps), ==, true);
  DECANT_CHECK(halve && shortcut.defined(), ==, false);
  return NormRelu::apply(maps, norm.weight, norm.bias, added_to(maps, shortcut), &norm, halve);
}

ReluAndMoments frozen_norm_relu(const Tensor& maps, const BatchNorm& norm, const Tensor& shortcut) {
  DECANT_CHECK(takes_norm_relu(maps), ==, true);
  const auto all = FrozenNormRelu::apply(maps, added_to(maps, shortcut), &norm);
  return {all[0], all[1], all[2]};
}

}  // namespace decant::nn
