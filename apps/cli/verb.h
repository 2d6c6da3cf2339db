// A verb of the command line: its options (declared once, in the pipeline), examples for its help,
// and what it prints.
#pragma once

#include <fmt/core.h>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/comm/comm.h"

namespace decant::cli {

/// Options that every verb takes.
struct Globals {
  bool json = false;
  bool quiet = false;
  bool dry_run = false;
  int threads = 0;
  std::filesystem::path config;
  Comm* ranks = nullptr;  ///< of the job that a launcher started; not an option

  void declare(OptionTable& table);
};

/// One call of a verb.
struct Call {
  const Globals& globals;
  const std::string& command;  ///< the whole command line, quoted for a shell
  const Context& context;
  std::string& found;  ///< what the user asked to fail on, a sentence: the program ends with exit code 4
};

/// Options that users look for in a verb where they make no sense.
struct Elsewhere {
  std::vector<std::string> options;  ///< names
  std::string remedy;                ///< what to do instead, a sentence without full stop
};

struct Verb {
  std::string name;
  std::string summary;                ///< one line
  std::vector<std::string> examples;  ///< shown first in --help
  /// Names of the options that most people need: --help shows these, --help-all shows the rest.
  /// Required ones are always shown; with no names, all are.
  std::vector<std::string> everyday = {};
  std::vector<Elsewhere> elsewhere = {};
  bool takes_ranks = false;  ///< whether several ranks can share the work; run() returns "" on all but the first then
  std::function<void(OptionTable&)> declare = {};
  std::function<std::string(const Call&)> run = {};  ///< returns what goes to stdout
};

/// The verb with options that declare themselves; `run` gets them once they are set.
template <class Options>
Verb with_options(Verb verb, std::string (*run)(Options&, const Call&), Options initial = {}) {
  const auto options = std::make_shared<Options>(std::move(initial));
  verb.declare = [options](OptionTable& table) { options->declare(table); };
  verb.run = [options, run](const Call& call) { return run(*options, call); };
  return verb;
}

/// JSON as it goes to stdout.
std::string printed(const Json& json);

/// What --dry-run prints of a verb that has no estimate: "would …; the input was not opened, so
/// time and size are unknown"; with --json, the facts under "verb" and "not_checked". `would`: a
/// clause, "train quick on photos and write q.safetensors".
std::string dry_run(const Call& call, const std::string& verb, const std::string& would, const Json& facts);

}  // namespace decant::cli
