// The methods by name. A new one is its file, with formula, source, cost and traps in the header,
// and an entry in list.cc.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "decant/select/methods/method.h"

namespace decant {

struct Rule;

/// All methods, in the order in which they are listed to people.
const std::deque<Method>& methods();
std::vector<std::string> method_names();

/// Null when there is none of that name.
const Method* find_method(std::string_view name);

/// Adds a method; from then on it is selected by its name like any other. Call it before anything
/// is chosen: nothing guards the list against threads. REQUIRES: a name that is not taken.
const Method& add_method(Method method);

/// The rule by which `method` turns scores into rows; null where it does not choose by scores
/// alone. REQUIRES: options.rule is empty or a rule's name.
const Rule* rule_of(const Method& method, const MethodOptions& options);

/// Whether what the method prefers follows from the number of rows kept. Its order serves any
/// number nevertheless; for another one it would have preferred others.
bool follows_count(const Method& method, const MethodOptions& options);

/// Whether `method` can go on choosing given rows that were chosen before (MethodInputs::chosen).
bool goes_on(const Method& method);
/// Names of the methods that can.
std::vector<std::string> methods_that_go_on();

/// Chooses. InputError for what select_bins(), select_ranked() and the method's own function
/// refuse. REQUIRES: everything that the method needs; a rule that there is; no rows chosen before
/// for a method that cannot go on.
MethodResult choose_by(const Method& method, const MethodInputs& inputs, uint64_t seed, const Context& context);

/// One sentence that says how choose_by() chose.
std::string note_of(const Method& method, const MethodInputs& inputs, const MethodPhrases& phrases);

}  // namespace decant
