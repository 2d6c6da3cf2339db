#include "decant/base/options.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/text.h"

namespace decant {
namespace {

template <class T>
T parse_number(const std::string& name, const std::string& text) {
  T value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size())
    throw UsageError(fmt::format("--{}: '{}' is not a {}", name, text, std::is_integral_v<T> ? "whole number" : "number"));
  return value;
}

double parse_share(const std::string& name, const std::string& text) {
  const auto share = share_from(text);
  if (!share) throw UsageError(fmt::format("--{}: '{}' is no share; give a fraction such as 0.1, or 10%", name, text));
  return *share;
}

bool parse_flag(const std::string& name, const std::string& text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  throw UsageError(fmt::format("--{}: '{}' is neither true nor false", name, text));
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

Option& OptionTable::add(Option option) {
  const Json value = option.get();
  option.default_text = value.is_null() ? "" : text_of(value);
  return options_.emplace_back(std::move(option));
}

template <class T>
Option& OptionTable::add_number(std::string name, T& field, std::string metavar, std::string help) {
  Option option{.name = name, .metavar = std::move(metavar), .help = std::move(help)};
  option.set = [name, &field](const std::string& text) { field = parse_number<T>(name, text); };
  option.get = [&field] { return Json(field); };
  return add(std::move(option));
}

Option& OptionTable::add(std::string name, int& field, std::string metavar, std::string help) {
  return add_number(std::move(name), field, std::move(metavar), std::move(help));
}
Option& OptionTable::add(std::string name, int64_t& field, std::string metavar, std::string help) {
  return add_number(std::move(name), field, std::move(metavar), std::move(help));
}
Option& OptionTable::add(std::string name, uint64_t& field, std::string metavar, std::string help) {
  return add_number(std::move(name), field, std::move(metavar), std::move(help));
}
Option& OptionTable::add(std::string name, double& field, std::string metavar, std::string help) {
  return add_number(std::move(name), field, std::move(metavar), std::move(help));
}

Option& OptionTable::add(std::string name, std::optional<double>& field, std::string metavar, std::string help) {
  Option option{.name = name, .metavar = std::move(metavar), .help = std::move(help)};
  option.set = [name, &field](const std::string& text) { field = parse_number<double>(name, text); };
  option.get = [&field] { return field ? Json(*field) : Json(); };
  return add(std::move(option));
}

Option& OptionTable::add_share(std::string name, double& field, std::string metavar, std::string help) {
  Option& option = add_number(name, field, std::move(metavar), std::move(help));
  option.set = [name = std::move(name), &field](const std::string& text) { field = parse_share(name, text); };
  return option;
}

Option& OptionTable::add_share(std::string name, std::optional<double>& field, std::string metavar, std::string help) {
  Option& option = add(name, field, std::move(metavar), std::move(help));
  option.set = [name = std::move(name), &field](const std::string& text) { field = parse_share(name, text); };
  return option;
}

Option& OptionTable::add_choice(std::string name, const std::vector<std::string>& names, std::function<void(size_t)> set,
                                std::function<size_t()> get, std::string metavar, std::string help) {
  Option option{.name = name, .metavar = std::move(metavar), .help = std::move(help)};
  option.set = [name, &names, set = std::move(set)](const std::string& text) {
    const auto found = std::ranges::find(names, text);
    if (found == names.end()) throw UsageError(unknown_name(name, text, names));
    set(static_cast<size_t>(found - names.begin()));
  };
  option.get = [&names, get = std::move(get)] { return Json(names.at(get())); };
  return add(std::move(option));
}

Option& OptionTable::add(std::string name, std::string& field, std::string metavar, std::string help) {
  Option option{.name = std::move(name), .metavar = std::move(metavar), .help = std::move(help)};
  option.set = [&field](const std::string& text) { field = text; };
  option.get = [&field] { return Json(field); };
  return add(std::move(option));
}

Option& OptionTable::add(std::string name, std::filesystem::path& field, std::string metavar, std::string help) {
  Option option{.name = std::move(name), .metavar = std::move(metavar), .help = std::move(help)};
  option.set = [&field](const std::string& text) { field = text; };
  option.get = [&field] { return Json(field.string()); };
  return add(std::move(option));
}

Option& OptionTable::add(std::string name, bool& field, std::string help) {
  Option option{.name = name, .help = std::move(help)};
  option.set = [name, &field](const std::string& text) { field = parse_flag(name, text); };
  option.get = [&field] { return Json(field); };
  return add(std::move(option));
}

Option& OptionTable::add_off(std::string name, bool& field, std::string help) {
  Option option{.name = name, .help = std::move(help)};
  option.set = [name, &field](const std::string& text) { field = !parse_flag(name, text); };
  option.get = [&field] { return Json(!field); };
  return add(std::move(option));
}

Option& OptionTable::add(std::string name, std::vector<std::string>& field, std::string metavar, std::string help) {
  Option option{.name = std::move(name), .metavar = std::move(metavar), .help = std::move(help), .repeated = true};
  option.set = [&field](const std::string& text) { field.push_back(text); };
  option.get = [&field] { return Json(field); };
  Option& added = add(std::move(option));
  if (field.empty()) added.default_text.clear();
  return added;
}

Option* OptionTable::find(std::string_view name) {
  const auto found = std::ranges::find(options_, name, &Option::name);
  return found == options_.end() ? nullptr : &*found;
}

Json OptionTable::resolved() const {
  Json all = Json::object();
  for (const Option& option : options_) all[option.name] = option.get();
  return all;
}

Json OptionTable::deciding() const {
  Json all = Json::object();
  for (const Option& option : options_) {
    if (option.effect != Effect::result) continue;
    const Json value = option.get();
    if (option.silent_at && text_of(value) == *option.silent_at) continue;
    all[option.name] = option.by_content && value.get<std::string>().ends_with(".npy") ? Json("a file") : value;
  }
  return all;
}

std::string OptionTable::result_key() const {
  return deciding().dump();
}

Option noted(Option option, std::map<std::string, std::string>& given) {
  option.set = [&given, name = option.name, parse = std::move(option.set)](const std::string& text) {
    parse(text);
    given[name] = text;
  };
  return option;
}

std::vector<std::pair<std::string, std::string>> given_options(const OptionTable& table, const OptionTable& defaults) {
  std::vector<std::pair<std::string, std::string>> given;
  for (size_t i = 0; i < table.options().size(); ++i) {
    const Option& option = table.options()[i];
    if (const Json value = option.get(); value != defaults.options()[i].get()) given.emplace_back(option.name, text_of(value));
  }
  return given;
}

}  // namespace decant
