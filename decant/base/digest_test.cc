#include "decant/base/digest.h"

#include <gtest/gtest.h>

#include "decant/base/file.h"

namespace decant {
namespace {

TEST(Digest, SeparatesFields) {
  EXPECT_NE(Digest().add("ab").add("c").hex(), Digest().add("a").add("bc").hex());
  EXPECT_EQ(Digest().add("ab").add(int64_t{3}).hex(), Digest().add("ab").add(int64_t{3}).hex());
  EXPECT_EQ(sha256(as_bytes("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-4
}

}  // namespace
}  // namespace decant
