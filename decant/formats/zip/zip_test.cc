#include "decant/formats/zip/zip.h"

#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

const std::string kLong(100'000, 'x');

std::string small_zip(const fs::path& path) {
  ZipWriter writer(path);
  writer.add("a.txt", ZipMethod::stored, as_bytes("hello"));
  writer.add("b/c", ZipMethod::deflated, as_bytes(kLong));
  const int64_t size = writer.commit();
  EXPECT_EQ(size, static_cast<int64_t>(fs::file_size(path)));
  return read_text(path);
}

std::string zip_fault(const std::string& file) {
  return message_of([&] {
    std::vector<std::byte> scratch;
    for (const ZipMember& member : zip_members(as_bytes(file), "z")) zip_bytes(member, "z", scratch);
  });
}

TEST(Zip, GivesBackWhatWasAdded) {
  const std::string file = small_zip(fresh_path("a.zip"));
  EXPECT_TRUE(looks_like_zip(as_bytes(file)));
  EXPECT_EQ(small_zip(fresh_path("again.zip")), file);
  const auto members = zip_members(as_bytes(file), "z");
  ASSERT_EQ(members.size(), 2u);
  std::vector<std::byte> scratch;
  EXPECT_EQ(members[0].name, "a.txt");
  EXPECT_EQ(as_text(zip_bytes(members[0], "z", scratch)), "hello");
  EXPECT_EQ(as_text(zip_bytes(members[1], "z", scratch)), kLong);
  EXPECT_LT(members[1].data.size(), 1000u);
  EXPECT_EQ(zip_fault(file), "no error");
}

TEST(Zip, RefusesWhatLies) {
  const std::string file = small_zip(fresh_path("a.zip"));
  expect_says(zip_fault(""), {"is no whole zip archive"});
  expect_says(zip_fault(file.substr(0, file.size() - 1)), {"is no whole zip archive"});
  const size_t entry = file.find("PK\1\2");
  const size_t second = file.find("PK\1\2", entry + 1);
  const auto changed = [&](size_t at, std::string_view bytes) { return std::string(file).replace(at, bytes.size(), bytes); };
  expect_says(zip_fault(changed(35, "J")), {"a.txt", "wrong checksum"});
  expect_says(zip_fault(changed(entry + 8, "\1")), {"encrypted"});
  expect_says(zip_fault(changed(entry + 10, "\14")), {"method 12"});
  expect_says(zip_fault(changed(second + 24, "\xff\xff\xff\x7f")), {"b/c claims 2147483647 bytes"});
  expect_says(zip_fault(changed(second + 24, "\1\0\0\0")), {"damaged or of another size"});
  expect_says(zip_fault(changed(entry + 20, "\xff\xff\xff\x7f")), {"truncated or damaged"});
  expect_says(zip_fault(changed(second + 42, std::string_view("\0", 1))), {"over one another"});
  expect_says(zip_fault(changed(file.size() - 12, "\xff")), {"claims"});
}

TEST(Zip, RefusesMembersOverOneAnother) {
  const fs::path path = fresh_path("a.zip");
  ZipWriter writer(path);
  writer.add("a", ZipMethod::stored, as_bytes("same"));
  writer.add("b", ZipMethod::stored, as_bytes("same"));
  writer.commit();
  std::string file = read_text(path);
  const size_t second = file.find("PK\1\2", file.find("PK\1\2") + 1);
  file.replace(second + 42, 1, 1, '\0');
  expect_says(zip_fault(file), {"over one another"});
}

}  // namespace
}  // namespace decant
