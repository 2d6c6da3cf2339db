// Reading records as opening does (find them, read every turn) next to simdjson's own On-Demand
// walk over the same text, which looks at every key and string of the array. DECANT_RECORDS names a
// JSON array of Alpaca's fields; without it 20,000 drawn records of about 440 bytes are taken. The
// answers, bytes of text in all fields, are compared before the clock starts.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <fmt/core.h>
#include <simdjson.h>

#include "decant/base/file.h"
#include "decant/base/random.h"
#include "decant/formats/records/json_records.h"
#include "decant/formats/records/layout.h"

namespace decant::records {
namespace {

std::string drawn_array() {
  Random random(0, "records bench");
  std::string text = "[";
  for (int i = 0; i < 20'000; ++i) {
    std::string answer;
    for (uint64_t words = 20 + random.below(80); words > 0; --words)
      answer += fmt::format("word{}{}", random.below(5000), words % 12 == 0 ? ".\\n" : " ");
    text += fmt::format(
        "{}\n    {{\n        \"instruction\": \"Write {} things.\",\n        \"input\": \"\",\n        \"output\": \"{}\"\n    }}",
        i == 0 ? "" : ",", i, answer);
  }
  return text + "\n]";
}

const std::string& array_text() {
  static const std::string text = [] {
    const char* file = std::getenv("DECANT_RECORDS");
    return file != nullptr ? read_text(file) : drawn_array();
  }();
  return text;
}

int64_t bytes_read(std::string_view text) {
  const Layout layout = find_records(text, Form::array, "bench");
  const auto record = [&](uint64_t at) { return text.substr(at, record_end(text, Form::array, at) - at); };
  const std::string_view first = record(layout.begins[0]);
  const auto reader = json_reader(std::span(&first, 1), {}, "bench");
  Record read;
  std::optional<std::string_view> label;
  int64_t bytes = 0;
  for (const uint64_t begin : layout.begins.first(layout.begins.size())) {
    if (!reader->read(record(begin), read, label).empty()) continue;
    for (const Turn& turn : read.turns) bytes += std::ssize(turn.text);
  }
  return bytes;
}

int64_t bytes_walked(simdjson::ondemand::parser& parser, const simdjson::padded_string& text) {
  simdjson::ondemand::document document = parser.iterate(text);
  int64_t bytes = 0;
  for (auto record : document.get_array()) {
    for (auto field : record.get_object()) {
      static_cast<void>(field.unescaped_key());
      bytes += std::ssize(std::string_view(field.value().get_string()));
    }
  }
  return bytes;
}

void records_read(benchmark::State& state) {
  simdjson::ondemand::parser parser;
  if (bytes_read(array_text()) != bytes_walked(parser, simdjson::padded_string(array_text())))
    return state.SkipWithError("the answers differ");
  for (auto _ : state) benchmark::DoNotOptimize(bytes_read(array_text()));
  state.SetBytesProcessed(state.iterations() * std::ssize(array_text()));
}
BENCHMARK(records_read)->Unit(benchmark::kMillisecond);

void records_found(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(find_records(array_text(), Form::array, "bench").begins.size());
  state.SetBytesProcessed(state.iterations() * std::ssize(array_text()));
}
BENCHMARK(records_found)->Unit(benchmark::kMillisecond);

void simdjson_ondemand_walk(benchmark::State& state) {
  const simdjson::padded_string text(array_text());
  simdjson::ondemand::parser parser;
  for (auto _ : state) benchmark::DoNotOptimize(bytes_walked(parser, text));
  state.SetBytesProcessed(state.iterations() * std::ssize(array_text()));
}
BENCHMARK(simdjson_ondemand_walk)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace decant::records
