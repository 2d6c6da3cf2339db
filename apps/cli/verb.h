// A verb of the command line: its options (declared once, in the pipeline), examples for its help, and what it prints.
#pragma once

#include <fmt/core.h>
#include <memory>
#include <string>
#include <vector>

#include "decant/base/context.h"
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

class Verb {
 public:
  virtual ~Verb() = default;
  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;                ///< one line
  virtual std::vector<std::string> examples() const = 0;  ///< shown first in --help
  virtual void declare(OptionTable& table) = 0;
  /// Names of the options that most people need: --help shows these, --help-all shows the rest. Required ones are always shown; with no
  /// names, all are.
  virtual std::vector<std::string> everyday() const { return {}; }
  virtual bool takes_ranks() const {
    return false;
  }  ///< whether several ranks can share the work; run() returns "" on all but the first then
  /// Returns what goes to stdout. `command`: the whole command line, quoted for a shell.
  virtual std::string run(const Globals& globals, const std::string& command, const Context& context) = 0;
};

}  // namespace decant::cli
