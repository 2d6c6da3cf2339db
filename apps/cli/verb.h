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
  virtual bool takes_ranks() const {
    return false;
  }  ///< whether several ranks can share the work; run() returns "" on all but the first then
  /// Returns what goes to stdout. `command`: the whole command line, quoted for a shell.
  virtual std::string run(const Globals& globals, const std::string& command, const Context& context) = 0;
};

std::unique_ptr<Verb> make_inspect();
std::unique_ptr<Verb> make_plan();
std::unique_ptr<Verb> make_features_verb();
std::unique_ptr<Verb> make_scores_verb();
std::unique_ptr<Verb> make_bins_verb();
std::unique_ptr<Verb> make_sample();
std::unique_ptr<Verb> make_compress();
std::unique_ptr<Verb> make_train();
std::unique_ptr<Verb> make_evaluate();
std::unique_ptr<Verb> make_report();
std::unique_ptr<Verb> make_verify();
std::unique_ptr<Verb> make_demo();

/// In the order in which a person meets them.
std::vector<std::unique_ptr<Verb>> all_verbs();

}  // namespace decant::cli
