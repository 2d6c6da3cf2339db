#include "decant/pipeline/judging/evaluate_options.h"

#include <algorithm>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/train/linear.h"

namespace decant {

std::vector<std::string> split_list(const std::string& list) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin <= list.size()) {
    const size_t end = std::min(list.find(',', begin), list.size());
    if (end > begin) parts.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

void TrainingWishes::declare(OptionTable& table) {
  OptionTable own;
  scratch_.declare(own);
  for (Option option : own.options()) {
    if (option.name == "net") continue;  // --nets says which
    option.set = [this, name = option.name, parse = option.set](const std::string& text) {
      parse(text);
      given[name] = text;
    };
    table.add(std::move(option));
  }
}

namespace {

void refuse_what_linear_cannot_hear(const TrainingWishes& wishes) {
  for (const auto& [name, text] : wishes.given) {
    if (name != "weight-decay" && name != "seed")
      throw UsageError(fmt::format("--{} says nothing to the net linear, which goes to its minimum; it hears --weight-decay", name));
  }
}

std::string with_departures(const std::string& name, const std::vector<std::string>& departures) {
  std::string list;
  for (const std::string& each : departures) list += (list.empty() ? "" : ", ") + each;
  return list.empty() ? name : fmt::format("{} ({})", name, list);
}

}  // namespace

SettledTraining settle(const evaluate::Protocol& protocol, const TrainingWishes& wishes, int64_t rows) {
  if (protocol.net == train::kLinear) refuse_what_linear_cannot_hear(wishes);
  if (wishes.given.contains("steps") && wishes.given.contains("epochs"))
    throw UsageError("--steps and --epochs both say how long to train; give one of the two");
  SettledTraining settled{protocol.training, {}};
  train::TrainOptions& training = settled.training;
  OptionTable table;
  training.declare(table);
  std::vector<std::string> departures;
  if (wishes.given.contains("steps")) training.epochs = 0;
  for (const Option& option : table.options()) {
    const auto wish = wishes.given.find(option.name);
    if (wish == wishes.given.end()) continue;
    const Json usual = option.get();
    option.set(wish->second);
    const bool departs = option.get() != usual || (option.name == "steps" && protocol.training.epochs > 0);
    if (departs && option.name != "seed") departures.push_back(option.metavar.empty() ? option.name : option.name + " " + wish->second);
  }
  train::check(training);
  training.steps = train::steps_of(training, rows);
  training.epochs = 0;
  settled.name = with_departures(protocol.name, departures);
  return settled;
}

namespace {

/// Adds the options of choosing to those of training, and settles whose a name is.
void add_choosing_options(OptionTable& table, const OptionTable& choosing) {
  static const std::set<std::string> kForBoth = {"device", "image-size"};
  for (Option option : choosing.options()) {
    if (option.name == "method") continue;
    Option* const taken = table.find(option.name);
    if (taken == nullptr) {
      table.add(std::move(option));
    } else if (kForBoth.contains(option.name)) {
      taken->set = [first = taken->set, second = option.set](const std::string& text) {
        first(text);
        second(text);
      };
    } else {
      option.name = "feature-" + option.name;
      table.add(std::move(option));
    }
  }
}

}  // namespace

void EvaluateOptions::declare(OptionTable& table) {
  Option& a = table.add("full", full, "FULL", "the data set");
  a.positional = a.required = true;
  table.add("small", small, "SMALL", "what `decant compress` made of it, or a .npy of row numbers").positional = true;
  table.add("against", against, "A,B", "full, random, or a method's name: bins and what else `decant compress --method` knows");
  table.add("keep", keep, "HOW-MUCH", "what those keep: 0.2, 20% or a count, or several: 5%,10%; as much as the small sets when left out");
  table.add("nets", nets, "A,B", "networks: quick, convnet3, lenet, mlp, resnet18, resnet20, vit, …; linear for a matrix");
  table.add("seeds", seeds, "N", "runs of each; three or more give an interval worth reading");
  table.add("protocol", protocol, "NAME", "quick, or paper: 200 epochs of ResNet-18; other training options win over it");
  training.declare(table);
  table.add("hold-out", hold_out, "SHARE", "of the rows, when the data set has no test split");
  table.add("test", test, "PATH", "another data set, or a .npy, to test on");
  table.add("test-labels", test_labels, "FILE", "labels of a .npy to test on");
  table.add("labels", labels, "FILE", "labels of a .npy data set");
  OptionTable choosing;
  select.declare(choosing);
  features.declare(choosing);
  add_choosing_options(table, choosing);
  table.add("no-cache", no_cache, "train anew what is known already, and keep nothing").effect = Effect::speed;
  table.add("out", out, "FILE.json", "everything that was measured, in one file").effect = Effect::speed;
  table.add("overwrite", overwrite, "replace an existing file").effect = Effect::speed;
}

}  // namespace decant
