// verify of a synthetic set: is everything there, and does it agree?
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/data/run_record.h"
#include "decant/pipeline/verify.h"

namespace decant {

/// Checks every picture in data/ against manifest.jsonl (key, class, SHA-256) and against
/// images.npy (rounded to 8 bits and cut off, that gives its pixels), labels.npy where there must
/// be one, factors/ and the counts and bytes in run.json; with `source`, that the set was made from
/// it.
/// Throws InputError at the first thing that does not hold, naming file and row. REQUIRES:
/// run.synthetic.
Verified verify_synthetic(const std::filesystem::path& folder, const RunRecord& run, const std::string& source, const Context& context);

}  // namespace decant
