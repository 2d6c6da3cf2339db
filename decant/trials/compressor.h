// A compressor makes a small set of the rows that it is given, and of no others: a way of choosing
// rows, of storing their pictures, or of making new ones.
//
// A finished small set cannot say what it is worth where data come bit by bit: a memory that must
// be made before the next task is seen, a client's set that may know no other client's rows, the
// set of one half of the people. A trial (trial.h) therefore asks a compressor as often as it
// needs, each time with a part of the data. What a compressor gets is that part, renumbered from 0:
// the other rows are not there to be looked at.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/rows.h"
#include "decant/data/subset.h"

namespace decant::train {
struct Teacher;
}

namespace decant::trials {

/// How much a small set may hold.
struct Size {
  enum class Unit { per_class, bytes };
  Unit unit = Unit::per_class;
  int64_t amount = 0;
};

/// All that a compressor may look at.
struct Part {
  std::shared_ptr<const Rows> rows;  ///< readable, each of a class; row i of the part
  int classes = 0;                   ///< of the whole data set; the part may hold fewer
  std::string digest;                ///< of the content of `rows`
  /// The network that is to learn from the set, where there is one that has learnt something; null
  /// = the set is for any. A method of distillation that draws its networks draws them near it.
  const train::Teacher* learner = nullptr;
};

struct SmallSet {
  std::shared_ptr<const Rows> rows;  ///< where its rows are: those that it was given, or its own
  std::vector<int64_t> order;        ///< which of them, distinct; a smaller set would keep the first of each class
  std::vector<int64_t> bytes;        ///< that each takes, next to `order`
  /// Rows that it was given and shows, or began with: distinct. Empty where none can be named.
  std::vector<int64_t> origins = {};
  double for_one = 1;  ///< how many of its rows stand for one of the size: more than one, where they are stored in fewer bytes
  std::map<std::string, std::string> training = {};  ///< options of training that it asks for, by name

  int64_t total_bytes() const;
};

class Compressor {
 public:
  virtual ~Compressor() = default;
  virtual std::string name() const = 0;  ///< as the user typed it
  /// One line: all that decides what it makes, but for the part, the size and the seed.
  virtual std::string identity() const = 0;
  /// Whether its sets teach labels of their own, besides classes.
  virtual bool labels() const { return false; }
  /// At most as much as `size` says: a class that has fewer rows gives what there is. Same part,
  /// size and seed → the same set. Throws InputError where it can make none of that. Called from
  /// several threads.
  virtual SmallSet make(const Part& part, Size size, uint64_t seed, const Context& context) const = 0;
};

/// The data set of a trial.
struct Source {
  std::shared_ptr<const Rows> rows;
  Subset usable;  ///< that trials are made of
  int classes = 0;
  std::vector<std::string> class_names;
  std::string digest;  ///< of the content of `rows`
  std::shared_ptr<const Rows> test;
  std::string test_digest;
};

/// Usable rows of each class, ascending, by label.
std::vector<std::vector<int64_t>> rows_by_class(const Source& source);

/// What `compressor` makes of the rows `from` alone. Of a set of these rows, `rows` and `order` are
/// the source's; `origins` are, too. `learner`: as Part's. REQUIRES: ascending rows of the source,
/// not empty.
SmallSet make_small(const Compressor& compressor, const Source& source, const Subset& from, Size size, uint64_t seed,
                    const Context& context, const train::Teacher* learner = nullptr);

}  // namespace decant::trials
