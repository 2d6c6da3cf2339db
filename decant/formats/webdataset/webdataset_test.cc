#include "decant/formats/webdataset/webdataset.h"

#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/data/test_rows.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/recode.h"
#include "decant/formats/webdataset/class_file.h"
#include "decant/formats/webdataset/shards.h"
#include "decant/formats/webdataset/tar.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

struct File {
  std::string name;
  std::string content = {};
};

std::string padded(std::string data) {
  data.resize(static_cast<size_t>(round_up_to_block(static_cast<int64_t>(data.size()))), '\0');
  return data;
}

std::string member(const std::string& name, const std::string& content) {
  return tar_header(name, static_cast<int64_t>(content.size())) + padded(content);
}

const std::string kEnd(1024, '\0');

std::string tar_of(const std::vector<File>& files) {
  std::string archive;
  for (const File& file : files) archive += member(file.name, file.content);
  return archive + kEnd;
}

/// The header with `text` put at `at` and the checksum made good.
std::string patched(std::string header, size_t at, std::string_view text) {
  std::copy(text.begin(), text.end(), header.begin() + static_cast<std::ptrdiff_t>(at));
  int sum = 8 * ' ';
  for (size_t i = 0; i < 512; ++i) sum += i >= 148 && i < 156 ? 0 : static_cast<unsigned char>(header[i]);
  return header.replace(148, 7, fmt::format("{:06o}", sum) + '\0');
}

std::string pax_record(const std::string& key, const std::string& value) {
  size_t length = key.size() + value.size() + 3;
  while (std::to_string(length).size() + key.size() + value.size() + 3 != length)
    length = std::to_string(length).size() + key.size() + value.size() + 3;
  return std::to_string(length) + " " + key + "=" + value + "\n";
}

std::string extension(char type, const std::string& content) {
  return patched(tar_header("extension", static_cast<int64_t>(content.size())), 156, std::string(1, type)) + padded(content);
}

std::string tar_fault(const std::string& archive) {
  return message_of([&] { walk_tar(as_bytes(archive), "x.tar", [](const TarMember&) {}); });
}

std::vector<std::string> names_in(const std::string& archive) {
  std::vector<std::string> names;
  walk_tar(as_bytes(archive), "x.tar", [&](const TarMember& m) { names.emplace_back(m.name); });
  return names;
}

TEST(Tar, ReadsUstarPaxAndGnuNames) {
  const std::string long_name(300, 'n');
  std::string archive = member("plain.jpg", "12345");
  archive += patched(tar_header("name.jpg", 0), 345, "pre/fix");
  archive += extension('x', pax_record("mtime", "1.5") + pax_record("path", "pax/ü.jpg") + pax_record("size", "3")) +
             tar_header("short", 0) + padded("abc");
  archive += extension('L', long_name + '\0') + member("short", "x");
  archive += extension('g', pax_record("comment", "from git")) + patched(tar_header("folder/", 0), 156, "5");
  archive += patched(tar_header("link.jpg", 0), 156, "2") + member("./dotted.jpg", "");
  EXPECT_THAT(names_in(archive + kEnd), ElementsAre("plain.jpg", "pre/fix/name.jpg", "pax/ü.jpg", long_name, "dotted.jpg"));
  walk_tar(as_bytes(archive), "x", [&](const TarMember& m) {
    if (m.name == "plain.jpg") {
      EXPECT_EQ(std::make_tuple(m.begin, m.data, m.size, m.end), std::make_tuple(0, 512, 5, 1024));
    } else if (m.name == "pax/ü.jpg") {
      EXPECT_EQ(m.begin, 1536) << "the pax header belongs to the member";
      EXPECT_EQ(m.size, 3) << "the pax size counts";
    }
  });
}

TEST(Tar, ReadsSizesInBase256) {
  const std::string header = patched(tar_header("a.jpg", 0), 124, std::string("\x80\0\0\0\0\0\0\0\0\0\0\x05", 12));
  EXPECT_THAT(names_in(header + padded("12345") + kEnd), ElementsAre("a.jpg"));
  EXPECT_THAT(tar_fault(patched(header, 124, std::string(12, '\xff')) + kEnd),
              HasSubstr("x.tar: byte 0: the member's size is negative or not a number"));
  EXPECT_THAT(tar_fault(patched(header, 124, "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") + kEnd),
              HasSubstr("size is negative or not a number"));
  EXPECT_THAT(tar_fault(patched(header, 124, "-0000000001") + kEnd), HasSubstr("size is negative or not a number"));
}

TEST(Tar, RefusesWhatIsHostileOrCut) {
  const std::string good = member("a.jpg", std::string(1000, 'x'));
  EXPECT_THAT(tar_fault("hello" + std::string(600, 'x')), HasSubstr("x.tar: byte 0: is not a tar archive"));
  EXPECT_THAT(tar_fault(good.substr(0, 700)),
              HasSubstr("byte 0, member 'a.jpg': needs 1000 bytes of data, but only 188 are left in the file. The archive is truncated"));
  EXPECT_THAT(tar_fault(good + good.substr(0, 100)), HasSubstr("byte 1536: the archive ends inside a header"));
  EXPECT_THAT(tar_fault(good + std::string(512, 'z')), HasSubstr("byte 1536: the header's checksum is wrong"));
  for (const char* name : {"../up.jpg", "/root.jpg", "a/../../b.jpg"})
    EXPECT_THAT(tar_fault(good + member(name, "x")),
                HasSubstr(fmt::format("byte 1536, member '{}': the name is empty, or points outside the archive", name)));
  EXPECT_THAT(tar_fault(extension('x', pax_record("path", "../b.jpg")) + member("b", "")), HasSubstr("member '../b.jpg'"));
  EXPECT_THAT(tar_fault(extension('x', pax_record("size", "99999999999999999999")) + member("b", "")), HasSubstr("a pax size is negative"));
  EXPECT_THAT(tar_fault(extension('x', pax_record("size", "9223372036854775807")) + member("b", "")),
              HasSubstr("needs 9223372036854775807 bytes"));
  EXPECT_THAT(tar_fault(extension('x', "999 a=b\n") + member("b", "")), HasSubstr("a pax record is malformed"));
  EXPECT_THAT(tar_fault(extension('x', pax_record("path", "a"))), HasSubstr("ends after an extension header"));
  EXPECT_THAT(tar_fault(patched(tar_header("s", 0), 156, "S")), HasSubstr("sparse"));
}

TEST(Tar, TellsHowTheArchiveEnds) {
  const auto end_of = [](const std::string& archive) { return walk_tar(as_bytes(archive), "x", [](const TarMember&) {}); };
  EXPECT_TRUE(end_of(member("a.b", "") + kEnd).marked);
  EXPECT_FALSE(end_of(member("a.b", "")).marked);
  EXPECT_EQ(end_of(member("a.b", "") + kEnd + "tail").trailing, 4);
  EXPECT_EQ(end_of(member("a.b", "") + kEnd + kEnd).trailing, 0);
}

TEST(Shards, KnowSplitsByTheNamesPeopleUse) {
  const ScratchFolder folders("folders");
  for (const char* name : {"Training/0.tar", "val2017/0.tar", "test/0.tar", "Test/1.tar"}) folders.add(name, kEnd);
  Shards shards = find_shards(folders.path.string());
  EXPECT_TRUE(looks_like_shards(folders.path.string()));
  EXPECT_THAT(shards.names[Split::train], ElementsAre("Training/0.tar"));
  EXPECT_THAT(shards.names[Split::validation], ElementsAre("val2017/0.tar"));
  EXPECT_THAT(shards.names[Split::test], ElementsAre("test/0.tar")) << "the plain name comes first";
  const ScratchFolder named("named");
  for (const char* name : {"train-000.tar", "dev-000.tar", "eval-000.tar", "x-testing.tar"}) named.add(name, kEnd);
  shards = find_shards(named.path.string());
  EXPECT_THAT(shards.names[Split::validation], ElementsAre("dev-000.tar", "eval-000.tar"));
  EXPECT_THAT(shards.names[Split::test], ElementsAre("x-testing.tar"));
}

TEST(Shards, SplitsGoByFoldersOrByNames) {
  const ScratchFolder named("named");
  for (const char* name : {"x-train-000.tar", "x-val-000.tar", "x_TEST.tar", "x-extra.tar"}) named.add(name, kEnd);
  Shards shards = find_shards(named.path.string());
  EXPECT_THAT(shards.names[Split::train], ElementsAre("x-train-000.tar"));
  EXPECT_THAT(shards.names[Split::validation], ElementsAre("x-val-000.tar"));
  EXPECT_THAT(shards.names[Split::test], ElementsAre("x_TEST.tar"));
  EXPECT_THAT(shards.oddities.at(0).place, HasSubstr("x-extra.tar"));
  shards = find_shards((named.path / "x-{val,extra}*.tar").string());
  EXPECT_THAT(shards.names, testing::SizeIs(1)) << "without a training shard, all are";
  const ScratchFolder nested("nested");
  for (const char* name : {"train/1.tar", "train/0.tar", "valid/0.tar"}) nested.add(name, kEnd);
  shards = find_shards(nested.path.string());
  EXPECT_THAT(shards.names[Split::train], ElementsAre("train/0.tar", "train/1.tar"));
  EXPECT_THAT(shards.names[Split::validation], ElementsAre("valid/0.tar"));
}

TEST(Shards, NameALinkToItselfThatMayBeAShard) {
  const ScratchFolder flat("flat");
  flat.add("a-0.tar", kEnd);
  std::filesystem::create_symlink("a-1.tar", flat.path / "a-1.tar");
  EXPECT_THAT(message_of<IoError>([&] { find_shards(flat.path.string()); }), HasSubstr("a-1.tar: cannot be opened: Too many levels"));
  const ScratchFolder split("split");
  split.add("train/a/0.tar", kEnd);
  split.add("val/0.tar", kEnd);
  std::filesystem::create_symlink("1.tar", split.path / "train/a/1.tar");
  EXPECT_THAT(message_of<IoError>([&] { find_shards(split.path.string()); }),
              HasSubstr("train/a/1.tar: cannot be opened: Too many levels"));
}

TEST(Shards, SaysWhatIsMissingOrPacked) {
  const ScratchFolder folder("missing");
  folder.add("a-0.tar", kEnd);
  EXPECT_THAT(message_of([&] { find_shards((folder.path / "a-{0..2}.tar").string()); }), HasSubstr("a-1.tar: is missing; "));
  folder.add("b.tar.gz", "x");
  EXPECT_THAT(message_of([&] { find_shards(folder.path.string()); }), HasSubstr("b.tar.gz: is a compressed archive"));
  EXPECT_THAT(message_of([&] { find_shards((folder.path / "*.zip").string()); }), HasSubstr("no file matches"));
  EXPECT_THAT(message_of([] { find_shards("s3://bucket/{0..9}.tar"); }), HasSubstr("is remote"));
}

TEST(WebDataset, RowsAreSamples) {
  const ScratchFolder folder("rows");
  const std::string path = folder.add("s.tar", tar_of({{"b/1.cls", "3\n"},
                                                       {"b/1.JPG", "first"},
                                                       {"b/0.json", R"({"caption": "x", "label": 5})"},
                                                       {"b/0.jpeg", "second"},
                                                       {"__meta__", "m"},
                                                       {"b/2.left.png", "third"},
                                                       {"b/2.txt", "t"},
                                                       {"b/3.dng", "fourth"},
                                                       {"b/._3.jpg", "mac"},
                                                       {"b/README", "r"}}));
  const Dataset dataset = open_webdataset(path, {});
  const Rows& rows = dataset.train();
  EXPECT_THAT(keys_of(rows), ElementsAre("s.tar/b/1.JPG", "s.tar/b/0.jpeg", "s.tar/b/2.left.png", "s.tar/b/3.dng"));
  EXPECT_THAT(labels_of(rows), ElementsAre(3, 5, kNoLabel, kNoLabel));
  EXPECT_EQ(text_of(rows, 0), "first");
  EXPECT_EQ(text_of(rows, 2), "third");
  EXPECT_EQ(rows.known_fault(2), "");
  EXPECT_THAT(rows.known_fault(3), HasSubstr("no supported picture (its fields: dng)"));
  EXPECT_THAT(oddities_of(dataset), Contains(HasSubstr("2 of 4 samples have no label")));
  EXPECT_THAT(oddities_of(dataset), Contains(HasSubstr("2 members have no extension, or begin with a dot")));
  Image image;
  EXPECT_THAT(message_of([&] { rows.pictures()->decode(0, image); }),
              HasSubstr("s.tar/b/1.JPG: is no picture of a known format (starts with 'first')"));
}

TEST(WebDataset, TellsWhichCellsOfAPictureWereDropped) {
  Image image;
  image.resize({64, 48, 3});
  std::vector<std::byte> whole;
  std::vector<std::byte> partial;
  encode_jpeg(image.view(), 90, whole);
  PatchMask mask = PatchMask::whole(patch_grid_of(whole, "", 4));
  mask.kept[5] = false;
  recode(whole, "", {.mask = &mask}, partial);
  const ScratchFolder folder("masks");
  folder.add("0.tar", tar_of({{"a.jpg", std::string(as_text(whole))}, {"b.jpg", std::string(as_text(partial))}}));
  const Dataset dataset = open_webdataset(folder.path.string(), {});
  EXPECT_EQ(dataset.train().pictures()->mask(0), std::nullopt);
  EXPECT_EQ(dataset.train().pictures()->mask(1), mask);
}

TEST(WebDataset, RefusesDoubleKeysAndBadLabels) {
  const ScratchFolder folder("double");
  const auto fault = [&](const std::vector<File>& files) {
    const std::string path = folder.add("s.tar", tar_of(files));
    return message_of([&] { open_webdataset(path, {}); });
  };
  EXPECT_THAT(
      fault({{"1.jpg", "a"}, {"2.jpg", "b"}, {"1.cls", "0"}}),
      HasSubstr("s.tar: byte 2048, member '1.cls': the sample '1' already exists, at byte 0. The files of a sample must be adjacent"));
  EXPECT_THAT(fault({{"1.jpg", "a"}, {"1.JPG", "b"}}), HasSubstr("byte 1024, member '1.JPG': the sample already has a .jpg, at byte 0"));
  EXPECT_THAT(fault({{"1.jpg", "a"}, {"1.cls", "cat"}}), HasSubstr("member '1.cls': the label 'cat' is not a whole number"));
  EXPECT_THAT(fault({{"1.jpg", "a"}, {"1.cls", "99999999"}}), HasSubstr("the label is not in −1 … 16777215"));
  EXPECT_THAT(fault({{"1.jpg", "a"}, {"1.json", R"({"label": 18446744073709551615})"}}), HasSubstr("the label is not in"));
  EXPECT_THAT(fault({{"1.jpg", "a"}, {"1.json", "{"}}), HasSubstr("is not valid JSON"));
  EXPECT_THAT(fault({}), HasSubstr("the shards hold no samples"));
}

TEST(WebDataset, ShardsMayRestartTheirKeys) {
  const ScratchFolder folder("restart");
  folder.add("0.tar", tar_of({{"0.jpg", "a"}, {"1.jpg", "b"}}));
  folder.add("1.tar", tar_of({{"0.jpg", "c"}}));
  folder.add("classes.txt", "cat\ndog\r\n");
  for (const std::string& spec : {folder.path.string(), (folder.path / "{0..1}.tar").string(), (folder.path / "?.tar").string()}) {
    const Dataset dataset = open_webdataset(spec, {});
    EXPECT_THAT(keys_of(dataset.train()), ElementsAre("0.tar/0.jpg", "0.tar/1.jpg", "1.tar/0.jpg"));
    EXPECT_THAT(oddities_of(dataset), Contains(HasSubstr("1 samples share a key with a sample in an earlier shard (first '1.tar/0.jpg'")));
    EXPECT_THAT(dataset.classes, ElementsAre("cat", "dog"));
  }
}

TEST(WebDataset, WriterCopiesBlocksAsTheyLie) {
  const ScratchFolder folder("write");
  const std::string one = member("1.jpg", "one") + member("1.cls", "4");
  const std::string two = extension('x', pax_record("path", "2.jpg")) + patched(tar_header("old", 3), 136, "12345670123") + padded("two");
  const std::string three = member("3.jpg", "three");
  folder.add("a.tar", one + two + patched(tar_header("d/", 0), 156, "5") + three + kEnd);
  folder.add("b.tar", member("4.jpg", "four") + kEnd);
  folder.add("c.tar", member("5.jpg", "five"));
  const Dataset dataset = open_webdataset(folder.path.string(), {});
  const ScratchFolder out("written");
  const int64_t written = dataset.writer->write(std::vector<int64_t>{0, 1, 4}, out.path);
  EXPECT_EQ(read_text(out.path / "a.tar"), one + two + kEnd);
  EXPECT_FALSE(fs::exists(out.path / "b.tar"));
  EXPECT_EQ(read_text(out.path / "c.tar"), member("5.jpg", "five") + kEnd);
  EXPECT_EQ(written, static_cast<int64_t>(one.size() + two.size() + 2 * kEnd.size() + 1024));
  const Dataset small = open_webdataset(out.path.string(), {});
  EXPECT_THAT(keys_of(small.train()), ElementsAre("a.tar/1.jpg", "a.tar/2.jpg", "c.tar/5.jpg"));
  EXPECT_EQ(small.train().label(0), 4);
}

TEST(WebDataset, RewriterChangesThePictureAndNothingElse) {
  const ScratchFolder folder("rewrite");
  const std::string paxed = extension('x', pax_record("path", "2.jpg"));
  folder.add("a.tar", member("1.jpg", "one") + member("1.cls", "4") + paxed + member("old", "two") + kEnd);
  const Dataset dataset = open_webdataset(folder.path.string(), {});
  const ScratchFolder out("rewritten");
  const OtherBytes content(dataset.splits.at(Split::train), 700);
  const int64_t written = dataset.writer->rewrite(std::vector<int64_t>{0, 1}, content, out.path);
  const std::string expected =
      member("1.jpg", std::string(700, '0')) + member("1.cls", "4") + paxed + member("old", std::string(700, '1')) + kEnd;
  EXPECT_EQ(read_text(out.path / "a.tar"), expected);
  EXPECT_EQ(written, std::ssize(expected));
}

TEST(WebDataset, RewriterRefusesAPictureWhoseSizeStandsElsewhere) {
  const ScratchFolder folder("rewrite_pax");
  folder.add("a.tar", extension('x', pax_record("size", "3")) + member("1.jpg", "one") + kEnd);
  const Dataset dataset = open_webdataset(folder.path.string(), {});
  const ScratchFolder out("rewritten_pax");
  const OtherBytes content(dataset.splits.at(Split::train), 700);
  EXPECT_THAT(message_of([&] { dataset.writer->rewrite(std::vector<int64_t>{0}, content, out.path); }),
              HasSubstr("member '1.jpg': keeps its size"));
}

TEST(WebDataset, ReadsWhatTarWrites) {
  const ScratchFolder folder("system");
  const std::string deep = std::string(80, 'd') + "/" + std::string(80, 'e');  // too long for the plain name field
  folder.add("in/" + deep + "/000.jpg", "picture");
  folder.add("in/" + deep + "/000.cls", "1");
  for (const std::string format : {"gnu", "pax", "ustar"}) {
    const std::string command =
        "cd '" + folder.path.string() + "' && tar --sort=name --format=" + format + " -cf " + format + ".tar -C in . 2>/dev/null";
    if (std::system(command.c_str()) != 0) GTEST_SKIP() << "needs GNU tar";
    const Dataset dataset = open_webdataset((folder.path / (format + ".tar")).string(), {});
    EXPECT_THAT(keys_of(dataset.train()), ElementsAre(format + ".tar/" + deep + "/000.jpg"));
    EXPECT_EQ(text_of(dataset.train(), 0), "picture");
    EXPECT_EQ(dataset.train().label(0), 1);
  }
}

/// Opens shards of these names and files; the oddities that warn.
std::vector<std::string> shard_warnings(const std::string& name, const std::map<std::string, std::vector<File>>& shards) {
  const ScratchFolder folder(name);
  for (const auto& [shard, files] : shards) folder.add(shard, tar_of(files));
  std::vector<std::string> warnings;
  for (const Oddity& oddity : open_webdataset(folder.path.string(), {}).oddities) {
    if (oddity.warns) warnings.push_back(oddity.place + ": " + oddity.what);
  }
  return warnings;
}

TEST(WebDataset, WarnsOfNothingInOrdinaryShards) {
  using testing::IsEmpty;
  EXPECT_THAT(shard_warnings("cls", {{"0.tar", {{"a.jpg"}, {"a.cls", "0"}, {"a.json", "{\"label\": \"cat\"}"}}}}), IsEmpty())
      << ".cls wins";
  EXPECT_THAT(shard_warnings("json", {{"0.tar", {{"a.jpg"}, {"a.json", "{\"label\": 3}"}}}}), IsEmpty());
  EXPECT_THAT(
      shard_warnings("captions", {{"00000.tar", {{"000000000.jpg"}, {"000000000.txt", "a cat"}}}, {"00001.tar", {{"000010000.jpg"}}}}),
      IsEmpty());
  EXPECT_THAT(shard_warnings("masks", {{"0.tar", {{"a.jpg"}, {"a.seg.png"}, {"a.cls", "0"}}}}), IsEmpty());
  EXPECT_THAT(shard_warnings("null", {{"0.tar", {{"a.jpg"}, {"a.json", "{\"label\": null}"}}}}), IsEmpty());
  EXPECT_THAT(shard_warnings("splits", {{"train-0.tar", {{"a.jpg"}, {"a.cls", "0"}}}, {"test-0.tar", {{"a.jpg"}, {"a.cls", "0"}}}}),
              IsEmpty());
}

TEST(WebDataset, WarnsOfLabelsThatAreNoClasses) {
  for (const auto& [value, kind] : {std::pair{"1.5", "is a fractional number"}, {"NaN", "is a fractional number"}, {"[1]", "is a list"}})
    EXPECT_THAT(shard_warnings("labels", {{"0.tar",
                                           {{"a.jpg"},
                                            {"a.json", fmt::format("{{\"label\": {}}}", value)},
                                            {"b.jpg"},
                                            {"b.json", fmt::format("{{\"label\": {}}}", value)}}}}),
                ElementsAre(testing::AllOf(HasSubstr("the field \"label\" of 0.tar/a.json"), HasSubstr(kind),
                                           HasSubstr("2 samples stay without a label"), HasSubstr("--label-field"))));
  EXPECT_THAT(
      shard_warnings("mixed", {{"0.tar", {{"a.jpg"}, {"a.json", R"({"label": "cat"})"}, {"b.jpg"}, {"b.json", R"({"label": 1})"}}}}),
      Contains(HasSubstr("some labels are numbers and others are names (such as 'cat')")));
}

/// Classes and labels of the training rows of one shard: "cat dog | 1 0".
std::string labels_of_shard(const std::string& name, const std::vector<File>& files, const std::string& field = {},
                            const std::string& classes = {}) {
  const ScratchFolder folder(name);
  folder.add("0.tar", tar_of(files));
  if (!classes.empty()) folder.add("classes.txt", classes);
  const Dataset dataset = open_webdataset(folder.path.string(), {}, field);
  std::string text;
  for (const std::string& each : dataset.classes) text += each + " ";
  text += "|";
  for (const int32_t label : labels_of(dataset.train())) text += fmt::format(" {}", label);
  return text;
}

TEST(WebDataset, TakesLabelsOfJsonAsNumbersAndNames) {
  const auto two = [](const std::string& first, const std::string& second) {
    return std::vector<File>{{"a.jpg"}, {"a.json", "{\"label\": " + first + "}"}, {"b.jpg"}, {"b.json", "{\"label\": " + second + "}"}};
  };
  EXPECT_EQ(labels_of_shard("text", two("\"1\"", "0.0")), "| 1 0");
  EXPECT_EQ(labels_of_shard("bool", two("true", "false")), "| 1 0");
  EXPECT_EQ(labels_of_shard("names", two("\"dog\"", "\"cat\"")), "cat dog | 1 0");
  EXPECT_EQ(labels_of_shard("listed", two("\"dog\"", "\"cat\""), "", "dog\ncat\n"), "dog cat | 0 1");
  EXPECT_EQ(labels_of_shard("null", two("null", "-1")), "| -1 -1");
}

TEST(WebDataset, NamesOfClassesComeBackFromTheirFile) {
  using Names = std::vector<std::string>;
  const auto stored = [](const Names& names) {
    const ScratchFolder folder("class_file");
    webdataset::write_class_file(webdataset::class_file_for(names), folder.path);
    Names read;
    const webdataset::ClassFile file = webdataset::read_class_file(folder.path, read);
    return std::pair(file.name, read);
  };
  const std::string lines = "classes.txt";
  const std::string list = "classes.json";
  for (const Names& names : {Names{"cat", "caf\xe9"}, Names{"\x1b[31m", "a | b", "\"", "\ra"}})
    EXPECT_EQ(stored(names), std::pair(lines, names));
  for (const Names& names : {Names{"new\nline", "caf\xe9"}, Names{"\r"}, Names{"cat", ""}})
    EXPECT_EQ(stored(names), std::pair(list, names));
  EXPECT_EQ(stored({}), std::pair(std::string(), Names()));
}

TEST(WebDataset, AnotherListOfClassesIsLeftAlone) {
  for (const char* text : {"{\"cat\": 0}", "[1, 2]", "[", ""}) {
    const ScratchFolder folder("other_list");
    folder.add("classes.json", text);
    std::vector<std::string> names = {"as before"};
    EXPECT_EQ(webdataset::read_class_file(folder.path, names).name, "") << text;
    EXPECT_THAT(names, ElementsAre("as before"));
  }
}

TEST(WebDataset, TakesLabelsOfOtherFields) {
  const std::vector<File> nested = {
      {"a.jpg"}, {"a.json", R"({"label": 9, "meta": {"kind": "x"}})"}, {"b.jpg"}, {"b.json", R"({"meta": {"kind": "y"}})"}};
  EXPECT_EQ(labels_of_shard("nested", nested, "meta.kind"), "x y | 0 1");
  const std::vector<File> ends = {{"a.jpg"}, {"a.fine.cls", "7"}, {"a.meta.json", R"({"label": 3})"}};
  EXPECT_EQ(labels_of_shard("ends", ends), "| 7");
  EXPECT_EQ(labels_of_shard("named", ends, "meta.json"), "| 3");
  EXPECT_EQ(labels_of_shard("only_json", {{"a.jpg"}, {"a.meta.json", R"({"label": 3})"}}), "| 3");
}

TEST(WebDataset, WarnsOfPicturesThatBecomeOneSample) {
  EXPECT_THAT(shard_warnings("dots", {{"0.tar", {{"scene.000.jpg"}, {"scene.000.cls", "0"}, {"scene.001.jpg"}, {"scene.001.cls", "1"}}}}),
              ElementsAre(testing::AllOf(HasSubstr("1 sample holds several pictures"), HasSubstr("0.tar/scene.000.jpg"),
                                         HasSubstr("remove the other dots"))));
}

TEST(WebDataset, WarnsOfArchivesThatAreNoShards) {
  EXPECT_THAT(
      shard_warnings("folders", {{"set.tar", {{"set/train/cat/1.jpg"}, {"set/train/dog/1.jpg"}, {"set/val/cat/1.jpg"}}}}),
      ElementsAre(testing::AllOf(HasSubstr("3 samples without labels are in 3 folders (first 'set/train/cat')"), HasSubstr("tar -xf"))));
  EXPECT_THAT(shard_warnings("tars", {{"all.tar", {{"n00.tar", "x"}}}}),
              ElementsAre(HasSubstr("holds no picture (the first file ends in .tar)")));
  EXPECT_THAT(
      shard_warnings("split_folders", {{"set/Train/0.tar", {{"a.jpg"}, {"a.cls", "0"}}}, {"set/Test/0.tar", {{"a.jpg"}, {"a.cls", "0"}}}}),
      Contains(HasSubstr("the shards below 'Train' and 'Test' are all read as training shards")));
}

/// Keys and labels of training rows: "n00.tar/n00_1.JPEG 0".
std::vector<std::string> labelled_keys(const std::string& name, const std::map<std::string, std::vector<File>>& archives) {
  const ScratchFolder folder(name);
  for (const auto& [file, members] : archives) folder.add(file, tar_of(members));
  const Dataset dataset = open_webdataset(folder.path.string(), {});
  std::vector<std::string> rows;
  for (int64_t row = 0; row < dataset.train().size(); ++row)
    rows.push_back(fmt::format("{} {}", dataset.train().key(row), dataset.train().label(row)));
  return rows;
}

TEST(WebDataset, AnArchiveForEachClassIsASet) {
  EXPECT_THAT(labelled_keys("per_class", {{"n00.tar", {{"n00_1.JPEG"}, {"n00_2.JPEG"}}}, {"n01.tar", {{"n01/n01_7.JPEG"}}}}),
              ElementsAre("n00.tar/n00_1.JPEG 0", "n00.tar/n00_2.JPEG 0", "n01.tar/n01/n01_7.JPEG 1"));
  EXPECT_THAT(labelled_keys("words", {{"cat.tar", {{"1.jpg"}}}, {"Dog.tar", {{"2.jpg"}}}}),
              ElementsAre("Dog.tar/2.jpg 0", "cat.tar/1.jpg 1"));
  EXPECT_THAT(labelled_keys("shards", {{"0.tar", {{"a.jpg"}}}, {"1.tar", {{"b.jpg"}}}}), ElementsAre("0.tar/a.jpg -1", "1.tar/b.jpg -1"));
  EXPECT_THAT(labelled_keys("splits", {{"cat.tar", {{"1.jpg"}}}, {"test.tar", {{"2.jpg"}}}}),
              ElementsAre("cat.tar/1.jpg -1", "test.tar/2.jpg -1"));
  EXPECT_THAT(labelled_keys("fields", {{"cat.tar", {{"1.jpg"}, {"1.txt"}}}, {"dog.tar", {{"2.jpg"}}}}),
              ElementsAre("cat.tar/1.jpg -1", "dog.tar/2.jpg -1"));
}

TEST(WebDataset, ReadsJsonAsPythonWritesIt) {
  for (const char* value : {"NaN", "-Infinity", "1e400", R"("\ud83d")"})
    EXPECT_EQ(labels_of_shard("python", {{"a.jpg"}, {"a.json", fmt::format("{{\"label\": 1, \"x\": {}}}", value)}}), "| 1") << value;
  EXPECT_EQ(labels_of_shard("list", {{"a.jpg"}, {"a.json", "[1, NaN]"}}), "| -1");
  EXPECT_THAT(message_of([] {
                labels_of_shard("broken", {{"a.jpg"}, {"a.json", "{\"label\": 1"}});
              }),
              testing::AllOf(HasSubstr("is not valid JSON"), HasSubstr(".cls")));
}

}  // namespace
}  // namespace decant
