// Any bytes as a table of sheets: an InputError, or a table whose every cell lies in its sheet and
// that says the same when it is written and read again.
#include <cstdlib>
#include <string>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/formats/sheets/sheet_table.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace decant;
  const std::string text(as_text(std::as_bytes(std::span(data, size))));
  try {
    const sheets::Table table = sheets::parse_table(text, "fuzz");
    for (const sheets::Sheet& sheet : table.sheets) {
      if (!is_safe_relative(sheet.file)) std::abort();
      for (const sheets::Cell& cell : sheet.cells) {
        const PatchRect box = sheets::box_of(table.style, sheet, cell);
        if (box.left < 0 || box.top < 0 || box.width() < 1 || box.height() < 1) std::abort();
        if (box.right > sheet.columns * table.style.side || box.bottom > sheet.rows * table.style.side) std::abort();
      }
    }
    if (sheets::parse_table(sheets::table_text(table), "fuzz") != table) std::abort();
  } catch (const InputError&) {
  }
  return 0;
}
