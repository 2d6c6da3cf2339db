#include "decant/formats/labels/class_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/data/targets.h"

namespace decant::labels {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ClassText, KnowsWholeNumbers) {
  EXPECT_EQ(whole_number("3"), 3);
  EXPECT_EQ(whole_number(" -1.0\n"), -1);
  EXPECT_EQ(whole_number("2e3"), 2000);
  EXPECT_EQ(whole_number("-18446744073709551615"), -(int64_t{1} << 53)) << "no class either way";
  for (const char* text : {"", " ", "0.5", "nan", "inf", "1e400", "3x", "cat", "0x10"}) EXPECT_FALSE(whole_number(text)) << text;
  EXPECT_TRUE(is_number("0.5"));
  EXPECT_FALSE(is_number("cat"));
}

TEST(ClassText, MakesClassesOfNumbersOrOfNames) {
  const TextClasses numbers = classes_of_texts({"7", "2.0", "", "-1"});
  EXPECT_THAT(numbers.names, IsEmpty());
  EXPECT_EQ(numbers.label_of("2.0"), 2);
  EXPECT_EQ(numbers.label_of("-1"), kNoLabel);
  EXPECT_EQ(numbers.label_of(""), kNoLabel);
  const TextClasses names = classes_of_texts({"b", "10", "a", "b", ""});
  EXPECT_THAT(names.names, ElementsAre("10", "a", "b"));
  EXPECT_EQ(names.label_of("a"), 1);
  EXPECT_EQ(names.label_of("c"), kNoLabel);
  EXPECT_NE(classes_of_texts({"1", "0.5"}).fault, "");
  EXPECT_NE(classes_of_texts({"1", "99999999"}).fault, "");
  EXPECT_NE(classes_of_texts({"1", "nan"}).fault, "");
}

TEST(ClassText, TakesLabelsOfJson) {
  using Kind = JsonField::Kind;
  EXPECT_EQ(label_text({Kind::boolean, "true"}), "1");
  EXPECT_EQ(label_text({Kind::text, "cat"}), "cat");
  EXPECT_EQ(label_text({Kind::number, "1.0"}), "1.0");
  EXPECT_EQ(label_text({Kind::null, "null"}), "");
  EXPECT_FALSE(label_text({Kind::number, "NaN"}));
  EXPECT_FALSE(label_text({Kind::list, "[1]"}));
}

}  // namespace
}  // namespace decant::labels
