#include "decant/formats/safetensors/floats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

#include "decant/base/test_support.h"

namespace decant {
namespace {

template <class T>
std::vector<float> floats_of(ElementType type, const std::vector<T>& values) {
  const SafeTensor tensor{"t", type, {std::ssize(values)}, std::as_bytes(std::span(values))};
  std::vector<float> out(values.size());
  copy_floats(tensor, "f", out);
  return out;
}

TEST(Floats, AreReadFromEveryTypeOfWeights) {
  using testing::ElementsAre;
  EXPECT_THAT(floats_of<float>(ElementType::f32, {1.5F, -2}), ElementsAre(1.5F, -2));
  EXPECT_THAT(floats_of<uint16_t>(ElementType::f16, {0x3E00, 0xC000}), ElementsAre(1.5F, -2));
  EXPECT_THAT(floats_of<uint16_t>(ElementType::bf16, {0x3FC0, 0xC000}), ElementsAre(1.5F, -2));
  EXPECT_THAT(floats_of<uint8_t>(ElementType::e4m3fn, {0x3C, 0xC0}), ElementsAre(1.5F, -2));
  EXPECT_THAT(floats_of<uint8_t>(ElementType::e5m2, {0x3E, 0xC0}), ElementsAre(1.5F, -2));
  EXPECT_THAT(floats_of<double>(ElementType::f64, {1.5, -2}), ElementsAre(1.5F, -2));
  EXPECT_THAT(floats_of<int8_t>(ElementType::i8, {127, -128}), ElementsAre(127, -128));
  EXPECT_THAT(floats_of<float>(ElementType::f32, {}), ElementsAre());
}

TEST(Floats, AreFinite) {
  const auto said = [](auto act) { return message_of<InputError>(act); };
  expect_says(said([] {
                floats_of<float>(ElementType::f32, {1, std::numeric_limits<float>::infinity()});
              }),
              {"f: tensor 't'", "not a finite number"});
  expect_says(said([] { floats_of<uint16_t>(ElementType::bf16, {0x7FC0}); }), {"not a finite number"});
  expect_says(said([] { floats_of<uint8_t>(ElementType::e4m3fn, {0x7F}); }), {"not a finite number"});
  expect_says(said([] { floats_of<uint8_t>(ElementType::e5m2, {0x7C}); }), {"not a finite number"});
  expect_says(said([] { floats_of<double>(ElementType::f64, {1e300}); }), {"not a finite number"});
  expect_says(said([] { floats_of<int32_t>(ElementType::i32, {1}); }), {"holds I32, and F32"});
  expect_says(said([] { require_tensor({}, "x", "f", "Do this"); }), {"f: tensor 'x': is missing. Do this"});
}

}  // namespace
}  // namespace decant
