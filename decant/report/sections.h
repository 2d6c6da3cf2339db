// The chapters of the page, in the order they are read. Each returns HTML; an empty string leaves the chapter
// out.
#pragma once

#include <span>
#include <string>

#include "decant/data/verdict.h"
#include "decant/report/map.h"
#include "decant/report/report.h"
#include "decant/report/run_facts.h"
#include "decant/report/thumbnails.h"

namespace decant::report {

/// "10,000 of 50,000 pictures kept (20 %), 30.7 MB of 153.7 MB."
std::string headline_of(const RunFacts& facts);
/// How to measure the evidence: "decant evaluate photos/ photos-60/ --seeds 3".
std::string evaluate_command(const RunFacts& facts);
/// Last part of the input's path.
std::string input_name(const RunFacts& facts);

std::string opening(const RunFacts& facts, const Headline& headline);
std::string evidence_section(const RunFacts& facts, const Evidence& evidence, const std::vector<Verdict>& verdicts);
std::string bins_section(const RunFacts& facts);
std::string classes_section(const RunFacts& facts);
std::string map_section(const ReportInput& input, const RowFacts& rows, uint64_t seed);
/// `sheets`: see thumbnails.h; the pictures themselves follow as one JSON block.
std::string pictures_section(const ReportInput& input, std::span<const Sheet> sheets);
std::string cost_section(const RunFacts& facts);
std::string bad_section(const RunFacts& facts, std::span<const Excluded> bad);
std::string repeat_section(const RunFacts& facts);
std::string words_section(const RunFacts& facts);

/// A chapter: heading and note beside the body. `note` and `body` are HTML.
std::string section(std::string_view id, std::string_view heading, const std::string& note, const std::string& body);
/// A command in a box with a button that copies it.
std::string command_box(std::string_view command);

}  // namespace decant::report
