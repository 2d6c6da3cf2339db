// A folder as `decant distill` leaves it, without a network.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/pipeline/run/picture_sheet.h"
#include "decant/pipeline/run/synthetic_folder.h"
#include "decant/pipeline/run/synthetic_for_tests.h"
#include "decant/pipeline/run/write_synthetic_set.h"

namespace decant {

/// Of 3 × 2 pictures of 4 × 4 × 1; classes of the source are "b", "a" and "c".
inline RunRecord synthetic_run(const std::filesystem::path& folder, bool soft, int quality = 0) {
  const distill::Distilled made = made_up(3, 2, {4, 4, 1}, soft);
  const std::vector<std::string> names = {"b", "a", "c"};
  RunRecord run{.rows = 600,
                .kept = 0,
                .bytes_before = 60'000,
                .version = "0",
                .command = "decant distill in -o out",
                .method = "dm",
                .method_note = made.words,
                .input = InputRecord{.path = "/in", .format = "idx", .modality = "pictures", .digest = "d", .classes = names},
                .output_format = "imagefolder",
                .options = {{"out", "out"}, {"labels", "soft"}},
                .training = {{"epochs", "300"}},
                .synthetic = write_synthetic_set(made, names, folder, quality, {})};
  if (soft) run.training["soft-labels"] = "true";
  run.bytes_after = run.synthetic->bytes_pictures + run.synthetic->bytes_labels;
  std::filesystem::create_directories(folder / kSheetsFolder);
  write_sheet(made.stages[0], 10, folder / kSheetsFolder / "first.png");
  write_sheet(made.set, 10, folder / kSheetsFolder / "last.png");
  write_file(folder / "run.json", json_text(to_json(run), 2) + "\n");
  write_synthetic_report(folder, run, nullptr, {});
  return run;
}

}  // namespace decant
