// What a mask looks like over a thumbnail.
#include "decant/report/cards/overlay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "decant/data/objects.h"
#include "decant/formats/image/codec.h"
#include "decant/report/cards/cards.h"
#include "decant/report/html.h"

namespace decant::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// The address of these pixels, three wide.
std::string address_of(const std::vector<uint8_t>& pixels) {
  IndexedImage image{.width = 3, .height = static_cast<int>(pixels.size() / 3), .pixels = pixels};
  image.palette = {{0, 0, 0, 0}, {255, 255, 255, 150}};
  for (int label = 0; label < 3 * kHues; ++label) {
    const auto [red, green, blue] = colour_of_class(label);
    image.palette.push_back({red, green, blue, 150});
  }
  std::vector<std::byte> png;
  encode_png(image, png);
  return "data:image/png;base64," + base64(png);
}

TEST(Overlay, ColoursEveryPixelByTheClassInItsMiddle) {
  Overlay overlay({3, 2, 3});
  EXPECT_TRUE(overlay.empty());
  // 6 × 4 pixels: classes 0 1 2 from left to right, and nothing at the lower right
  ClassMask mask{.width = 6, .height = 4};
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 6; ++x) mask.labels.push_back(y >= 2 && x >= 4 ? kNoLabel : x / 2);
  }
  overlay.paint(mask);
  EXPECT_EQ(overlay.address(), address_of({2, 3, 4, 2, 3, 0}));
}

TEST(Overlay, ColoursTheInsideOfRuns) {
  Overlay overlay({3, 3, 3});
  const std::vector<int64_t> runs = {4, 2, 3};  // the middle column of 3 × 3, without its first pixel
  overlay.paint(runs, 3, 3, 5);
  EXPECT_EQ(overlay.address(), address_of({0, 0, 0, 0, 7, 0, 0, 7, 0}));
}

TEST(Overlay, ClassesHaveTheirOwnColours) {
  std::set<std::array<uint8_t, 3>> colours;
  for (int label = 0; label < 3 * kHues; ++label) colours.insert(colour_of_class(label));
  EXPECT_EQ(colours.size(), size_t{3 * kHues});
  EXPECT_EQ(colour_of_class(3 * kHues), colour_of_class(0));
}

// ---- Cards

/// One picture of 300 × 200 with an outline, a mask, a crowd, and an object of no class.
class Drawn final : public Rows, public Pictures, public Targets {
 public:
  Drawn() {
    add({10, 20, 110, 120}, 0, ObjectFlag::polygon);
    add({200, 0, 300, 100}, 1, ObjectFlag::mask);
    add({0, 100, 60, 200}, 2, ObjectFlag::crowd);
    add({150, 150, 190, 190}, kNoLabel, ObjectFlag::broken);
    add({0, 0, 0, 0}, 0, ObjectFlag::broken);
    table_.first.push_back(table_.size());
  }
  int64_t size() const override { return 1; }
  std::string key(int64_t) const override { return "a.jpg"; }
  Bytes bytes(int64_t, std::vector<std::byte>&) const override { return {}; }
  int64_t stored_bytes() const override { return 0; }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }
  int32_t label(int64_t) const override { return kNoLabel; }
  CountedIn counted_in() const override { return CountedIn::objects; }
  void counts(int64_t row, std::vector<ClassCount>& out) const override { count_objects(table_, row, out); }
  ObjectRange objects(int64_t row) const override { return table_.of(row); }
  void shapes(int64_t, std::vector<ObjectShape>& out) const override {
    out.clear();
    out.push_back({.object = 0, .polygons = {{10, 20, 110, 20, 110.2, 20.3, 110, 120}}});
    out.push_back({.object = 1, .runs = {200 * 200, 200 * 100}, .width = 300, .height = 200});
  }
  void decode(int64_t, Image& image) const override { image.resize({300, 200, 3}); }

 private:
  void add(Box box, int32_t label, uint16_t flags) {
    table_.boxes.push_back(box);
    table_.labels.push_back(label);
    table_.areas.push_back(1);
    table_.flags.push_back(flags);
    table_.places.emplace_back();
  }
  Objects table_;
};

TEST(ObjectCards, DrawWhatIsKnownOfEachObject) {
  Dataset source{.classes = {"a", "b", "c"}, .splits = {{Split::train, std::make_shared<Drawn>()}}};
  const std::optional<Card> card = cards_of(source)->card(0);
  ASSERT_TRUE(card);
  const std::string html = card->html(0);
  EXPECT_THAT(html, AllOf(HasSubstr("<path class=\"h0 shape\" d=\"M10 20L110 20L110 120Z\"/>"), HasSubstr("<img class=\"mask\""),
                          HasSubstr("<rect class=\"h1\" x=\"200\""), HasSubstr("<path class=\"h2\" d=\"M"),
                          HasSubstr("<rect class=\"h0 broken\" x=\"150\""), HasSubstr("1 × a, 1 × b")));
  EXPECT_THAT(html, Not(HasSubstr("width=\"0\"")));
}

}  // namespace
}  // namespace decant::report
