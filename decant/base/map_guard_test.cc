#include "decant/base/map_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <sys/mman.h>
#include <unistd.h>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/output.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr size_t kSize = 100'000;  // of some pages

/// A file to map, and to change.
class MapGuard : public testing::Test {
 protected:
  MapGuard() { write_file(file, std::string(kSize, 'a')); }

  void cut_to(int64_t size) const { ASSERT_EQ(::truncate(file.c_str(), size), 0); }
  /// In place, as an editor of bytes does, and seen whatever the clock's grain is.
  void scribble() const {
    std::FILE* const out = std::fopen(file.c_str(), "r+");
    std::fputs("b", out);
    std::fclose(out);
    fs::last_write_time(file, fs::last_write_time(file) + std::chrono::seconds(2));
  }

  fs::path folder = fresh_folder("map_guard");
  fs::path file = folder / "data.bin";
};

std::string fault_found(const MapWatch& maps) {
  return message_of<IoError>([&] { maps.require_unchanged(); });
}

TEST_F(MapGuard, ReadsZerosWhereAFileWasCutShort) {
  const MapWatch maps;
  const MappedFile map(file);
  maps.require_unchanged();
  cut_to(10);
  EXPECT_EQ(map.bytes()[5], std::byte{'a'});
  EXPECT_EQ(map.bytes()[kSize - 1], std::byte{0});
  EXPECT_EQ(map.bytes()[kSize / 2], std::byte{0});
  EXPECT_THAT(fault_found(maps), HasSubstr("data.bin: was changed while it was being read. Do not change the input during a run"));
}

/// A system call that is given a missing page fails, and sends no signal.
TEST_F(MapGuard, WritesZerosWhereAFileWasCutShort) {
  write_file(file, std::string(8 * kSize, 'a'));
  const MapWatch maps;
  const MappedFile map(file);
  cut_to(8'192);
  FileWriter writer(folder / "copy");
  writer.write(std::vector<Bytes>{as_bytes("head"), map.bytes(), as_bytes("tail")});
  writer.commit();
  EXPECT_EQ(read_text(folder / "copy"), "head" + std::string(8'192, 'a') + std::string(8 * kSize - 8'192, '\0') + "tail");
  EXPECT_THAT(message_of<IoError>([&] { maps.require_whole(); }), HasSubstr("data.bin"));
}

TEST_F(MapGuard, SaysWhatChangedThoughNothingWasMissing) {
  const MapWatch maps;
  const MappedFile map(file);
  scribble();
  EXPECT_THAT(fault_found(maps), HasSubstr("data.bin: was changed"));
}

TEST_F(MapGuard, RemembersAMapThatIsNoMore) {
  const MapWatch maps;
  {
    const MappedFile map(file);
    cut_to(0);
    EXPECT_EQ(map.bytes()[0], std::byte{0});
  }
  EXPECT_THAT(fault_found(maps), HasSubstr("data.bin: was changed"));
  MapWatch().require_unchanged();  // another call's business
}

TEST_F(MapGuard, BlamesAnEarlierMapOnlyForWhatIsMissingNow) {
  const MappedFile map(file);
  const MapWatch maps;
  scribble();
  maps.require_unchanged();
  cut_to(0);
  maps.require_unchanged();  // nobody read it
  EXPECT_EQ(map.bytes()[kSize - 1], std::byte{0});
  EXPECT_THAT(fault_found(maps), HasSubstr("data.bin: was changed"));
}

TEST_F(MapGuard, LetsAFileBeReplacedOrRemoved) {
  const MapWatch maps;
  const MappedFile map(file);
  write_file(file, "another");
  EXPECT_EQ(map.bytes()[kSize - 1], std::byte{'a'});
  maps.require_unchanged();
  fs::remove(file);
  maps.require_unchanged();
}

TEST_F(MapGuard, SurvivesManyMapsThatMove) {
  const MapWatch maps;
  std::vector<MappedFile> all;
  for (int i = 0; i < 50; ++i) all.emplace_back(file);
  all.erase(all.begin(), all.begin() + 20);
  for (int i = 0; i < 10; ++i) all.emplace_back(file);
  cut_to(0);
  for (const MappedFile& map : all) EXPECT_EQ(map.bytes()[kSize - 1], std::byte{0});
  all.clear();
  EXPECT_THAT(fault_found(maps), HasSubstr("data.bin"));
}

TEST_F(MapGuard, IsTheErrorWhateverAReaderMadeOfIt) {
  const auto run = [&](const std::function<void()>& read) {
    return message_of<IoError>([&] {
      with_unchanged_maps([&] {
        const MappedFile map(file);
        cut_to(0);
        EXPECT_EQ(map.bytes()[0], std::byte{0});
        read();
      });
    });
  };
  EXPECT_THAT(run([] { throw InputError({"data.bin", "page 3", "does not unpack", ""}); }), HasSubstr("data.bin: was changed"));
  write_file(file, std::string(kSize, 'a'));
  EXPECT_THAT(run([] {}), HasSubstr("data.bin: was changed"));
  EXPECT_THROW(with_unchanged_maps([] { throw InputError({"data.bin", "", "is empty", ""}); }), InputError);
  with_unchanged_maps([&] {  // a body that ends well has looked itself
    write_file(file, std::string(kSize, 'a'));
    const MappedFile map(file);
    scribble();
  });
}

TEST_F(MapGuard, KeepsAnOutputFromItsName) {
  OutputFolder out(folder / "out", {});
  const MappedFile map(file);
  write_file(out.path() / "a", "x");
  scribble();
  EXPECT_THAT(message_of<IoError>([&] { out.commit(); }), HasSubstr("data.bin: was changed"));
  EXPECT_FALSE(fs::exists(folder / "out"));
}

using MapGuardDeathTest = MapGuard;

TEST_F(MapGuardDeathTest, LeavesOtherFaultsToTheSystem) {
  EXPECT_DEATH(
      {
        const MappedFile ours(file);
        std::FILE* const in = std::fopen(file.c_str(), "r");
        const auto* theirs = static_cast<const volatile char*>(::mmap(nullptr, kSize, PROT_READ, MAP_PRIVATE, ::fileno(in), 0));
        cut_to(0);
        std::exit(theirs[kSize - 1] + 1);
      },
      "");
}

}  // namespace
}  // namespace decant
