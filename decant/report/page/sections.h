// The chapters of the page, in the order they are read. Each returns HTML; an empty string leaves
// the chapter out.
#pragma once

#include <string>
#include <string_view>

#include "decant/base/context.h"
#include "decant/report/cards/cards.h"
#include "decant/report/facts/facts.h"

namespace decant::report {

constexpr size_t kPictureBytes = 1'900'000;  ///< of JPEG in all cards; 2.5 MB in base64
constexpr size_t kReducedBytes = 500'000;    ///< of JPEG in all reduced pictures

/// The legend of charts that show a set before and after.
inline const std::string kBeforeAndKept =
    "<p class=\"legend small\"><span><i class=\"swatch before\"></i>before</span> <span><i class=\"swatch kept\"></i>kept</span></p>";

/// "10,000 of 50,000 pictures kept (20 %), 30.7 MB of 153.7 MB."
std::string headline_of(const Facts& facts);
/// How to measure the evidence: "decant evaluate photos/ photos-60/ --seeds 3".
std::string evaluate_command(const RunRecord& run);
/// Last part of the input's path.
std::string input_name(const RunRecord& run);

std::string opening(const Facts& facts);
std::string evidence_section(const Facts& facts);
/// Kept pictures before and after something was taken from them. Empty where nothing was.
std::string left_section(const Facts& facts, const Context& context);
/// Which step saved how many bytes. Empty where pictures were kept as they are.
std::string bytes_section(const Facts& facts);
/// Of pictures that were made: before, half-way and after. Empty where rows were kept, as are the
/// next five.
std::string made_section(const Facts& facts);
/// How far their pixels drifted from real ones.
std::string pixels_section(const Facts& facts);
std::string objective_section(const Facts& facts);
std::string synthetic_bytes_section(const Facts& facts);
std::string training_section(const Facts& facts);
std::string synthetic_words_section();
std::string bins_section(const RunRecord& run);
std::string classes_section(const RunRecord& run);
/// Of rows that hold objects or masks: how much of each class, before and after. Empty for others.
std::string objects_section(const Facts& facts);
/// Of records: how many words they have, before and after. Empty for others.
std::string lengths_section(const Facts& facts);
std::string map_section(const Facts& facts);
/// Draws the cards of facts.sheets on all threads. `cards`: null where rows cannot be shown. Cards
/// that cannot be drawn, or come after kPictureBytes, are left out; so are sheets without any. The
/// pictures follow as one JSON block.
std::string rows_section(const Facts& facts, const Cards* cards, const Context& context);
std::string cost_section(const RunRecord& run);
std::string bad_section(const Facts& facts);
std::string left_out_section(const RunRecord& run);  ///< empty where no repeats were looked for
std::string repeat_section(const RunRecord& run);
std::string words_section(const Facts& facts);

/// Everything before the first chapter. `policy`: of content security; `css`, `more_css`: styles.
std::string page_head(std::string_view title, std::string_view policy, std::string_view css, std::string_view more_css);
/// A chapter: heading and note next to the body. `note` and `body` are HTML.
std::string section(std::string_view id, std::string_view heading, const std::string& note, const std::string& body);
/// A command in a box with a button that copies it.
std::string command_box(std::string_view command);

}  // namespace decant::report
