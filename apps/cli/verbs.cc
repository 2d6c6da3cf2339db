#include "apps/cli/verbs.h"

namespace decant::cli {

// Adding a verb: write verb_NAME.cc with NAME_verb(), declare it here, and give it a place below.
Verb bins_verb();
Verb compress_verb();
Verb demo_verb();
Verb distill_verb();
Verb duplicates_verb();
Verb evaluate_verb();
Verb export_verb();
Verb extend_verb();
Verb features_verb();
Verb finish_verb();
Verb inspect_verb();
Verb measure_verb();
Verb patches_verb();
Verb plan_verb();
Verb report_verb();
Verb sample_verb();
Verb scan_verb();
Verb scores_verb();
Verb train_verb();
Verb trial_verb();
Verb unpack_verb();
Verb verify_verb();
Verb write_verb();

std::vector<VerbGroup> all_verbs() {
  return {{"Make small",
           {inspect_verb(), duplicates_verb(), plan_verb(), compress_verb(), extend_verb(), distill_verb(), sample_verb(), verify_verb()}},
          {"Prove", {evaluate_verb(), trial_verb(), measure_verb(), report_verb(), demo_verb()}},
          {"Steps by hand", {features_verb(), scores_verb(), bins_verb(), patches_verb(), unpack_verb(), train_verb(), export_verb()}},
          {"Many jobs on one data set (docs/clusters.md)", {scan_verb(), write_verb(), finish_verb()}}};
}

}  // namespace decant::cli
