#include "apps/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/base/version.h"

#include "apps/cli/config.h"

namespace decant::cli {

void Globals::declare(OptionTable& table) {
  table.add("threads", threads, "N", "0 = all cores; changes a result only where a network is trained or gives features").effect =
      Effect::speed;
  table.add("config", config, "FILE.toml", "read options from a file; the command line takes precedence").effect = Effect::speed;
  table.add("json", json, "print the result as JSON").effect = Effect::speed;
  table.add("quiet", quiet, "print neither progress nor notes").effect = Effect::speed;
  table.add("dry-run", dry_run, "print what would be done without doing it").effect = Effect::speed;
}

namespace {

constexpr const char* kIntroduction =
    "decant makes a large training set small and keeps what it teaches.\n"
    "\n"
    "  decant inspect photos/                                   what it contains\n"
    "  decant compress photos/ -o photos-20 --keep 20%          the small set, with a report\n"
    "  decant evaluate photos/ photos-20 --nets quick,resnet20  proof: full, random and small sets compared\n"
    "  decant demo                                              all of the above, on pictures it draws\n";

std::string first_help(const std::vector<VerbGroup>& groups) {
  std::string text = kIntroduction;
  for (const VerbGroup& group : groups) {
    text += "\n" + group.title + ":\n";
    for (const Verb& verb : group.verbs) text += fmt::format("  {:<12}{}\n", verb.name, verb.summary);
  }
  return text +
         "\n`decant VERB --help` shows a verb's options. Exit codes: 0 success, 1 failure, 2 usage error, 3 bad input, 130 interrupted.\n";
}

std::string left_column(const Option& option) {
  if (option.positional) return "  " + (option.repeated ? "[" + option.metavar + " …]" : option.metavar);
  std::string text = (option.name == "out" ? "  -o, --" : "      --") + option.name;
  return option.metavar.empty() ? text : text + " " + option.metavar;
}

std::string option_help(const OptionTable& table, const auto& is_shown) {
  std::string text;
  for (const Option& option : table.options()) {
    if (!is_shown(option)) continue;
    text += fmt::format("{:<28} {}", left_column(option), option.help);
    if (!option.metavar.empty() && !option.required && !option.default_text.empty()) text += fmt::format(" [{}]", option.default_text);
    text += '\n';
  }
  return text;
}

std::string verb_help(const Verb& verb, const OptionTable& own, const OptionTable& common, bool all) {
  const auto is_shown = [&](const Option& option) {
    return all || verb.everyday.empty() || option.required || std::ranges::find(verb.everyday, option.name) != verb.everyday.end();
  };
  std::string text = fmt::format("decant {}: {}\n\n", verb.name, verb.summary);
  for (const std::string& example : verb.examples) text += "  " + example + "\n";
  text += "\nOptions:\n" + option_help(own, is_shown);
  if (const auto hidden = own.options().size() - static_cast<size_t>(std::ranges::count_if(own.options(), is_shown)); hidden > 0)
    text += fmt::format("\n{} more: decant {} --help-all\n", hidden, verb.name);
  return text + "\nFor every verb:\n" + option_help(common, [](const Option&) { return true; });
}

/// Declares `table` to CLI11; `given` collects the names that were on the command line.
void add_options(CLI::App& app, const OptionTable& table, std::set<std::string>& given) {
  for (const Option& option : table.options()) {
    const std::string flag = option.name == "out" ? "-o,--out" : "--" + option.name;
    const auto set = [&option, &given](const std::string& value) {
      option.set(value);
      given.insert(option.name);
    };
    if (option.metavar.empty())
      app.add_flag_callback(flag, [set] { set("true"); });
    else if (option.repeated)
      app.add_option_function<std::vector<std::string>>(option.positional ? option.name : flag, [set](const std::vector<std::string>& all) {
        for (const std::string& value : all) set(value);
      });
    else
      app.add_option_function<std::string>(option.positional ? option.name : flag, set);
  }
}

void refuse_elsewhere(const std::string& word, const Verb& verb) {
  for (const Elsewhere& each : verb.elsewhere) {
    for (const std::string& option : each.options) {
      if (word == "--" + option) throw UsageError(fmt::format("{} has no {}: {}", verb.name, word, each.remedy));
    }
  }
}

void refuse_extras(const CLI::App& app, const Verb& verb, const OptionTable& own, const OptionTable& common) {
  const std::vector<std::string> extras = app.remaining();
  if (extras.empty()) return;
  std::vector<std::string> known;
  for (const OptionTable* table : {&own, &common}) {
    for (const Option& option : table->options()) {
      if (!option.positional) known.push_back("--" + option.name);
    }
  }
  const std::string word = extras.front().substr(0, extras.front().find('='));
  refuse_elsewhere(word, verb);
  const std::string near = nearest(word, known);
  throw UsageError(fmt::format("{}: unknown argument '{}'{}", app.get_name(), extras.front(),
                               near.empty() ? "; see decant " + app.get_name() + " --help" : "; did you mean " + near + "?"));
}

void require_all(const std::string& verb, const OptionTable& table, const std::set<std::string>& given) {
  for (const Option& option : table.options()) {
    if (option.required && option.default_text.empty() && !given.contains(option.name))
      throw UsageError(fmt::format("{} needs {}: {}", verb, option.positional ? option.metavar : "--" + option.name + " " + option.metavar,
                                   option.help));
  }
}

const Verb& find_verb(const std::string& name, const std::vector<VerbGroup>& groups) {
  std::vector<std::string> names;
  for (const VerbGroup& group : groups) {
    for (const Verb& verb : group.verbs) {
      if (verb.name == name) return verb;
      names.push_back(verb.name);
    }
  }
  const std::string near = nearest(name, names);
  throw UsageError(fmt::format("unknown command '{}'{}", name, near.empty() ? "; see decant --help" : "; did you mean '" + near + "'?"));
}

}  // namespace

Invocation parse(int argc, const char* const* argv, const std::vector<VerbGroup>& groups) {
  Invocation invocation;
  const std::string first = argc > 1 ? argv[1] : "--help";
  if (first == "--help" || first == "-h" || first == "help") return {.text = first_help(groups)};
  if (first == "--version") return {.text = fmt::format("decant {}\n", kVersion)};

  invocation.verb = &find_verb(first, groups);
  OptionTable own;
  OptionTable common;
  invocation.verb->declare(own);
  invocation.globals.declare(common);
  CLI::App app("", invocation.verb->name);
  app.set_help_flag("");
  bool help = false;
  bool help_all = false;
  app.add_flag("-h,--help", help);
  app.add_flag("--help-all", help_all);
  app.allow_extras();
  std::set<std::string> given;
  add_options(app, own, given);
  add_options(app, common, given);
  try {
    app.parse(argc - 1, argv + 1);
  } catch (const CLI::ParseError& error) {
    throw UsageError(invocation.verb->name + ": " + error.what());
  }
  if (help || help_all) return {.text = verb_help(*invocation.verb, own, common, help_all)};
  refuse_extras(app, *invocation.verb, own, common);
  if (!invocation.globals.config.empty()) apply_config(invocation.globals.config, invocation.verb->name, own, common, given);
  require_all(invocation.verb->name, own, given);
  return invocation;
}

std::string quoted(int argc, const char* const* argv) {
  std::string line;
  for (int i = 0; i < argc; ++i) {
    std::string word = i == 0 ? "decant" : argv[i];
    const bool plain =
        !word.empty() &&
        word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_") == std::string::npos;
    if (!plain) {
      std::string escaped;
      for (const char c : word) escaped += c == '\'' ? std::string("'\\''") : std::string(1, c);
      word = "'" + escaped + "'";
    }
    line += (i == 0 ? "" : " ") + word;
  }
  return line;
}

}  // namespace decant::cli
