// compress: a data set in, a smaller one out. The recipe of dataset quantization (Zhou et al., ICCV
// 2023, arXiv:2308.10524): features, bins by recursive GraphCut, samples of every bin, and of every
// picture the cells that matter.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/run_record.h"
#include "decant/pipeline/choosing/choose_rows.h"
#include "decant/pipeline/choosing/repeats.h"
#include "decant/pipeline/labelling/label_data.h"
#include "decant/pipeline/patching/byte_budget.h"
#include "decant/pipeline/patching/tiling.h"
#include "decant/pipeline/run/set_training.h"

namespace decant {

struct CompressOptions {
  InputOptions input;
  std::filesystem::path out;
  std::string keep = "20%";
  int64_t min_per_class = 0;   ///< rows that each class keeps at least, or all it has
  DedupOptions dedup;          ///< which rows are left out as repeats
  std::string recipe;          ///< options of a published method: recipe.h; empty = none
  OptionTexts given;           ///< of all options, those that were given
  std::string bytes;           ///< a budget, "40%" of the bytes stored or "300MB"; empty = none
  std::string keep_tokens;     ///< a budget of tokens, "5M" or "5%" of all; empty = none
  std::string keep_objects;    ///< a budget of objects in boxes, "2000" or "30%" of all; empty = none
  std::string spend = "rows";  ///< what the budget buys: byte_budget.h
  ChoosingOptions select;
  FeatureOptions features;
  ReduceOptions reducing;
  TileOptions tiling;
  LabelOptions labelling;
  std::string to;
  std::string store = "copy";  ///< or "list": data/ names the source's pictures
  uint64_t seed = 0;
  bool overwrite = false;
  bool no_check = false;
  std::string command;  ///< as typed, for the record

  void declare(OptionTable& table);
};

/// Whether several pictures share a file.
bool makes_sheets(const CompressOptions& options);
/// The option that says so.
std::string asking_for_sheets(const CompressOptions& options);

/// Whether --bytes, --keep-tokens or --keep-objects decides how many rows are kept.
bool spends_on_rows(const CompressOptions& options);
/// How much to keep where it does not: every row where a budget is spent on pictures and --keep
/// does not say otherwise.
std::string keep_of(const CompressOptions& options);
/// Throws UsageError for options that contradict each other or are out of range.
void require_sound(const CompressOptions& options);
/// Throws InputError where the pictures of a set cannot be reduced as they are to be, before
/// anything is computed. `rows`: that may be kept. REQUIRES: sound options, with the quality of
/// what becomes JPEGs.
void require_reducible(const CompressOptions& options, const Dataset& dataset, std::span<const int64_t> rows);

/// Returns what run.json holds. Throws InputError, UsageError, IoError, Cancelled; OUT stands
/// complete or not at all.
RunRecord compress(const CompressOptions& options, const Context& context);

}  // namespace decant
