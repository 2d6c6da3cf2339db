#include "decant/formats/records/plain_lines.h"

#include "decant/base/errors.h"
#include "decant/formats/records/utf8.h"

namespace decant::records {
namespace {

class PlainReader final : public RecordReader {
 public:
  std::string read(std::string_view record, Record& out, std::optional<std::string_view>& label) const override {
    label.reset();
    if (std::string fault = fault_of_length(record); !fault.empty()) return fault;
    if (!is_utf8(record)) return "is not UTF-8";
    out.restart(0);
    out.turns.push_back({"text", record, 0, std::ssize(record), true});
    return {};
  }
  std::optional<std::string> field(std::string_view, std::string_view) const override { return std::nullopt; }
  std::vector<std::string> field_names(std::string_view) const override { return {}; }
  std::string schema() const override { return "txt: the line"; }
};

}  // namespace

std::unique_ptr<RecordReader> plain_reader(const FieldNames& names, const std::string& file) {
  if (!names.texts.empty() || !names.label.empty())
    throw InputError({file, "", "is plain text, whose lines have no fields to name", "Omit --text and --label-field"});
  return std::make_unique<PlainReader>();
}

}  // namespace decant::records
