// The data set that a run was made from, found again and proved to be the same.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decant/pipeline/run/input.h"
#include "decant/pipeline/run/run_folder.h"

namespace decant {

/// Throws InputError when `run` was made from another data set than `input`, as their digests tell.
/// `path`: how the user named it.
void require_source(const RunFolder& run, const Input& input, const std::string& path);

/// The same of a synthetic set, whose record need not say what it was made from.
void require_source(const RunRecord& run, const Input& input, const std::string& path);

/// What whoever reads a run may read: the run, the data set that it was made from, and the files
/// that this went with. For OutputOptions::inputs. `asked`: where the data set is said to be now.
std::vector<std::string> run_inputs(const RunFolder& run, const std::string& asked);

/// Opens `asked`, or (when empty) the path that run.json names. Throws InputError when it is gone
/// or its digest is another. Of a set that was extended all parts are opened and joined, the first
/// at `asked`.
Input source_of(const RunFolder& run, const std::string& asked, const Context& context);

/// The pictures in data/ of a run that reduced them, or shrunk them into sheets, the i-th of the
/// i-th row kept. Class folders made of another format have another order: those are found by their
/// hashes in the manifest. Null where pictures keep their bytes, where data/ is gone, and where it
/// lacks some. Throws InputError for a data/ that cannot be opened, or a manifest that is none.
std::shared_ptr<const Rows> reduced_pictures(const RunFolder& run, const Context& context);

}  // namespace decant
