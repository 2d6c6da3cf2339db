// CIM: "Condensing large-scale datasets directly with minimal information loss".
//
//     mean ‖ f_l(A(cell)) − f_l(A(the real picture of that cell)) ‖²
//
// The easiest rows of each class, shrunk into the cells of mosaics (multi_formation.cc); then
// pixels of the mosaics are moved so that each cell, enlarged, gives a teacher's layer l what its
// own picture gives there. A: one augmentation for both sides, drawn for every class. So a mosaic
// keeps what shrinking loses, as far as a network notices it.
//
// Published code, which has no licence and was only read of: f = 2, a residual δ on the mosaic by
// AdamW at 0.01, the layer four before the last, soft labels. Adam without decay moves pixels as it
// would a residual on them, so there is none here. The layer is `depth` before the last; usual are
// two fifths of the layers that a network taps. Rows are chosen as pca chooses them.
//
// Options: `factor` f, `depth`.
//
// A step, class by class: a forward of the class's pictures and cells, and a backward of the cells,
// through all layers. Memory: the graph of a class, the real pictures of all cells.
#include <ATen/TensorOperators.h>
#include <ATen/ops/mse_loss.h>
#include <c10/core/GradMode.h>

#include "decant/base/errors.h"
#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/realism.h"

namespace decant::distill {
namespace {

/// Always the same rows, in the order of the cells.
class Paired final : public RealSampler {
 public:
  Paired(const RealRows& real, std::vector<int64_t> numbers)
      : real_(real), numbers_(std::move(numbers)), each_(std::ssize(numbers_) / real.classes()) {}

  RealBatch of_class(int64_t label, Random) const override {
    return in_order(std::span(numbers_).subspan(static_cast<size_t>(label * each_), static_cast<size_t>(each_)));
  }
  RealBatch of_all(Random) const override { return in_order(numbers_); }

 private:
  RealBatch in_order(std::span<const int64_t> numbers) const {
    RealBatch batch = real_.batch(numbers);
    batch.each_of_them = each_;
    return batch;
  }

  const RealRows& real_;
  std::vector<int64_t> numbers_;
  int64_t each_;
};

class FeatureResidual final : public Objective {
 public:
  explicit FeatureResidual(int64_t depth) : depth_(depth) {}

  bool class_by_class(const Step&) const override { return true; }
  Tensor loss(const Step&, const Fetched& fetched, const Sides& sides) const override {
    const FrozenTeacher& teacher = *fetched.teacher;
    const Tensor cells = layer_of(teacher, sides.synthetic.pictures);
    const c10::NoGradGuard no_grad;
    const Tensor pictures = layer_of(teacher, sides.real.pictures);
    const at::AutoGradMode graph(true);
    return at::mse_loss(cells, pictures);
  }

 private:
  Tensor layer_of(const FrozenTeacher& teacher, const Tensor& pictures) const {
    const nn::Taps taps = teacher.taps(pictures);
    const int64_t layers = std::ssize(taps.outputs);
    if (layers == 0 || depth_ >= layers)
      throw InputError({"", "depth", fmt::format("{} is beyond the {} layers that the teacher shows", depth_, layers),
                        "Give a smaller one, or another --teacher"});
    const int64_t depth = depth_ >= 0 ? depth_ : layers * 2 / 5;
    return taps.outputs[static_cast<size_t>(layers - 1 - depth)].value;
  }

  int64_t depth_;  ///< layers after it; −1 = as usual
};

Parts make_cim(const Setting& setting, nn::SpecText& own) {
  const int factor = own.number("factor", 2, 1, 16);
  const int depth = own.number("depth", -1, -1, 1000);
  const auto teachers = setting.teachers(/*normed=*/false);
  EasyMosaics easy = easy_mosaics(setting, teachers->front(), factor);
  return {.synthetic = std::move(easy.pictures),
          .networks = frozen_teachers(teachers),
          .real = std::make_unique<Paired>(setting.real, std::move(easy.numbers)),
          .objective = std::make_unique<FeatureResidual>(depth)};
}

}  // namespace

Method feature_residuals() {
  return {
      .facts = {"cim", "decoupled, real pictures", "what a teacher's layer gives of easy real pictures, by cells that they were shrunk to",
                "Condensing large-scale datasets directly with minimal information loss"},
      .usual =
          [](const DistillOptions&) { return Usual{.steps = 200, .rate = 0.01, .optimizer = "adamw", .momentum = 0.9, .augment = "dsa"}; },
      .make = make_cim};
}

}  // namespace decant::distill
