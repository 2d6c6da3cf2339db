// PCA: prune, combine and augment (L. Xiao, S. Liu, Y. He and X. Wang, "Rethinking large-scale
// dataset compression: shifting focus from labels to images", arXiv:2502.06434).
//
// Nothing is learnt. Prune: of each class the easiest rows, as many of every class. Combine: whole
// pictures, shrunk, f² of them in one stored picture. Augment: crops in training stay inside a
// cell; here each cell is a row of the set, enlarged, so that no crop can leave it
// (multi_formation.cc). Labels are hard, which is the paper's point.
//
// No code is published. The paper takes scores of published records of training (EL2N, AUM,
// forgetting), f = 2; here the score is EL2N's formula of one trained teacher, ‖p − y‖₂, which asks
// for no record and so works for teachers that are given.
//
// Options: `factor` f.
//
// Cost: a forward of all rows through the teacher.
#include "decant/distill/torch/methods/list.h"
#include "decant/distill/torch/realism.h"

namespace decant::distill {
namespace {

Parts make_pca(const Setting& setting, nn::SpecText& own) {
  const int factor = own.number("factor", 2, 1, 16);
  const auto teachers = setting.teachers(/*normed=*/false);
  return {.synthetic = easy_mosaics(setting, teachers->front(), factor).pictures, .objective = nothing_to_learn()};
}

}  // namespace

Method easy_and_combined() {
  return {.facts = {"pca", "decoupled, real pictures", "nothing: the easiest real pictures, shrunk and stored four in one",
                    "Xiao, Liu, He and Wang 2025, arXiv:2502.06434"},
          .usual =
              [](const DistillOptions&) {
                return Usual{.training = {{"augment", "dsa"}, {"epochs", "1000"}}};
              },
          .make = make_pca};
}

}  // namespace decant::distill
