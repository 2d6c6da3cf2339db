#include "decant/pipeline/choosing/field_source.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/ranges.h>
#include <limits>
#include <map>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/data/grouping.h"

namespace decant {
namespace {

constexpr std::string_view kField = "field:";
constexpr size_t kMostGroups = 65536;
constexpr int64_t kChunk = 1024;  // rows

/// Throws InputError for rows that have no fields, or no such one.
const Fields& require_field(const Rows& rows, const Subset& left_out, const std::string& field) {
  const Fields* const fields = rows.fields();
  if (fields == nullptr)
    throw InputError({"", fmt::format("{}{}", kField, field),
                      fmt::format("names a field of records, and these {} have none", rows.modality().rows),
                      "Give a .npy with a number for each row"});
  const Subset usable = Subset::all(rows.size()).without(left_out);
  const auto has_it = [&](int64_t row) { return fields->value(row, field).has_value(); };
  if (std::ranges::any_of(usable, has_it)) return *fields;
  throw InputError({"", fmt::format("{}{}", kField, field),
                    fmt::format("no record has a value there; the fields of {} are '{}'", rows.key(usable[0]),
                                fmt::join(fields->names(usable[0]), "', '")),
                    "Name one of them, or one inside an object with a dot: field:meta.source"});
}

/// Of one chunk of rows, places among the values that it met.
struct ChunkOfGroups {
  std::vector<std::string> values;
  std::vector<int32_t> places;
};

ChunkOfGroups read_groups(const Fields& fields, const Subset& left_out, const std::string& field, int64_t begin, int64_t end) {
  ChunkOfGroups chunk;
  std::map<std::string, int32_t> known;
  for (int64_t row = begin; row < end; ++row) {
    const std::optional<std::string> value = left_out.contains(row) ? std::nullopt : fields.value(row, field);
    if (!value) {
      chunk.places.push_back(kNoGroup);
      continue;
    }
    const auto [at, fresh] = known.try_emplace(*value, static_cast<int32_t>(chunk.values.size()));
    if (fresh) chunk.values.push_back(*value);
    chunk.places.push_back(at->second);
  }
  return chunk;
}

double number_in(const Rows& rows, const Fields& fields, const std::string& field, int64_t row) {
  const auto refuse = [&](const std::string& what) {
    throw InputError({"", rows.key(row), what, "Repair or remove the record, or give a .npy with a number for each row"});
  };
  const std::optional<std::string> text = fields.value(row, field);
  if (!text) refuse(fmt::format("has no '{}' to score by", field));
  double number = 0;
  const auto [end, code] = std::from_chars(text->data(), text->data() + text->size(), number);
  const bool whole = code == std::errc() && end == text->data() + text->size();
  if (!whole || !(std::abs(number) <= std::numeric_limits<float>::max()))
    refuse(fmt::format("has '{}' as '{}', which is no number", field, *text));
  return number;
}

}  // namespace

std::optional<std::string> field_named(std::string_view spec) {
  if (!spec.starts_with(kField) || spec.size() == kField.size()) return std::nullopt;
  return std::string(spec.substr(kField.size()));
}

std::vector<int32_t> groups_by_field(const Rows& rows, const Subset& left_out, const std::string& field, const Context& context) {
  const Fields& fields = require_field(rows, left_out, field);
  std::vector<int32_t> groups(static_cast<size_t>(rows.size()), kNoGroup);
  std::vector<std::vector<std::string>> values(static_cast<size_t>((rows.size() + kChunk - 1) / kChunk));
  parallel_for(context, rows.size(), kChunk, [&](int64_t begin, int64_t end) {
    ChunkOfGroups chunk = read_groups(fields, left_out, field, begin, end);
    std::ranges::copy(chunk.places, groups.begin() + begin);
    values[static_cast<size_t>(begin / kChunk)] = std::move(chunk.values);
  });
  std::map<std::string, int32_t> numbers;
  for (const auto& chunk : values) {
    for (const std::string& value : chunk) numbers.emplace(value, 0);
    if (numbers.size() > kMostGroups)
      throw InputError({"", fmt::format("{}{}", kField, field), fmt::format("has more than {} different values", human_count(kMostGroups)),
                        "Name a field that several records share, such as a source or a topic"});
  }
  int32_t next = 0;
  for (auto& [value, number] : numbers) number = next++;
  for (size_t row = 0; row < groups.size(); ++row) {
    const auto& own = values[row / static_cast<size_t>(kChunk)];
    if (groups[row] != kNoGroup) groups[row] = numbers.at(own[static_cast<size_t>(groups[row])]);
  }
  return groups;
}

std::vector<double> numbers_in_field(const Rows& rows, const Subset& left_out, const std::string& field, const Context& context) {
  const Fields& fields = require_field(rows, left_out, field);
  std::vector<double> numbers(static_cast<size_t>(rows.size()), std::numeric_limits<double>::quiet_NaN());
  parallel_for(context, rows.size(), kChunk, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      if (!left_out.contains(row)) numbers[static_cast<size_t>(row)] = number_in(rows, fields, field, row);
    }
  });
  return numbers;
}

}  // namespace decant
