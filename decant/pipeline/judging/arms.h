// The arms of a trial: the judged sets, and those that methods choose for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/evaluate/plan.h"
#include "decant/pipeline/judging/arm_spec.h"
#include "decant/pipeline/judging/evaluate_options.h"
#include "decant/pipeline/judging/row_counts.h"

namespace decant {

/// Throws UsageError or InputError for what is wrong whatever the data: unknown methods and
/// protocols, options of judging that contradict each other, no seeds, no folder for --out. Reads
/// nothing.
void require_sound(const EvaluateOptions& options);

/// The sets that --against names. Throws UsageError for what parse_arm() refuses.
std::vector<ArmSpec> arms_against(const EvaluateOptions& options);

/// The methods among them; full and random are none. Throws UsageError for any other name.
std::vector<MethodSpec> methods_against(const EvaluateOptions& options);

/// An arm by name and size, before anything is chosen or drawn.
struct ArmOutline {
  enum class Kind { full, random, method, given };
  std::string name;
  Kind kind = Kind::full;
  int64_t rows = 0;
  size_t given = 0;                         ///< of a given set: which
  ArmSpec spec = {};                        ///< of any other
  int64_t budget = 0;                       ///< > 0: as many rows as fit; `rows` is an estimate then
  Budget::Unit unit = Budget::Unit::bytes;  ///< of the budget: bytes, tokens or objects
};

/// One arm for each name in --against and each size, then one for each given set. Throws InputError
/// where nothing says how much to keep, or more is to be kept than can be read; UsageError where
/// there is nothing to compare.
std::vector<ArmOutline> outline_arms(const EvaluateOptions& options, const RowCounts& counts);

/// How the sets will be trained on, as far as it decides what they hold; 0 = not known.
struct JudgedBy {
  int picture_side = 0;                  ///< Judge::picture_side(); no file that spend=auto writes is larger than that takes
  int64_t steps = 0;                     ///< Judge::steps(); what methods choose for
  std::optional<ViewRecipe> views = {};  ///< Judge::views()
};

/// The arms of that outline, in its order. A method draws anew for every seed where it has chance
/// in it, from what is not held out. Throws what choose_rows() throws. The sets must outlive the
/// arms.
std::vector<evaluate::Arm> make_arms(const JudgedSets& sets, const EvaluateOptions& options, const JudgedBy& judge, const Context& context);

}  // namespace decant
