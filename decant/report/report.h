// One run of `decant compress` or `decant distill` as a page: what went in, what came out, and
// whether to trust it.
//
// Goals: one file that opens from a disk, a mail or an archive and asks nothing of any network; the
// same bytes for the same input; readable on a phone, on paper, in the dark and by the
// colour-blind; under 4 MB however large the data set. Non-goals: a dashboard, live progress, exact
// positions of millions of points (the map is a sample and says so).
//
// facts/ finds out what there is to say, in types; cards/ shows single rows, one file per kind of
// data; page/ makes HTML of both.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/matrix.h"
#include "decant/data/dataset.h"
#include "decant/data/evidence.h"
#include "decant/data/excluded.h"
#include "decant/data/features.h"
#include "decant/data/image.h"
#include "decant/data/run_record.h"
#include "decant/data/selection.h"

namespace decant::report {

/// Pictures in the making, as they were at one time: `across` of each class, class after class, all
/// of one size.
struct MadePictures {
  std::string stage;  ///< "before"
  int across = 0;
  std::vector<Image> pictures;
};

/// Of a run that made pictures: those, and the objective of every step. A view.
struct MadeSet {
  std::span<const MadePictures> stages;  ///< of the same number of pictures each; may be none
  std::span<const float> objective;
  ImageSize size;                      ///< of a picture
  std::span<const std::string> names;  ///< of the classes, in the order of the pictures; may be none
};

/// What a page is made from; a view, everything in it must outlive render(). Whatever is absent
/// leaves a sentence, not a hole.
struct ReportInput {
  const RunRecord& run;
  const Dataset* source = nullptr;  ///< for cards and class names; null = none shown, and the page says why
  const Rows* reduced = nullptr;  ///< the kept pictures as written, the i-th of kept[i], where run.patches or run.sheets; null = none shown
  const Selection* selection = nullptr;  ///< bins of all rows, and the order they were picked in
  std::span<const int64_t> kept;         ///< ascending rows
  MatrixView<const float> map;           ///< (n, 2) position of every row on the plane, or empty
  const Features* features = nullptr;    ///< by which rows were chosen; null = no nearest kept record is shown
  const MadeSet* made = nullptr;         ///< where run.synthetic; null = no pictures shown
  const Evidence* evidence = nullptr;    ///< null = the page says how to measure it
  std::span<const Excluded> bad;
};

/// The page, as UTF-8 HTML. Deterministic. Costs one decoded picture for each thumbnail (at most
/// 600); the rest is linear in the rows and takes milliseconds for 50,000. A picture that does not
/// decode is passed over. Throws Cancelled, and BugError when the rows of `selection`, `map` and
/// `kept` contradict each other.
std::string render(const ReportInput& input, const Context& context);

}  // namespace decant::report
