// Which rows repeat which, and which of them stay.
//
// Pairs come in two kinds. Equal rows (by bytes, or by what they mean) are one node: whatever holds
// of one holds of all. Near pairs join two nodes by the similarity of one row of each. From these:
//
//   stays     a set of training rows of which no two are copies of each other, and of which one is a
//             copy of every row that is dropped. Nodes are taken in the order of the rule; one that
//             has no copy among those taken is taken, and its best row stays.
//   leaks     training rows with a copy in the test split. They are dropped whatever the rule, unless
//             `keep_leaks`.
//   clusters  nodes joined by near pairs, and by further ones: to look at. A cluster may keep several
//             rows, since a chain of copies can end in a picture that is no copy of the first.
//
// The result depends on the pairs alone, not on their order.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/data/targets.h"

namespace decant {

enum class Sameness { bytes, content, near };
const char* name_of(Sameness how);  ///< "bytes", "content", "near"

/// A row that is in a pair.
struct Copy {
  int64_t row = 0;       ///< of its split
  bool in_test = false;  ///< else of the training split
  int32_t label = kNoLabel;
  int64_t size = 0;  ///< pixels of a picture, else bytes
  std::string key = {};
  bool is(const Copy& other) const { return row == other.row && in_test == other.in_test; }
};

struct CopyPair {
  Copy one;
  Copy other;
  double similarity = 1;  ///< 1 for equal rows
  Sameness how = Sameness::bytes;
};

/// One line of JSON, without its end.
std::string to_line(const CopyPair& pair);
/// Checked: rows of a training split of `rows` and a test split of `test_rows`, a similarity of a
/// cosine. Throws InputError naming `file` and the line.
std::vector<CopyPair> read_lines(std::string_view text, int64_t rows, int64_t test_rows, const std::string& file);

/// Which row of several copies stays. Ties fall to the first.
enum class Stays { first, largest, labelled };
const std::vector<std::string>& stays_names();

struct CopyRule {
  std::optional<double> threshold = {};  ///< near pairs from here on count; none = equal rows alone
  Stays stays = Stays::first;
  bool keep_leaks = false;
};

struct DroppedRow {
  Copy dropped;
  Copy repeats;  ///< a row that stays, or a test row
  double similarity = 1;
  Sameness how = Sameness::bytes;
};

/// One line of JSON, without its end: what was dropped, and what it repeats.
std::string line_of_dropped(const DroppedRow& row);
/// Lines of these, ascending by row. Checked: training rows of so many, a similarity of a cosine;
/// how many test rows there are the caller may not know. Throws InputError naming `file` and the
/// line.
std::vector<DroppedRow> read_dropped(std::string_view text, int64_t rows, const std::string& file);

struct CopyCluster {
  std::vector<Copy> rows;  ///< the training rows, then those of the test split, ascending
};

struct Copies {
  std::vector<DroppedRow> dropped;     ///< ascending by row
  std::vector<int64_t> leaking;        ///< training rows with a copy in the test split, ascending
  std::vector<int64_t> leaked;         ///< test rows with a copy in the training split, ascending
  std::vector<int64_t> contradicting;  ///< training rows of which a copy has another label, ascending
  std::vector<CopyCluster> clusters;   ///< in the order of their first rows
};

Copies resolve_copies(std::span<const CopyPair> pairs, const CopyRule& rule);

}  // namespace decant
