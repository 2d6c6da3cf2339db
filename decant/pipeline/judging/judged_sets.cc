#include "decant/pipeline/judging/judged_sets.h"

#include <algorithm>

#include "decant/base/errors.h"
#include "decant/pipeline/judging/asked_training.h"
#include "decant/pipeline/judging/chosen_judge.h"
#include "decant/pipeline/judging/leaked_rows.h"
#include "decant/pipeline/run/run_source.h"

namespace decant {
namespace {

/// Of a matrix: a NaN or an infinity in a readable row is an InputError that names it.
void require_numbers(const Input& full, const std::string& file, const Context& context) {
  const Features* const features = full.dataset.train().features();
  if (features == nullptr) return;
  std::vector<bool> skip(static_cast<size_t>(full.rows()));
  for (const int64_t row : full.excluded_rows()) skip[static_cast<size_t>(row)] = true;
  require_finite(*features, file, skip, {}, context);
}

Input read_full(const EvaluateOptions& options, const std::vector<GivenSet>& given, const Context& context) {
  InputOptions reading{.path = options.full, .labels = options.labels, .fields = options.fields};
  const auto folder = std::ranges::find_if(given, [](const GivenSet& set) { return set.folder.has_value(); });
  if (reading.labels.empty() && folder != given.end()) reading.labels = folder->folder->run.option_text("labels");
  if (reading.fields == FieldOptions() && folder != given.end()) reading.fields = fields_of(folder->folder->run);
  const bool extended = folder != given.end() && folder->folder->run.input && !folder->folder->run.input->sources.empty();
  Input full = extended ? source_of(*folder->folder, options.full, context) : read_input(reading, context);
  for (const GivenSet& set : given) {
    if (set.folder) require_source(*set.folder, full, options.full);
    if (set.synthetic) require_source(read_run_record(set.spec), full, options.full);
  }
  require_labels(options, full.dataset, full.labelled());
  require_numbers(full, options.full, context);
  return full;
}

Shares shares_of(const EvaluateOptions& options, const Dataset& full) {
  return usual_judge(options, full)->equal_classes() ? Shares::equal : Shares::by_size;
}

}  // namespace

void require_labels(const EvaluateOptions& options, const Dataset& full, bool labelled) {
  const std::optional<CountedIn> needs = usual_judge(options, full)->needs();
  const Rows& train = full.train();
  if (!needs || (*needs == CountedIn::rows && labelled) || (*needs != CountedIn::rows && train.taught() == needs)) return;
  if (*needs != CountedIn::rows)
    throw InputError(
        {options.full, "",
         fmt::format("holds no {}, and --protocol {} judges by these", *needs == CountedIn::pixels ? "masks" : "objects", options.protocol),
         "Omit --protocol"});
  throw InputError(
      {options.full, "", why_no_classifier(train), train.features() == nullptr ? "Evaluate on a labelled set" : "Give --labels"});
}

JudgedSets read_judged_sets(const EvaluateOptions& options, const Context& context) {
  JudgedSets sets;
  sets.given = open_given(options);
  sets.full = read_full(options, sets.given, context);
  sets.training = asked_training(options, sets.full.dataset);
  sets.shares = shares_of(options, sets.full.dataset);
  sets.test = find_test_rows(sets.full, options, context);
  leave_out_leaked(sets.test, sets.full, options, context);
  sets.full_rows = sets.full.usable_rows().without(sets.test.held_out);
  for (GivenSet& set : sets.given) find_rows_of(set, sets.full, sets.test.held_out, options, context);
  if (heeds_sets(options, sets.full.dataset)) {
    for (GivenSet& set : sets.given) set.training = sound_training(training_of(set.spec, options)).options;
  }
  return sets;
}

}  // namespace decant
