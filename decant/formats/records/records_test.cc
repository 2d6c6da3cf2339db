#include "decant/formats/records/records.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/formats/records/json_text.h"
#include "decant/formats/records/layout.h"
#include "decant/formats/records/places.h"
#include "decant/formats/records/records_for_tests.h"
#include "decant/formats/records/stored_text.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Dataset opened(const std::string& path, const OpenOptions& options = {}) {
  return open_dataset(path, options, {});
}

Dataset opened_text(const std::string& name, std::string_view text, const OpenOptions& options = {}) {
  return opened(ScratchFolder("in").add(name, text), options);
}

/// The bytes of a small set's only file.
std::string small_of(const Dataset& dataset, std::vector<int64_t> rows, const std::string& name) {
  const auto folder = fresh_folder("out");
  const int64_t bytes = dataset.writer->write(rows, folder, {});
  EXPECT_EQ(bytes, static_cast<int64_t>(std::filesystem::file_size(folder / name)));
  return read_text(folder / name);
}

// --- where records lie

constexpr std::string_view kAlpaca =
    "[\n    {\n        \"instruction\": \"Say \\\"hi\\\".\",\n        \"input\": \"\",\n        \"output\": \"h\\u00ef ]}\"\n    },\n"
    "    {\"output\":\"B\",  \"instruction\":\"b\"},\n    {\"instruction\": \"c\", \"input\": \"x\", \"output\": \"C\\n\"}\n]\n";

TEST(Records, ReadAnAlpacaArray) {
  const Dataset dataset = opened_text("a.json", kAlpaca);
  EXPECT_EQ(dataset.format, "json");
  const Rows& rows = dataset.train();
  ASSERT_EQ(rows.size(), 3);
  EXPECT_EQ(rows.key(1), "a.json#1");
  EXPECT_EQ(rows.modality().name, "records");
  EXPECT_EQ(rows.texts()->schema(), "alpaca: instruction, input, output");
  EXPECT_EQ(said(rows, 0), "user: Say \"hi\". | user:  | assistant* h\xc3\xaf ]}");
  EXPECT_EQ(spans(rows, 0), R"(Say \"hi\". |  | h\u00ef ]})");
  EXPECT_EQ(said(rows, 1), "assistant* B | user: b");
  EXPECT_EQ(text_of(rows, 1), "{\"output\":\"B\",  \"instruction\":\"b\"}");
  EXPECT_EQ(rows.targets(), nullptr);
  EXPECT_THAT(rows.known_faults(), IsEmpty());
}

TEST(Records, AJsonFileOfLinesMayBeginWithALongRecord) {
  const std::string longer(size_t{3} << 20, 'x');
  const std::string lines = R"({"text": ")" + longer + "\"}\n{\"text\": \"b\"}\n";
  for (const auto packing : {records::Packing::none, records::Packing::gzip}) {
    const std::string name = packing == records::Packing::none ? "a.json" : "a.json.gz";
    const ScratchFolder folder("in");
    records::TextWriter writer(folder.path / name, packing);
    writer.write(lines);
    writer.commit();
    EXPECT_TRUE(looks_like_records(folder.path / name)) << name;
    const Dataset dataset = opened((folder.path / name).string());
    EXPECT_EQ(dataset.format, "jsonl");
    ASSERT_EQ(dataset.train().size(), 2);
    EXPECT_EQ(std::ssize(text_of(dataset.train(), 0)), std::ssize(longer) + 12);
    EXPECT_EQ(said(dataset.train(), 1), "text* b");
  }
  const ScratchFolder document("in");
  EXPECT_FALSE(looks_like_records(document.add("config.json", R"({"text": ")" + longer + "\"}\n"))) << "one object is a document";
}

TEST(Records, WriteAnArrayAsItStood) {
  const Dataset dataset = opened_text("a.json", kAlpaca);
  EXPECT_EQ(small_of(dataset, {0, 1, 2}, "a.json"), kAlpaca);
  EXPECT_EQ(
      small_of(dataset, {1, 2}, "a.json"),
      "[\n    {\"output\":\"B\",  \"instruction\":\"b\"},\n    {\"instruction\": \"c\", \"input\": \"x\", \"output\": \"C\\n\"}\n]\n");
  const Dataset small = opened(ScratchFolder("again").add("a.json", small_of(dataset, {0, 2}, "a.json")));
  EXPECT_EQ(text_of(small.train(), 1), text_of(dataset.train(), 2));
}

TEST(Records, WriteLinesAsTheyStood) {
  const std::string text =
      "\xef\xbb\xbf{\"prompt\":\"a\",\"completion\":\"A\"}\r\n\n{\"prompt\" "
      ":\"b\",\"completion\":\"B\"}\n{\"prompt\":\"c\",\"completion\":\"C\"}";
  const Dataset dataset = opened_text("x.jsonl", text);
  ASSERT_EQ(dataset.train().size(), 3) << "a blank line is no record";
  EXPECT_EQ(dataset.format, "jsonl");
  EXPECT_EQ(said(dataset.train(), 0), "user: a | assistant* A");
  EXPECT_EQ(small_of(dataset, {0, 2}, "x.jsonl"),
            "\xef\xbb\xbf{\"prompt\":\"a\",\"completion\":\"A\"}\r\n{\"prompt\":\"c\",\"completion\":\"C\"}");
}

TEST(Records, KeepTheirPackingAndTheirFiles) {
  ScratchFolder folder("in");
  for (const auto& [name, packing] : {std::pair{"a.jsonl.gz", records::Packing::gzip}, {"b.jsonl.zst", records::Packing::zstd}}) {
    records::TextWriter writer(folder.path / name, packing);
    writer.write(fmt::format("{{\"text\":\"{} zero\"}}\n", name));
    writer.write(fmt::format("{{\"text\":\"{} one\"}}\n", name));
    writer.commit();
  }
  folder.add("c.jsonl", "{\"text\":\"c\"}\n");
  const Dataset dataset = opened(folder.path.string());
  EXPECT_THAT(keys_of(dataset.train()), ElementsAre("a.jsonl.gz#0", "a.jsonl.gz#1", "b.jsonl.zst#0", "b.jsonl.zst#1", "c.jsonl#0"));
  const auto out = fresh_folder("out");
  dataset.writer->write(std::vector<int64_t>{1, 2}, out, {});
  EXPECT_FALSE(std::filesystem::exists(out / "c.jsonl"));
  const Dataset small = opened(out.string());
  EXPECT_THAT(keys_of(small.train()), ElementsAre("a.jsonl.gz#0", "b.jsonl.zst#0"));
  EXPECT_EQ(said(small.train(), 0), "text* a.jsonl.gz one");
  EXPECT_EQ(text_of(small.train(), 1), text_of(dataset.train(), 2));
}

TEST(Records, AreSplitByTheNamesOfTheirFiles) {
  ScratchFolder folder("in");
  for (const char* name : {"train-00000-of-00002.jsonl", "train-00001-of-00002.jsonl", "my_test.jsonl", "dev.jsonl", "notes.jsonl"})
    folder.add(name, "{\"text\":\"t\",\"label\":\"x\"}\n");
  const Dataset dataset = opened(folder.path.string());
  EXPECT_EQ(dataset.train().size(), 2);
  EXPECT_EQ(dataset.splits.at(Split::test)->size(), 1);
  EXPECT_EQ(dataset.splits.at(Split::validation)->size(), 1);
  EXPECT_THAT(oddities_of(dataset), ElementsAre(HasSubstr("notes.jsonl: is not read")));
  EXPECT_EQ(opened((folder.path / "train-*.jsonl").string()).train().size(), 2);
  EXPECT_EQ(opened((folder.path / "{dev,notes}.jsonl").string()).train().size(), 1);
  const Dataset tests = opened((folder.path / "{dev,my_test}.jsonl").string());
  EXPECT_EQ(tests.train().size(), 2);
  EXPECT_THAT(oddities_of(tests), ElementsAre(HasSubstr("holds no training file")));
}

// --- schemas

TEST(RecordSchemas, ReadChats) {
  const Dataset gpt = opened_text(
      "s.jsonl", R"({"id":7,"conversations":[{"from":"human","value":"q"},{"value":"a","from":"gpt"},{"from":"human","value":"r"}]})");
  EXPECT_EQ(said(gpt.train(), 0), "user: q | assistant* a | user: r");
  EXPECT_THAT(gpt.train().texts()->schema(), HasSubstr("sharegpt"));
  const Dataset open = opened_text(
      "m.jsonl",
      R"({"messages":[{"role":"system","content":"s"},{"role":"user","name":"Bo","content":[{"type":"text","text":"see"},{"type":"image_url","image_url":{"url":"u"}}]},{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]},{"role":"tool","content":"4"}],"tools":[{"name":"f"}]})");
  EXPECT_EQ(said(open.train(), 0), "system: s | user: see | assistant* [{\"id\":\"1\"}] | tool: 4 | tools: {\"name\":\"f\"}");
}

TEST(RecordSchemas, ReadPairsAndPrompts) {
  const Dataset pairs = opened_text(
      "p.jsonl", R"({"prompt":"q","chosen":[{"role":"assistant","content":"good"}],"rejected":[{"role":"assistant","content":"bad"}]})");
  EXPECT_EQ(said(pairs.train(), 0), "user: q | assistant* good | rejected: bad");
  const Dataset prompt = opened_text(
      "c.jsonl",
      R"({"prompt":[{"role":"user","content":"q"},{"role":"assistant","content":"w"}],"completion":[{"role":"assistant","content":"a"}]})");
  EXPECT_EQ(said(prompt.train(), 0), "user: q | assistant: w | assistant* a") << "an earlier answer is part of the prompt";
}

TEST(RecordSchemas, ReadFieldsThatTheUserNames) {
  const std::string text = "{\"q\":\"x\",\"a\":\"y\",\"kind\":3}\n{\"q\":\"z\",\"a\":\"w\",\"kind\":12}\n";
  const auto unknown = message_of<InputError>([&] { opened_text("u.jsonl", text); });
  expect_says(unknown, {"'q', 'a', 'kind'", "alpaca: instruction, input, output", "--text"});
  const Dataset dataset = opened_text("u.jsonl", text, {.text = "q,a", .label_field = "kind"});
  EXPECT_EQ(said(dataset.train(), 1), "q: z | a* w");
  EXPECT_THAT(dataset.classes, ElementsAre("3", "12")) << "numbers by their size";
  EXPECT_THAT(labels_of(dataset.train()), ElementsAre(0, 1));
  EXPECT_EQ(opened_text("v.jsonl", text, {.text = "nothing"}).train().known_fault(0), "line 1: has no 'nothing'");
}

TEST(RecordFields, AreFoundByNameAndByPath) {
  const Dataset dataset = opened_text(
      "f.jsonl",
      R"({"text":"a","source":"w\u00e9b","n":-2.5e3 ,"meta":{"topic":"x","deep":{"on":true}},"tags":[1, 2],"none":null,"empty":""})"
      "\n{\"text\":\"b\",\"meta.topic\":7}\n{\"text\":9,\"source\":\"bad\"}\n");
  const Fields& fields = *dataset.train().fields();
  EXPECT_EQ(fields.value(0, "source"),
            "w\xc3\xa9"
            "b");
  EXPECT_EQ(fields.value(0, "n"), "-2.5e3");
  EXPECT_EQ(fields.value(0, "meta.topic"), "x");
  EXPECT_EQ(fields.value(0, "meta.deep.on"), "true");
  EXPECT_EQ(fields.value(0, "meta.deep"), R"({"on":true})");
  EXPECT_EQ(fields.value(0, "tags"), "[1, 2]");
  for (const char* nothing : {"none", "empty", "text.x", "meta", "meta.", ".meta", "", "tags.0", "source."})
    EXPECT_EQ(fields.value(0, nothing).has_value(), std::string_view(nothing) == "meta") << nothing;
  EXPECT_EQ(fields.value(1, "meta.topic"), "7") << "a key may hold a dot";
  EXPECT_EQ(fields.value(2, "source"), std::nullopt) << "of a bad record";
  EXPECT_THAT(fields.names(1), ElementsAre("text", "meta.topic"));
  EXPECT_THAT(fields.names(2), IsEmpty());
}

TEST(RecordFields, OfTablesAreColumns) {
  const Dataset dataset = opened_text("t.csv", "text,label,source\na,0,\"x \"\"y\"\"\"\nb,1,\n");
  EXPECT_EQ(dataset.train().fields()->value(0, "source"), "x \"y\"");
  EXPECT_EQ(dataset.train().fields()->value(1, "source"), std::nullopt);
  EXPECT_EQ(dataset.train().fields()->value(0, "topic"), std::nullopt);
  EXPECT_THAT(dataset.train().fields()->names(0), ElementsAre("text", "label", "source"));
}

// --- tables

TEST(RecordTables, ReadSst2) {
  const std::string text = "sentence\tlabel\nbears bears and \t1\nkids , spirit\t0\n";
  const Dataset dataset = opened_text("train.tsv", text);
  ASSERT_EQ(dataset.train().size(), 2);
  EXPECT_EQ(said(dataset.train(), 0), "text* bears bears and ");
  EXPECT_EQ(spans(dataset.train(), 1), "kids , spirit");
  EXPECT_THAT(labels_of(dataset.train()), ElementsAre(1, 0));
  EXPECT_THAT(dataset.classes, ElementsAre("0", "1"));
  EXPECT_EQ(small_of(dataset, {1}, "train.tsv"), "sentence\tlabel\nkids , spirit\t0\n");
  EXPECT_EQ(dataset.train().texts()->schema(), "tsv: sentence; class label");
}

TEST(RecordTables, FindColumnsWithoutAHeader) {
  std::string text;
  for (int i = 0; i < 6; ++i) text += fmt::format("some news with number {}\t{}\n", i, i % 2 == 0 ? "World" : "Sports");
  text += "a text\twith a tab\tWorld\n";
  const Dataset dataset = opened_text("ag.tsv", text);
  ASSERT_EQ(dataset.train().size(), 7);
  EXPECT_THAT(dataset.classes, ElementsAre("Sports", "World"));
  EXPECT_EQ(said(dataset.train(), 6), "text* a text\twith a tab");
  EXPECT_EQ(dataset.train().label(6), 1);
}

TEST(RecordTables, ReadQuotedCsv) {
  const std::string text = "Class Index,Title,Description\n3,\"a \"\"b\"\"\",\"two\nlines, one value\"\n1,t,d\n2,\"open\n";
  const Dataset dataset = opened_text("x.csv", text);
  ASSERT_EQ(dataset.train().size(), 3);
  EXPECT_EQ(said(dataset.train(), 0), "Title: a \"b\" | Description* two\nlines, one value");
  EXPECT_THAT(dataset.classes, ElementsAre("1", "3"));
  EXPECT_EQ(dataset.train().known_fault(2), "line 5: has a quote that is not closed");
  EXPECT_EQ(small_of(dataset, {0, 1}, "x.csv"), text.substr(0, text.find("2,\"open")));
}

TEST(Places, AreKeptBeyondFourGigabytes) {
  const std::vector<uint64_t> far = {3, 4294967295, 4294967296, 4294967297, 17179869184, 17179869190};
  records::Places places;
  for (const uint64_t place : far) places.push_back(place);
  EXPECT_EQ(places.first(100), far);
  EXPECT_THAT(places.first(2), ElementsAre(3u, 4294967295u));
  places.drop_first();
  EXPECT_EQ(places.first(100), std::vector<uint64_t>(far.begin() + 1, far.end()));
  records::Places beyond;
  beyond.push_back(17179869184);
  EXPECT_EQ(beyond[0], 17179869184u);
}

// --- lines of text

TEST(PlainLines, AreRecords) {
  const std::string text = "\xef\xbb\xbfone line\r\n\n  \ntwo\tlines, \"quoted\n{\"not\": json";
  const Dataset dataset = opened_text("corpus.txt", text);
  ASSERT_EQ(dataset.train().size(), 3) << "blank lines are no records";
  EXPECT_EQ(dataset.format, "txt");
  EXPECT_EQ(said(dataset.train(), 0), "text* one line");
  EXPECT_EQ(said(dataset.train(), 1), "text* two\tlines, \"quoted");
  EXPECT_EQ(spans(dataset.train(), 2), "{\"not\": json");
  EXPECT_EQ(small_of(dataset, {0, 2}, "corpus.txt"), "\xef\xbb\xbfone line\r\n{\"not\": json");
  EXPECT_EQ(opened_text("bad.txt",
                        "good\nb\xff"
                        "d\n")
                .train()
                .known_fault(1),
            "line 2: is not UTF-8");
  expect_says(message_of<InputError>([&] { opened_text("c.txt", text, {.text = "a"}); }), {"c.txt", "no fields to name", "--text"});
}

TEST(PlainLines, OfAFolderAreReadWhereThereIsNothingElse) {
  ScratchFolder folder("in");
  folder.add("train.txt", "a\nb\n");
  folder.add("test.txt", "c\n");
  folder.add("README.md", "about");
  EXPECT_EQ(opened(folder.path.string()).train().size(), 2);
  EXPECT_EQ(opened(folder.path.string()).splits.at(Split::test)->size(), 1);
  folder.add("more.jsonl", "{\"text\":\"d\"}\n");
  EXPECT_THAT(keys_of(opened(folder.path.string()).train()), ElementsAre("more.jsonl#0")) << "they may be notes on it";
  EXPECT_EQ(opened((folder.path / "t*.txt").string()).train().size(), 2);
}

// --- what is wrong

std::string fault_in(std::string_view line) {
  const std::string good = "{\"text\":\"good\"}\n";
  const Dataset dataset = opened_text("f.jsonl", good + std::string(line) + "\n" + good);
  EXPECT_EQ(dataset.train().size(), 3) << line;
  EXPECT_TRUE(dataset.train().known_fault(0).empty() && dataset.train().known_fault(2).empty());
  Record record;
  if (!dataset.train().known_fault(1).empty()) {
    EXPECT_THROW(dataset.train().texts()->read(1, record), InputError);
  }
  return dataset.train().known_fault(1);
}

TEST(BadRecords, AreListedWithLineAndReason) {
  EXPECT_THAT(fault_in("{\"text\":\"a\xff\"}"), HasSubstr("line 2: is not UTF-8"));
  EXPECT_THAT(fault_in(R"({"text":"\ud800"})"), HasSubstr("line 2: holds an escape"));
  EXPECT_THAT(fault_in(R"({"text":"\x41"})"), HasSubstr("line 2: holds an escape"));
  EXPECT_THAT(fault_in(R"({"text":5})"), "line 2: 'text' is a number, not text");
  EXPECT_THAT(fault_in(R"({"text":true})"), HasSubstr("'text' is true or false, not text"));
  EXPECT_THAT(fault_in(R"({"txt":"a"})"), "line 2: has no 'text'");
  EXPECT_THAT(fault_in(R"({"text":"a","text":"b"})"), "line 2: has 'text' twice");
  EXPECT_THAT(fault_in(R"(["text"])"), "line 2: is no JSON object");
  EXPECT_THAT(fault_in(R"({"text":"a")"), HasSubstr("line 2: is not JSON"));
  EXPECT_THAT(fault_in(R"({"text":"a"} {"text":"b"})"), HasSubstr("line 2: is not JSON"));
  EXPECT_THAT(fault_in(R"({"text":"a","n":[1,2,nul]})"), HasSubstr("line 2: is not JSON"));
  EXPECT_THAT(fault_in(R"({"text":"a","n":{"k":tru}})"), HasSubstr("line 2: is not JSON"));
  EXPECT_THAT(fault_in("# a comment"), HasSubstr("line 2: is not JSON"));
  EXPECT_THAT(fault_in("{\"text\":\"a\tb\"}"), HasSubstr("line 2: is not JSON")) << "a bare tab";
  EXPECT_THAT(fault_in("{\"text\":" + std::string(100'000, '[') + "}"), HasSubstr("line 2: is"));
  EXPECT_THAT(fault_in("{\"text\":\"a\",\"n\":" + std::string(900, '[') + std::string(900, ']') + "}"), HasSubstr("nested too deep"));
  EXPECT_EQ(fault_in(R"({"text":"a\u0000b \ud83d\ude00"})"), "");
  EXPECT_EQ(fault_in(R"({"text":"a","n":[1,-2.5e3,null,true,{"k":[]},123456789012345678901234567890]})"), "");
}

TEST(BadRecords, AreListedHoweverDeepOrLong) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  EXPECT_THAT(fault_in("{\"text\":\"a\",\"n\":" + deep + "}"), HasSubstr("line 2: is"));
  EXPECT_THAT(fault_in("{\"text\":" + deep + "}"), HasSubstr("line 2: is"));
  const std::string objects = "{\"text\":\"good\"},\n{\"text\":\"a\",\"n\":" + deep + "}";
  EXPECT_THAT(opened_text("deep.json", "[" + objects + "]").train().known_fault(1), HasSubstr("line 2: is"));

  const std::string much((size_t{33} << 20), 'x');
  EXPECT_EQ(fault_in("{\"text\":\"" + much + "\"}"), "line 2: is 34.6 MB long; the limit is 33.6 MB");
  EXPECT_THAT(opened_text("long.json", "[{\"text\":\"a\"}, {\"text\":\"" + much + "\"}]").train().known_fault(1),
              HasSubstr("is 34.6 MB long"));
  EXPECT_THAT(opened_text("long.tsv", "text\tlabel\na\t0\n" + much + "\t1\n").train().known_fault(1), HasSubstr("line 3: is 34.6 MB long"));
  EXPECT_THAT(opened_text("long.txt", "a\n" + much + "\n").train().known_fault(1), HasSubstr("line 2: is 34.6 MB long"));
  const Dataset first = opened_text("first.jsonl", "{\"text\":\"" + much + "\"}\n{\"text\":\"a\"}\n");
  EXPECT_EQ(said(first.train(), 1), "text* a") << "the schema is that of the others";
}

TEST(BadRecords, MayHoldNulBytes) {
  using namespace std::string_literals;
  EXPECT_THAT(fault_in("{\"text\":\"a\0b\"}"s), HasSubstr("line 2: is not JSON"));
  EXPECT_THAT(fault_in("\0"s), HasSubstr("line 2: is not JSON"));
  EXPECT_EQ(said(opened_text("n.tsv", "text\tlabel\na\0b\t0\nc\t1\n"s).train(), 0), "text* a\0b"s) << "part of the text";
  EXPECT_EQ(said(opened_text("n.txt", "a\0b\nc\n"s).train(), 0), "text* a\0b"s);
}

TEST(BadRecords, OfArraysAreNamed) {
  const auto message = [](std::string_view text) { return message_of<InputError>([&] { opened_text("a.json", text); }); };
  expect_says(message("[{\"text\":\"a\"}]\n[{\"text\":\"b\"}]"), {"a.json", "line 2", "a second array"});
  expect_says(message("[{\"text\":\"a\"}\n{\"text\":\"b\"}]"), {"line 2", "a comma or the end"});
  expect_says(message("[{\"text\":\"a\"},]"), {"a comma stands after the last"});
  const Dataset cut = opened_text("c.json", "[{\"text\":\"a\"},\n{\"text\":\"b");
  ASSERT_EQ(cut.train().size(), 2);
  EXPECT_THAT(cut.train().known_fault(1), HasSubstr("line 2: is not JSON"));
  EXPECT_THAT(oddities_of(cut), ElementsAre(HasSubstr("the file was cut off")));
  EXPECT_EQ(small_of(cut, {0}, "c.json"), "[{\"text\":\"a\"}\n]\n") << "what is written is an array";
  EXPECT_EQ(opened_text("n.json", "[{\"text\":\"a\"}, 5, \"s\"]").train().known_faults().size(), 2U);
}

TEST(BadRecords, OfPackedFilesAreNamed) {
  const auto path = fresh_path("x.jsonl.gz");
  records::TextWriter writer(path, records::Packing::gzip);
  writer.write("{\"text\":\"a\"}\n");
  writer.commit();
  const std::string whole = read_text(path);
  const auto message = [&](const std::string& bytes) {
    write_file(path, bytes);
    return message_of<InputError>([&] { open_records(path.string(), {}, {}); });
  };
  expect_says(message(whole.substr(0, whole.size() / 2)), {"x.jsonl.gz", "truncated"});
  std::string damaged = whole;
  damaged[12] = static_cast<char>(~damaged[12]);
  EXPECT_THAT(message(damaged), HasSubstr("x.jsonl.gz"));
  const std::vector<std::byte> bomb(size_t{80} << 20);
  records::TextWriter zeros(path, records::Packing::zstd);
  zeros.write(as_text(bomb));
  zeros.commit();
  expect_says(message_of<InputError>([&] { open_records(path.string(), {}, {}); }), {"more than 200 times"});
}

TEST(Unescape, DecodesWhatJsonHasAndNothingElse) {
  const auto decoded = [](std::string_view raw) -> std::string {
    std::string room(raw.size() + 1, '#');
    const auto size = records::unescape(raw, room.data());
    return size ? room.substr(0, *size) : "no";
  };
  EXPECT_EQ(decoded(R"(a\"\\\/\b\f\n\r\tz)"), "a\"\\/\b\f\n\r\tz");
  EXPECT_EQ(decoded(R"(\u0041\u00e9\u20AC\ud83d\ude00)"), "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  for (const char* bad : {"\\", "\\u12", "\\u12g4", "\\ud800", "\\ud800\\u0041", "\\udc00", "\\a", "\\u"})
    EXPECT_EQ(decoded(bad), "no") << bad;
}

}  // namespace
}  // namespace decant
