#include "decant/formats/archive/archive.h"

#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/archive/members.h"
#include "decant/formats/open.h"
#include "decant/formats/records/stored_text.h"
#include "decant/formats/webdataset/tar.h"
#include "decant/formats/zip/zip.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

using Files = std::vector<std::pair<std::string, std::string>>;

/// A cache of the test's own.
class Archives : public testing::Test {
 protected:
  Archives() { ::setenv("XDG_CACHE_HOME", cache_.path.c_str(), 1); }
  ~Archives() override { ::unsetenv("XDG_CACHE_HOME"); }
  ScratchFolder cache_{"cache"};
};

std::string padded_block(std::string data) {
  data.resize(static_cast<size_t>(round_up_to_block(std::ssize(data))), '\0');
  return data;
}

std::string tar_with(const Files& files) {
  std::string tar;
  for (const auto& [name, content] : files) tar += tar_header(name, std::ssize(content)) + padded_block(content);
  return tar + std::string(1024, '\0');
}

void write_packed_text(const fs::path& path, std::string_view text, records::Packing packing) {
  records::TextWriter writer(path, packing);
  writer.write(text);
  writer.commit();
}

/// As `path` ends.
void write_archive(const fs::path& path, const Files& files) {
  fs::create_directories(path.parent_path());
  if (path.extension() == ".zip") {
    ZipWriter zip(path);
    for (const auto& [name, content] : files)
      zip.add(name, content.size() % 2 == 0 ? ZipMethod::stored : ZipMethod::deflated, as_bytes(content));
    zip.commit();
    return;
  }
  const std::string end = path.extension().string();
  write_packed_text(path, tar_with(files),
                    end == ".tar"   ? records::Packing::none
                    : end == ".zst" ? records::Packing::zstd
                                    : records::Packing::gzip);
}

/// Everything that is seen of a data set.
std::string facts_of(const Dataset& dataset) {
  std::string text = dataset.format + ":";
  for (const std::string& name : dataset.classes) text += " " + name;
  for (const auto& [split, rows] : dataset.splits) {
    text += fmt::format("\n{}", name_of(split));
    std::vector<std::byte> scratch;
    for (int64_t row = 0; row < rows->size(); ++row)
      text += fmt::format("\n{} {} {}", rows->key(row), rows->label(row), as_text(rows->bytes(row, scratch)));
  }
  return text;
}

std::string open_fault(const fs::path& path) {
  return message_of([&] { open_dataset(path.string(), {}, {}); });
}

const std::map<std::string, Files> kSets = {
    {"classes", {{"dog/2.jpg", "d2"}, {"cat/10.jpg", "c10"}, {"cat/2.jpg", "c2"}, {"cat/a/1.png", "ca"}, {"caf\xe9/\n.jpg", "x"}}},
    {"splits", {{"train/dog/1.jpg", "td"}, {"train/cat/1.jpg", "tc1"}, {"val/cat/1.jpg", "vc"}, {"test/1.jpg", "?"}}},
    {"lists", {{"train/1.jpg", "one"}, {"train/0.jpg", "two"}, {"train/metadata.csv", "file_name,label\n1.jpg,dog\n0.jpg,cat\n"}}},
    {"texts", {{"a.jsonl", "{\"text\": \"x\", \"label\": 0}\n{\"text\": \"y\", \"label\": 1}\n"}}}};

TEST_F(Archives, AreReadAsTheFolderTheyUnpackTo) {
  for (const auto& [name, files] : kSets) {
    const ScratchFolder folder("unpacked_" + name);
    for (const auto& [file, content] : files) folder.add(file, content);
    const std::string expected = facts_of(open_dataset(folder.path.string(), {}, {}));
    for (const std::string ending : {".tar", ".tar.gz", ".tgz", ".tar.zst", ".zip"}) {
      for (const std::string top : {"", "set/", "a/b/"}) {
        const ScratchFolder place("packed_" + name);
        Files members;
        for (const auto& [file, content] : files) members.emplace_back(top + file, content);
        write_archive(place.path / ("x" + ending), members);
        EXPECT_EQ(facts_of(open_dataset((place.path / ("x" + ending)).string(), {}, {})), expected) << name << ending << " " << top;
        EXPECT_EQ(facts_of(open_dataset(place.path.string(), {}, {})), expected) << "alone in its folder";
      }
    }
  }
}

TEST_F(Archives, AreUnpackedOnceAndSayWhere) {
  const ScratchFolder folder("once");
  const fs::path file = folder.path / "x.zip";
  write_archive(file, kSets.at("classes"));
  const auto first = unpack_archive(file, {});
  const auto written = fs::last_write_time(first.folder / "dog/2.jpg");
  const auto second = unpack_archive(file, {});
  EXPECT_EQ(first.folder, second.folder);
  EXPECT_TRUE(first.folder.string().starts_with(cache_.path.string()));
  EXPECT_EQ(fs::last_write_time(second.folder / "dog/2.jpg"), written);
  const Dataset dataset = open_dataset(file.string(), {}, {});
  EXPECT_EQ(dataset.root, file);
  std::vector<std::string> notes;
  for (const Oddity& oddity : dataset.oddities) notes.push_back(oddity.place + ": " + oddity.what);
  EXPECT_THAT(notes, Contains(AllOf(HasSubstr("x.zip: is read from an unpacked copy"), HasSubstr(cache_.path.string()))));

  write_archive(file, {{"dog/2.jpg", "changed"}, {"cat/1.jpg", "c"}});
  EXPECT_NE(unpack_archive(file, {}).folder, first.folder) << "another size";
}

TEST_F(Archives, OfArchivesAreClasses) {
  const ScratchFolder folder("tar_of_tars");
  write_archive(folder.path / "img_train.tar",
                {{"n01.tar", tar_with({{"n01_0.JPEG", "b"}})}, {"n00.tar", tar_with({{"n00/n00_0.JPEG", "a"}})}});
  EXPECT_EQ(facts_of(open_dataset(folder.path.string(), {}, {})), "imagefolder: n00 n01\ntrain\nn00/n00_0.JPEG 0 a\nn01/n01_0.JPEG 1 b");
}

TEST_F(Archives, ForEachSplitAreOneSet) {
  const ScratchFolder folder("by_split");
  write_archive(folder.path / "x_train.tar.gz", {{"train/cat/1.jpg", "tc"}, {"train/dog/1.jpg", "td"}});
  write_archive(folder.path / "x_test.zip", {{"cat/1.jpg", "c"}});
  EXPECT_EQ(facts_of(open_dataset(folder.path.string(), {}, {})),
            "imagefolder: cat dog\ntrain\ntrain/cat/1.jpg 0 tc\ntrain/dog/1.jpg 1 td\ntest\ntest/cat/1.jpg 0 c");
}

TEST_F(Archives, OfSamplesStayShards) {
  const ScratchFolder folder("samples");
  const Files samples = {{"a/0.jpg", "x"}, {"a/0.cls", "1"}, {"b/1.jpg", "y"}, {"b/1.cls", "0"}};
  write_archive(folder.path / "s.tar", samples);
  EXPECT_EQ(facts_of(open_dataset((folder.path / "s.tar").string(), {}, {})), "webdataset:\ntrain\ns.tar/a/0.jpg 1 x\ns.tar/b/1.jpg 0 y");
  write_archive(folder.path / "flat.tar", {{"0.jpg", "x"}, {"1.jpg", "y"}});
  EXPECT_EQ(open_dataset((folder.path / "flat.tar").string(), {}, {}).format, "webdataset");
  write_archive(folder.path / "s.tar.gz", samples);
  expect_says(open_fault(folder.path / "s.tar.gz"), {"s.tar.gz", "compressed archive of WebDataset samples", "plain .tar"});
}

/// Two texts of one beginning are no sample, and annotations beside a folder of pictures make a
/// folder of it.
TEST_F(Archives, WithAnnotationsOfTheirOwnFolderAreFolders) {
  const ScratchFolder folder("annotated");
  const auto shape = [&](const Files& files) {
    write_archive(folder.path / "s.tar", files);
    const MappedFile file(folder.path / "s.tar");
    return archive::shape_of_tar(file.bytes(), "s.tar");
  };
  EXPECT_TRUE(shape({{"README.a.txt", "x"}, {"README.b.txt", "x"}, {"JPEGImages/1.jpg", "x"}, {"Annotations/1.xml", "x"}}).is_folder());
  EXPECT_TRUE(shape({{"images/1.jpg", "x"}, {"labels/1.txt", "x"}}).is_folder());
  EXPECT_TRUE(shape({{"train/_annotations.coco.json", "x"}, {"train/1.jpg", "x"}}).is_folder());
  EXPECT_FALSE(shape({{"README.txt", "x"}, {"train/1.jpg", "x"}, {"train/2.jpg", "x"}}).is_folder());
  EXPECT_TRUE(shape({{"train/1.jpg", "x"}, {"train/1.txt", "x"}}).has_samples());
}

TEST_F(Archives, LeaveOutWhatIsOfMacOs) {
  const ScratchFolder folder("mac");
  write_archive(folder.path / "x.zip",
                {{"set/cat/1.jpg", "c"}, {"__MACOSX/set/cat/._1.jpg", "-"}, {"set/dog/1.jpg", "d"}, {"set/dog/._1.jpg", "-"}});
  const Dataset dataset = open_dataset((folder.path / "x.zip").string(), {}, {});
  EXPECT_THAT(keys_of(dataset.train()), ElementsAre("cat/1.jpg", "dog/1.jpg"));
  EXPECT_TRUE(std::ranges::any_of(dataset.oddities, [](const Oddity& o) { return o.what.starts_with("2 files of macOS's"); }));
}

TEST_F(Archives, RefuseWhatIsHostile) {
  const ScratchFolder folder("hostile");
  const auto fault = [&](const std::string& name, const Files& files) {
    write_archive(folder.path / name, files);
    return open_fault(folder.path / name);
  };
  for (const char* name : {"../up.jpg", "/root.jpg", "a/../../b.jpg"}) {
    expect_says(fault("slip.zip", {{"cat/1.jpg", "c"}, {name, "x"}}), {"slip.zip", name, "outside the archive"});
    expect_says(fault("slip.tgz", {{"cat/1.jpg", "c"}, {name, "x"}}), {"slip.tgz", name, "outside the archive"});
  }
  EXPECT_FALSE(fs::exists(cache_.path / "decant" / "up.jpg"));
  const std::string zeros(80'000'001, '\0');
  expect_says(fault("bomb.zip", {{"cat/1.jpg", zeros}}), {"bomb.zip", "more than 200 times its size"});
  expect_says(fault("bomb.tar.gz", {{"cat/1.jpg", zeros}}), {"bomb.tar.gz", "more than 200 times its size"});
  expect_says(fault("both.zip", {{"a/1.jpg", "x"}, {"a/1.jpg/2.jpg", "x"}}), {"both.zip", "a/1.jpg/2.jpg", "cannot be a file"});
  expect_says(fault("long.zip", {{std::string(300, 'n') + ".jpg", "x"}}), {"long.zip", "name is too long"});
  folder.add("not.zip", "hello");
  expect_says(open_fault(folder.path / "not.zip"), {"not.zip", "is not a data set"});
  const std::string tgz = (write_archive(folder.path / "cut.tgz", kSets.at("classes")), read_text(folder.path / "cut.tgz"));
  folder.add("cut.tgz", tgz.substr(0, tgz.size() - 20));
  expect_says(open_fault(folder.path / "cut.tgz"), {"cut.tgz", "truncated"});
  folder.add("bad.tgz", std::string(tgz).replace(tgz.size() / 2, 4, "abcd"));
  expect_says(open_fault(folder.path / "bad.tgz"), {"bad.tgz", "damaged"});
  write_archive(folder.path / "inner.zip", {{"x.zip", "PK\3\4"}});
  expect_says(open_fault(folder.path / "inner.zip"), {"inner.zip", "does not read"});
}

TEST(ArchiveNames, EndInAnyCase) {
  EXPECT_TRUE(archive::named_as_archive("a/Set.TAR.gz"));
  EXPECT_TRUE(archive::named_as_archive("x.zip"));
  EXPECT_FALSE(archive::named_as_archive("x.gz"));
  EXPECT_FALSE(archive::named_as_archive("folder/.zip"));
  EXPECT_EQ(archive::stem_of("a/ILSVRC2012_img_train.tar.gz"), "ILSVRC2012_img_train");
}

}  // namespace
}  // namespace decant
