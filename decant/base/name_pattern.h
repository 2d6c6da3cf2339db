// One name for many files: 'x-{000..127}.tar', '{a,b}.npy', 'dir/*.npy'.
//
// Braces are bash's and name files whether or not they exist; wildcards (* ? [) match existing
// files.
#pragma once

#include <string>
#include <vector>

namespace decant {

/// "a{1..2}{x,y}" → a1x a1y a2x a2y, in the order written. A range with a leading zero is padded to
/// its longer end, as in bash: {0..10} is 0, 1 … 10 and {00..10} is 00, 01 … 10. Throws InputError
/// for unbalanced braces, a range that runs down and more than 60,000 results.
std::vector<std::string> expand_braces(const std::string& pattern);

bool has_wildcard(const std::string& text);

/// Whether a name may stand for several files: braces or wildcards in it.
bool is_pattern(const std::string& text);

/// The files that match wildcards, sorted by bytes. Throws InputError when there is none.
std::vector<std::string> files_like(const std::string& pattern);

}  // namespace decant
