#include "decant/report/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/errors.h"

namespace decant::report {
namespace {

TEST(Table, StandsAsItsColumnsSay) {
  Table table({{"a<b"}, {"rows", CellKind::number}, {"sets", CellKind::wrapped}});
  EXPECT_THAT(table.html(), testing::EndsWith("</thead><tbody>\n</tbody></table></div>\n"));
  table.add({"<b>x</b>", "3", "p, q"});
  EXPECT_EQ(
      table.html(),
      "<div class=\"scroll\"><table><thead><tr><th>a&lt;b</th><th class=\"n\">rows</th><th class=\"wrap\">sets</th></tr></thead><tbody>\n"
      "<tr><td><b>x</b></td><td class=\"n\">3</td><td class=\"wrap\">p, q</td></tr>\n"
      "</tbody></table></div>\n");
}

TEST(Table, ALineHasACellForEachColumn) {
  Table table({{"one"}, {"two"}});
  EXPECT_THROW(table.add({"1"}), BugError);
}

}  // namespace
}  // namespace decant::report
