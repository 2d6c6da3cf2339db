// From what `decant evaluate` is asked to a judge with its options: by protocol, nets, and what was
// given besides.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "decant/base/options.h"
#include "decant/data/dataset.h"
#include "decant/data/modality.h"
#include "decant/evaluate/judges/list.h"
#include "decant/pipeline/run/set_training.h"

namespace decant {

/// Options of judges that were given; they win over the protocol's.
class JudgeOptions {
 public:
  OptionTexts given;  ///< {"steps", "500"}

  /// The options of every judge, each name once.
  void declare(OptionTable& table);

 private:
  std::vector<std::shared_ptr<evaluate::Judge>> scratch_;  // where texts are parsed as they come, so that a wrong one is refused at once
};

struct EvaluateOptions;

struct ChosenJudge {
  std::unique_ptr<evaluate::Judge> judge;  ///< its options are set; it has not seen the data yet
  std::string protocol;                    ///< with what departs from it: "quick", "quick (steps 500, batch 16)"
  std::vector<std::string> nets;
  std::string nature = {};  ///< what its numbers are, where that must be said, and nothing says how long to train
};

/// The judge for rows of this kind. `taught`: by the rows (Rows::taught()). `asked`: by the sets
/// that are judged, wins over the protocol, and what was given wins over it. Throws UsageError for
/// an unknown protocol, one for another kind of data, and options that have no effect or contradict
/// each other; InputError for a net that sees another kind of data, and values out of range.
ChosenJudge choose_judge(const EvaluateOptions& options, const Modality& modality, const evaluate::Tools& tools,
                         const SetTraining& asked = {}, std::optional<CountedIn> taught = CountedIn::rows);

/// The same for the rows of a data set, without tools and whatever sets ask: for what can be said
/// before anything is trained.
std::unique_ptr<evaluate::Judge> usual_judge(const EvaluateOptions& options, const Dataset& full);

/// Throws where choose_judge() throws for every kind of data: what it throws for the data at hand,
/// which are opened only then; of data that cannot be opened, what it throws for pictures. Reads no
/// row.
void require_some_judge(const EvaluateOptions& options);

/// Tools behind the neural module, which opens when one of them is used.
evaluate::Tools neural_tools();

}  // namespace decant
