// Options, declared once. A verb's options are a plain struct; its declare() names each field for
// an OptionTable, and from that one place come the command line, --help, the TOML keys, and the
// resolved options in run.json.
//
//   struct SampleOptions {
//     std::string keep = "20%"; void declare(OptionTable& table) { table.add("keep", keep, "KEEP",
//     "how much to keep: 0.2, 20% or a count"); }
//   };
//
// The table holds references: it must not outlive the struct.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decant/base/json_fwd.h"

namespace decant {

/// Whether an option can change a result, or only how fast and how loudly it comes. Only the former
/// belong to a cache key.
enum class Effect { result, speed };

struct Option {
  std::string name;     ///< long name without dashes; the TOML key
  std::string metavar;  ///< empty for a flag
  std::string help;     ///< one line, no full stop
  Effect effect = Effect::result;
  bool positional = false;
  bool required = false;
  bool by_content = false;  ///< a value "….npy" names a file whose content decides, whatever its name: keys hold "a file" for it
  bool repeated = false;    ///< takes any number of values: each call of set() adds one
  /// At this value, as resolved() writes it, keys leave the option out: one that was added later
  /// and by default changes nothing, so that what was kept before it is still found.
  std::optional<std::string> silent_at = {};
  std::string default_text;
  std::function<void(const std::string&)> set;  ///< throws UsageError on a value that does not parse
  std::function<Json()> get;
};

class OptionTable {
 public:
  Option& add(std::string name, std::string& field, std::string metavar, std::string help);
  Option& add(std::string name, std::filesystem::path& field, std::string metavar, std::string help);
  Option& add(std::string name, int& field, std::string metavar, std::string help);
  Option& add(std::string name, int64_t& field, std::string metavar, std::string help);
  Option& add(std::string name, uint64_t& field, std::string metavar, std::string help);
  Option& add(std::string name, double& field, std::string metavar, std::string help);
  Option& add(std::string name, bool& field, std::string help);      ///< a flag; TOML true / false
  Option& add_off(std::string name, bool& field, std::string help);  ///< a flag that turns `field` off: "no-flip"
  /// Without a value: JSON null, and no default in the help. Any value that is given is a number.
  Option& add(std::string name, std::optional<double>& field, std::string metavar, std::string help);
  /// A share of a whole, as share_from() reads it ("0.1", "10%"); kept and recorded as a fraction.
  Option& add_share(std::string name, double& field, std::string metavar, std::string help);
  Option& add_share(std::string name, std::optional<double>& field, std::string metavar, std::string help);
  /// Any number of values; in TOML an array, or one value alone. As a positional it comes last.
  Option& add(std::string name, std::vector<std::string>& field, std::string metavar, std::string help);
  /// One of `names`: `set` takes its place among them, `get` returns the place of the present
  /// value. `names` must outlive the table.
  Option& add_choice(std::string name, const std::vector<std::string>& names, std::function<void(size_t)> set, std::function<size_t()> get,
                     std::string metavar, std::string help);
  Option& add(Option option);  ///< one that another table declared; its fields stay where they are

  const std::vector<Option>& options() const { return options_; }
  Option* find(std::string_view name);  ///< null when there is none; valid until the next add()
  /// All options with their present values, in order of declaration.
  Json resolved() const;
  /// Those that change the result.
  Json deciding() const;
  /// deciding() as one line of JSON: part of a cache key.
  std::string result_key() const;

 private:
  template <class T>
  Option& add_number(std::string name, T& field, std::string metavar, std::string help);
  std::vector<Option> options_;
};

/// The option, with each text that is set kept in `given` under its name, so that what was given
/// can be told from defaults.
Option noted(Option option, std::map<std::string, std::string>& given);

/// result_key() of a struct that declares its options.
template <class Options>
std::string result_key(Options options) {
  OptionTable table;
  options.declare(table);
  return table.result_key();
}

/// Name and value of every option that differs from its default, in order of declaration.
std::vector<std::pair<std::string, std::string>> given_options(const OptionTable& table, const OptionTable& defaults);
template <class Options>
std::vector<std::pair<std::string, std::string>> given_options(Options options) {
  Options plain;
  OptionTable table;
  OptionTable defaults;
  options.declare(table);
  plain.declare(defaults);
  return given_options(table, defaults);
}

}  // namespace decant
