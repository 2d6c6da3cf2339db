// Thousands of drawn jsons and masks, whole and damaged, read fast and slowly: what the fuzz
// targets plain_coco_fuzz and plain_masks_fuzz go on with.
#include <gtest/gtest.h>
#include <map>

#include "decant/base/random.h"
#include "decant/formats/coco/plain_coco_for_tests.h"

namespace decant::coco::plain {
namespace {

/// COCO jsons as tools write them, well and badly.
class DrawnJson {
 public:
  explicit DrawnJson(uint64_t seed) : random_(seed, "json") {}

  std::string draw() {
    ids_are_texts_ = one_in(6);
    std::vector<std::string> members = {"\"images\":" + list("image"), "\"annotations\":" + list("annotation"),
                                        "\"info\": {\"images\": [{}], \"a\": \"]}\\\"\"}"};
    if (!one_in(4)) members.push_back("\"categories\": " + list("category"));
    if (one_in(40)) members.push_back(members.front());
    random_.shuffle(std::span(members));
    std::string text = one_in(8) ? "\xef\xbb\xbf{" : "{";
    for (size_t i = 0; i < members.size(); ++i) text += (i == 0 ? "" : ",") + space() + members[i];
    text += space() + "}" + space();
    if (one_in(4)) damage(text);
    return text;
  }

 private:
  bool one_in(uint64_t n) { return random_.below(n) == 0; }
  std::string any(std::initializer_list<const char*> choices) { return choices.begin()[random_.below(choices.size())]; }
  std::string space() { return any({"", "", "", " ", "\n", "\r\n\t "}); }

  std::string list(const std::string& what) {
    std::string text = "[";
    const uint64_t count = random_.below(what == "annotation" ? 12 : 5);
    for (uint64_t i = 0; i < count; ++i) {
      if (i > 0) text += "," + space();
      if (one_in(what == "annotation" ? 20 : 100))
        text += any({"1", "null", "[]", "\"{}\"", "{\"id\" 1}", "{\"id\": 1,}", "{\"id\": tru}"});
      else
        text += what == "image" ? image(i) : what == "category" ? category(i) : annotation();
    }
    return text + space() + "]";
  }

  std::string id(uint64_t i) {
    if (one_in(60)) return any({"null", "1.5", "true", "[1]", "1e400", "\"1\"", "1"});
    if (ids_are_texts_) return "\"" + std::to_string(i) + "\"";
    const std::string digits = std::to_string(i);
    switch (random_.below(6)) {
      case 0:
        return digits + ".0";
      case 1:
        return digits + "e0";
      default:
        return digits;
    }
  }

  std::string number() {
    return any({"0",
                "1",
                "2",
                "3.5",
                "1.0e1",
                "-0.0",
                "-4",
                "1e400",
                "1e-400",
                "4.9e-324",
                "0.1",
                "31",
                "40",
                "1.7976931348623157e308",
                "9007199254740993",
                "123456789012345678901234567890",
                "0.30000000000000004",
                "null",
                "\"7\"",
                "[1]"});
  }

  std::string object(std::vector<std::string> members) {
    random_.shuffle(std::span(members));
    std::string text = "{";
    for (const std::string& member : members) text += (text.size() > 1 ? "," : "") + space() + member;
    return text + space() + "}";
  }

  std::string image(uint64_t i) {
    std::vector<std::string> members = {"\"id\":" + space() + id(i)};
    if (!one_in(8))
      members.push_back("\"file_name\":" +
                        any({"\"a.jpg\"", "\"b/c.jpg\"", "\"b\\\\c.jpg\"", "\"../x.jpg\"", "\"\\u00e9.jpg\"", "\"\\ud83d\\ude00\"",
                             "\"\\ud83d.jpg\"", "\"\"", "7", "\"C:\\\\x\"", "\"./a.jpg\"", "\"\\u0000\"", "\"http://h/a.jpg\""}));
    if (one_in(3)) members.push_back("\"coco_url\": " + any({"\"http://h/p/z.jpg\"", "null", "\"q.jpg\"", "\"\\udc00\""}));
    if (!one_in(4)) members.push_back("\"width\":" + any({"40", "40.0", "4e1", "0", "-1", "2147483648", "\"40\""}));
    if (!one_in(4)) members.push_back("\"height\":" + any({"30", "30", "3", "1e400"}));
    return object(members);
  }

  std::string category(uint64_t i) {
    std::vector<std::string> members = {"\"id\":" + id(one_in(8) ? 0 : i)};
    if (!one_in(6)) members.push_back("\"n\\u0061me\":" + any({"\"cat\"", "\"d\\tog\"", "\"\\ud800\"", "null", "3"}));
    return object(members);
  }

  std::string numbers(uint64_t usual) {
    std::string text = "[";
    const uint64_t count = one_in(6) ? random_.below(9) : usual;
    for (uint64_t i = 0; i < count; ++i) text += (i == 0 ? "" : ", ") + (one_in(3) ? number() : std::to_string(random_.below(30) + 1));
    return text + "]";
  }

  std::string segmentation() {
    switch (random_.below(6)) {
      case 0:
        return any({"[]", "null", "\"x\"", "7", "{}", "[[]]", "[1,2,3,4,5,6]"});
      case 1:
        return "{\"size\": [30, 40], \"counts\": " +
               any({"[1200]", "[0, 1200]", "[1199]", "\"42102\"", "\"PP1\"", "[-1]", "[1.0]", "\"\\u0034\""}) + "}";
      case 2:
        return "{\"counts\": [600, 600], \"size\": " + any({"[30, 40]", "[40, 30]", "[30]", "[30, 40, 1]", "[0, 0]", "null"}) + "}";
      default:
        return "[" + numbers(6) + (one_in(2) ? "," + space() + numbers(8) : "") + "]";
    }
  }

  std::string annotation() {
    std::vector<std::string> members = {"\"image_id\": " + id(random_.below(5))};
    if (!one_in(10)) members.push_back("\"id\": " + id(random_.below(100)));
    if (!one_in(8)) members.push_back("\"category_id\":" + id(random_.below(5)));
    if (!one_in(8)) members.push_back("\"bbox\": " + (one_in(9) ? number() : numbers(4)));
    if (!one_in(3)) members.push_back("\"area\": " + number());
    if (!one_in(3)) members.push_back("\"iscrowd\": " + any({"0", "1", "1.0", "true", "false", "\"1\"", "10"}));
    if (!one_in(3)) members.push_back("\"segmentation\": " + segmentation());
    if (one_in(20)) members.push_back("\"segments_info\": []");
    if (one_in(20)) members.push_back("\"\\ud800\": {\"bbox\": [\"}\"]}");
    if (one_in(30)) members.push_back(members[random_.below(members.size())]);
    return object(members);
  }

  void damage(std::string& text) {
    for (uint64_t n = 1 + random_.below(3); n > 0 && !text.empty(); --n) {
      const size_t at = random_.below(text.size());
      const std::string other = any({"{", "}", "[", "]", ",", ":", "\"", "\\", "0", " ", "\x80", "e", "-"});
      if (one_in(3))
        text.erase(at, 1);
      else
        text.replace(at, one_in(2) ? 0 : 1, other);
    }
  }

  Random random_;
  bool ids_are_texts_ = false;
};

TEST(PlainReadings, OfDrawnJsonsAreTheSame) {
  std::map<Reading, int> seen;
  for (uint64_t seed = 0; seed < 6000; ++seed) {
    const std::string text = DrawnJson(seed).draw();
    ASSERT_NO_THROW(++seen[compare_readings(text)]) << "seed " << seed << ": " << text;
  }
  EXPECT_GT(seen[Reading::same], 2000);
  EXPECT_GT(seen[Reading::refused], 500);
  EXPECT_LT(seen[Reading::undecided], 1000);
}

TEST(PlainReadings, OfDrawnMasksAreTheSame) {
  Random random(3, "masks");
  for (int i = 0; i < 3000; ++i) {
    std::string bytes(3 + random.below(80), '\0');
    const uint64_t reach = uint64_t{1} << (4 + random.below(8));
    for (size_t at = 0; at < bytes.size(); at += 2) {
      const auto value = static_cast<uint16_t>(random.below(reach) - reach / 3);
      bytes[at] = static_cast<char>(value >> 8);
      if (at + 1 < bytes.size()) bytes[at + 1] = static_cast<char>(value & 255);
    }
    ASSERT_NO_THROW(compare_masks_of(bytes)) << "case " << i;
    std::string text(random.below(20), '\0');
    for (char& c : text) c = static_cast<char>(47 + random.below(random.below(8) == 0 ? 66 : 40));
    ASSERT_NO_THROW(compare_masks_of(text)) << "case " << i << ": " << text;
  }
}

}  // namespace
}  // namespace decant::coco::plain
