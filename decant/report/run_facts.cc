#include "decant/report/run_facts.h"

#include <cmath>
#include <fmt/format.h>

#include "decant/base/json.h"
#include "decant/base/options.h"

namespace decant::report {
namespace {

/// A string as it is; anything else as JSON writes it.
std::string as_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_null()) return {};
  return json_text(value);
}

std::vector<Part> read_parts(const Json& list, const char* name_field) {
  std::vector<Part> parts;
  if (!list.is_array()) return parts;
  for (const Json& entry : list) {
    const int64_t rows = count_of(entry, "rows");
    parts.push_back({as_text(child_of(entry, name_field)), rows, std::min(rows, count_of(entry, "kept"))});
  }
  return parts;
}

std::vector<StageCost> read_stages(const Json& list) {
  std::vector<StageCost> stages;
  if (!list.is_array()) return stages;
  for (const Json& entry : list) {
    stages.push_back({text_of(entry, "name"), std::max(0.0, number_of(entry, "seconds")), count_of(entry, "peak_rss_bytes")});
  }
  return stages;
}

std::string describe_features(const Json& features) {
  const std::string kind = text_of(features, "kind");
  const int64_t width = count_of(features, "width");
  return kind.empty() || width == 0 ? kind : fmt::format("{}, {} numbers a row", kind, human_count(width));
}

void read_input(const Json& input, RunFacts& facts) {
  facts.input_path = text_of(input, "path");
  facts.input_format = text_of(input, "format");
  facts.input_digest = text_of(input, "digest");
  if (const Json& names = child_of(input, "classes"); names.is_array()) {
    for (const Json& name : names) facts.class_names.push_back(as_text(name));
  }
  if (const Json& splits = child_of(input, "splits"); splits.is_object()) {
    for (const auto& [name, rows] : splits.items()) facts.splits.emplace_back(name, count_of(splits, name.c_str()));
  }
}

}  // namespace

const Json& child_of(const Json& object, const char* field) {
  static const Json null;
  if (!object.is_object()) return null;
  const auto found = object.find(field);
  return found == object.end() ? null : *found;
}

std::string text_of(const Json& object, const char* field, std::string fallback) {
  const Json& value = child_of(object, field);
  return value.is_string() ? value.get<std::string>() : fallback;
}

double number_of(const Json& object, const char* field, double fallback) {
  const Json& value = child_of(object, field);
  return value.is_number() && std::isfinite(value.get<double>()) ? value.get<double>() : fallback;
}

int64_t count_of(const Json& object, const char* field) {
  const double value = number_of(object, field);
  return value >= 0 && value < 9e18 ? static_cast<int64_t>(value) : 0;
}

RunFacts read_run(const Json& run) {
  RunFacts facts;
  facts.rows = count_of(run, "rows");
  facts.kept = std::min(facts.rows, count_of(run, "kept"));
  facts.bytes_before = count_of(run, "bytes_before");
  facts.bytes_after = count_of(run, "bytes_after");
  facts.seconds = std::max(0.0, number_of(run, "seconds"));
  facts.peak_rss_bytes = count_of(run, "peak_rss_bytes");
  facts.bad_files = count_of(run, "bad_files");
  facts.seed = as_text(child_of(run, "seed"));
  facts.version = text_of(run, "version");
  facts.command = text_of(run, "command");
  facts.method = text_of(run, "method");
  facts.method_note = text_of(run, "method_note");
  read_input(child_of(run, "input"), facts);
  facts.features = describe_features(child_of(run, "features"));
  if (const Json& options = child_of(run, "options"); options.is_object()) {
    for (const auto& [name, value] : options.items()) facts.options.emplace_back(name, as_text(value));
    facts.out_path = text_of(options, "out");
  }
  facts.bins = read_parts(child_of(run, "bins"), "bin");
  facts.classes = read_parts(child_of(run, "classes"), "name");
  facts.stages = read_stages(child_of(run, "stages"));
  return facts;
}

}  // namespace decant::report
