// Parts come out in their order whoever is first, and an error reaches everybody who waits.
#include "decant/formats/parquet/ordered_output.h"

#include <atomic>
#include <gmock/gmock.h>
#include <thread>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"

namespace decant::parquet {
namespace {

using testing::HasSubstr;

Gathered text_bytes(const std::string& text) {
  Gathered bytes;
  bytes.add(text);
  return bytes;
}

TEST(OrderedOutput, WritesPartsInTheirOrder) {
  for (const int threads : {1, 2, 8}) {
    for (const size_t most_held : {size_t{0}, size_t{100}, size_t{1} << 20}) {
      constexpr int64_t kParts = 60;
      const Context context{.threads = threads};
      std::string written, expected;
      OrderedOutput out(
          kParts, most_held, [&](const Gathered& bytes) { written += bytes.text(); }, context);
      for (int64_t part = 0; part < kParts; ++part) {
        for (int64_t piece = 0; piece < part % 7; ++piece) expected += std::to_string(part) + "." + std::to_string(piece) + " ";
      }
      std::atomic<int> last{0};
      parallel_for(context, kParts, 1, [&](int64_t part, int64_t) {
        const auto number = static_cast<size_t>(part);
        for (int64_t piece = 0; piece < part % 7; ++piece)
          out.put(number, text_bytes(std::to_string(part) + "." + std::to_string(piece) + " "));
        last += out.end(number) ? 1 : 0;
      });
      EXPECT_EQ(written, expected) << threads << " " << most_held;
      EXPECT_EQ(last, 1);
    }
  }
}

TEST(OrderedOutput, HoldsNoMoreThanIsAllowed) {
  const Context context;
  std::string written;
  OrderedOutput out(
      2, 1'000, [&](const Gathered& bytes) { written += bytes.text(); }, context);
  std::atomic<int> put{0};
  std::jthread second([&] {
    for (int i = 0; i < 20; ++i, ++put) out.put(1, text_bytes(std::string(100, 'b')));
    out.end(1);
  });
  while (put < 8) std::this_thread::yield();  // 100 bytes and what it takes to say where
  EXPECT_EQ(written, "");
  out.put(0, text_bytes("a"));
  EXPECT_LT(put, 10);
  out.end(0);
  second.join();
  EXPECT_EQ(written, "a" + std::string(2'000, 'b'));
}

TEST(OrderedOutput, PassesAnErrorOn) {
  const Context context;
  OrderedOutput out(
      2, 0,
      [](const Gathered&) {
        throw IoError({"x", "", "cannot write", ""});
      },
      context);
  std::string waiting;
  std::jthread second([&] { waiting = message_of<IoError>([&] { out.put(1, text_bytes("b")); }); });
  try {
    out.put(0, text_bytes("a"));
    FAIL();
  } catch (const IoError&) {
    out.fail(std::current_exception());
  }
  second.join();
  EXPECT_THAT(waiting, HasSubstr("cannot write"));
}

TEST(OrderedOutput, WaitsNoLongerOnceCancelled) {
  std::atomic<bool> cancel{false};
  const Context context{.cancel = &cancel};
  OrderedOutput out(
      2, 0, [](const Gathered&) {}, context);
  std::jthread second([&] { EXPECT_THROW(out.put(1, text_bytes("b")), Cancelled); });  // part 0 never begins
  cancel = true;
}

}  // namespace
}  // namespace decant::parquet
