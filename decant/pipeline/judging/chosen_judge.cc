#include "decant/pipeline/judging/chosen_judge.h"

#include <algorithm>
#include <exception>
#include <fmt/ranges.h>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/module.h"
#include "decant/base/text.h"
#include "decant/evaluate/protocol.h"
#include "decant/nn/networks.h"
#include "decant/pipeline/judging/arms.h"
#include "decant/pipeline/judging/evaluate_options.h"
#include "decant/pipeline/judging/scene_set.h"
#include "decant/pipeline/run/input.h"
#include "decant/train/trainer.h"

namespace decant {

void JudgeOptions::declare(OptionTable& table) {
  for (const std::string& name : evaluate::judge_names()) {
    scratch_.push_back(evaluate::make_judge(name, {}));
    OptionTable own;
    scratch_.back()->declare(own);
    for (const Option& option : own.options()) {
      if (table.find(option.name) == nullptr) table.add(noted(option, given));  // one name, one meaning
    }
  }
}

namespace {

std::string_view sees(const evaluate::Judge& judge) {
  if (judge.needs() == CountedIn::objects) return "pictures with objects";
  return judge.needs() == CountedIn::pixels ? "pictures with masks" : judge.modality().name;
}

std::string protocol_of(const std::string& judge) {
  const std::vector<std::string> names = evaluate::protocol_names();
  return *std::ranges::find_if(names, [&](const std::string& name) { return evaluate::protocol_named(name).judge == judge; });
}

/// A net that is the name of another judge's sees other data, or is fitted otherwise.
void require_own_nets(const EvaluateOptions& options, const ChosenJudge& chosen, const evaluate::Protocol& protocol) {
  const std::string_view seen = sees(*chosen.judge);
  const std::vector<std::string> own = chosen.judge->nets();
  const auto refuse = [&](const std::string& net, std::string_view other) {
    throw InputError({options.full, "", fmt::format("holds {}, but --nets {} works on {}", seen, net, other),
                      fmt::format("Use --nets {}", protocol.net)});
  };
  for (const std::string& net : chosen.nets) {
    const std::string base = net.substr(0, net.find('+'));
    for (const std::string& name : evaluate::judge_names()) {
      const auto other = evaluate::make_judge(name, {});
      if (name == protocol.judge || std::ranges::count(other->nets(), base) == 0) continue;
      if (sees(*other) != seen) refuse(net, sees(*other));
      throw UsageError(fmt::format("--nets {} is for --protocol {}; --protocol {} has networks such as {}", net, protocol_of(name),
                                   protocol.name, protocol.net));
    }
    if (!own.empty() && std::ranges::find(own, base) == own.end()) refuse(net, "other data");
  }
}

/// Where an option is that of one protocol alone: says so.
std::string protocol_with(const std::string& option) {
  std::vector<std::string> with;
  for (const std::string& name : evaluate::protocol_names()) {
    const auto judge = evaluate::make_judge(evaluate::protocol_named(name).judge, {});
    OptionTable table;
    judge->declare(table);
    if (table.find(option) != nullptr) with.push_back(name);
  }
  return with.size() == 1 ? fmt::format(" (--{} is for --protocol {})", option, with.front()) : "";
}

[[noreturn]] void refuse_option(const std::string& name, const OptionTable& table, const ChosenJudge& chosen) {
  std::vector<std::string> apply;
  for (const Option& option : table.options()) apply.push_back("--" + option.name);
  const std::string nature = chosen.judge->nature();
  throw UsageError(fmt::format("--{} has no effect on --nets {}{}; only {} and --seed apply{}", name, fmt::join(chosen.nets, ","),
                               nature.empty() ? "" : ", " + nature, fmt::join(apply, ", "), protocol_with(name)));
}

/// Sets what was given, and returns what of it departs from the protocol: "steps 500".
std::vector<std::string> set_given(const std::map<std::string, std::string>& given, OptionTable& table, const ChosenJudge& chosen) {
  for (const auto& [name, text] : given) {
    if (table.find(name) == nullptr) refuse_option(name, table, chosen);
  }
  return set_texts(given, table);
}

std::set<std::string> names_of(const OptionTexts& texts) {
  std::set<std::string> names;
  for (const auto& [name, text] : texts) names.insert(name);
  return names;
}

/// Sets what the data sets ask; a net is that of --nets where that names none. Returns what of it
/// departs from the protocol.
std::vector<std::string> set_asked(SetTraining asked, OptionTable& table, ChosenJudge& chosen) {
  if (const auto net = asked.options.extract("net"); !net.empty() && chosen.nets.empty()) chosen.nets = {net.mapped()};
  return set_training(asked, table, [&] { chosen.judge->check(names_of(asked.options)); });
}

/// Arms whose rows teach labels of views are taught them. Returns what of that departs from the
/// protocol.
std::vector<std::string> teach_soft_labels(const EvaluateOptions& options, OptionTable& table, const std::string& protocol) {
  for (const ArmSpec& arm : arms_against(options)) {
    if (!arm.softens()) continue;
    Option* const option = table.find(kSoftLabelsOption);
    if (option == nullptr) throw UsageError(fmt::format("--against {}: protocol {} teaches no soft labels", arm.name, protocol));
    option->set("true");
    return {kSoftLabelsOption};
  }
  return {};
}

}  // namespace

ChosenJudge choose_judge(const EvaluateOptions& options, const Modality& modality, const evaluate::Tools& tools, const SetTraining& asked,
                         std::optional<CountedIn> taught) {
  const std::string_view usual = modality.protocol_for(taught);
  const evaluate::Protocol& protocol = evaluate::protocol_named(options.protocol == "auto" ? std::string(usual) : options.protocol);
  ChosenJudge chosen{evaluate::make_judge(protocol.judge, tools), protocol.name, split_list(options.nets)};
  if (const Modality& seen = chosen.judge->modality(); seen.name != modality.name)
    throw UsageError(fmt::format("--protocol {} is for {}, and {} holds {}", protocol.name, seen.name, options.full, modality.name));
  OptionTable table;
  chosen.judge->declare(table);
  for (const auto& [name, text] : protocol.options) table.find(name)->set(text);
  std::vector<std::string> departures = set_asked(asked.without(options.judge.given), table, chosen);
  for (const std::string& soft : teach_soft_labels(options, table, protocol.name)) {
    if (std::ranges::find(departures, soft) == departures.end()) departures.push_back(soft);
  }
  if (chosen.nets.empty()) chosen.nets.push_back(protocol.net);
  require_own_nets(options, chosen, protocol);
  const std::vector<std::string> given = set_given(options.judge.given, table, chosen);
  departures.insert(departures.end(), given.begin(), given.end());
  chosen.judge->check(names_of(options.judge.given));
  const bool own_length =
      std::ranges::none_of(departures, [](const std::string& text) { return text.starts_with("steps") || text.starts_with("epochs"); });
  if (own_length) chosen.nature = protocol.nature;
  if (!departures.empty()) chosen.protocol += fmt::format(" ({})", fmt::join(departures, ", "));
  return chosen;
}

std::unique_ptr<evaluate::Judge> usual_judge(const EvaluateOptions& options, const Dataset& full) {
  return choose_judge(options, full.train().modality(), {}, {}, full.train().taught()).judge;
}

namespace {

/// What is wrong by the first judge, if all refuse the options.
std::exception_ptr refusal_by_all(const EvaluateOptions& options) {
  std::exception_ptr first;  // of networks, which most people mean
  for (const std::string& name : evaluate::judge_names()) {
    try {
      const auto some = evaluate::make_judge(name, {});
      choose_judge(options, some->modality(), {}, {}, some->needs());
      return nullptr;
    } catch (const Error&) {
      if (!first) first = std::current_exception();
    }
  }
  return first;
}

}  // namespace

void require_some_judge(const EvaluateOptions& options) {
  const std::exception_ptr refusal = refusal_by_all(options);
  if (!refusal) return;
  std::optional<Input> full;
  try {
    full = opened_input({.path = options.full, .labels = options.labels, .fields = options.fields}, {});
  } catch (const Error&) {
    std::rethrow_exception(refusal);
  }
  usual_judge(options, full->dataset);
  std::rethrow_exception(refusal);
}

evaluate::Tools neural_tools() {
  return {.train = [](const train::TrainJob& job, const Context& context) { return from_module<train::Trainer>().train(job, context); },
          .numerics = [](const std::string& device) { return from_module<nn::Networks>().numerics(device); },
          .train_language = [](const train::LanguageJob& job,
                               const Context& context) { return from_module<train::LanguageTrainer>().train(job, context); },
          .train_scenes = [](const train::SceneJob& job,
                             const Context& context) { return from_module<train::SceneTrainer>().train(job, context); },
          .learnt_by = [](const std::string& net) { return from_module<train::SceneTrainer>().learnt_by(net); },
          .open_scenes = open_scene_set};
}

}  // namespace decant
