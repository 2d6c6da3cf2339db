#include "decant/formats/records/json_records.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/ranges.h>
#include <simdjson.h>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/formats/records/json_text.h"
#include "decant/formats/records/layout.h"

namespace decant::records {
namespace {

namespace od = simdjson::ondemand;

constexpr int kDeepest = 200;       // levels of a value; what is deeper is a fault
constexpr size_t kMostFields = 64;  // of a schema: a bit each
constexpr std::string_view kAnswer = "assistant";
constexpr std::string_view kRejected = "rejected";

struct Field {
  std::string key;
  std::string role;  ///< of what is said there, where a turn has none of its own
  bool required = false;
  bool answer = false;
};

struct Schema {
  std::string name;
  std::vector<Field> fields;
  std::string label = {};  ///< key of the class; empty = none

  std::string text() const {
    std::string list = name + ":";
    for (const Field& field : fields) list += (&field == &fields.front() ? " " : ", ") + field.key;
    return label.empty() ? list : list + "; class " + label;
  }
};

/// The first that fits is taken: what is special stands before what is general.
const std::vector<Schema>& schemas() {
  static const std::vector<Schema> list = {
      {"alpaca", {{"instruction", "user", true}, {"input", "user"}, {"output", "assistant", true, true}}},
      {"dolly", {{"instruction", "user", true}, {"context", "user"}, {"response", "assistant", true, true}}},
      {"sharegpt", {{"system", "system"}, {"conversations", "user", true, true}}},
      {"messages", {{"messages", "user", true, true}, {"tools", "tools"}}},
      {"preferences", {{"prompt", "user"}, {"chosen", "assistant", true, true}, {"rejected", "rejected", true}}},
      {"completion", {{"prompt", "user", true}, {"completion", "assistant", true, true}}},
      {"text", {{"text", "text", true, true}}, "label"}};
  return list;
}

/// What is wrong with one record; never leaves this file.
struct Bad {
  std::string what;
};

void require(simdjson::error_code code) {
  if (code == simdjson::SUCCESS) return;
  if (code == simdjson::UTF8_ERROR) throw Bad{"is not UTF-8"};
  throw Bad{fmt::format("is not JSON ({})", simdjson::error_message(code))};
}

template <class T>
T got(simdjson::simdjson_result<T> result) {
  require(result.error());
  return std::move(result).value_unsafe();
}

const char* json_kind(char first) {
  switch (first) {
    case '"':
      return "text";
    case '[':
      return "a list";
    case '{':
      return "an object";
    case 't':
    case 'f':
      return "true or false";
    case 'n':
      return "null";
    default:
      return "a number";
  }
}

/// One record in a parser's hands, of which values are read in the order of their bytes.
class JsonRecord {
 public:
  JsonRecord(std::string_view record, Record& out) : record_(record), out_(out) {
    if (std::string fault = fault_of_length(record); !fault.empty()) throw Bad{std::move(fault)};
    thread_local std::vector<char> padded;
    if (padded.size() < record.size() + simdjson::SIMDJSON_PADDING) padded.resize(record.size() + simdjson::SIMDJSON_PADDING);
    std::memcpy(padded.data(), record.data(), record.size());
    std::memset(padded.data() + record.size(), ' ', simdjson::SIMDJSON_PADDING);
    base_ = padded.data();
    out.restart(record.size());
    require(parser().iterate(base_, record.size(), padded.size()).get(document_));
  }

  /// Calls visit(key, value) for every field. What is after the object is a fault.
  template <class Visit>
  void each_field(Visit visit) {
    if (got(document_.type()) != od::json_type::object) throw Bad{"is no JSON object"};
    for (auto field : got(document_.get_object())) {
      const std::string_view key = got(field.unescaped_key());
      visit(key, got(field.value()));
    }
    if (document_.current_location().error() != simdjson::OUT_OF_BOUNDS) throw Bad{"is not JSON (something follows the object)"};
  }

  /// Everything that is said in a value: a string, turns, or parts of a turn.
  void read_said(od::value value, const Field& field, int depth) {
    const std::string_view token = value.raw_json_token();
    switch (token.front()) {
      case '"':
        return add_turn(token, field.role, field.answer);
      case 'n':
        return check(value, depth);
      case '[':
        if (depth > kDeepest) throw Bad{"is nested too deep"};
        for (auto element : got(value.get_array())) read_said(got(std::move(element)), field, depth + 1);
        return;
      case '{':
        return read_turn(value, field, depth);
      default:
        throw Bad{fmt::format("'{}' is {}, not text", field.key, json_kind(token.front()))};
    }
  }

  /// What names a class: text as it is said, or a number or truth value as it stands.
  std::optional<std::string_view> read_label(od::value value) {
    const std::string_view token = trimmed(value.raw_json_token());
    const char first = token.front();
    if (first == '"') return text_of(token);
    check(value, 0);
    const bool whole = (first >= '0' && first <= '9') || first == '-';
    if (whole && token.find_first_of(".eE") != std::string_view::npos) return std::nullopt;
    return whole || first == 't' || first == 'f' ? std::optional(place_of(token)) : std::nullopt;
  }

  /// As Fields::value().
  std::optional<std::string> field(std::string_view name) {
    std::optional<std::string> found;
    each_field([&](std::string_view key, od::value value) {
      if (!found) found = value_under(key, value, name);
    });
    return found;
  }

  /// Reads over a value, and finds what is wrong with it.
  void check(od::value value, int depth) {
    if (depth > kDeepest) throw Bad{"is nested too deep"};
    const std::string_view token = value.raw_json_token();
    switch (token.front()) {
      case '"':
        return check_string(token);
      case '[':
        for (auto element : got(value.get_array())) check(got(std::move(element)), depth + 1);
        return;
      case '{':
        for (auto field : got(value.get_object())) {
          static_cast<void>(got(field.unescaped_key()));
          check(got(field.value()), depth + 1);
        }
        return;
      case 't':
      case 'f':
        static_cast<void>(got(value.get_bool()));
        return;
      case 'n':
        if (!got(value.is_null())) throw Bad{"is not JSON (null is misspelt)"};
        return;
      default:
        static_cast<void>(got(value.get_double()));
    }
  }

 private:
  /// What `name` leads to where it is `key`, or begins with it and a dot.
  std::optional<std::string> value_under(std::string_view key, od::value value, std::string_view name) {
    if (key == name) return as_said(value);
    const bool deeper = name.size() > key.size() && name.starts_with(key) && name[key.size()] == '.';
    if (!deeper || value.raw_json_token().front() != '{') return std::nullopt;
    std::optional<std::string> found;
    for (auto inner : got(value.get_object())) {
      const std::string_view inner_key = got(inner.unescaped_key());
      if (!found) found = value_under(inner_key, got(inner.value()), name.substr(key.size() + 1));
    }
    return found;
  }

  std::optional<std::string> as_said(od::value value) {
    const std::string_view token = trimmed(value.raw_json_token());
    switch (token.front()) {
      case 'n':
        return std::nullopt;
      case '"': {
        const std::string_view text = text_of(token);
        return text.empty() ? std::nullopt : std::optional(std::string(text));
      }
      case '[':
      case '{': {
        const auto begin = static_cast<size_t>(token.data() - base_);
        return std::string(record_.substr(begin, record_end(record_, Form::array, begin) - begin));
      }
      default:
        return std::string(token);
    }
  }

  static od::parser& parser() {
    thread_local od::parser own(kLongestRecord);
    return own;
  }

  static std::string_view trimmed(std::string_view token) {
    const size_t last = token.find_last_not_of(" \t\r\n");
    return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
  }

  /// The same bytes in the record itself, which outlives the parser's copy.
  std::string_view place_of(std::string_view token) const {
    return record_.substr(static_cast<size_t>(token.data() - base_), token.size());
  }

  /// Between the quotes.
  static std::string_view inside(std::string_view token) {
    token = trimmed(token);
    if (token.size() < 2 || token.back() != '"') throw Bad{"is not JSON (a string is not closed)"};
    return token.substr(1, token.size() - 2);
  }

  std::string_view text_of(std::string_view token) {
    const std::string_view raw = inside(token);
    if (raw.find('\\') == std::string_view::npos) return place_of(raw);
    const auto size = unescape(raw, out_.room());
    if (!size) throw Bad{"holds an escape that is none of JSON's, or half of a surrogate pair"};
    return out_.keep(*size);
  }

  void check_string(std::string_view token) {
    const std::string_view raw = inside(token);
    if (raw.find('\\') != std::string_view::npos && !unescape(raw, out_.room()))
      throw Bad{"holds an escape that is none of JSON's, or half of a surrogate pair"};
  }

  void add_turn(std::string_view token, std::string_view role, bool answer) {
    const std::string_view raw = inside(token);
    const auto begin = static_cast<int64_t>(raw.data() - base_);
    out_.turns.push_back({role, text_of(token), begin, begin + std::ssize(raw), answer});
  }

  /// A value whose text is its JSON.
  void add_json(od::value value, std::string_view role, bool answer, int depth) {
    const auto begin = static_cast<size_t>(value.raw_json_token().data() - base_);
    check(value, depth);
    const size_t end = record_end(record_, Form::array, begin);
    out_.turns.push_back({role, record_.substr(begin, end - begin), static_cast<int64_t>(begin), static_cast<int64_t>(end), answer});
  }

  std::string_view role_of(od::value value) {
    const std::string_view token = value.raw_json_token();
    if (token.front() != '"') throw Bad{"has a turn whose role is " + std::string(json_kind(token.front())) + ", not text"};
    const std::string_view role = text_of(token);
    if (role == "human") return "user";
    return role == "gpt" || role == "chatgpt" || role == "bot" ? kAnswer : role;
  }

  /// A turn, or a part of one: its role may stand after what it says.
  void read_turn(od::value value, const Field& field, int depth) {
    if (depth > kDeepest) throw Bad{"is nested too deep"};
    if (field.key == "tools") return add_json(value, field.role, false, depth);
    const size_t first = out_.turns.size();
    std::string_view role;
    for (auto one : got(value.get_object())) {
      const std::string_view key = got(one.unescaped_key());
      const bool names_role = key == "role" || key == "from";
      const bool says = key == "content" || key == "value" || key == "text";
      const bool calls = key == "tool_calls" || key == "function_call";
      od::value said = got(one.value());
      if (names_role)
        role = role_of(said);
      else if (says)
        read_said(said, field, depth + 1);
      else if (calls && said.raw_json_token().front() != 'n')
        add_json(said, field.role, field.answer, depth + 1);
      else
        check(said, depth + 1);
    }
    if (!role.empty()) give_role(first, role, field);
  }

  void give_role(size_t first, std::string_view role, const Field& field) {
    const bool answers = role == kAnswer;
    for (size_t i = first; i < out_.turns.size(); ++i) {
      out_.turns[i].role = answers && field.role == kRejected ? kRejected : role;
      out_.turns[i].answer = answers && field.answer;
    }
  }

  std::string_view record_;
  Record& out_;
  const char* base_ = nullptr;
  od::document document_;
};

/// Keys of a record's object; empty for what is none.
std::vector<std::string> keys_of(std::string_view record) {
  std::vector<std::string> keys;
  try {
    Record scratch;
    JsonRecord json(record, scratch);
    json.each_field([&](std::string_view key, od::value value) {
      keys.emplace_back(key);
      json.check(value, 0);
    });
  } catch (const Bad&) {
    return {};
  }
  return keys;
}

class JsonReader final : public RecordReader {
 public:
  explicit JsonReader(Schema schema) : schema_(std::move(schema)) {}

  std::string read(std::string_view record, Record& out, std::optional<std::string_view>& label) const override {
    label.reset();
    try {
      read_fields(record, out, label);
    } catch (const Bad& bad) {
      return bad.what;
    }
    return {};
  }
  std::optional<std::string> field(std::string_view record, std::string_view name) const override {
    thread_local Record scratch;
    try {
      return JsonRecord(record, scratch).field(name);
    } catch (const Bad&) {
      return std::nullopt;
    }
  }
  std::vector<std::string> field_names(std::string_view record) const override { return keys_of(record); }
  std::string schema() const override { return schema_.text(); }

 private:
  void read_fields(std::string_view record, Record& out, std::optional<std::string_view>& label) const {
    JsonRecord json(record, out);
    std::array<bool, kMostFields> seen{};
    bool labelled = false;
    json.each_field([&](std::string_view key, od::value value) {
      const auto field = std::ranges::find(schema_.fields, key, &Field::key);
      if (field != schema_.fields.end()) {
        mark(seen[static_cast<size_t>(field - schema_.fields.begin())], key);
        json.read_said(value, *field, 0);
      } else if (!schema_.label.empty() && key == schema_.label) {
        mark(labelled, key);
        label = json.read_label(value);
      } else {
        json.check(value, 0);
      }
    });
    for (size_t i = 0; i < schema_.fields.size(); ++i) {
      if (schema_.fields[i].required && !seen[i]) throw Bad{fmt::format("has no '{}'", schema_.fields[i].key)};
    }
  }

  static void mark(bool& seen, std::string_view key) {
    if (seen) throw Bad{fmt::format("has '{}' twice", key)};
    seen = true;
  }

  Schema schema_;
};

bool fits(const Schema& schema, const std::vector<std::string>& keys) {
  return std::ranges::all_of(schema.fields, [&](const Field& f) { return !f.required || std::ranges::count(keys, f.key) > 0; });
}

Schema named_schema(const FieldNames& names) {
  Schema schema{.name = "as named", .label = names.label};
  for (const std::string& key : split_list(names.texts)) schema.fields.push_back({key, key, true, false});
  if (schema.fields.empty() || schema.fields.size() > kMostFields) throw UsageError("--text names no fields, or too many");
  schema.fields.back().answer = true;
  return schema;
}

[[noreturn]] void fail_unknown_keys(const std::vector<std::vector<std::string>>& keys, const std::string& file) {
  const auto first = std::ranges::find_if(keys, [](const auto& list) { return !list.empty(); });
  if (first == keys.end())
    throw InputError(
        {file, "", "holds no JSON objects among its first records", "Give records that are objects, as docs/formats/records.md has them"});
  std::string known;
  for (const Schema& schema : schemas()) known += (known.empty() ? "" : "; ") + schema.text();
  throw InputError({file, "the first record",
                    fmt::format("has the keys '{}', of no schema that is known ({})", fmt::join(*first, "', '"), known),
                    "Name those that are texts: --text 'a,b', and the class where there is one: --label-field c"});
}

}  // namespace

std::unique_ptr<RecordReader> json_reader(std::span<const std::string_view> first, const FieldNames& names, const std::string& file) {
  if (!names.texts.empty()) return std::make_unique<JsonReader>(named_schema(names));
  std::vector<std::vector<std::string>> keys;
  for (const std::string_view record : first) keys.push_back(keys_of(record));
  const Schema* best = nullptr;
  int64_t most = 0;
  for (const Schema& schema : schemas()) {
    const int64_t count = std::ranges::count_if(keys, [&](const auto& list) { return fits(schema, list); });
    if (count > most) most = count, best = &schema;
  }
  if (best == nullptr) fail_unknown_keys(keys, file);
  Schema schema = *best;
  if (!names.label.empty()) schema.label = names.label;
  return std::make_unique<JsonReader>(std::move(schema));
}

}  // namespace decant::records
