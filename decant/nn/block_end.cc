// The adjoint. s = Σ ȳ ẏ + ẇ Σ ū n + ḃ Σ ū is linear in ∂/∂z, and what it gives that is ż. The rest
// of its derivative goes through n and d, where the z* from above arrives too. With u* made of z*
// as ū is of ∂/∂z, e = w ū, and sums over the places of a channel,
//
//     Σ e ṅ = (Σ e ẏ − mean(ẏ) Σ e − c Σ e n)/d
//     n* = w u* + ẇ ū − (ẏ Σ(e n)/P + c e)/d
//     y* = (n* − mean n* − n mean(n* n))/d − n Σ(e ṅ)/(d P),     as ∂(1/d)/∂y_i = −n_i/(d² P)
//
// Σ n* and Σ n* n follow from Σ u*, Σ u* n and sums that are there: two passes over the maps do.
// The norm's weight is in u and in u̇, its bias in u alone: w* = Σ u* n + Σ ū ṅ and b* = Σ u*,
// where Σ ū ṅ is Σ e ṅ with w left out.
#include "decant/nn/block_end.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <c10/core/GradMode.h>
#include <cmath>
#include <torch/csrc/autograd/custom_function.h>
#include <vector>

#include "decant/base/errors.h"
#include "decant/nn/channel_loops.h"

namespace decant::nn {
namespace {

constexpr int64_t kScratchRows = 4;

using Grid = ChannelGrid;

template <class Visit>
DECANT_INLINED inline void for_channels(const Grid& grid, const Visit& visit) {
  nn::for_channels(grid.channels, visit);
}

template <class T>
struct NormalisePass {
  const T* given;  ///< y, may be `maps`
  T* maps;         ///< n
  T* inverse;
  T* halved;
  const T* weight;
  const T* bias;
  T epsilon;

  DECANT_INLINED void operator()(const Grid& grid, T* scratch) const {
    const T share = T(1) / static_cast<T>(grid.places());
    T* const mean = scratch;
    T* const variance = scratch + grid.channels;
    std::fill_n(halved, grid.cells() * grid.channels, T(0));
    for_places(grid, [&](int64_t place, int64_t) DECANT_INLINED {
      const T* const y = given + place;
      for_channels(grid, [&](int64_t c) DECANT_INLINED { mean[c] += y[c] * share; });
    });
    for_places(grid, [&](int64_t place, int64_t) DECANT_INLINED {
      const T* const y = given + place;
      T* const off = maps + place;
      for_channels(grid, [&](int64_t c) DECANT_INLINED {
        off[c] = y[c] - mean[c];
        variance[c] += off[c] * off[c];
      });
    });
    for_channels(grid, [&](int64_t c) DECANT_INLINED { inverse[c] = T(1) / std::sqrt(variance[c] * share + epsilon); });
    for_places(grid, [&](int64_t place, int64_t cell) DECANT_INLINED {
      T* const n = maps + place;
      for_channels(grid, [&](int64_t c) DECANT_INLINED { n[c] *= inverse[c]; });
      if (cell < 0) return;
      T* const z = halved + cell;
      for_channels(grid, [&](int64_t c) DECANT_INLINED {
        const T u = weight[c] * n[c] + bias[c];
        z[c] += u > 0 ? u * T(0.25) : T(0);
      });
    });
  }
};

template <class T>
struct BackwardPass {
  const T* maps;
  T* gradient;  ///< may be `maps`
  const T* halved;
  const T* inverse;
  const T* weight;
  const T* bias;
  T* of_weight;
  T* of_bias;

  DECANT_INLINED void operator()(const Grid& grid, const T* scratch) const {
    const T share = T(1) / static_cast<T>(grid.places());
    std::fill_n(of_weight, grid.channels, T(0));
    std::fill_n(of_bias, grid.channels, T(0));
    for_places(grid, [&](int64_t place, int64_t cell) DECANT_INLINED {
      if (cell < 0) return;
      const T* const n = maps + place;
      const T* const z = halved + cell;
      for_channels(grid, [&](int64_t c) DECANT_INLINED {
        const T u = weight[c] * n[c] + bias[c] > 0 ? z[c] * T(0.25) : T(0);
        of_bias[c] += u;
        of_weight[c] += u * n[c];
      });
    });
    for_places(grid, [&](int64_t place, int64_t cell) DECANT_INLINED {
      const T* const n = maps + place;
      T* const y = gradient + place;
      const T* const z = cell < 0 ? scratch : halved + cell;
      for_channels(grid, [&](int64_t c) DECANT_INLINED {
        const T u = weight[c] * n[c] + bias[c] > 0 ? z[c] * T(0.25) : T(0);
        y[c] = weight[c] * inverse[c] * (u - (of_bias[c] + n[c] * of_weight[c]) * share);
      });
    });
  }
};

template <class T>
struct TangentPass {
  const T* maps;
  const T* moved;  ///< ẏ
  T* halved;
  const T* inverse;
  const T* weight;
  const T* bias;
  const T* weight_moved;
  const T* bias_moved;
  T* mean;
  T* along;

  DECANT_INLINED void operator()(const Grid& grid, const T*) const {
    const T share = T(1) / static_cast<T>(grid.places());
    std::fill_n(mean, grid.channels, T(0));
    std::fill_n(along, grid.channels, T(0));
    std::fill_n(halved, grid.cells() * grid.channels, T(0));
    for_places(grid, [&](int64_t place, int64_t) DECANT_INLINED {
      const T* const n = maps + place;
      const T* const y = moved + place;
      for_channels(grid, [&](int64_t c) DECANT_INLINED {
        mean[c] += y[c] * share;
        along[c] += y[c] * n[c] * share;
      });
    });
    for_places(grid, [&](int64_t place, int64_t cell) DECANT_INLINED {
      if (cell < 0) return;
      const T* const n = maps + place;
      const T* const y = moved + place;
      T* const z = halved + cell;
      for_channels(grid, [&](int64_t c) DECANT_INLINED {
        const T slope = weight[c] * inverse[c] * (y[c] - mean[c] - n[c] * along[c]) + weight_moved[c] * n[c] + bias_moved[c];
        z[c] += weight[c] * n[c] + bias[c] > 0 ? slope * T(0.25) : T(0);
      });
    });
  }
};

template <class T>
struct AdjointPass {
  const T* maps;
  T* moved;  ///< ẏ, then y*
  const T* halved;
  const T* adjoint;
  const T* inverse;
  const T* weight;
  const T* bias;
  const T* weight_moved;
  const T* mean;
  const T* along;
  const T* of_weight;
  const T* of_bias;
  T* weight_adjoint;
  T* bias_adjoint;

  DECANT_INLINED void operator()(const Grid& grid, T* scratch) const {
    const T share = T(1) / static_cast<T>(grid.places());
    const T* const zeros = scratch;
    T* const sum = scratch + grid.channels;        // Σ u*, then mean n*
    T* const sum_n = scratch + 2 * grid.channels;  // Σ u* n, then (Σ n* n + Σ e ṅ)/P
    T* const sum_y = scratch + 3 * grid.channels;  // Σ ū ẏ, then Σ(e n)/(d P)
    for_places(grid, [&](int64_t place, int64_t cell) DECANT_INLINED {
      if (cell < 0) return;
      const T* const n = maps + place;
      const T* const y = moved + place;
      const T* const z = halved + cell;
      const T* const a = adjoint + cell;
      for_channels(grid, [&](int64_t c) DECANT_INLINED {
        const T open = weight[c] * n[c] + bias[c] > 0 ? T(0.25) : T(0);
        sum[c] += open * a[c];
        sum_n[c] += open * a[c] * n[c];
        sum_y[c] += open * z[c] * y[c];
      });
    });
    for_channels(grid, [&](int64_t c) DECANT_INLINED {
      const T e = weight[c] * of_bias[c];
      const T e_n = weight[c] * of_weight[c];
      const T slope = inverse[c] * (sum_y[c] - mean[c] * of_bias[c] - along[c] * of_weight[c]);  // Σ ū ṅ
      const T e_slope = weight[c] * slope;
      weight_adjoint[c] = sum_n[c] + slope;
      bias_adjoint[c] = sum[c];
      const T all = weight[c] * sum[c] + weight_moved[c] * of_bias[c] - inverse[c] * (e_n * mean[c] + along[c] * e);
      const T all_n = weight[c] * sum_n[c] + weight_moved[c] * of_weight[c] - T(2) * inverse[c] * e_n * along[c];
      sum[c] = all * share;
      sum_n[c] = (all_n + e_slope) * share;
      sum_y[c] = inverse[c] * e_n * share;
    });
    for_places(grid, [&](int64_t place, int64_t cell) DECANT_INLINED {
      const T* const n = maps + place;
      T* const y = moved + place;
      const T* const z = cell < 0 ? zeros : halved + cell;
      const T* const a = cell < 0 ? zeros : adjoint + cell;
      for_channels(grid, [&](int64_t c) DECANT_INLINED {
        const T open = weight[c] * n[c] + bias[c] > 0 ? T(0.25) : T(0);
        const T of_n = open * (weight[c] * a[c] + (weight_moved[c] - inverse[c] * along[c] * weight[c]) * z[c]) - sum_y[c] * y[c];
        y[c] = inverse[c] * (of_n - sum[c] - n[c] * sum_n[c]);
      });
    });
  }
};

template <class Pass, class T>
DECANT_EACH_INSTRUCTION_SET void run_block_pass(const Pass& pass, const Grid& grid, T* scratch) {
  pass(grid, scratch);
}

/// `pass_of(picture)` makes the pass of a picture.
template <class T, class PassOf>
void for_maps_of_pictures(const Tensor& maps, const PassOf& pass_of) {
  const Grid grid = Grid::of(maps);
  at::parallel_for(0, maps.size(0), 1, [&](int64_t begin, int64_t end) {
    std::vector<T> scratch(static_cast<size_t>(kScratchRows * grid.channels));
    for (int64_t i = begin; i < end; ++i) {
      std::ranges::fill(scratch, T(0));
      run_block_pass(pass_of(i), grid, scratch.data());
    }
  });
}

template <class T>
using Rows = PictureRows<T>;

Tensor halved_like(const Tensor& maps) {
  return at::empty({maps.size(0), maps.size(1), maps.size(2) / 2, maps.size(3) / 2}, maps.options(), at::MemoryFormat::ChannelsLast);
}

Tensor values_per_channel(const Tensor& maps) {
  return at::empty({maps.size(0), maps.size(1)}, maps.options());
}

}  // namespace

Normalised normalise(const Tensor& maps, const BlockNorm& norm, bool in_place) {
  Normalised result{in_place ? maps : at::empty_like(maps), {}, {}};
  result.inverse = values_per_channel(result.maps);
  result.halved = halved_like(result.maps);
  AT_DISPATCH_FLOATING_TYPES(result.maps.scalar_type(), "normalise", [&] {
    using T = scalar_t;
    const Rows<T> given(maps), at(result.maps), inverse(result.inverse), halved(result.halved);
    const T* const weight = norm.weight.data_ptr<T>();
    const T* const bias = norm.bias.data_ptr<T>();
    for_maps_of_pictures<T>(result.maps, [&](int64_t i) {
      return NormalisePass<T>{given(i), at(i), inverse(i), halved(i), weight, bias, static_cast<T>(norm.epsilon)};
    });
  });
  return result;
}

BlockGradient backward(const Normalised& at, const BlockNorm& norm, const Tensor& halved, bool in_place) {
  BlockGradient result{in_place ? at.maps : at::empty_like(at.maps), values_per_channel(at.maps), values_per_channel(at.maps)};
  DECANT_CHECK(halved.is_contiguous(at::MemoryFormat::ChannelsLast), ==, true);
  AT_DISPATCH_FLOATING_TYPES(at.maps.scalar_type(), "backward", [&] {
    using T = scalar_t;
    const Rows<T> n(at.maps), gradient(result.maps), above(halved), inverse(at.inverse), of_weight(result.weight), of_bias(result.bias);
    const T* const weight = norm.weight.data_ptr<T>();
    const T* const bias = norm.bias.data_ptr<T>();
    for_maps_of_pictures<T>(at.maps, [&](int64_t i) {
      return BackwardPass<T>{n(i), gradient(i), above(i), inverse(i), weight, bias, of_weight(i), of_bias(i)};
    });
  });
  return result;
}

BlockTangent tangent(const Normalised& at, const BlockNorm& norm, Tensor maps, const BlockNorm& moved) {
  BlockTangent result{std::move(maps), values_per_channel(at.maps), values_per_channel(at.maps), halved_like(at.maps)};
  AT_DISPATCH_FLOATING_TYPES(at.maps.scalar_type(), "tangent", [&] {
    using T = scalar_t;
    const Rows<T> n(at.maps), y(result.maps), halved(result.halved), inverse(at.inverse), mean(result.mean), along(result.along);
    const auto values = [](const Tensor& tensor) { return tensor.data_ptr<T>(); };
    for_maps_of_pictures<T>(at.maps, [&](int64_t i) {
      return TangentPass<T>{
          n(i),    y(i),    halved(i), inverse(i), values(norm.weight), values(norm.bias), values(moved.weight), values(moved.bias),
          mean(i), along(i)};
    });
  });
  return result;
}

BlockAdjoint adjoint(const Normalised& at, const BlockNorm& norm, BlockTangent&& tangent, const BlockNorm& moved,
                     const BlockGradient& gradient, const Tensor& halved, const Tensor& adjoint) {
  BlockAdjoint result{tangent.maps, values_per_channel(at.maps), values_per_channel(at.maps)};
  DECANT_CHECK(halved.is_contiguous(at::MemoryFormat::ChannelsLast), ==, true);
  DECANT_CHECK(adjoint.is_contiguous(at::MemoryFormat::ChannelsLast), ==, true);
  AT_DISPATCH_FLOATING_TYPES(at.maps.scalar_type(), "adjoint", [&] {
    using T = scalar_t;
    const Rows<T> n(at.maps), y(tangent.maps), z(halved), a(adjoint), inverse(at.inverse), mean(tangent.mean), along(tangent.along),
        of_weight(gradient.weight), of_bias(gradient.bias), weight_adjoint(result.weight), bias_adjoint(result.bias);
    const auto values = [](const Tensor& tensor) { return tensor.data_ptr<T>(); };
    for_maps_of_pictures<T>(at.maps, [&](int64_t i) {
      return AdjointPass<T>{
          n(i),    y(i),     z(i),         a(i),       inverse(i),        values(norm.weight), values(norm.bias), values(moved.weight),
          mean(i), along(i), of_weight(i), of_bias(i), weight_adjoint(i), bias_adjoint(i)};
    });
  });
  return result;
}

namespace {

class InstanceNormReluMean : public torch::autograd::Function<InstanceNormReluMean> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& maps, const Tensor& weight, const Tensor& bias,
                        double epsilon) {
    const Normalised at = normalise(maps, {weight, bias, epsilon}, /*in_place=*/false);
    context->save_for_backward({at.maps, at.inverse, weight, bias});
    context->saved_data["epsilon"] = epsilon;
    return at.halved;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, const torch::autograd::variable_list& above) {
    DECANT_CHECK(at::GradMode::is_enabled(), ==, false);  // a second derivative: Pass::once was not meant
    const auto saved = context->get_saved_variables();
    const BlockNorm norm{saved[2], saved[3], context->saved_data["epsilon"].toDouble()};
    const Tensor gradient = above[0].contiguous(at::MemoryFormat::ChannelsLast);
    const BlockGradient of = nn::backward({saved[0], saved[1], {}}, norm, gradient, /*in_place=*/true);
    return {of.maps, of.weight.sum(0), of.bias.sum(0), Tensor()};
  }
};

}  // namespace

Tensor instance_norm_relu_mean(const Tensor& maps, const BlockNorm& norm) {
  DECANT_CHECK(takes_block_end(maps), ==, true);
  return InstanceNormReluMean::apply(maps, norm.weight, norm.bias, norm.epsilon);
}

bool takes_block_end(const Tensor& maps) {
  return maps.device().is_cpu() && maps.is_contiguous(at::MemoryFormat::ChannelsLast) && maps.numel() > 0 && maps.size(2) > 1 &&
         maps.size(3) > 1 && (maps.scalar_type() == at::kFloat || maps.scalar_type() == at::kDouble);
}

}  // namespace decant::nn
