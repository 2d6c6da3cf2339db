#include "decant/formats/pickle/pickle.h"

#include <gtest/gtest.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/formats/pickle/pickle_for_tests.h"

namespace decant::pickle {
namespace {

using namespace std::string_literals;

std::string fault(const std::string& file) {
  return message_of([&] { parse(as_bytes(file), "p"); });
}

TEST(Pickle, HoldsWhatABatchOfCifarHolds) {
  const std::string file = py_pickle({py_string("labels"), py_list({py_int(3), py_int(300)}), py_string("data"), py_array({2, 2}, "abcd")});
  Document document = parse(as_bytes(file), "p");
  const auto labels = find(document, document.root, "labels");
  ASSERT_TRUE(labels);
  EXPECT_EQ(integers_of(document, *labels), (std::vector<int64_t>{3, 300}));
  const auto data = find(document, document.root, "data");
  ASSERT_TRUE(data);
  const auto array = array_of(document, *data);
  ASSERT_TRUE(array);
  EXPECT_EQ(array->type, "u1");
  EXPECT_EQ(array->shape, (std::vector<int64_t>{2, 2}));
  EXPECT_EQ(as_text(array->data), "abcd");
  EXPECT_FALSE(array->by_column);
  EXPECT_FALSE(find(document, document.root, "filenames"));
  EXPECT_FALSE(array_of(document, *labels));
}

TEST(Pickle, IsWrittenSoThatItMeansTheSame) {
  const std::string file = py_pickle({py_string("a"), "](N\x88\x8a\1\xffG\x3f\xf0\0\0\0\0\0\0"s + "q\2h\2\x85" + "X\2\0\0\0hi"s + "e",
                                      py_string("data"), py_array({1, 300}, std::string(300, 'x'))});
  const Document document = parse(as_bytes(file), "p");
  const std::vector<std::byte> once = serialize(document);
  Document again = parse(once, "again");
  EXPECT_EQ(serialize(again), once);
  const Value& list = again[*find(again, again.root, "a")];
  ASSERT_EQ(list.items.size(), 6u);
  EXPECT_EQ(again[list.items[2]].number, -1);
  EXPECT_EQ(again[list.items[3]].kind, Kind::real);
  EXPECT_EQ(again[again[list.items[4]].items[0]].kind, Kind::real) << "a remembered value";
  EXPECT_EQ(as_text(again[list.items[5]].data), "hi");
  EXPECT_EQ(array_of(again, *find(again, again.root, "data"))->data.size(), 300u);
}

TEST(Pickle, ReadsBytesThatPython3WritesInProtocol2) {
  const std::string call = "c_codecs\nencode\nX\3\0\0\0a\xc3\xbf"s + "X\6\0\0\0latin1"s + "\x86R";
  const std::string file = "\x80\2" + call + ".";
  Document document = parse(as_bytes(file), "p");
  const auto bytes = bytes_of(document, document.root);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(as_text(*bytes), "a\xff");
  set_bytes(document, document.root, std::make_shared<std::vector<std::byte>>(2, std::byte{0x80}));
  const auto written = serialize(document);
  Document again = parse(written, "again");
  EXPECT_EQ(as_text(*bytes_of(again, again.root)), "\x80\x80");
}

TEST(Pickle, RefusesWhatWouldRunCode) {
  expect_says(fault("\x80\2cos\nsystem\nU\2ls\x85R."), {"p: byte 2: asks Python for os.system", "not executed"});
  expect_says(fault("\x80\4\x8c\2os\x8c\6system\x93."), {"asks Python for os.system"});
  for (const auto& [code, name] :
       {std::pair{'i', "INST"}, {'o', "OBJ"}, {'\x81', "NEWOBJ"}, {'\x82', "EXT1"}, {'P', "PERSID"}, {'I', "INT"}})
    expect_says(fault("\x80\2"s + code + "."), {"byte 2: holds the pickle opcode "s + name});
  expect_says(fault("\x80\2\xfe."), {"opcode unknown (0xfe)"});
}

TEST(Pickle, RefusesWhatIsBroken) {
  expect_says(fault(""), {"is empty"});
  expect_says(fault("(dp0\n."), {"is no pickle of protocols 2 to 5"});
  expect_says(fault("\x80\1."), {"protocol 1"});
  expect_says(fault("\x80\2"), {"is truncated"});
  expect_says(fault("\x80\2."), {"takes a value from an empty stack"});
  expect_says(fault("\x80\2(K\1a."), {"empty stack"});
  expect_says(fault("\x80\2T\xff\xff\xff\xffxx."), {"is truncated: 4294967295 bytes are needed, 3 are left"});
  expect_says(fault("\x80\4\x8e\xff\xff\xff\xff\xff\xff\xff\xff."), {"18446744073709551615 bytes"});
  expect_says(fault("\x80\2h\1."), {"not remembered"});
  expect_says(fault("\x80\2e."), {"no beginning"});
  expect_says(fault("\x80\2}(Nu."), {"a key without a value"});
  expect_says(fault("\x80\2NNa."), {"appends to what is no list"});
  expect_says(fault("\x80\2)R."), {"empty stack"});
  expect_says(fault("\x80\2N)R."), {"calls what is no function"});
  expect_says(fault("\x80\2NNb."), {"gives a state"});
  expect_says(fault("\x80\2" + std::string(5'000'000, 'N') + "."), {"more than 4194304 values"});
}

TEST(Pickle, MayHoldItself) {
  const Document circle = parse(as_bytes("\x80\2]q\1h\1a."), "p");
  const std::vector<std::byte> written = serialize(circle);
  EXPECT_EQ(parse(written, "again")[0].items, std::vector<Index>{0});
  const std::string deep = "\x80\2" + std::string(100'000, ']') + std::string(99'999, 'a') + ".";
  const Document nested = parse(as_bytes(deep), "p");
  expect_says(message_of([&] { serialize(nested); }), {"more than 64 deep"});
}

}  // namespace
}  // namespace decant::pickle
