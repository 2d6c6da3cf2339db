#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/file.h"
#include "decant/report/html.h"
#include "decant/report/page/sections.h"
#include "decant/report/report_for_tests.h"

namespace decant::report {
namespace {

using testing::HasSubstr;

TEST(MapSection, PacksPointsLittleEndian) {
  FakeRun fake = fake_run(2, 2, 1);
  fake.bad.clear();
  fake.map[0][0] = -1, fake.map[0][1] = 0, fake.map[1][0] = 1, fake.map[1][1] = 2;
  const ReportInput input = fake.input();
  const std::string html = map_section(find_facts(input));
  EXPECT_THAT(html, HasSubstr(fmt::format("\"xy\":\"{}\"", base64(as_bytes(std::string_view("\0\0\0\0\xFF\xFF\xFF\xFF", 8))))));
  EXPECT_THAT(html, HasSubstr(fmt::format("\"row\":\"{}\"", base64(as_bytes(std::string_view("\0\0\0\0\1\0\0\0", 8))))));
  EXPECT_THAT(html, HasSubstr("\"aspect\":1.0"));
}

}  // namespace
}  // namespace decant::report
