#include "decant/kernels/dot.h"

#include <bit>
#include <functional>
#include <gtest/gtest.h>
#include <hwy/targets.h>
#include <vector>

#include "decant/base/random.h"

namespace decant {
namespace {

/// Runs `body` once for every instruction set that this machine has and the kernel was built for.
void on_every_target(const std::function<void()>& body) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    SCOPED_TRACE(hwy::TargetName(target));
    body();
  }
  hwy::SetSupportedTargetsForTest(0);
}

uint64_t bits(double value) {
  return std::bit_cast<uint64_t>(value);
}

/// Values of very different sizes, so that a changed order of additions shows.
float wild(Random& random) {
  return static_cast<float>(random.normal() * (random.below(3) == 0 ? 1e6 : 1.0));
}

struct Sample {
  std::vector<float> x, y;
  std::vector<double> q;
};

Sample sample(int64_t length) {
  Random random(7, "dot test", static_cast<uint64_t>(length));
  Sample s;
  for (int64_t i = 0; i < length; ++i) {
    s.x.push_back(wild(random));
    s.y.push_back(wild(random));
    s.q.push_back(random.normal());
  }
  return s;
}

TEST(Dot, KnownSums) {
  const std::vector<float> x{1, 2, 3};
  const std::vector<double> q{4, 5, 6};
  EXPECT_EQ(dot(x, q), 32);
  EXPECT_EQ(dot(x, x), 14);
  EXPECT_EQ(dot(std::span<const float>(), std::span<const double>()), 0);
}

TEST(Dot, LaneAndTreeOrderIsTheDocumentedOne) {
  // Lane 0 holds 1e16 + 1 (the 1 is lost), lane 8 holds −1e16, lane 1 holds 3: the tree cancels the
  // big ones first.
  std::vector<float> x(17, 0.0F);
  std::vector<double> q(17, 1.0);
  x[0] = 1, q[0] = 1e16;
  x[16] = 1;
  x[8] = -1, q[8] = 1e16;
  x[1] = 3;
  EXPECT_EQ(dot_plain(x, q), 3);
  on_every_target([&] { EXPECT_EQ(dot(x, q), 3); });
}

TEST(Dot, EqualsTheScalarOracleBitForBitAtEveryLengthAndAlignment) {
  on_every_target([] {
    for (int64_t length = 0; length <= 150; ++length) {
      const Sample s = sample(length + 3);
      for (size_t shift = 0; shift <= 3; ++shift) {
        const auto n = static_cast<size_t>(length);
        const auto x = std::span(s.x).subspan(shift, n);
        const auto y = std::span(s.y).subspan(3 - shift, n);
        const auto q = std::span(s.q).subspan(shift, n);
        ASSERT_EQ(bits(dot(x, q)), bits(dot_plain(x, q))) << length << "+" << shift;
        ASSERT_EQ(bits(dot(x, y)), bits(dot_plain(x, y))) << length << "+" << shift;
      }
    }
  });
}

TEST(Dot, PaddingWithZerosChangesNoBit) {
  for (int64_t length = 1; length <= 40; ++length) {
    Sample s = sample(length);
    const double bare = dot(s.x, s.q);
    s.x.resize(48);
    s.q.resize(48);
    EXPECT_EQ(bits(dot(s.x, s.q)), bits(bare)) << length;
  }
}

TEST(Dot, ManyRowsEqualOneByOneWhereverTheyLie) {
  on_every_target([] {
    for (const size_t width : {1u, 15u, 16u, 37u, 256u}) {
      constexpr size_t kCount = 11;
      const size_t stride = width + 3;
      const Sample s = sample(static_cast<int64_t>(kCount * stride));
      const auto q = std::span(s.q).first(width);
      for (size_t count = 0; count <= kCount; ++count) {
        std::vector<const float*> rows;
        for (size_t i = 0; i < count; ++i) rows.push_back(s.x.data() + i * 7 % kCount * stride);
        std::vector<double> out(count);
        dot_rows(rows, q, out);
        for (size_t i = 0; i < count; ++i) ASSERT_EQ(bits(out[i]), bits(dot_plain({rows[i], width}, q)));
      }
    }
  });
}

TEST(AddScaled, RoundsProductAndSumSeparately) {
  on_every_target([] {
    for (int64_t length = 0; length <= 40; ++length) {
      const Sample s = sample(length);
      std::vector<double> to = s.q;
      add_scaled(to, 0.3, s.x);
      for (size_t i = 0; i < to.size(); ++i) {
        const volatile double product = 0.3 * static_cast<double>(s.x[i]);  // volatile: nothing to fuse
        ASSERT_EQ(bits(to[i]), bits(s.q[i] + product));
      }
    }
  });
}

TEST(AddScaled, RowsTogetherAreRowsOneAfterTheOther) {
  on_every_target([] {
    for (int64_t length = 0; length <= 40; ++length) {
      for (size_t count = 0; count <= 11; ++count) {
        std::vector<Sample> samples;
        for (size_t i = 0; i < count; ++i) samples.push_back(sample(length + 100 * static_cast<int64_t>(i)));
        std::vector<const float*> rows;
        std::vector<double> factors;
        std::vector<double> wanted = sample(length).q;
        std::vector<double> to = wanted;
        for (size_t i = 0; i < count; ++i) {
          factors.push_back(0.1 + static_cast<double>(i));
          rows.push_back(samples[i].x.data() + 100 * i);  // at odd places
          add_scaled(wanted, factors[i], {rows[i], to.size()});
        }
        add_scaled_rows(to, factors, rows);
        for (size_t k = 0; k < to.size(); ++k) ASSERT_EQ(bits(to[k]), bits(wanted[k])) << count << " rows of " << length;
      }
    }
  });
}

}  // namespace
}  // namespace decant
