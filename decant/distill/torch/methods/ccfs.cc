// CCFS: Y. Chen, G. Chen, M. Zhang, W. Guan and L. Nie, "Curriculum coarse-to-fine selection for
// high-IPC dataset distillation", CVPR 2025, arXiv:2503.18872.
//
// A share of each class's pictures is distilled as cda does; the others are real rows, which join
// in three rounds: those that a network trained on the set as it is gets wrong and the teacher
// right, the easiest first (curriculum.h). So what is learnt are the simple features of a class,
// and what is chosen are those that the set lacks.
//
// Published code (github.com/CYDaaa30/CCFS): shares of 0.2, 0.1, 0.3 and 0.3 at 250, 500, 1,000 and
// 1,500 pictures a class of CIFAR-10; ResNet-18 as teacher and filter, hundreds of epochs each;
// easiest by forgetting events of a recorded training, here by ‖p − y‖₂ of the trained teacher; the
// set is trained with the teacher run at every view, and the best epoch on the test rows is
// printed. Here labels are hard, and the filter is the teacher's net, trained for 300 steps.
//
// Options: `share` that is distilled, `rounds`, `filter` steps, and those of cda.
//
// A step: as sre2l. After the last: curriculum.h.
#include <ATen/ops/cat.h>
#include <algorithm>
#include <c10/core/GradMode.h>
#include <cmath>

#include "decant/distill/torch/curriculum.h"
#include "decant/distill/torch/inversion.h"
#include "decant/distill/torch/methods/list.h"

namespace decant::distill {
namespace {

double share_asked(nn::SpecText& own) {
  return own.real("share", 0.2, 0, 1);
}

/// Pictures of each class that are distilled, of so many.
int64_t distilled_of(int64_t per_class, double share) {
  return std::clamp<int64_t>(std::llround(share * static_cast<double>(per_class)), 1, per_class);
}

class CoarseToFine final : public Objective {
 public:
  CoarseToFine(const InversionOptions& inversion, CurriculumOptions curriculum, const Setting& setting,
               std::shared_ptr<const Teachers> teachers, double share)
      : inversion_(invert(inversion)),
        curriculum_(std::move(curriculum)),
        real_(setting.real),
        seed_(setting.options.seed),
        context_(setting.context),
        teachers_(std::move(teachers)),
        share_(share) {}

  bool wants_real() const override { return false; }
  Tensor loss(const Step& step, const Fetched& fetched, const Sides& sides) const override {
    return inversion_->loss(step, fetched, sides);
  }
  void complete(const Synthetic& all) const override {
    fill_with_rows(all.learnt_named("pictures"), distilled_of(all.per_class(), share_), real_, teachers_->front(), curriculum_, seed_,
                   context_);
  }

 private:
  std::unique_ptr<Objective> inversion_;
  CurriculumOptions curriculum_;
  const RealRows& real_;
  uint64_t seed_;
  const Context& context_;
  std::shared_ptr<const Teachers> teachers_;
  double share_;
};

Parts make_ccfs(const Setting& setting, nn::SpecText& own) {
  turns_asked(setting.options.per_class, own);
  InversionOptions options = inversion_asked(setting, own);
  options.views.crops = own.word("views", "crops", {"crops", "whole"}) == "crops";
  options.views.falls = own.real("milestone", 1, 0.01, 1);
  const auto teachers = setting.teachers(/*normed=*/true);
  const CurriculumOptions curriculum{.rounds = own.number("rounds", 3, 1, 1000),
                                     .net = teachers->front().network->spec().name,
                                     .updates = own.number("filter", 300, 1, 10'000'000)};
  const double share = share_asked(own);
  return {.synthetic = setting.pixels(),
          .networks = frozen_teachers(teachers),
          .objective = std::make_unique<CoarseToFine>(options, curriculum, setting, teachers, share)};
}

/// Noise where pictures are distilled, and real rows until others take their places.
Tensor first_of_ccfs(const Setting& setting, nn::SpecText& own) {
  const int64_t classes = setting.real.classes();
  const int64_t each = setting.options.per_class;
  const int64_t distilled = distilled_of(each, share_asked(own));
  Tensor first = setting.first_pictures();
  for (int label = 0; label < classes && distilled < each; ++label) {
    const std::vector<int64_t> rows =
        rows_chosen_by("random", setting.real, label, each - distilled, setting.options.seed, setting.context);
    first.narrow(0, label * each + distilled, each - distilled).copy_(setting.real.batch(rows).pictures);
  }
  return first;
}

}  // namespace

Method coarse_to_fine() {
  return {.facts = {"ccfs", "decoupled, inversion and selection",
                    "cda for a share of the pictures; the rest are real rows that it does not teach",
                    "Chen et al., CVPR 2025, arXiv:2503.18872"},
          .usual =
              [](const DistillOptions& options) {
                nn::SpecText own(options.method, "method");
                DistillOptions of_distilled = options;
                of_distilled.per_class = static_cast<int>(distilled_of(options.per_class, share_asked(own)));
                return usual_of_inversion(of_distilled);
              },
          .make = make_ccfs,
          .turns = [](const Setting& setting,
                      nn::SpecText& own) { return turns_asked(distilled_of(setting.options.per_class, share_asked(own)), own); },
          .first = first_of_ccfs};
}

}  // namespace decant::distill
