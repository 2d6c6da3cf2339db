// The cache: nothing believed that was not checked, nothing lost where it cannot be written, and
// several at once.
#include "decant/base/cache.h"

#include <atomic>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "decant/base/test_support.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

const CacheKey kKey = CacheKey("numbers").add("input", "abc").add("seed", 3);

bool holds_a_number(const fs::path& folder) {
  return fs::exists(folder / "number") && read_text(folder / "number").starts_with("42");
}

/// Counts how often it computes.
struct Computation {
  void operator()(const fs::path& folder) {
    ++times;
    write_file(folder / "number", "42 of " + std::to_string(::getpid()));
  }
  int times = 0;
};

struct Warnings final : LogSink {
  void log(LogLevel level, std::string_view message) override {
    if (level == LogLevel::warning) text += std::string(message) + "\n";
  }
  std::string text;
};

TEST(CacheKey, NamesAllThatDecides) {
  EXPECT_EQ(kKey.record(), "{\n  \"kind\": \"numbers\",\n  \"settings\": {\n    \"input\": \"abc\",\n    \"seed\": \"3\"\n  }\n}\n");
  EXPECT_THAT(kKey.name(), testing::MatchesRegex("numbers/[0-9a-f]{32}"));
  const CacheKey others[] = {CacheKey("number").add("input", "abc").add("seed", 3), CacheKey("numbers").add("input", "abc").add("seed", 4),
                             CacheKey("numbers").add("inputs", "abc").add("seed", 3), CacheKey("numbers").add("input", "abc"),
                             CacheKey("numbers").add("input", "abc\", \"seed\": \"3")};
  for (const CacheKey& other : others) EXPECT_NE(other.name(), kKey.name()) << other.record();
  EXPECT_THAT(CacheKey("k").add("share", 0.1).add("flip", true).record(), AllOf(HasSubstr("\"0.1\""), HasSubstr("\"true\"")));
}

TEST(Cache, ComputesOnce) {
  Cache cache(fresh_path("cache"));
  Computation compute;
  const auto first = cache.obtain(kKey, holds_a_number, std::ref(compute));
  const auto second = cache.obtain(kKey, holds_a_number, std::ref(compute));
  EXPECT_EQ(compute.times, 1);
  EXPECT_FALSE(first.reused);
  EXPECT_TRUE(second.reused);
  EXPECT_EQ(first.folder, second.folder);
  EXPECT_EQ(read_text(first.folder / "key.json"), kKey.record());
  cache.obtain(CacheKey("numbers").add("input", "abc").add("seed", 4), holds_a_number, std::ref(compute));
  EXPECT_EQ(compute.times, 2);
}

TEST(Cache, BelievesNothingThatWasNotChecked) {
  Cache cache(fresh_path("cache"));
  Computation compute;
  const fs::path folder = cache.obtain(kKey, holds_a_number, std::ref(compute)).folder;
  const auto damaged = [&](const char* file, const std::string& content) {
    write_file(folder / file, content);
    const auto entry = cache.obtain(kKey, holds_a_number, std::ref(compute));
    EXPECT_FALSE(entry.reused) << file << " = " << content;
    EXPECT_TRUE(holds_a_number(entry.folder));
    EXPECT_EQ(read_text(entry.folder / "key.json"), kKey.record());
    for (const auto& other : fs::directory_iterator(folder.parent_path())) EXPECT_EQ(other.path(), folder);
  };
  damaged("number", "");
  damaged("key.json", "");
  damaged("key.json", CacheKey("numbers").add("input", "abd").add("seed", 3).record());  // as if two digests were one
  EXPECT_EQ(compute.times, 4);
}

TEST(Cache, AFillThatFailsLeavesNothing) {
  const fs::path root = fresh_path("cache");
  Cache cache(root);
  EXPECT_THROW(cache.obtain(kKey, holds_a_number,
                            [](const fs::path& folder) {
                              write_file(folder / "number", "4");
                              throw Cancelled();
                            }),
               Cancelled);
  EXPECT_TRUE(fs::is_empty(root / "numbers"));
}

TEST(Cache, AResumableFillFindsWhatItLeft) {
  Cache cache(fresh_path("cache"));
  const auto fill = [](const fs::path& folder) {
    const bool again = fs::exists(folder / "half");
    write_file(folder / "half", "");
    if (!again) throw Cancelled();
    write_file(folder / "number", "42");
  };
  EXPECT_THROW(cache.obtain(kKey, holds_a_number, fill, true), Cancelled);
  EXPECT_TRUE(fs::exists(cache.obtain(kKey, holds_a_number, fill, true).folder / "half"));
}

TEST(Cache, NamesItselfWhenItsDiskIsFull) {
  const fs::path root = fresh_path("cache");
  Cache cache(root);
  const auto full = [](const fs::path& folder) {
    throw IoError({(folder / "number.partial").string(), "", "cannot write: No space left on device", "Free some disk space"});
  };
  EXPECT_THAT(message_of<IoError>([&] { cache.obtain(kKey, holds_a_number, full); }),
              AllOf(HasSubstr(root.string() + ": the cache cannot be filled"), HasSubstr("No space left"), HasSubstr("--cache DIR")));
  const auto input = [](const fs::path&) { throw IoError({"/data/a.jpg", "", "cannot read", ""}); };
  EXPECT_EQ(message_of<IoError>([&] { cache.obtain(kKey, holds_a_number, input); }), "/data/a.jpg: cannot read");
}

TEST(Cache, ThatCannotBeWrittenIsDoneWithout) {
  const ScratchFolder scratch("unwritable");
  scratch.add("file");
  for (const fs::path& root : {scratch.path / "file", scratch.path / "file" / "below", fs::path("/proc/decant")}) {
    Warnings warnings;
    Cache cache(root, {.log = &warnings});
    Computation compute;
    const auto first = cache.obtain(CacheKey("numbers").add("root", root.string()), holds_a_number, std::ref(compute));
    EXPECT_TRUE(holds_a_number(first.folder));
    EXPECT_TRUE(cache.obtain(CacheKey("numbers").add("root", root.string()), holds_a_number, std::ref(compute)).reused)
        << "known as long as the process lives";
    cache.keep(kKey, "1");
    EXPECT_FALSE(cache.find(kKey));
    EXPECT_THAT(warnings.text, AllOf(HasSubstr(root.string()), HasSubstr("--cache DIR")));
    EXPECT_EQ(warnings.text.find("cannot be used"), warnings.text.rfind("cannot be used")) << "once: " << warnings.text;
  }
}

TEST(Cache, HasAPlaceWithoutAHome) {
  const ScratchFolder scratch("home");
  const auto place = [](std::initializer_list<std::pair<const char*, std::string>> environment) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (const auto& [name, value] : environment) value.empty() ? ::unsetenv(name) : ::setenv(name, value.c_str(), 1);
      Computation compute;
      std::exit(holds_a_number(Cache({}).obtain(kKey, holds_a_number, compute).folder) ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  };
  const std::string here = scratch.path.string();
  EXPECT_TRUE(place({{"XDG_CACHE_HOME", here + "/xdg"}, {"HOME", "/proc"}}));
  EXPECT_TRUE(fs::exists(scratch.path / "xdg" / "decant" / "numbers"));
  EXPECT_TRUE(place({{"XDG_CACHE_HOME", ""}, {"HOME", here}}));
  EXPECT_TRUE(fs::exists(scratch.path / ".cache" / "decant" / "numbers"));
  EXPECT_TRUE(place({{"XDG_CACHE_HOME", ""}, {"HOME", ""}, {"TMPDIR", here}}));
  const fs::path own = scratch.path / ("decant-cache-" + std::to_string(::geteuid()));
  EXPECT_TRUE(fs::exists(own / "numbers"));
  fs::remove_all(own);
  fs::create_symlink("/proc", own);  // somebody else's trap
  EXPECT_TRUE(place({{"XDG_CACHE_HOME", ""}, {"HOME", ""}, {"TMPDIR", here}}));
  EXPECT_TRUE(place({{"XDG_CACHE_HOME", ""}, {"HOME", ""}, {"TMPDIR", here + "/absent"}}));
  EXPECT_TRUE(place({{"XDG_CACHE_HOME", ""}, {"HOME", "/proc/nobody"}}));
}

TEST(Cache, IsFilledByManyAtOnce) {
  for (int round = 0; round < 20; ++round) {
    const fs::path root = fresh_path("cache");
    std::vector<pid_t> children;
    for (int process = 0; process < 3; ++process) {
      children.push_back(::fork());
      if (children.back() != 0) continue;
      std::vector<std::thread> threads;
      std::atomic<int> bad{0};
      for (int t = 0; t < 3; ++t)
        threads.emplace_back([&] {
          try {
            Cache cache(root);
            Computation compute;
            for (int seed = 0; seed < 3; ++seed) {
              const CacheKey key = CacheKey("numbers").add("seed", seed);
              if (!holds_a_number(cache.obtain(key, holds_a_number, compute).folder)) ++bad;
              cache.keep(key, std::to_string(seed));
              if (cache.find(key) != std::to_string(seed)) ++bad;
            }
          } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
            ++bad;
          }
        });
      for (std::thread& thread : threads) thread.join();
      std::_Exit(bad == 0 ? 0 : 1);
    }
    for (const pid_t child : children) {
      int status = 0;
      ::waitpid(child, &status, 0);
      EXPECT_EQ(status, 0) << "round " << round;
    }
    int entries = 0;
    for (const auto& entry : fs::directory_iterator(root / "numbers")) {
      EXPECT_TRUE(entry.path().extension() == ".json" || holds_a_number(entry.path())) << entry.path();
      EXPECT_FALSE(fs::exists(entry.path() / LockedFolder::kLock));
      ++entries;
    }
    EXPECT_EQ(entries, 6) << "three folders and three records, and nothing besides";
  }
}

}  // namespace
}  // namespace decant
