// What `decant distill` leaves behind, as docs/formats/distilled.md has it:
//
//     data/train/CLASS/NNNNN.png   the pictures, 8 bits a value, or .jpg: a data set like any other
//     data/labels.npy              float32 (pictures, classes), where labels are soft
//     images.npy                   float32 (pictures, height, width, channels), before rounding
//     factors/NAME.npy             what was learnt, where that is not the pictures themselves
//     objective.npy                float32 (steps): the objective of every step, where there are any
//     sheets/STAGE.png             the pictures before, half-way and after (picture_sheet.h)
//     manifest.jsonl               key, class and SHA-256 of every picture
//     run.json, report.html, README.md
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"
#include "decant/data/run_record.h"
#include "decant/distill/distill.h"

namespace decant {

/// The pictures as they are stored: PNGs, or JPEGs of that quality, 1…100. `set` must outlive them.
std::shared_ptr<const Rows> stored_pictures(const distill::SyntheticSet& set, int quality);

/// Writes all of the above but sheets, run.json, the report and the card. `names`: of the classes,
/// as many as there are. Classes are numbered anew where readers of class folders number them
/// otherwise: pictures, labels and what labels speak of; factors keep their order. `quality`: of
/// JPEGs, 0 = PNG. Returns what run.json says of it.
SyntheticRecord write_synthetic_set(const distill::Distilled& made, const std::vector<std::string>& names,
                                    const std::filesystem::path& folder, int quality, const Context& context);

}  // namespace decant
