#include "decant/report/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/file.h"
#include "decant/base/json.h"

namespace decant::report {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Escape, ClosesEveryDoor) {
  EXPECT_EQ(escape("<script>alert('x & \"y\"')</script>"), "&lt;script&gt;alert(&#39;x &amp; &quot;y&quot;&#39;)&lt;/script&gt;");
}

TEST(Escape, SpellsOutWhatIsNotUtf8) {
  EXPECT_EQ(clean("na\xC3\xAFve \xF0\x9F\x90\x88"), "na\xC3\xAFve \xF0\x9F\x90\x88");
  EXPECT_EQ(clean("a\xFFz"), "a\\xffz");
  EXPECT_EQ(clean("a\xC3"), "a\\xc3");
  EXPECT_EQ(clean("\xC0\xAF"), "\\xc0\\xaf") << "an overlong slash";
  EXPECT_EQ(clean("\xED\xA0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
  EXPECT_EQ(clean("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond U+10FFFF";
  EXPECT_EQ(clean(std::string("a\0b\x1B", 4)), "a\\x00b\\x1b");
  EXPECT_EQ(clean("a\tb\nc\r"), "a\tb\nc\\r");
}

TEST(Escape, JsonBlockCannotBeClosedFromInside) {
  const std::string block = json_block("x", Json::array({"</script><!--", "\xFF"}));
  EXPECT_EQ(block.find("</script>"), block.size() - 10);
  EXPECT_THAT(block, Not(HasSubstr("<!--")));
}

TEST(Text, Base64) {
  EXPECT_EQ(base64(as_bytes("")), "");
  EXPECT_EQ(base64(as_bytes("f")), "Zg==");
  EXPECT_EQ(base64(as_bytes("fo")), "Zm8=");
  EXPECT_EQ(base64(as_bytes("foobar")), "Zm9vYmFy");
}

TEST(Text, PercentRoundsButNeverToAllOrNothing) {
  EXPECT_EQ(percent(10000, 50000), "20 %");
  EXPECT_EQ(percent(1, 8), "12.5 %");
  EXPECT_EQ(percent(99999, 100000), "99.99 %");
  EXPECT_EQ(percent(1, 1000000), "<0.01 %");
  EXPECT_EQ(percent(0, 5), "0 %");
  EXPECT_EQ(percent(5, 5), "100 %");
  EXPECT_EQ(percent(0, 0), "0 %");
}

TEST(Text, ShellQuote) {
  EXPECT_EQ(shell_quote("photos/"), "photos/");
  EXPECT_EQ(shell_quote("it's mine"), "'it'\\''s mine'");
}

}  // namespace
}  // namespace decant::report
