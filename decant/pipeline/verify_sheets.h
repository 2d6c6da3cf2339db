// verify of a small set whose pictures were shrunk into sheets: is every cell the row that it says?
#pragma once

#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/verify.h"
#include "decant/pipeline/verify_manifest.h"

namespace decant {

/// Checks that data/ holds the sheets of its table and nothing else, each with its own hash, size
/// and blocks that no border of cells cuts; that every kept row lies in one cell, with key, hash
/// and class as the manifest says; and with `source` that every sheet is what its pictures are
/// shrunk to, pixel by pixel. Throws InputError at the first thing that does not hold. REQUIRES:
/// run.run.sheets.
Verified verify_sheets(const RunFolder& run, const std::vector<ManifestLine>& manifest, const std::string& source, const Context& context);

}  // namespace decant
