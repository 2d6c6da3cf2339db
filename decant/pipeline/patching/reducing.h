// --drop, --quality and --resolution: rows whose pictures take fewer bytes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/subset.h"
#include "decant/patches/drop.h"
#include "decant/patches/reduced_rows.h"
#include "decant/pipeline/choosing/feature_source.h"
#include "decant/pipeline/patching/importance_source.h"
#include "decant/pipeline/patching/protection.h"
#include "decant/pipeline/run/input.h"

namespace decant {

struct ReduceOptions {
  std::string drop;          ///< "25%" or 0.25 of every picture's cells; empty = nothing
  std::string drop_objects;  ///< "10%" or 0.1: what a dropped cell may hold of an object (protection.h); empty = nothing
  int quality = 0;           ///< of JPEGs, 1…100; pixels become JPEGs of that quality; 0 = as it is
  /// Of JPEGs: a share of both sides in steps of 12.5 %, or "96px", the fewest eighths of each
  /// picture that leave its shorter side that long; empty = as it is.
  std::string resolution;
  ImportanceOptions importance;

  void declare(OptionTable& table);
};

/// The same with device and cache as features have them.
ImportanceOptions beside(ImportanceOptions importance, const FeatureOptions& features);

inline constexpr double kMostDropped = 0.75;  ///< of a picture's cells, where a budget decides

/// What the options come to, but for the importance of cells.
struct ReducePlan {
  double drop = 0;  ///< share of the cells
  int quality = 0;  ///< as Recoding's
  int eighths = 8;  ///< as Recoding's; at most, where `shorter_side` says more
  /// > 0: pixels that the shorter side of each picture keeps, as near as eighths come.
  int shorter_side = 0;
  /// > 0: the cells go that are worth less than this, importance for a byte, up to kMostDropped;
  /// with neither `drop` nor a lower resolution.
  float worth = 0;

  bool as_large() const { return eighths == 8 && shorter_side == 0; }
  bool nothing() const { return drop == 0 && quality == 0 && as_large(); }
};

/// Throws UsageError for values out of range.
ReducePlan reduce_plan(const ReduceOptions& options);

/// The pictures that a plan reduces: files as they are; pixels, where a quality is asked for, as
/// JPEGs of that quality, which leaves `plan` none to lower.
std::shared_ptr<const Rows> pictures_to_reduce(std::shared_ptr<const Rows> rows, ReducePlan& plan);

struct ReducedInput {
  std::shared_ptr<const Rows> rows;  ///< of the input, reduced; only those of `chosen` may be read
  patches::Reducer reduce;           ///< what is done to each
  std::string importance;            ///< how cells were ranked; empty where none are dropped
  std::string key;                   ///< one line: all that decides the pictures, but for the input
};

/// Reduces pictures by plans, of each picture its own.
class PictureReducer {
 public:
  /// `importance`: of the rows that will be read; null where plans drop no cell. Throws InputError
  /// as reduce() does of rows and options.
  PictureReducer(const Dataset& dataset, const ReduceOptions& options, std::shared_ptr<const ImportanceSet> importance);

  const ReducePlan& plan() const { return plan_; }     ///< what the options leave to do
  const std::string& asked() const { return asked_; }  ///< the options as one line
  /// What the options ask of every picture.
  ReducedInput as_asked() const;
  /// Throws InputError where what is annotated in pictures ties them to their size.
  void require_resizable() const;
  /// How many cells the options ask to be dropped of these rows, and how many may be; nothing where
  /// all may. Reads every picture.
  std::optional<patches::DropTally> tally(const Subset& kept, const Context& context) const;
  /// Importance for a byte of every cell that has any detail and may be dropped, of these rows,
  /// ascending. REQUIRES: cells are wanted.
  std::vector<float> worths(std::span<const int64_t> rows) const;
  /// Mean square by which the pixels that two plans make of a row differ, where their shorter side
  /// is longer than `side` > 0 made that small; the plans leave it one size. Called from several
  /// threads.
  double difference(int64_t row, const ReducePlan& one, const ReducePlan& other, int side) const;
  /// Bytes of the file that a plan makes of a row. Called from several threads.
  int64_t bytes_of(int64_t row, const ReducePlan& plan) const;
  /// `key`: of the plans.
  ReducedInput reduced(std::function<ReducePlan(int64_t row)> plan_of, const std::string& key) const;

 private:
  std::shared_ptr<const Rows> rows_with(std::function<ReducePlan(int64_t row)> plan_of) const;
  patches::Reducer reducer(std::function<ReducePlan(int64_t row)> plan_of) const;

  std::string asked_;
  ReducePlan plan_;
  std::shared_ptr<const Rows> pictures_;
  std::shared_ptr<const ImportanceSet> importance_;   ///< null where no cell is dropped
  std::shared_ptr<const CellProtection> protection_;  ///< null where any cell may be dropped
  std::string path_;                                  ///< of the data set, for messages
};

/// Warns of pictures, of so many, that keep more cells than they were asked to.
void say_what_stays(const patches::DropTally& tally, int64_t pictures, const Context& context);

/// What decides which cells are dropped; null where `options` drop none, unless `cells` says that a
/// budget will. Throws what obtain_importance() throws.
std::shared_ptr<const ImportanceSet> importance_wanted(const Input& input, const Subset& chosen, const ReduceOptions& options, bool cells,
                                                       uint64_t seed, const Context& context);

/// The input's training rows, of which exactly round(share · cells) cells of every picture are
/// dropped, the least important of those that may be, or all of these where they are fewer; what is
/// left is coarser or smaller. `chosen`: the rows that will be read. Throws InputError for rows
/// without pictures, for a resolution of pixels that do not become JPEGs and of pictures with
/// objects or masks, and what obtain_importance() throws.
ReducedInput reduce(const Input& input, const Subset& chosen, const ReduceOptions& options, uint64_t seed, const Context& context);

}  // namespace decant
