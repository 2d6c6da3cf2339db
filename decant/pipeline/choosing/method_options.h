// Which options of choosing go with which method. Whoever gives one that nothing looks at is told so, rather than left to believe in it.
#pragma once

#include <span>
#include <string>

#include "decant/pipeline/choosing/choose_rows.h"

namespace decant {

/// A method by its name. REQUIRES: one of methods().
const MethodInfo& method_info(const std::string& name);

/// One that is computed from a record of training: "dual", "aum", …
bool is_score_method(const std::string& name);

/// Whether select.method cuts bins.
bool makes_bins(const SelectOptions& select);

/// Whether select.scores is a column of the user's.
bool has_score_column(const SelectOptions& select);

/// Where the scores of a choice come from.
enum class ScoreSource {
  column,  ///< --scores FILE.npy
  probe,   ///< leave-one-out margins of a linear probe on the features: --scores probe, --method probe, and where there are no pictures
  record   ///< training dynamics: of a folder, or of a proxy that is trained
};
/// `pictures`: whether the data set has any. REQUIRES: a method that is not "auto".
ScoreSource score_source(const SelectOptions& select, bool pictures);

/// The rule by which select.method turns scores into rows; "" where it has none.
std::string rule_of(const SelectOptions& select);

/// Files and folders that the options name: they are read, and never written over.
std::vector<std::string> files_named(const SelectOptions& select, const FeatureOptions& features);

/// Whether `option`, by its long name, can change what `select` chooses. With method "auto": whether it could. `pictures`: as above.
bool has_effect(const std::string& option, const SelectOptions& select, bool pictures = true);

/// Throws UsageError for values out of range, a rule that is none, and a method without the scores that it takes. Cheap: before anything
/// is read or trained. `select.method` may carry options.
void require_sound(const SelectOptions& select);

/// The same, and for --rule beside a method that does not choose by scores alone.
void require_going_together(const SelectOptions& select);

/// Warns of every option that was given and has no effect. `chosen`: what was asked for, with the method that was taken.
void warn_of_idle(const SelectOptions& asked, const SelectOptions& chosen, bool pictures, const Context& context);

/// The same of options that none of several methods looks at. `specs`: as method_of() takes them; `base`: what was given for all.
void warn_of_idle(const SelectOptions& base, std::span<const std::string> specs, bool pictures, const Context& context);

}  // namespace decant
