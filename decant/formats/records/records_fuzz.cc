// Any bytes as a file of records, in every form: an InputError, or records of which each can be
// asked, whose turns lie inside them.
#include <string>
#include <vector>

#include "decant/base/errors.h"
#include "decant/formats/records/json_records.h"
#include "decant/formats/records/layout.h"
#include "decant/formats/records/stored_text.h"
#include "decant/formats/records/table.h"

namespace {

using namespace decant;
using namespace decant::records;

void require_inside(std::string_view record, const Record& read) {
  size_t decoded = 0;
  for (const Turn& turn : read.turns) {
    DECANT_CHECK(turn.begin, >=, 0);
    DECANT_CHECK(turn.begin, <=, turn.end);
    DECANT_CHECK(turn.end, <=, std::ssize(record));
    decoded += turn.text.size();
  }
  DECANT_CHECK(decoded, <=, record.size());
}

void read_as(std::string_view text, Form form) {
  const Layout layout = find_records(text, form, "fuzz");
  std::vector<std::string_view> all;
  size_t end = 0;
  for (const uint64_t begin : layout.begins) {
    DECANT_CHECK(static_cast<size_t>(begin), >=, end);
    end = record_end(text, form, static_cast<size_t>(begin));
    all.push_back(text.substr(static_cast<size_t>(begin), end - static_cast<size_t>(begin)));
  }
  if (all.empty()) return;
  const bool table = form == Form::tsv || form == Form::csv;
  const auto reader = table ? table_reader(recognise_table(all, form, {}, "fuzz")) : json_reader(all, {"text,messages", "label"}, "fuzz");
  Record read;
  std::optional<std::string_view> label;
  for (const std::string_view record : all) {
    if (reader->read(record, read, label).empty()) require_inside(record, read);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes bytes = std::as_bytes(std::span(data, size));
  for (const Form form : {Form::array, Form::lines, Form::tsv, Form::csv}) {
    try {
      read_as(as_text(bytes), form);
    } catch (const InputError&) {
    }
  }
  try {
    unpacked(bytes, packing_of(bytes), "fuzz", size_t{1} << 20);
  } catch (const InputError&) {
  }
  return 0;
}
