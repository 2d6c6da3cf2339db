// CDA: curriculum data augmentation (Z. Yin and Z. Shen, "Dataset distillation via curriculum data
// synthesis in large data era", TMLR 2024, arXiv:2311.18838).
//
// SRe2L (sre2l.cc) whose crops are whole pictures at first and small ones at last:
//
//     least share of a crop = 0.08 + 0.92 · (1 + cos(π min(1, t / m)))/2      t: share of the steps made
//
// so that outlines come before details. m is `milestone`.
//
// Published code (github.com/VILA-Lab/SRe2L, folder CDA) takes 4,000 steps, and crops only of large
// pictures; the rest as there. Here crops are usual at every size, as without them nothing is left
// of the method. Cost: as sre2l.
#include "decant/distill/torch/inversion.h"
#include "decant/distill/torch/methods/list.h"

namespace decant::distill {
namespace {

Parts make_cda(const Setting& setting, nn::SpecText& own) {
  turns_asked(setting.options.per_class, own);
  InversionOptions options = inversion_asked(setting, own);
  options.views.crops = own.word("views", "crops", {"crops", "whole"}) == "crops";
  options.views.falls = own.real("milestone", 1, 0.01, 1);
  return inverted(setting, options);
}

}  // namespace

Method curriculum_synthesis() {
  return {
      .facts = {"cda", "decoupled, inversion", "sre2l, of crops that shrink as it goes on", "Yin and Shen, TMLR 2024, arXiv:2311.18838"},
      .usual = usual_of_inversion,
      .make = make_cda,
      .turns = [](const Setting& setting, nn::SpecText& own) { return turns_asked(setting.options.per_class, own); }};
}

}  // namespace decant::distill
