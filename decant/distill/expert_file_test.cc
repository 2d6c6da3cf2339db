#include "decant/distill/expert_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

#include "decant/base/test_support.h"

namespace decant::distill {
namespace {

using ::testing::HasSubstr;

const ExpertPlace kPlace{"experts/0123", 3, 7};

std::vector<ExpertTensor> small_expert() {
  return {{"conv.weight", {2, 3}, {0, -0.5F, 0.25F, 1, 2, 65504}}, {"conv.bias", {2}, {1e-7F, 3}}};
}

std::string written(const std::string& name, const std::vector<ExpertTensor>& tensors, const ExpertPlace& place = kPlace) {
  const std::string path = fresh_path(name).string();
  write_expert(path, tensors, place);
  return path;
}

std::string refusal(const std::string& path, const std::vector<ExpertTensor>& expected, const ExpertPlace& place = kPlace) {
  return message_of([&] { read_expert(path, expected, place); });
}

TEST(ExpertFile, KeepsElevenBits) {
  const auto read = read_expert(written("a.safetensors", small_expert()), small_expert(), kPlace);
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].name, "conv.weight");
  EXPECT_EQ(read[0].values, small_expert()[0].values);
  EXPECT_NEAR(read[1].values[0], 1e-7, 3e-8);  // a subnormal half
  EXPECT_EQ(read[1].values[1], 3);
}

TEST(ExpertFile, TakesTwoBytesAWeight) {
  const std::vector<ExpertTensor> one{{"weight", {100, 100}, std::vector<float>(10'000, 0.5F)}};
  EXPECT_LE(std::filesystem::file_size(written("a.safetensors", one)), 2U * 10'000 + 400);
}

TEST(ExpertFile, RefusesWhatIsNotIts) {
  const std::string path = written("a.safetensors", small_expert());
  EXPECT_THAT(refusal(path, small_expert(), {"experts/4567", 3, 7}), HasSubstr("experts of another network"));
  EXPECT_THAT(refusal(path, small_expert(), {"experts/0123", 3, 8}), HasSubstr("is not expert 3, checkpoint 8"));
  EXPECT_THAT(refusal(path, {small_expert()[0]}), HasSubstr("holds 2 tensors; the network has 1"));
  std::vector<ExpertTensor> other = small_expert();
  other[1].name = "norm.bias";
  EXPECT_THAT(refusal(path, other), HasSubstr("tensor 'norm.bias': is missing"));
  other = small_expert();
  other[0].shape = {3, 2};
  EXPECT_THAT(refusal(path, other), HasSubstr("tensor 'conv.weight': has another shape"));
}

TEST(ExpertFile, RefusesToWriteADivergedExpert) {
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), 7e4F}) {
    const std::string path = fresh_path("diverged.safetensors").string();
    const std::vector<ExpertTensor> diverged{{"weight", {1}, {value}}};
    EXPECT_THAT(message_of([&] { write_expert(path, diverged, kPlace); }), HasSubstr("diverged"));
    EXPECT_FALSE(std::filesystem::exists(path));
  }
}

// Every byte of the header and of the weights counts.
TEST(ExpertFile, RefusesEveryChangedBit) {
  const std::string whole = read_text(written("a.safetensors", small_expert()));
  const auto expected = small_expert();
  int refused = 0;
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const char bit : {char{1}, char{64}}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ bit);
      try {
        const auto read = parse_expert(as_bytes(changed), "x", expected, kPlace);
        ASSERT_EQ(read[0].values, expected[0].values) << at;  // white space
      } catch (const InputError&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, static_cast<int>(whole.size()) * 2 - 20);
}

TEST(ExpertFile, RefusesWhatIsCutOff) {
  const std::string whole = read_text(written("a.safetensors", small_expert()));
  for (size_t length = 0; length < whole.size(); ++length)
    EXPECT_THROW(parse_expert(as_bytes(whole.substr(0, length)), "x", small_expert(), kPlace), InputError) << length;
}

}  // namespace
}  // namespace decant::distill
