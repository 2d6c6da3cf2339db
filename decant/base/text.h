// Short texts for people: numbers with units, names that were mistyped, and lists between commas.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace decant {

/// "1.5 GB", "203 MB", "12.0 kB", "17 bytes": powers of 1000.
std::string human_bytes(int64_t bytes);
/// "50,000".
std::string human_count(int64_t count);
/// "0.4 s", "12 s", "3 min 05 s", "2 h 10 min".
std::string human_seconds(double seconds);

/// The candidate nearest to `word` by edit distance, or empty when none is near (more than a third
/// of the letters differ).
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "unknown method 'bin'; did you mean 'bins'?", or where none is near "unknown method 'x'; there
/// are auto, bins, …".
std::string unknown_name(std::string_view what, std::string_view name, const std::vector<std::string>& known);

/// The parts between commas, empty ones left out.
std::vector<std::string> split_list(std::string_view list);

/// A share of a whole as people write it: "0.25" or "25%" as 0.25. Its range is the caller's to
/// check. Nothing for what is no finite number.
std::optional<double> share_from(std::string_view text);

}  // namespace decant
