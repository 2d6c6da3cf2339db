#include "decant/report/copies_page.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/data/test_rows.h"

namespace decant::report {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(CopiesPage, NamesAreTextAndNothingIsFetched) {
  const std::string evil = "<script>alert(1)</script>\"'&\xff";
  const Copy stays{.row = 0, .label = 0, .size = 1, .key = evil};
  const Copy copy{.row = 1, .label = 1, .size = 1, .key = "b"};
  const std::vector<CopyPair> pairs = {{stays, copy, 0.93, Sameness::near}};
  const Copies copies = resolve_copies(pairs, {.threshold = 0.9});
  const std::string page = render_copies(
      {.copies = copies, .pairs = pairs, .threshold = 0.9, .name = evil, .summary = "2 rows: 1 stays.\n" + evil + "\n", .version = "1"},
      {});
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, HasSubstr("<b>dropped</b> 0.930"));
  EXPECT_THAT(page, HasSubstr("The rows themselves are not shown"));
  EXPECT_THAT(page, HasSubstr("class=\"differs\">≠ 1</span>"));
  EXPECT_THAT(page, Not(HasSubstr("http://")));
  EXPECT_THAT(page, Not(HasSubstr("https://")));
  EXPECT_EQ(
      page,
      render_copies(
          {.copies = copies, .pairs = pairs, .threshold = 0.9, .name = evil, .summary = "2 rows: 1 stays.\n" + evil + "\n", .version = "1"},
          {.threads = 2}));
}

int64_t times_in(const std::string& page, const std::string& what) {
  int64_t count = 0;
  for (size_t at = page.find(what); at != std::string::npos; at = page.find(what, at + 1)) ++count;
  return count;
}

TEST(CopiesPage, ShowsRowsUnderTheirOwnKeysAlone) {
  const auto copy = [](int64_t row, const char* key) { return Copy{.row = row, .size = 1, .key = key}; };
  Dataset letters{.classes = {"even", "odd"}};
  letters.splits[Split::train] = std::make_shared<Letters>();
  const std::vector<CopyPair> pairs = {{copy(0, "a"), copy(1, "b"), 0.95, Sameness::near},
                                       {copy(2, "c"), copy(3, "e"), 1, Sameness::bytes}};
  const Copies copies = resolve_copies(pairs, {.threshold = 0.9});
  const std::string pictures =
      render_copies({.copies = copies, .pairs = pairs, .threshold = 0.9, .name = "x", .version = "1", .train = &letters}, {});
  EXPECT_EQ(times_in(pictures, "src=\"data:image/jpeg;base64,"), 3) << "row 3 has another key now";
  EXPECT_THAT(pictures, HasSubstr("<b>dropped</b> equal"));

  Dataset sayings;
  sayings.splits[Split::train] = std::make_shared<Sayings>();
  const std::vector<CopyPair> said = {{copy(0, "0"), copy(2, "2"), 0.95, Sameness::near}};
  const Copies texts = resolve_copies(said, {.threshold = 0.9});
  const std::string page =
      render_copies({.copies = texts, .pairs = said, .threshold = 0.9, .name = "x", .version = "1", .train = &sayings}, {});
  EXPECT_EQ(times_in(page, "<article class=\"record\">"), 2);
  EXPECT_THAT(page, HasSubstr("class=\"copies wide\""));
  EXPECT_THAT(page, HasSubstr("row 2</p>"));
}

TEST(CopiesPage, WithoutCopiesItIsStillAPage) {
  const Copies none;
  const std::string page = render_copies({.copies = none, .name = "photos", .summary = "5 rows.\n", .version = "1"}, {});
  EXPECT_THAT(page, testing::StartsWith("<!doctype html>"));
  EXPECT_THAT(page, Not(HasSubstr("<section")));
  EXPECT_THAT(page, testing::EndsWith("</html>\n"));
}

}  // namespace
}  // namespace decant::report
