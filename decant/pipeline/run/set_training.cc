#include "decant/pipeline/run/set_training.h"

#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/text.h"

namespace decant {
namespace {

[[noreturn]] void refuse_training(const SetTraining& asked, const std::string& option, const std::string& what) {
  throw InputError({asked.file.string(), option.empty() ? "training" : "training." + option, what,
                    "Correct it, or give the option on the command line, which wins"});
}

}  // namespace

SetTraining SetTraining::without(const OptionTexts& given) const {
  SetTraining left = *this;
  for (const auto& [name, text] : given) left.options.erase(name);
  if (given.contains("steps") || given.contains("epochs")) {
    left.options.erase("steps");
    left.options.erase("epochs");
  }
  return left;
}

OptionTable asked_table(train::TrainOptions& training) {
  OptionTable all;
  training.declare(all);
  OptionTable table;
  for (const Option& option : all.options()) {
    if (option.name != "seed" && option.name != "device") table.add(option);
  }
  return table;
}

std::vector<std::string> set_texts(const OptionTexts& texts, OptionTable& table) {
  std::vector<std::string> changed;
  for (const Option& option : table.options()) {
    const auto found = texts.find(option.name);
    if (found == texts.end()) continue;
    const Json before = table.resolved();
    option.set(found->second);
    if (table.resolved() != before) changed.push_back(option.metavar.empty() ? option.name : option.name + " " + found->second);
  }
  return changed;
}

std::vector<std::string> set_training(const SetTraining& asked, OptionTable& table, const std::function<void()>& check) {
  if (asked.options.empty()) return {};
  std::vector<std::string> names;
  for (const Option& option : table.options()) names.push_back(option.name);
  for (const auto& [name, text] : asked.options) {
    Option* const option = table.find(name);
    if (option == nullptr) refuse_training(asked, name, unknown_name("training option", name, names));
  }
  std::vector<std::string> changed;
  for (const auto& [name, text] : asked.options) {
    try {
      const std::vector<std::string> one = set_texts({{name, text}}, table);
      changed.insert(changed.end(), one.begin(), one.end());
    } catch (const UsageError& error) {
      refuse_training(asked, name, error.what());
    }
  }
  try {
    check();
  } catch (const InputError& error) {
    refuse_training(asked, error.fault().place, error.fault().what);
  } catch (const UsageError& error) {
    refuse_training(asked, "", error.what());
  }
  return changed;
}

void announce_training(const SetTraining& asked, const Context& context) {
  std::vector<std::string> texts;
  for (const auto& [name, text] : asked.options) texts.push_back(name + " " + text);
  if (!texts.empty()) context.info(fmt::format("trained as {} asks: {}", asked.file.string(), fmt::join(texts, ", ")));
}

}  // namespace decant
