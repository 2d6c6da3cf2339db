// A method on its way from what somebody typed to what is run: asked (ChoosingOptions), named
// (MethodSpec), resolved (ResolvedMethod). Each is made of the one before, once.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/dynamics.h"
#include "decant/select/methods/list.h"

namespace decant {

/// Whether --scores names a number for each row: a .npy, or a field of the records.
bool is_column(const std::string& scores);

/// How rows are chosen, as asked for; shared by compress, bins and evaluate.
struct ChoosingOptions {
  std::string method = "auto";  ///< "auto" or one of methods(); options may follow: "facility-location+hard-cut=0.3"
  MethodOptions own;            ///< those that belong to some methods
  // pools
  bool pool = false;   ///< one pool of all rows even when there are labels
  std::string pools;   ///< "kmeans:K", "rarest", "field:NAME", or a .npy of pool numbers: in place of the classes, see pool_source.h
  std::string toward;  ///< data set of examples to choose toward; "auto" is then the method "toward"
  // scores
  std::string scores = "auto";  ///< "auto", "probe"; a folder of `decant scores`; a .npy with a number for each row, or "field:NAME"
  std::optional<double>
      hard_cut;  ///< share of every pool set aside first: hardest by aum, or largest of other scores; none = the method's own
  std::string score_net = "quick";
  int score_epochs = 12;
  std::optional<double> minutes;  ///< that "auto" may take for a proxy; none = as long as it takes

  Comm* ranks = nullptr;            ///< that share the work; not an option
  Chosen chosen = {};               ///< rows that stay chosen, and are counted; not an option
  Shares shares = Shares::by_size;  ///< of classes in what is kept, where they are the pools; not an option
  // Scores in memory, in place of a file or folder; `scores` is then what messages call them. Not
  // options.
  std::span<const double> given_scores = {};  ///< (n,)
  Dynamics given_dynamics = {};

  bool scores_are_a_column() const { return !given_scores.empty() || is_column(scores); }
  bool by_class() const { return !pool && pools.empty(); }  ///< whether every class is a pool, where there are labels
  Shares shares_of_pools() const { return by_class() ? shares : Shares::by_size; }

  void declare(OptionTable& table);
};

/// Where the scores of a choice come from.
enum class ScoreSource {
  none,
  column,  ///< --scores FILE.npy or field:NAME
  probe,   ///< leave-one-out margins of a linear probe on the features
  record   ///< training dynamics: of a folder, or of a proxy that is trained
};

/// A method by name, with sound options. Made by parse_method().
struct MethodSpec {
  const Method* method = nullptr;  ///< null: "auto", which choose_method() decides
  ChoosingOptions options;         ///< those after the name take precedence over separate ones; `method` is only the name

  bool scores_are_a_column() const { return options.scores_are_a_column(); }
};

/// A method that can be run. Made by choose_method() (automatic.h).
struct ResolvedMethod {
  const Method* method = nullptr;  ///< never null
  ChoosingOptions options;         ///< as in MethodSpec; `method` is the name of what was taken
  std::string reason = "";         ///< "; chosen because …" where "auto" decided

  const std::string& name() const { return method->name; }
  /// Of every pool, the share of the hardest rows that is set aside first where `keep` of all rows
  /// are kept.
  double hard_cut(double keep) const;
  bool hard_cut_follows_from_count() const { return !options.hard_cut && method->hard_cut; }
  /// `pictures`: whether the data set has any. Scores are needed by the method, or for a hard cut.
  ScoreSource score_source(bool pictures, bool cut) const;
};

/// Parses "name+key=value+key=value". Keys are long names of ChoosingOptions; what is not among
/// them is as in `given`. Cheap: before anything is read or trained. Throws UsageError for an
/// unknown name, with the nearest one; for an option behind the name that the method does not heed;
/// for values out of range; and for a method without the scores that it takes.
MethodSpec parse_method(const std::string& spec, const ChoosingOptions& given);

/// The same of asked.method. Throws UsageError for --rule, too, when the method does not choose by
/// scores alone.
MethodSpec parse_method(const ChoosingOptions& asked);

/// Warns of every option that differs from its default and that the method does not heed. `spec`:
/// what `method` was resolved from.
void warn_of_idle(const MethodSpec& spec, const ResolvedMethod& method, bool pictures, const Context& context);

/// The same for options in `given` that none of several methods uses.
void warn_of_idle(const ChoosingOptions& given, std::span<const MethodSpec> specs, bool pictures, const Context& context);

}  // namespace decant
