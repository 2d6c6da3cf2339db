#include "decant/formats/safetensors/safetensors.h"

#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

std::string safetensors_of(const std::string& header, const std::string& data, int64_t length = -1) {
  const uint64_t size = length < 0 ? header.size() : static_cast<uint64_t>(length);
  std::string file(8, '\0');
  std::memcpy(file.data(), &size, 8);
  return file + header + data;
}

std::string safetensors_fault(const std::string& file) {
  return message_of([&] { parse_safetensors(as_bytes(file), "w"); });
}

std::string tensor(const std::string& fields) {
  return safetensors_of("{\"a\":{" + fields + "}}", "12345678");
}

TEST(SafeTensors, ReadsTensorsAndMetadata) {
  const std::string file = safetensors_of(
      R"({"b":{"dtype":"I8","shape":[3],"data_offsets":[4,7]},"__metadata__":{"k":"v","é":"\n"},)"
      R"("a":{"data_offsets":[0,4],"shape":[1,2],"dtype":"BF16"},"empty":{"dtype":"F64","shape":[0,9],"data_offsets":[4,4]}}  )",
      "1234567");
  const SafeTensors all = parse_safetensors(as_bytes(file), "w");
  ASSERT_EQ(all.tensors.size(), 3u);
  EXPECT_EQ(all.tensors[0].name, "a");
  EXPECT_EQ(all.find("a")->type, ElementType::bf16);
  EXPECT_EQ(all.find("a")->shape, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(as_text(all.find("b")->data), "567");
  EXPECT_TRUE(all.find("empty")->data.empty());
  EXPECT_EQ(all.find("c"), nullptr);
  EXPECT_EQ(all.metadata.at("é"), "\n");
}

TEST(SafeTensors, RefusesLengthsThatLie) {
  expect_says(safetensors_fault(""), {"w: byte 0: is empty"});
  expect_says(safetensors_fault("1234567"), {"too short"});
  expect_says(safetensors_fault(safetensors_of("{}", "", 1000)), {"declares a header of 1000 bytes, but 2 follow"});
  expect_says(safetensors_fault(safetensors_of("{}", "", 1LL << 62)), {"at most 100000000 are supported"});
  expect_says(safetensors_fault(safetensors_of("[]", "")), {"byte 8: the header does not start with '{'"});
}

TEST(SafeTensors, RefusesHeadersOfAnotherForm) {
  const auto fault = [](const std::string& header) { return safetensors_fault(safetensors_of(header, "")); };
  expect_says(fault("{\"a\""), {"byte 12", "the header is not JSON"});
  expect_says(fault("{} x"), {"is not JSON"});
  expect_says(fault("{\"\xff\":1}"), {"is not JSON"});
  expect_says(fault("{\"a\":1}"), {"tensor \"a\": the header holds an unexpected number"});
  expect_says(fault("{\"a\":\"x\"}"), {"an unexpected string"});
  expect_says(fault("{\"a\":[]}"), {"an unexpected list"});
  expect_says(fault("{\"a\":null}"), {"holds null"});
  expect_says(fault("{\"a\":{\"x\":1}}"), {"unknown field \"x\""});
  expect_says(fault("{\"a\":{\"shape\":{}}}"), {"nested too deep"});
  expect_says(fault("{\"a\":{\"shape\":[[1]]}}"), {"an unexpected list"});
  expect_says(fault("{\"a\":{\"shape\":[-1]}}"), {"negative number"});
  expect_says(fault("{\"a\":{\"shape\":[1.5]}}"), {"not an integer"});
  expect_says(fault("{\"a\":{\"shape\":[18446744073709551615]}}"), {"beyond 63 bits"});
  expect_says(fault("{\"a\":{\"shape\":[],\"shape\":[]}}"), {"gives \"shape\" twice"});
  expect_says(fault("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}"), {"gives \"dtype\" twice"});
  expect_says(fault("{\"a\":{\"dtype\":\"F8_E8M0\"}}"), {"the type \"F8_E8M0\", which is not supported"});
  expect_says(fault("{\"a\":{\"dtype\":\"U8\"}}"), {"tensor \"a\": lacks one of"});
  expect_says(fault("{\"__metadata__\":{\"a\":1}}"), {"an unexpected number"});
  expect_says(fault("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}"), {"\"a\": the header names it twice"});
  expect_says(fault("{\"__metadata__\":{},\"__metadata__\":{}}"), {"twice"});
  std::string list = "1";
  for (int i = 0; i < 32; ++i) list += ",1";
  expect_says(fault("{\"a\":{\"shape\":[" + list + "]}}"), {"more than 32 numbers"});
  expect_says(fault(std::string(100000, '{')), {"is not JSON"});
  expect_says(fault("{\"a\":{\"shape\":" + std::string(100000, '[')), {"an unexpected list"});
}

TEST(SafeTensors, RefusesPlacesThatDoNotFit) {
  const std::string type = R"("dtype":"U8",)";
  EXPECT_EQ(safetensors_fault(tensor(type + R"("shape":[8],"data_offsets":[0,8])")), "no error");
  expect_says(safetensors_fault(tensor(type + R"("shape":[9],"data_offsets":[0,9])")), {"tensor \"a\": lies at bytes 0 to 9 of 8"});
  expect_says(safetensors_fault(tensor(type + R"("shape":[0],"data_offsets":[8,0])")), {"lies at bytes 8 to 0"});
  expect_says(safetensors_fault(tensor(type + R"("shape":[7],"data_offsets":[0,8])")),
              {"its shape takes 7 bytes, but its data_offsets span 8"});
  expect_says(safetensors_fault(tensor(type + R"("shape":[4294967296,4294967296],"data_offsets":[0,0])")), {"takes too many bytes"});
  expect_says(safetensors_fault(tensor(type + R"("shape":[8],"data_offsets":[0,4,8])")), {"are not two numbers"});
  expect_says(safetensors_fault(tensor(type + R"("shape":[7],"data_offsets":[1,8])")), {"leaves a gap before it"});
  expect_says(safetensors_fault(tensor(type + R"("shape":[7],"data_offsets":[0,7])")), {"1 bytes at the end belong to no tensor"});
  const auto two = [](const std::string& second, const std::string& name) {
    return safetensors_fault(safetensors_of(
        R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},")" + name + R"(":{"dtype":"U8",)" + second + "}}", "12345678"));
  };
  expect_says(two(R"("shape":[5],"data_offsets":[3,8])", "b"), {"tensor \"b\": overlaps another tensor"});
  expect_says(two(R"("shape":[4],"data_offsets":[4,8])", "a"), {"\"a\": the header names it twice"});
}

TEST(SafeTensors, WritesAlignedAndRepeatably) {
  const fs::path folder = fresh_folder("write");
  const std::vector<float> floats = {1, 2};
  const std::vector<SafeTensor> tensors = {{"z\"\\\n", ElementType::u8, {3}, as_bytes("abc")},
                                           {"b", ElementType::f32, {2, 1}, std::as_bytes(std::span(floats))},
                                           {"a", ElementType::boolean, {}, as_bytes("\1")}};
  write_safetensors(folder / "w.safetensors", tensors, {{"made by", "decant"}});
  const std::string text = read_text(folder / "w.safetensors");
  uint64_t header = 0;
  std::memcpy(&header, text.data(), 8);
  EXPECT_EQ(header % 8, 0u);
  EXPECT_EQ(text.substr(8, header).find(R"({"__metadata__":{"made by":"decant"},"b":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},)"
                                        R"("a":{"dtype":"BOOL","shape":[],"data_offsets":[8,9]},"z\"\\\u000a":{)"),
            0u)
      << text.substr(8, header);
  const SafeTensors all = open_safetensors(folder / "w.safetensors");
  for (const SafeTensor& tensor : tensors) {
    const SafeTensor* found = all.find(tensor.name);
    ASSERT_NE(found, nullptr) << tensor.name;
    EXPECT_EQ(found->type, tensor.type);
    EXPECT_EQ(found->shape, tensor.shape);
    EXPECT_EQ(as_text(found->data), as_text(tensor.data));
  }
  EXPECT_EQ(all.metadata.size(), 1u);
  const std::vector<SafeTensor> reversed(tensors.rbegin(), tensors.rend());
  write_safetensors(folder / "r.safetensors", reversed, {{"made by", "decant"}});
  EXPECT_EQ(read_text(folder / "r.safetensors"), text);
  write_safetensors(folder / "none.safetensors", {});
  EXPECT_TRUE(open_safetensors(folder / "none.safetensors").tensors.empty());
}

TEST(SafeTensorsReal, ReadsPublishedWeights) {
  const char* shared = std::getenv("DECANT_SHARED");
  const fs::path data = fs::path(shared != nullptr ? shared : "../shared") / "data";
  if (!fs::is_directory(data / "weights_cifar10_resnet")) GTEST_SKIP() << data << " is not here (set DECANT_SHARED)";
  const SafeTensors resnet = open_safetensors(data / "weights_cifar10_resnet/resnet20-12fca82f.safetensors");
  EXPECT_EQ(resnet.tensors.size(), 97u);
  EXPECT_EQ(resnet.find("conv1.weight")->shape, (std::vector<int64_t>{16, 3, 3, 3}));
  EXPECT_EQ(resnet.metadata.at("license"), "BSD-2-Clause");
  const fs::path mobilenet = data / "weights_imagenet_mobilenetv2/mobilenet_v2_1.0_224_quant.safetensors";
  if (fs::exists(mobilenet)) {
    EXPECT_EQ(open_safetensors(mobilenet).tensors.size(), 265u);
  }
}

}  // namespace
}  // namespace decant
