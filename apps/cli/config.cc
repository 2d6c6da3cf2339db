#include "apps/cli/config.h"

#include <toml++/toml.h>

#include "decant/base/errors.h"
#include "decant/base/file.h"

namespace decant::cli {
namespace {

std::string text_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* whole = node.as_integer()) return std::to_string(whole->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  throw UsageError("is not a string, a number or a boolean");
}

const Option* find(const std::string& name, const OptionTable& own, const OptionTable& common) {
  for (const OptionTable* table : {&own, &common}) {
    for (const Option& option : table->options()) {
      if (option.name == name) return &option;
    }
  }
  return nullptr;
}

void set_from(const toml::node& node, const Option& option) {
  const toml::array* const list = option.repeated ? node.as_array() : nullptr;
  if (list == nullptr) return option.set(text_of(node));
  for (const toml::node& entry : *list) option.set(text_of(entry));
}

[[noreturn]] void refuse(const std::filesystem::path& file, const toml::source_region& where, const std::string& what) {
  throw InputError({file.string(), fmt::format("line {}", where.begin.line), what, "See `decant VERB --help` for the options"});
}

void apply(const toml::table& table, const std::filesystem::path& file, const std::string& verb, bool top, const OptionTable& own,
           const OptionTable& common, std::set<std::string>& given) {
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (node.is_table() && top) {
      if (name == verb) apply(*node.as_table(), file, verb, false, own, common, given);
      continue;
    }
    const Option* option = find(name, own, common);
    if (option == nullptr) refuse(file, node.source(), fmt::format("'{}' is not an option of {}", name, verb));
    if (given.contains(name)) continue;
    try {
      set_from(node, *option);
    } catch (const UsageError& error) {
      refuse(file, node.source(), fmt::format("'{}': {}", name, error.what()));
    }
    given.insert(name);
  }
}

}  // namespace

void apply_config(const std::filesystem::path& file, const std::string& verb, const OptionTable& own, const OptionTable& common,
                  std::set<std::string>& given) {
  toml::table table;
  try {
    table = toml::parse(read_text(file), file.string());
  } catch (const toml::parse_error& error) {
    refuse(file, error.source(), "is not TOML: " + std::string(error.description()));
  }
  const std::set<std::string> on_command_line = given;
  std::set<std::string> from_file = on_command_line;
  apply(table, file, verb, true, own, common, from_file);
  given = from_file;
}

}  // namespace decant::cli
