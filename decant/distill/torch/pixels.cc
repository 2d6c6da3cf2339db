// The pictures themselves are learnt: (classes · per_class, channels, height, width).
#include <ATen/ops/clamp.h>

#include "decant/distill/torch/synthetic.h"

namespace decant::distill {
namespace {

class Pixels final : public Parameterization {
 public:
  Pixels(const Tensor& first, int64_t classes) : value_(first.detach().clone()), per_class_(first.size(0) / classes) {
    value_.set_requires_grad(true);
  }

  std::vector<Learnt> learnt() const override { return {{"pictures", value_}}; }
  int64_t per_class() const override { return per_class_; }
  Tensor pictures(int64_t first, int64_t count) const override { return value_.narrow(0, first * per_class_, count * per_class_); }
  void project(const PixelRange& range) override { value_.copy_(at::clamp(value_, range.low, range.high)); }

 private:
  Tensor value_;
  int64_t per_class_;
};

}  // namespace

std::unique_ptr<Parameterization> make_pixels(const Tensor& first, int64_t classes) {
  return std::make_unique<Pixels>(first, classes);
}

}  // namespace decant::distill
