#include "decant/pipeline/judging/arm_spec.h"

#include <string_view>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/pipeline/patching/byte_budget.h"
#include "decant/pipeline/patching/fill_source.h"

namespace decant {
namespace {

bool begins_option(std::string_view text) {
  const size_t equals = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-");
  return equals != std::string_view::npos && equals > 0 && text[equals] == '=';
}

/// The options of pictures, under the names that --against gives them.
OptionTable picture_options(ArmSpec& arm) {
  OptionTable all;
  arm.reducing.declare(all);
  OptionTable table;
  for (const Option& option : all.options()) {
    if (option.name == "drop" || option.name == "drop-objects" || option.name == "quality" || option.name == "resolution" ||
        option.name == "importance")
      table.add(option);
  }
  table.add("fill", arm.fill, "NAME", "");
  table.add("spend", arm.spend, "CURRENCY", "");
  table.add("bytes", arm.bytes, "HOW-MUCH", "");
  table.add("length", arm.length, "NAME", "");
  table.add("labels", arm.labels, "LABELS", "");
  return table;
}

/// What --recipe dq makes (recipe.h), filled as the paper fills it.
void be_dq(ArmSpec& arm) {
  arm.base = "bins";
  arm.reducing.drop = "25%";
  arm.reducing.importance.importance = "gradcam++";
  arm.fill = kOwnMae;
}

/// Rows are bought of those that a method orders, anything else for every row.
void require_spending(const ArmSpec& arm) {
  require_currency(arm.spend);
  const ReducePlan plan = reduce_plan(arm.reducing);
  share_of_objects(arm.reducing.drop_objects);
  if (arm.spend == "cells" && (plan.drop > 0 || !plan.as_large()))
    throw UsageError(fmt::format("--against {}: spend=cells decides which cells are dropped; leave out drop and resolution", arm.name));
  if (arm.base != "full" && !buys_rows(arm.spend))
    throw UsageError(fmt::format("--against {}: spend={} keeps every row; say full+spend={}", arm.name, arm.spend, arm.spend));
  if (arm.base == "full" && arm.spend == "auto")
    throw UsageError(fmt::format("--against {}: spend=auto keeps fewer rows; say which: random+spend=auto", arm.name));
}

}  // namespace

std::vector<std::string> spec_pieces(const std::string& name) {
  std::vector<std::string> pieces;
  size_t begin = 0;
  for (size_t at = name.find('+'); at != std::string::npos; at = name.find('+', at + 1)) {
    if (!begins_option(std::string_view(name).substr(at + 1))) continue;
    pieces.push_back(name.substr(begin, at - begin));
    begin = at + 1;
  }
  pieces.push_back(name.substr(begin));
  return pieces;
}

ArmSpec parse_arm(const std::string& name, const ImportanceOptions& defaults) {
  ArmSpec arm{.name = name, .reducing = {.importance = defaults}};
  OptionTable table = picture_options(arm);
  const std::vector<std::string> pieces = spec_pieces(name);
  arm.base = pieces.front();
  if (arm.base == "dq") be_dq(arm);
  bool of_cells = false;
  for (size_t i = 1; i < pieces.size(); ++i) {
    const size_t equals = pieces[i].find('=');
    const std::string option = pieces[i].substr(0, equals);
    if (Option* const known = table.find(option); known != nullptr) {
      known->set(pieces[i].substr(equals + 1));
      of_cells = of_cells || option == "importance" || option == "fill" || option == "drop-objects";
    } else {
      arm.base += "+" + pieces[i];
    }
  }
  require_fill(arm.fill);
  require_spending(arm);
  label_spec_from(arm.labels, fmt::format("--against {}: labels", arm.name));
  if (!arm.length.empty() && (arm.base != "random" || arm.changes_pictures()))
    throw UsageError(fmt::format("--against {}: length is for random records alone; say random+length={}", arm.name, arm.length));
  if (!arm.drops_cells() && of_cells)
    throw UsageError(fmt::format("--against {}: drops nothing, so importance, fill and drop-objects have no effect; add +drop=25%", name));
  return arm;
}

}  // namespace decant
