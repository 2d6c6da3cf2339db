// What decant writes, recognised: nothing else is ever replaced (OutputOptions::why_foreign).
//
// Each function says why a path is no such output of decant's, as a clause ("holds no run.json that
// decant wrote"); empty when it is one.
#pragma once

#include <filesystem>
#include <string>

namespace decant {

/// Of `decant compress`, `sample` or `bins`: run.json says so, and there is nothing next to it that
/// decant does not write.
std::string why_no_run(const std::filesystem::path& folder);
/// Of `decant scores`, likewise by dynamics.json.
std::string why_no_scores(const std::filesystem::path& folder);
/// What `decant evaluate` measured, as it writes it to a file.
std::string why_no_evidence(const std::filesystem::path& file);
/// What `decant trial` measured, likewise.
std::string why_no_trial(const std::filesystem::path& file);
/// And shows as a page.
std::string why_no_trial_page(const std::filesystem::path& file);
/// Throws InputError when report.html or evidence.json of a run, which are written again in place,
/// are not decant's.
void require_own_pages(const std::filesystem::path& run);
/// Weights of a network, as `decant train` writes them.
std::string why_no_weights(const std::filesystem::path& file);
/// Row numbers, int64 (k,), in a .npy.
std::string why_no_rows(const std::filesystem::path& file);
/// Features, float32 (n, d), in a .npy.
std::string why_no_features(const std::filesystem::path& file);
/// What an extractor learned, as --fit-only writes it.
std::string why_no_fitted(const std::filesystem::path& file);
/// Such a folder of `decant duplicates`, likewise by duplicates.json.
std::string why_no_duplicates(const std::filesystem::path& folder);
/// Importance, float32 (n, side, side), in a .npy.
std::string why_no_maps(const std::filesystem::path& file);

/// Says, in a folder of `decant patches --pictures`, which rows the pictures are of.
inline constexpr const char* kMapPicturesFile = "patches.json";
/// Such a folder.
std::string why_no_map_pictures(const std::filesystem::path& folder);

}  // namespace decant
