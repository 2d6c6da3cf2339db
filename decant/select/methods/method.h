// What a method is: one record that says what it needs, which options it uses and how it chooses.
// list.h has them all by name.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/data/features.h"
#include "decant/data/selection.h"
#include "decant/select/bins/bins.h"
#include "decant/select/pools/ranking.h"
#include "decant/select/rules/beta.h"

namespace decant {

class OptionTable;
struct ClassAmounts;

/// The options that belong to methods, and to the rules that turn scores into rows. A method or
/// rule lists those that it uses.
struct MethodOptions {
  // methods that cut bins
  BinFunction function = BinFunction::graph_cut;  ///< what the bins maximise
  double lambda = 1;                              ///< weight of coverage against redundancy in graph cut
  int bins = 10;                                  ///< in every pool
  // methods that want rows unlike each other as well
  std::optional<double> diversity;  ///< how much that weighs, 0…1; none = the method's own
  // methods that cover classes
  std::optional<double> balance;  ///< 0 = as many objects as possible … 1 = every class evenly; none = the method's own
  int64_t min_objects = 0;        ///< that every class keeps, or all it has; 0 = none
  int64_t per_image = 0;          ///< of a class, that count in one row; 0 = all
  // methods by scores alone
  int64_t for_steps = 0;             ///< progress: steps of the training that the rows are for; 0 = long
  std::string rule;                  ///< see rules(); empty = the method's own
  std::optional<double> beta_mode;   ///< rule beta: where rows are drawn most, 0 = the hardest, 1 = the easiest; none = the method's own
  std::optional<double> beta_power;  ///< rule beta: of the score; none = the method's own

  void declare(OptionTable& table);
};

/// Where a method's scores come from.
enum class Scores {
  none,
  any,     ///< from wherever the caller has them: a record of training, a probe, a column
  record,  ///< a record of training: the score that has the method's name
  probe,   ///< margins of a linear probe on the features
  column   ///< given, one for each row
};

/// What a method chooses from, made ready by the caller. Views: all of it must outlive whatever a
/// method makes of it.
struct MethodInputs {
  int64_t rows = 0;                       ///< n
  int64_t count = 0;                      ///< rows to keep, 1 … rows that are not left out
  std::span<const int32_t> labels;        ///< (n,) the pool of each row, as for make_pools(); empty = one pool
  std::span<const int64_t> left_out;      ///< ascending: not to be chosen, and may hold anything
  Features features;                      ///< n rows, if the method needs them; finite in rows that are not left out
  int32_t gradient_classes = 0;           ///< > 0: features are [b | e], with that many values of b
  Features targets;                       ///< rows of the same columns, all finite, to choose toward; if the method needs them
  const ClassAmounts* amounts = nullptr;  ///< of all rows, if the method needs them
  Features objects;                       ///< of each of amounts->entries, what its objects look like; if the method needs them
  std::span<const double> scores;         ///< (n,) large = hard, or good; if the method needs them
  std::span<const double> ease;           ///< (n,) in 0…1, for rule beta
  Shares shares = Shares::by_size;        ///< of the pools in `count`
  bool left_out_by_count = false;         ///< which rows are left out follows from `count`
  Chosen chosen = {};                     ///< rows that stay chosen, counted in `count`; none = choose anew
  MethodOptions options;
  // for methods that cut bins
  int32_t kmeans = 0;  ///< > 0: in place of labels, at most so many pools by k-means over the features
  BinEngine engine = BinEngine::automatic;
  BinKeeper* keeper = nullptr;  ///< knows finished bins, and gets new ones; may be null
  Comm* ranks = nullptr;        ///< that share the work; may be null
};

/// What a method says of the rows. Views what its inputs view.
struct MethodResult {
  Selection selection;
  /// The selection for another seed, all else as it was; empty where it would be the same.
  std::function<Selection(uint64_t seed)> redraw = nullptr;
};

/// The parts of the sentence that says how rows were chosen.
struct MethodPhrases {
  std::string features;  ///< "conv-kmeans features (256 columns)"
  std::string scores;    ///< "12 epochs of quick"
  std::string pools;     ///< "each of 10 classes"
  double keep = 1;       ///< share of the rows
};

/// One of `ranker`, `rule` and `choose` says how the method works.
struct Method {
  std::string name;     ///< as people type it
  std::string summary;  ///< which rows it keeps, in a few words

  // What it needs.
  bool features = false;
  bool targets = false;  ///< examples to choose toward, and features
  bool amounts = false;  ///< how much of every class is in every row
  bool objects = false;  ///< what the objects of every class in every row look like, and amounts
  Scores scores = Scores::none;
  std::vector<std::string> options = {};  ///< of MethodOptions, by long name, those that it uses; a rule's are its rule's
  /// The fraction of the hardest rows that is dropped first by default, as a function of the
  /// fraction kept; null = none.
  std::function<double(double keep)> hard_cut = nullptr;

  // A ranking of every pool: see select_ranked().
  ValidSizes valid_sizes = ValidSizes::up_to_count;
  bool draws = false;    ///< another seed gives other rows
  bool goes_on = false;  ///< from rows chosen before (PoolTask::chosen); methods by a rule all do
  std::function<Ranker(const MethodInputs& inputs, uint64_t seed)> ranker = nullptr;

  // Or rows by their scores alone, as a rule says: see rules().
  std::string rule = "";  ///< unless MethodOptions::rule names another
  double width = 0.4;     ///< of rule band
  /// Of rule beta, as a function of the share of the rows that is kept; null = BetaFigures{}.
  std::function<BetaFigures(double keep, const MethodOptions& options)> beta = nullptr;

  // Or anything else.
  std::function<MethodResult(const MethodInputs& inputs, uint64_t seed, const Context& context)> choose = nullptr;
  bool cuts_bins = false;  ///< looks at its features itself, and at kmeans, keeper and ranks of its inputs
  std::function<std::string(const MethodInputs& inputs, const MethodPhrases& phrases)> note = nullptr;  ///< null = as others say it
};

}  // namespace decant
