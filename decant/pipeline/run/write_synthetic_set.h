// What `decant distill` leaves behind, as docs/formats/distilled.md has it:
//
//     data/train/CLASS/NNNNN.png   the pictures, 8 bits a value: a data set like any other
//     data/labels.npy              float32 (pictures, classes), where labels are soft
//     images.npy                   float32 (pictures, height, width, channels), before rounding
//     factors/NAME.npy             what was learnt, where that is not the pictures themselves
//     manifest.jsonl               key, class and SHA-256 of every picture
//     run.json, report.html, README.md
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/run_record.h"
#include "decant/distill/distill.h"

namespace decant {

/// Sheets of pictures that show how they came to be: first, half-way, last.
inline constexpr const char* kSheetsFolder = "sheets";

/// Writes all of the above but run.json, the report and the card. `names`: of the classes. Returns
/// what run.json says of it.
SyntheticRecord write_synthetic_set(const distill::Distilled& made, const std::vector<std::string>& names,
                                    const std::filesystem::path& folder, const Context& context);

/// All pictures of a set as one PNG: a row for each class, at most `most` pictures in it, small
/// ones enlarged.
void write_sheet(const distill::SyntheticSet& set, int most, const std::filesystem::path& file);

}  // namespace decant
