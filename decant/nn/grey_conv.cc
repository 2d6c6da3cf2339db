#include "decant/nn/grey_conv.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "decant/base/errors.h"

namespace decant::nn {
namespace {

/// How a kernel slides over a picture.
struct Slide {
  int64_t height, width;  ///< of a picture
  int64_t kernel, padding;
  int64_t out_height() const { return height + 2 * padding - kernel + 1; }
  int64_t out_width() const { return width + 2 * padding - kernel + 1; }
};

/// The neighbourhood of every place of one picture, row by row; 0 beyond its borders.
template <class T>
void neighbourhoods(const T* picture, const Slide& slide, T* out) {
  for (int64_t y = 0; y < slide.out_height(); ++y) {
    for (int64_t x = 0; x < slide.out_width(); ++x) {
      for (int64_t ky = 0; ky < slide.kernel; ++ky) {
        const int64_t from_y = y + ky - slide.padding;
        const bool inside = from_y >= 0 && from_y < slide.height;
        for (int64_t kx = 0; kx < slide.kernel; ++kx) {
          const int64_t from_x = x + kx - slide.padding;
          *out++ = inside && from_x >= 0 && from_x < slide.width ? picture[from_y * slide.width + from_x] : T(0);
        }
      }
    }
  }
}

Tensor columns_of(const Tensor& maps, const Slide& slide) {
  const Tensor pictures = maps.contiguous();
  const int64_t each = slide.out_height() * slide.out_width() * slide.kernel * slide.kernel;
  const Tensor columns = at::empty({maps.size(0) * slide.out_height() * slide.out_width(), slide.kernel * slide.kernel}, maps.options());
  AT_DISPATCH_FLOATING_TYPES(maps.scalar_type(), "neighbourhoods", [&] {
    const auto* const from = pictures.data_ptr<scalar_t>();
    auto* const to = columns.data_ptr<scalar_t>();
    at::parallel_for(0, maps.size(0), 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) neighbourhoods(from + i * slide.height * slide.width, slide, to + i * each);
    });
  });
  return columns;
}

class GreyConv : public torch::autograd::Function<GreyConv> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& maps, const Tensor& weight,
                        const c10::optional<Tensor>& bias, int64_t padding) {
    const Slide slide{maps.size(2), maps.size(3), weight.size(2), padding};
    const Tensor columns = columns_of(maps, slide);
    const Tensor kernel = weight.reshape({weight.size(0), -1}).t();
    const Tensor values = bias ? at::addmm(*bias, columns, kernel) : at::mm(columns, kernel);
    context->save_for_backward({columns});
    context->saved_data["shape"] = weight.sizes().vec();
    context->saved_data["bias"] = bias.has_value();
    return values.view({maps.size(0), slide.out_height(), slide.out_width(), weight.size(0)}).permute({0, 3, 1, 2});
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context, const torch::autograd::variable_list& above) {
    DECANT_CHECK(at::GradMode::is_enabled(), ==, false);  // a second derivative: Pass::once was not meant
    const Tensor gradient = above[0].permute({0, 2, 3, 1}).reshape({-1, above[0].size(1)});
    const Tensor weight = at::mm(gradient.t(), context->get_saved_variables()[0]).view(context->saved_data["shape"].toIntVector());
    return {Tensor(), weight, context->saved_data["bias"].toBool() ? gradient.sum(0) : Tensor(), Tensor()};
  }
};

}  // namespace

bool takes_grey_conv(const Tensor& maps) {
  return maps.device().is_cpu() && maps.dim() == 4 && maps.size(1) == 1 && maps.numel() > 0 && !maps.requires_grad() &&
         (maps.scalar_type() == at::kFloat || maps.scalar_type() == at::kDouble);
}

Tensor grey_conv(const Tensor& maps, const Tensor& weight, const Tensor& bias, int64_t padding) {
  DECANT_CHECK(takes_grey_conv(maps), ==, true);
  DECANT_CHECK(weight.size(1), ==, 1);
  return GreyConv::apply(maps, weight, bias.defined() ? c10::optional<Tensor>(bias) : c10::nullopt, padding);
}

}  // namespace decant::nn
