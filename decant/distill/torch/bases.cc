#include "decant/distill/torch/bases.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <cmath>

namespace decant::distill {
namespace {

constexpr double kAddressNoise = 0.1;

Tensor first_addresses(int64_t classes, int64_t per_class, int64_t bases, Random random) {
  Tensor addresses = at::empty({classes * per_class, bases}, at::kFloat);
  float* next = addresses.data_ptr<float>();
  const double deviation = kAddressNoise / std::sqrt(static_cast<double>(bases));
  const int64_t own = bases / classes;
  for (int64_t i = 0; i < classes * per_class; ++i) {
    const int64_t nearest_base = i / per_class * own + i % per_class % own;
    for (int64_t k = 0; k < bases; ++k) *next++ = static_cast<float>(deviation * random.normal()) + (k == nearest_base ? 1.0F : 0.0F);
  }
  return addresses;
}

class AddressedBases final : public Parameterization {
 public:
  AddressedBases(const Tensor& first, int64_t classes, int64_t per_class, PixelRange range, Random random)
      : bases_(first.detach().contiguous().clone()),
        addresses_(first_addresses(classes, per_class, first.size(0), random).to(first.options())),
        per_class_(per_class),
        range_(std::move(range)) {
    bases_.set_requires_grad(true);
    addresses_.set_requires_grad(true);
  }

  std::vector<Learnt> learnt() const override { return {{"bases", bases_}, {"addresses", addresses_}}; }
  int64_t per_class() const override { return per_class_; }

  Tensor pictures(int64_t first, int64_t count) const override {
    const Tensor rows = addresses_.narrow(0, first * per_class_, count * per_class_);
    std::vector<int64_t> shape = bases_.sizes().vec();
    shape[0] = rows.size(0);
    const Tensor sums = at::matmul(rows, bases_.flatten(1)).view(shape);
    return range_.low.defined() ? at::clamp(sums, range_.low, range_.high) : sums;
  }

  void project(const PixelRange& range) override { bases_.copy_(at::clamp(bases_, range.low, range.high)); }

 private:
  Tensor bases_;
  Tensor addresses_;
  int64_t per_class_;
  PixelRange range_;
};

}  // namespace

std::unique_ptr<Parameterization> make_addressed_bases(const Tensor& first, int64_t classes, int64_t per_class, const PixelRange& range,
                                                       Random random) {
  return std::make_unique<AddressedBases>(first, classes, per_class, range, random);
}

}  // namespace decant::distill
