// Everything that the page says, found out before a word of it is written.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "decant/data/modality.h"
#include "decant/data/verdict.h"
#include "decant/report/facts/lengths.h"
#include "decant/report/facts/map.h"
#include "decant/report/facts/objects.h"
#include "decant/report/facts/reduction.h"
#include "decant/report/facts/row_facts.h"
#include "decant/report/facts/sheets.h"
#include "decant/report/facts/synthetic.h"
#include "decant/report/report.h"

namespace decant::report {

/// A view of the input, which must outlive it.
struct Facts {
  const ReportInput& input;
  const RunRecord& run;
  const Modality& modality;
  RowFacts rows;
  std::vector<Verdict> verdicts;  ///< one per net, on the kept set
  Headline headline;
  std::vector<Sheet> sheets;                              ///< empty without a source
  std::optional<MapFacts> map;                            ///< nothing where no row has a place
  std::optional<LengthFacts> lengths;                     ///< of records; nothing without a source
  std::optional<ObjectFacts> objects;                     ///< of pictures with boxes; nothing without a source
  std::vector<ContentRecord::OfClass> classes_that_lost;  ///< much of what they had
  std::optional<ReductionFacts> reduction;                ///< nothing where pictures were kept as they are
  std::optional<SyntheticFacts> synthetic;                ///< nothing where rows were kept

  bool ranked() const { return rows.ranked(); }
  /// What rows were ordered in, each for itself: "class" or "pool"; empty where all of them were
  /// together.
  std::string_view ordered_in() const;
  /// What the small set is called: "kept".
  std::string_view small() const { return synthetic ? "synthetic" : "kept"; }
};

/// Throws BugError when parts of the input speak of different numbers of rows.
Facts find_facts(const ReportInput& input);

/// Of a run without its data at hand. Runs of schema 1 do not name it, but .npy holds vectors and
/// all else pictures.
const Modality& modality_of(const RunRecord& run);

}  // namespace decant::report
