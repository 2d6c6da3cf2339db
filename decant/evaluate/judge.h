// A judge: what a set is worth, as one number per metric for a set and a seed.
//
// A judge is one file in judges/ and one line in judges/list.h: its options, what it measures, what
// decides its numbers, and the measuring. Everything around it is written once: which runs are
// needed and which are cached (plan.h), running them side by side (evaluate.h), how long that takes
// (forecast.h), comparing (data/evidence.h), tables, verdicts, files and pages. A protocol
// (protocol.h) names a judge and sets its options.
//
// A judge is made, given its options, then the data by settle(), and then used. Const functions are
// called from several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/metric.h"
#include "decant/data/rows.h"
#include "decant/data/selection.h"
#include "decant/data/view_labels.h"

namespace decant::evaluate {

/// What a judge knows of the data.
struct Data {
  const Rows* rows = nullptr;     ///< of the full set
  std::span<const int64_t> some;  ///< of these, readable ones to look at: all that can be trained on, a few, or none for a rough plan
  int64_t trainable = 0;          ///< how many can be trained on
  int64_t test_rows = 0;
  int classes = 0;
  std::span<const std::string> class_names = {};  ///< of these; may be fewer
  std::string digest = {};                        ///< of the content of `rows`; empty when nobody knows it
};

/// How a set asks to be trained (Dataset::training), without what was given on the command line;
/// empty = as others are.
using Training = std::map<std::string, std::string>;

/// One set on trial: a net on some rows, with one seed.
struct Case {
  std::string net;
  const Rows* rows = nullptr;
  std::span<const int64_t> subset;  ///< ascending, not empty
  uint64_t seed = 0;
  const Rows* test = nullptr;  ///< null = fitted, not tested: for timing
  Training training = {};      ///< of judges that heed it
};

struct Result {
  std::vector<double> values;  ///< one per metric, unscaled, NaN where it says nothing of the set; empty when nothing was tested
  int64_t steps = 0;
  double seconds = 0;
};

/// Rows that cases will ask for.
struct Wanted {
  const Rows* rows = nullptr;
  Subset subset;
};

class Judge {
 public:
  virtual ~Judge() = default;

  // Before it knows the data.

  virtual const Modality& modality() const = 0;  ///< of the rows it judges
  /// The first decides verdicts. Those of single classes are known once it is settled.
  virtual std::vector<Metric> metrics() const { return {top_1()}; }
  /// What its rows must teach; nothing = whatever they do.
  virtual std::optional<CountedIn> needs() const { return CountedIn::rows; }
  /// Whether each set is trained as it asks (Case::training), too; else all are trained alike.
  virtual bool heeds_sets() const { return false; }
  /// Whether real rows that it compares hold as many of each class as of any other.
  virtual bool equal_classes() const { return false; }
  /// The names that --nets may give, when they are its own; empty: any that no other judge has.
  virtual std::vector<std::string> nets() const { return {}; }
  /// Its options, the seed left out. An option that several judges have has one name and one
  /// meaning.
  virtual void declare(OptionTable& table) = 0;
  /// Why options of other judges have no effect, for a message: "which is fitted to convergence";
  /// may be empty.
  virtual std::string nature() const { return {}; }
  /// Throws UsageError for options in `given` that contradict each other, InputError for values out
  /// of range.
  virtual void check(const std::set<std::string>& given) const = 0;

  /// Takes from the data what its numbers and its time depend on.
  virtual void settle(const Data& data, const Context& context) = 0;

  // What its numbers follow from.

  /// One line: how a case is measured, without nets and seeds.
  virtual std::string in_words() const = 0;
  /// One line of JSON: all that decides the result of a case but its rows, the test rows, the seed
  /// and numerics(). Goes into the name under which results are kept: what measures otherwise under
  /// the same options must say so here.
  virtual std::string identity(const std::string& net) const = 0;
  /// What computes, as far as it decides the last digits: "libtorch 1.13.1 on cpu". Throws
  /// InputError where that is not here.
  virtual std::string numerics() const = 0;
  virtual bool has_chance() const { return true; }  ///< whether the seed decides anything
  virtual bool converges() const { return false; }  ///< fitted to its minimum: more steps would change nothing

  // Measuring.

  /// What all cases share (decoded pictures), made once, before the first of them.
  virtual void prepare(std::span<const Wanted> wanted, const Rows& test, const Context& context);
  virtual Result judge(const Case& one, const Context& context) const = 0;
  /// Of judges of pictures, settled: the side of the squares that pictures become before they are
  /// learnt; 0 for others.
  virtual int picture_side() const { return 0; }
  virtual bool side_by_side() const { return true; }  ///< one thread per case, as many at once as there are; else one with all threads
  /// How its trainings cut and mirror pictures, seed and number of views aside; nothing where it
  /// teaches no labels of views.
  virtual std::optional<ViewRecipe> views() const { return std::nullopt; }
  virtual int64_t steps() const { return 0; }  ///< that a case reports as progress under the unit "steps"; 0 = none

  // How long it takes. Time is work · pace; the pace, seconds per unit of work, is measured and
  // kept.

  virtual double work(int64_t rows) const = 0;  ///< of a case of so many rows
  /// One line of JSON: what decides a pace besides machine, numerics() and what runs at the same
  /// time.
  virtual std::string pace_key(const std::string& net) const = 0;
  /// Units of work that timing costs, at least.
  virtual double timing_work() const;
  /// Measures a pace by a case made shorter, `workers` at once; may spend up to `most` units of
  /// work. Here: fits a thousand of its rows.
  virtual double time(const Case& one, int workers, double most, const Context& context) const;
};

}  // namespace decant::evaluate
