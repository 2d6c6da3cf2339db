// Any bytes as a file of records, in every form: an InputError, or records of which each can be
// asked, whose turns lie inside them.
#include <string>
#include <vector>

#include "decant/base/errors.h"
#include "decant/formats/records/json_records.h"
#include "decant/formats/records/layout.h"
#include "decant/formats/records/plain_lines.h"
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

std::unique_ptr<RecordReader> reader_of(std::span<const std::string_view> records, Form form) {
  if (form == Form::plain) return plain_reader({}, "fuzz");
  if (form == Form::tsv || form == Form::csv) return table_reader(recognise_table(records, form, {}, "fuzz"));
  return json_reader(records, {"text,messages", "label"}, "fuzz");
}

void read_as(std::string_view text, Form form) {
  const Layout layout = find_records(text, form, "fuzz");
  std::vector<std::string_view> all;
  size_t end = 0;
  for (const uint64_t begin : layout.begins.first(layout.begins.size())) {
    DECANT_CHECK(static_cast<size_t>(begin), >=, end);
    end = record_end(text, form, static_cast<size_t>(begin));
    all.push_back(text.substr(static_cast<size_t>(begin), end - static_cast<size_t>(begin)));
  }
  if (all.empty()) return;
  const std::unique_ptr<RecordReader> reader = reader_of(all, form);
  Record read;
  std::optional<std::string_view> label;
  for (const std::string_view record : all) {
    if (!reader->read(record, read, label).empty()) continue;
    require_inside(record, read);
    for (const std::string& name : reader->field_names(record)) static_cast<void>(reader->field(record, name));
    static_cast<void>(reader->field(record, "messages.text.label"));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes bytes = std::as_bytes(std::span(data, size));
  for (const Form form : {Form::array, Form::lines, Form::tsv, Form::csv, Form::plain}) {
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
