#include "decant/formats/sheets/sheet_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/base/text.h"

namespace decant::sheets {
namespace {

using testing::HasSubstr;

const std::string kHash = "0123456789abcdef";

/// Two classes; the second sheet of the first has two pictures in cells 0 and 2 of 2 × 2.
Table small_table() {
  Table table{.style = {.tile = 2, .side = 32}};
  table.sheets.push_back(
      {"train/cat/sheet_0000.jpg", std::string(64, 'a'), 2, 2, {{0, 32, 24, 4, "cat/1.jpg", kHash}, {1, 32, 32, 5, "cat/2.jpg", kHash}}});
  table.sheets.push_back(
      {"train/cat/sheet_0001.jpg", std::string(64, 'b'), 2, 2, {{0, 1, 32, 7, "cat/3.jpg", kHash}, {2, 8, 9, 6, "cat/4.jpg", kHash}}});
  table.sheets.push_back({"train/dog/sheet_0000.jpg", std::string(64, 'c'), 1, 1, {{0, 32, 32, 0, "dog/1.jpg", kHash}}});
  return table;
}

std::string refusal_of(const std::string& text) {
  return message_of([&] { parse_table(text, "set/sheets.jsonl"); });
}

/// The text of small_table() with one thing changed, which must be there.
std::string changed(const std::string& from, const std::string& to) {
  std::string text = table_text(small_table());
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(SheetTable, ComesBackAsItWasWritten) {
  const Table table = small_table();
  EXPECT_EQ(parse_table(table_text(table), "t"), table);
  EXPECT_EQ(table.cells(), 5);
  EXPECT_EQ(box_of(table.style, table.sheets[1], table.sheets[1].cells[1]), (PatchRect{0, 32, 8, 41}));
  EXPECT_EQ(class_folder(table.sheets[2]), "dog");
}

TEST(SheetTable, IsTheTextOfItsPage) {
  const std::string text = table_text(small_table());
  EXPECT_THAT(text,
              testing::StartsWith("{\"decant_sheets\":1,\"sheets\":3,\"cells\":5,\"tile\":2,\"side\":32,\"fit\":\"whole\",\"quality\":75}\n"
                                  "{\"file\":\"train/cat/sheet_0000.jpg\",\"sha256\":\"aaaa"));
  EXPECT_THAT(text, HasSubstr("\"columns\":2,\"rows\":2,\"boxes\":[[0,0,32,24],[32,0,32,32]],\"source_rows\":[4,5],\"source_keys\":[\"cat/"
                              "1.jpg\",\"cat/2.jpg\"],"
                              "\"source_sha256\":[\"0123456789abcdef\",\"0123456789abcdef\"]}\n"));
}

TEST(SheetTable, SetsWithoutClassesLieInTrain) {
  Table table{.style = {.tile = 1, .side = 5, .quality = 0}};
  table.sheets.push_back({"train/sheet_0000.png", std::string(64, 'a'), 1, 1, {{0, 5, 5, 0, "a\xff.jpg", kHash}}});
  const Table read = parse_table(table_text(table), "t");
  EXPECT_EQ(read, table) << "and keys may hold any bytes";
  EXPECT_EQ(class_folder(read.sheets[0]), "");
}

TEST(SheetTable, RefusesWhatCannotBeBelieved) {
  const std::vector<std::array<std::string, 3>> faults = {
      {"{\"decant_sheets\":1", "{\"decant_sheets\":2", "version 2"},
      {"{\"decant_sheets\":1", "{\"decant\":1", "is no head of a table of sheets"},
      {"\"sheets\":3", "\"sheets\":4", "holds 3 sheets with 5 cells"},
      {"\"cells\":5", "\"cells\":6", "its first line says 3 with 6"},
      {"\"tile\":2", "\"tile\":17", "may be 1 to 16"},
      {"\"tile\":2", "\"tile\":1", "columns"},
      {"\"side\":32", "\"side\":40", "no multiple of 16"},
      {"\"fit\":\"whole\"", "\"fit\":\"best\"", "neither whole nor crop"},
      {"\"quality\":75", "\"quality\":101", "may be 0 to 100"},
      {"[32,0,32,32]", "[33,0,32,32]", "begins at 33, 0, which is no border of cells of 32 pixels"},
      {"[32,0,32,32]", "[64,0,32,32]", "lies outside of 2 x 2 cells"},
      {"[32,0,32,32]", "[32,0,33,32]", "is 33 x 32 pixels, and a cell has 32 x 32"},
      {"[32,0,32,32]", "[32,0,0,32]", "is 0 x 32 pixels"},
      {"[32,0,32,32]", "[0,0,32,32]", "is listed twice"},
      {"[32,0,32,32]", "[32,0,32]", "is not left, top, width, height"},
      {"[32,0,32,32]", "[32,0,-1,32]", "is not left, top, width, height"},
      {"[32,0,32,32]", "[4294967296,0,32,32]", "is not left, top, width, height"},
      {"\"boxes\":[[0,0,32,24],[32,0,32,32]]", "\"boxes\":[]", "is not a list of 1 to 4 boxes"},
      {"\"source_rows\":[4,5]", "\"source_rows\":[4]", "has 1 entries for 2 cells"},
      {"\"source_rows\":[4,5]", "\"source_rows\":[4,6]", "row 6 lies in two cells"},
      {"\"source_rows\":[4,5]", "\"source_rows\":[4,-5]", "is no row"},
      {"0123456789abcdef", "0123456789ABCDEF", "is not 16 hexadecimal digits"},
      {std::string(64, 'a'), "aa", "is no SHA-256"},
      {"train/cat/sheet_0001.jpg", "train/cat/sheet_0000.jpg", "comes again, or behind files"},
      {"train/cat/sheet_0001.jpg", "train/eel/sheet_0001.jpg", "comes again, or behind files"},
      {"train/cat/sheet_0000.jpg", "train/../sheet_0000.jpg", "is not of the form train/CLASS/NAME.jpg"},
      {"train/cat/sheet_0000.jpg", "/etc/cat/sheet_0000.jpg", "is not of the form train/CLASS/NAME.jpg"},
      {"train/cat/sheet_0000.jpg", "train/cat/sheet_0000.png", "is not of the form train/CLASS/NAME.jpg"},
      {"train/cat/sheet_0000.jpg", "train/a/cat/sheet_0000.jpg", "is not of the form train/CLASS/NAME.jpg"},
      {"train/dog/sheet_0000.jpg", "train/sheet_9999.jpg", "comes again, or behind files"},
      {"train/cat/sheet_0000.jpg", "train/sheet_0000.jpg", "lies in the folder of a class, and other sheets do not"},
  };
  for (const auto& [from, to, says] : faults) {
    const std::string message = refusal_of(changed(from, to));
    EXPECT_THAT(message, HasSubstr(says)) << from << " to " << to;
    EXPECT_THAT(message, HasSubstr("set/sheets.jsonl"));
  }
}

TEST(SheetTable, RefusesWhatIsCutOff) {
  const std::string text = table_text(small_table());
  for (size_t length = 0; length < text.size(); ++length) EXPECT_NE(refusal_of(text.substr(0, length)), "no error") << length;
  EXPECT_THAT(refusal_of(""), HasSubstr("is empty"));
  EXPECT_THAT(refusal_of(text.substr(0, text.size() - 1)), HasSubstr("ends in the middle of a line"));
  EXPECT_THAT(refusal_of("hello\n"), HasSubstr("Rename the file"));
}

TEST(SheetTable, NamesTheLine) {
  expect_says(refusal_of(changed("\"source_rows\":[7,6]", "\"source_rows\":7")), {"line 3", "source_rows", "is not a list"});
}

}  // namespace
}  // namespace decant::sheets
