#include "decant/pipeline/patching/reduction.h"

#include <cmath>
#include <fmt/core.h>

#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/patching/row_sizes.h"
#include "decant/pipeline/run/set_training.h"

namespace decant {
namespace {

PictureReducer reducer_for(const AskedReduction& asked, const Input& input, const Subset& kept, const Context& context) {
  const bool cells = asked.budget > 0 && asked.spend == "cells";
  return {input.dataset, asked.options, importance_wanted(input, kept, asked.options, cells, asked.seed, context)};
}

ReduceOptions recorded_reduce_options(const RunRecord& run) {
  ReduceOptions options;
  OptionTable table;
  options.declare(table);
  OptionTexts texts;
  for (const auto& [name, value] : run.options) texts[name] = text_of(value);
  set_texts(texts, table);
  return options;
}

}  // namespace

Spent reduce_pictures(const AskedReduction& asked, const Input& input, const Subset& kept, const Context& context) {
  const PictureReducer reducer = reducer_for(asked, input, kept, context);
  const std::optional<patches::DropTally> tally = reducer.tally(kept, context);
  if (tally) say_what_stays(*tally, std::ssize(kept), context);
  if (asked.budget == 0 || asked.spend == "rows") return {reducer.as_asked(), "", tally};
  const bool by_rows = buys_rows(asked.spend);
  Spent spent = spend_on_pictures(reducer, kept, by_rows ? "quality" : asked.spend, asked.budget, asked.seed, context);
  if (by_rows) spent.words += fmt::format("; {} of {} pictures", human_count(std::ssize(kept)), human_count(input.rows()));
  context.info(fmt::format("{} are met by {}", human_bytes(asked.budget), spent.words));
  spent.tally = tally;
  return spent;
}

std::optional<AskedReduction> recorded_reduction(const RunRecord& run, const Dataset& input, int64_t count) {
  if (!run.patches || run.kept.value_or(0) == 0 || run.option("drop") == nullptr) return std::nullopt;
  AskedReduction asked{.options = recorded_reduce_options(run), .seed = run.seed};
  const std::string bytes = run.option_text("bytes");
  if (bytes.empty()) return asked;
  asked.spend = run.option_text("spend");
  const auto budget = static_cast<double>(bytes_from(bytes, input.train().stored_bytes(), "--bytes"));
  asked.budget = std::llround(budget / static_cast<double>(*run.kept) * static_cast<double>(count));
  return asked;
}

std::vector<std::pair<std::string, OptionValue>> recorded_options_of(AskedReduction asked) {
  OptionTable table;
  asked.options.declare(table);
  std::string bytes = asked.budget == 0 ? "" : std::to_string(asked.budget);
  table.add("bytes", bytes, "", "");
  table.add("spend", asked.spend, "", "");
  return options_from(table.resolved());
}

}  // namespace decant
