#include "decant/report/facts/facts.h"

namespace decant::report {

const Modality& modality_of(const RunRecord& run) {
  if (!run.input) return modality::vectors;
  const std::string& name = run.input->modality;
  if (name.empty()) return run.input->format == "npy" || run.input->format.empty() ? modality::vectors : modality::pictures;
  if (name == modality::records.name) return modality::records;
  return name == modality::pictures.name ? modality::pictures : modality::vectors;
}

namespace {

Headline headline_for(const ReportInput& input, const std::vector<Verdict>& verdicts) {
  Headline headline = summarise(verdicts);
  const RunRecord& run = input.run;
  if (headline.outcome != Verdict::Outcome::better || run.rows == 0) return headline;
  const std::string note = short_training_note(*input.evidence);
  if (!note.empty()) headline.sentence += " " + note;
  return headline;
}

}  // namespace

std::string_view Facts::ordered_in() const {
  const bool together = rows.selection != nullptr ? rows.selection->pool_count == 1 : run.content.has_value();
  if (together) return "";
  return run.option_text("pools").empty() ? "class" : "pool";
}

Facts find_facts(const ReportInput& input) {
  const Modality& modality = input.source != nullptr ? input.source->train().modality() : modality_of(input.run);
  Facts facts{.input = input, .run = input.run, .modality = modality, .rows = gather_rows(input)};
  facts.synthetic = synthetic_facts(input);
  if (input.evidence != nullptr) facts.verdicts = verdicts(*input.evidence, facts.synthetic ? "the synthetic set" : "the kept set");
  std::erase_if(facts.verdicts, [](const Verdict& verdict) { return verdict.set != "small"; });
  facts.headline = headline_for(input, facts.verdicts);
  if (input.source != nullptr) facts.sheets = choose_sheets(facts.rows, input.run.seed);
  if (const Texts* const texts = input.source != nullptr ? input.source->train().texts() : nullptr; texts != nullptr) {
    add_words(facts.rows, *texts, facts.sheets);
    facts.lengths = length_facts(*texts, facts.rows);
  }
  if (input.source != nullptr) facts.objects = object_facts(input.source->train(), facts.rows);
  if (input.run.content) facts.classes_that_lost = classes_that_lost(*input.run.content, input.run.rows, input.run.kept.value_or(0));
  facts.map = map_facts(input, facts.rows, input.run.seed);
  facts.reduction = reduction_facts(input);
  return facts;
}

}  // namespace decant::report
