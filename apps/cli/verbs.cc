#include "apps/cli/verbs.h"

namespace decant::cli {

// Adding a verb: write verb_NAME.cc with its make_ function, and add one line here.
#define DECANT_MAKE_SMALL(verb) verb(make_inspect) verb(make_plan) verb(make_compress) verb(make_sample) verb(make_verify)
#define DECANT_PROVE(verb) verb(make_evaluate) verb(make_report_verb) verb(make_demo)
#define DECANT_BY_HAND(verb) verb(make_features_verb) verb(make_scores_verb) verb(make_bins_verb) verb(make_train)

#define DECANT_DECLARE(make) std::unique_ptr<Verb> make();
DECANT_MAKE_SMALL(DECANT_DECLARE)
DECANT_PROVE(DECANT_DECLARE)
DECANT_BY_HAND(DECANT_DECLARE)
#undef DECANT_DECLARE

namespace {

using Maker = std::unique_ptr<Verb> (*)();

VerbGroup group_of(std::string title, std::initializer_list<Maker> makers) {
  VerbGroup group{std::move(title), {}};
  for (const Maker make : makers) group.verbs.push_back(make());
  return group;
}

}  // namespace

std::vector<VerbGroup> all_verbs() {
#define DECANT_LISTED(make) make,
  std::vector<VerbGroup> groups;
  groups.push_back(group_of("Make small", {DECANT_MAKE_SMALL(DECANT_LISTED)}));
  groups.push_back(group_of("Prove", {DECANT_PROVE(DECANT_LISTED)}));
  groups.push_back(group_of("Steps by hand", {DECANT_BY_HAND(DECANT_LISTED)}));
  return groups;
#undef DECANT_LISTED
}

}  // namespace decant::cli
