#include "decant/formats/labels/class_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"

namespace decant::labels {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ClassNames, StandInDatasetInfo) {
  const std::string info = R"({"features": {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}})";
  EXPECT_THAT(class_names_in_json(info, "label"), ElementsAre("cat", "dog"));
  EXPECT_THAT(class_names_in_json(info, "image"), IsEmpty());
  EXPECT_THAT(class_names_in_json(info, "fine"), IsEmpty());
  EXPECT_THAT(class_names_in_json("{\"plain\": 3, \"default\": " + info + "}", "label"), ElementsAre("cat", "dog")) << "by configuration";
  for (const char* other : {"", "[]", "{", R"({"features": [1]})", R"({"features": {"label": {"names": [1, 2]}}})",
                            R"({"features": {"label": {"names": "cat"}}})", R"({"features": {"label": ["cat"]}})"}) {
    EXPECT_THAT(class_names_in_json(other, "label"), IsEmpty()) << other;
  }
}

constexpr const char* kCard = R"(---
license: mit
dataset_info:
  features:
  - name: image
    dtype: image
  - name: coarse
    dtype:
      class_label:
        names:
          '0': animal
  - name: label
    dtype:
      class_label:
        names:
          '0': tabby cat
          '1': 'it''s: a dog'
          '2': "no"
  splits:
  - name: train
    num_bytes: 3
---
# Pets
)";

TEST(ClassNames, StandInTheCard) {
  EXPECT_THAT(class_names_in_card(kCard, "label"), ElementsAre("tabby cat", "it's: a dog", "no"));
  EXPECT_THAT(class_names_in_card(kCard, "coarse"), ElementsAre("animal"));
  EXPECT_THAT(class_names_in_card(kCard, "image"), IsEmpty());
  EXPECT_THAT(class_names_in_card(kCard, "train"), IsEmpty());
  EXPECT_THAT(class_names_in_card(
                  "---\r\ndataset_info:\r\n- config_name: a\r\n  features:\r\n  - name: label\r\n    dtype:\r\n      class_label:\r\n"
                  "        names:\r\n        - cat\r\n        - dog\r\n---\r\n",
                  "label"),
              ElementsAre("cat", "dog"))
      << "a list, and Windows' line ends";
}

TEST(ClassNames, AreNotMadeOfOtherText) {
  const std::string body(kCard);
  EXPECT_THAT(class_names_in_card("# Pets\n" + body, "label"), IsEmpty()) << "not at the beginning";
  EXPECT_THAT(class_names_in_card(body.substr(0, body.rfind("---")), "label"), IsEmpty()) << "without an end";
  std::string gap = body;
  gap.replace(gap.find("'1': '"), 3, "'7'");
  EXPECT_THAT(class_names_in_card(gap, "label"), IsEmpty()) << "numbers that are left out";
}

TEST(ClassNames, AreLookedForAtTheRoot) {
  const ScratchFolder folder("class_names");
  EXPECT_THAT(find_class_names(folder.path, "label").names, IsEmpty());
  folder.add("README.md", kCard);
  EXPECT_EQ(find_class_names(folder.path, "label").file, folder.path / "README.md");
  folder.add("dataset_info.json", R"({"features": {"label": {"names": ["a"]}}})");
  EXPECT_THAT(find_class_names(folder.path, "label").names, ElementsAre("a"));
  EXPECT_THAT(find_class_names(folder.path, "coarse").names, ElementsAre("animal")) << "the first that has the field";
}

}  // namespace
}  // namespace decant::labels
