// The verbs of the program, with their options by name: what they do and what they say of it, as
// JSON, is the program's.
#include "apps/cli/verbs.h"

#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/pipeline/run/input.h"
#include "decant/pipeline/select_rows.h"

#include "apps/cli/program.h"
#include "apps/python/bindings.h"
#include "apps/python/options.h"
#include "apps/python/work.h"

namespace decant::python {
namespace {

namespace nb = nanobind;

cli::Verb verb_named(const std::string& name) {
  for (const cli::VerbGroup& group : cli::all_verbs()) {
    for (const cli::Verb& verb : group.verbs) {
      if (verb.name == name) return verb;
    }
  }
  throw BugError("no verb is called " + name);
}

std::string run_verb(const std::string& name, const OptionTexts& options, const std::string& command, int threads, nb::object progress,
                     nb::object log) {
  const cli::Verb verb = verb_named(name);
  OptionTable table;
  verb.declare(table);
  set_options(table, options, name);
  const cli::Globals globals{.json = true, .threads = threads};
  return work({threads, std::move(progress), std::move(log)}, [&](const Context& context) {
    std::string found;
    return verb.run({globals, command, context, found});
  });
}

nb::list described(const OptionTable& table) {
  nb::list all;
  for (const Option& option : table.options()) {
    nb::dict entry;
    entry["name"] = option.name;
    entry["metavar"] = option.metavar;
    entry["help"] = option.help;
    entry["default"] = option.default_text;
    entry["positional"] = option.positional;
    entry["required"] = option.required;
    entry["repeated"] = option.repeated;
    all.append(entry);
  }
  return all;
}

nb::list options_of(const std::string& name) {
  OptionTable table;
  if (name == "select") {
    SelectOptions options;
    options.declare(table);
    return described(table);
  }
  if (name == "open") {
    FieldOptions options;
    options.declare(table);
    return described(table);
  }
  const cli::Verb verb = verb_named(name);
  verb.declare(table);
  return described(table);
}

int run_main(const std::vector<std::string>& words) {
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  argv.push_back(nullptr);
  return cli::run_program(static_cast<int>(words.size()), argv.data());
}

}  // namespace

void set_options(OptionTable& table, const OptionTexts& options, const std::string& call) {
  for (const auto& [name, text] : options) {
    if (Option* const option = table.find(name)) {
      option->set(text);
      continue;
    }
    std::vector<std::string> known;
    for (const Option& option : table.options()) known.push_back("--" + option.name);
    const std::string near = nearest("--" + name, known);
    throw UsageError(fmt::format("decant.{}: unknown argument --{}{}", call, name, near.empty() ? "" : "; did you mean " + near + "?"));
  }
}

void bind_verbs(nb::module_& core) {
  core.def("run_verb", run_verb, nb::arg("name"), nb::arg("options"), nb::arg("command"), nb::arg("threads"), nb::arg("progress").none(),
           nb::arg("log").none());
  core.def("options_of", options_of, nb::arg("name"));
  core.def("main", run_main, nb::arg("words"), nb::call_guard<nb::gil_scoped_release>());
}

}  // namespace decant::python
