// SRe2L: squeeze, recover and relabel (Z. Yin, E. Xing and Z. Shen, NeurIPS 2023,
// arXiv:2306.13092).
//
//     CE(f(view(x)), y) + 0.01 Σ_l ( ‖ μ_l(x) − μ̄_l ‖₂ + ‖ σ²_l(x) − σ̄²_l ‖₂ )      inversion.h
//
// f is one teacher, trained on the rows beforehand and frozen; no real row is seen after that.
// Pictures start from noise, a batch is one picture of every class, and pictures are clipped to the
// range after each step.
//
// Published code (github.com/VILA-Lab/SRe2L): ResNet-18; batches of 100 different classes, 4,000
// steps of Adam at 0.25, β (0.5, 0.9), a cosine to zero; for CIFAR 1,000 steps and whole pictures
// in place of crops. With weights 0 it has terms of total variation and size, which are left out.
// Its sets are trained with a teacher's soft labels of every view; here labels are hard, for which
// it was not made (a few percent on ImageNet in third parties' tables). Rolls of large pictures go
// either way, there one.
//
// Options: `statistics` the weight, `first` of the first batch norm, `views` crops or whole
// pictures, `together` pictures of each class in a batch.
//
// A step: one forward and backward of a picture of each class. Memory: inversion.h.
#include "decant/distill/torch/inversion.h"
#include "decant/distill/torch/methods/list.h"

namespace decant::distill {

Method squeeze_and_recover() {
  return {.facts = {"sre2l", "decoupled, inversion", "a trained network's batch norms and its answers, from noise",
                    "Yin, Xing and Shen, NeurIPS 2023, arXiv:2306.13092"},
          .usual = usual_of_inversion,
          .make =
              [](const Setting& setting, nn::SpecText& own) {
                turns_asked(setting.options.per_class, own);
                return inverted(setting, inversion_asked(setting, own));
              },
          .turns = [](const Setting& setting, nn::SpecText& own) { return turns_asked(setting.options.per_class, own); }};
}

}  // namespace decant::distill
