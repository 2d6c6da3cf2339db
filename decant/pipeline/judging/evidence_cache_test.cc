#include "decant/pipeline/judging/evidence_cache.h"

#include <gtest/gtest.h>

#include "decant/base/file.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

TEST(EvidenceCache, IsEmptyWhereAFileIsNotWhole) {
  const fs::path folder = fresh_folder("evidence_cache");
  EvidenceCache cache{Cache(folder)};
  const std::string identity = R"({"run":1,"seed":3})";
  EXPECT_FALSE(cache.find(identity));
  cache.keep(identity, R"({"accuracy":0.5})");
  EXPECT_EQ(*cache.find(identity), R"({"accuracy":0.5})");
  EXPECT_FALSE(cache.find(R"({"run":1,"seed":4})"));
  const fs::path file = fs::directory_iterator(folder / "evidence")->path();
  const std::string whole = read_text(file);
  write_file(file, whole.substr(0, whole.size() / 2));
  EXPECT_FALSE(cache.find(identity));
  std::string other = whole;
  other[other.find('3')] = '4';  // the digest of another identity: never believed
  write_file(file, other);
  EXPECT_FALSE(cache.find(identity));
}

}  // namespace
}  // namespace decant
