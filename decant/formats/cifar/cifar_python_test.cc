#include "decant/formats/cifar/cifar_python.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/formats/cifar/cifar.h"
#include "decant/formats/pickle/pickle.h"
#include "decant/formats/pickle/pickle_for_tests.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

using pickle::py_array;
using pickle::py_int;
using pickle::py_list;
using pickle::py_pickle;
using pickle::py_string;

/// Three planes that depend on the label.
std::string planes_of(int label) {
  std::string text;
  for (int i = 0; i < 3 * kCifarPixels; ++i) text += static_cast<char>(i * 7 + i / 1024 * 31 + label);
  return text;
}

std::string batch_of_labels(const std::vector<int>& labels, const char* key = "labels") {
  std::string data;
  std::vector<std::string> numbers;
  std::vector<std::string> names;
  for (const int label : labels) {
    data += planes_of(label);
    numbers.push_back(py_int(label));
    names.push_back(py_string("picture_" + std::to_string(label) + ".png"));
  }
  return py_pickle({py_string("batch_label"), py_string("training batch"), py_string(key), py_list(numbers), py_string("data"),
                    py_array({std::ssize(labels), 3072}, data), py_string("filenames"), py_list(names)});
}

fs::path pickled_batches(const std::string& name) {
  const fs::path folder = fresh_folder(name);
  fs::create_directories(folder / "cifar-10-batches-py");
  for (int n = 1; n <= 5; ++n)
    write_file(folder / "cifar-10-batches-py" / ("data_batch_" + std::to_string(n)), batch_of_labels({n, n + 1}));
  write_file(folder / "cifar-10-batches-py/test_batch", batch_of_labels({9}));
  std::vector<std::string> names;
  for (char c = 'a'; c < 'k'; ++c) names.push_back(py_string(std::string(1, c)));
  write_file(folder / "cifar-10-batches-py/batches.meta", py_pickle({py_string("label_names"), py_list(names)}));
  return folder;
}

TEST(CifarPickles, AreTheRowsOfTheBinaryVersion) {
  const fs::path folder = pickled_batches("rows");
  fs::create_directories(folder / "bin");
  for (int n = 1; n <= 5; ++n)
    write_file(folder / "bin" / ("data_batch_" + std::to_string(n) + ".bin"),
               static_cast<char>(n) + planes_of(n) + static_cast<char>(n + 1) + planes_of(n + 1));
  ASSERT_TRUE(looks_like_cifar(folder));
  const Dataset ours = open_cifar(folder);
  const Dataset binary = open_cifar(folder / "bin");
  EXPECT_EQ(ours.format, "cifar10-python");
  EXPECT_TRUE(ours.oddities.empty());
  EXPECT_EQ(labels_of(ours.train()), labels_of(binary.train()));
  EXPECT_EQ(ours.train().key(3), "cifar-10-batches-py/data_batch_2#1");
  EXPECT_EQ(ours.classes[9], "j");
  EXPECT_EQ(ours.held_out()->size(), 1);
  Image a;
  Image b;
  for (int64_t row = 0; row < 10; ++row) {
    ours.train().pictures()->decode(row, a);
    binary.train().pictures()->decode(row, b);
    ASSERT_EQ(a.pixels, b.pixels) << row;
  }
}

TEST(CifarPickles, AreWrittenAsPicklesOfTheKeptRows) {
  const fs::path folder = pickled_batches("subset");
  const Dataset dataset = open_cifar(folder);
  fs::create_directories(folder / "out");
  const int64_t keep[] = {1, 4, 5};
  const int64_t written = dataset.writer->write(keep, folder / "out");
  EXPECT_FALSE(fs::exists(folder / "out/cifar-10-batches-py/data_batch_2"));
  const Dataset small = open_cifar(folder / "out");
  EXPECT_EQ(labels_of(small.train()), (std::vector<int32_t>{2, 3, 4}));
  EXPECT_EQ(small.classes, dataset.classes);
  std::vector<std::byte> scratch;
  EXPECT_EQ(as_text(small.train().bytes(2, scratch)), planes_of(4));
  int64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder / "out"))
    bytes += entry.is_regular_file() ? static_cast<int64_t>(entry.file_size()) : 0;
  EXPECT_EQ(written, bytes);
  const std::string third = read_text(folder / "out/cifar-10-batches-py/data_batch_3");
  pickle::Document document = pickle::parse(as_bytes(third), "third");
  const auto names = document[*pickle::find(document, document.root, "filenames")].items;
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(as_text(document[names[1]].data), "picture_4.png");
  EXPECT_EQ(as_text(document[*pickle::find(document, document.root, "batch_label")].data), "training batch");
}

TEST(CifarPickles, HundredTakesTheFineLabel) {
  const fs::path folder = fresh_folder("hundred");
  write_file(folder / "train", batch_of_labels({99, 5}, "fine_labels"));
  write_file(folder / "test", batch_of_labels({7}, "fine_labels"));
  std::vector<std::string> names(100, py_string("x"));
  names[99] = py_string("worm");
  write_file(folder / "meta", py_pickle({py_string("fine_label_names"), py_list(names)}));
  const Dataset dataset = open_cifar(folder);
  EXPECT_EQ(dataset.format, "cifar100-python");
  EXPECT_EQ(labels_of(dataset.train()), (std::vector<int32_t>{99, 5}));
  EXPECT_EQ(dataset.classes[99], "worm");
  EXPECT_EQ(dataset.train().key(1), "train#1");
}

TEST(CifarPickles, RefuseWhatDoesNotFit) {
  const fs::path folder = pickled_batches("bad");
  const auto fault = [&](const std::string& text) {
    write_file(folder / "cifar-10-batches-py/data_batch_4", text);
    return message_of([&] { open_cifar(folder); });
  };
  expect_says(fault(""), {"data_batch_4", "is empty"});
  expect_says(fault(batch_of_labels({1, 10})), {"data_batch_4: record 1: has label 10, which is not in 0 to 9"});
  expect_says(fault(batch_of_labels({1}, "names")), {"no list of integers 'labels'"});
  expect_says(fault(py_pickle({py_string("labels"), py_list({py_int(1)})})), {"no dictionary with an array 'data'"});
  const std::string numbers = py_list({py_int(1)});
  expect_says(fault(py_pickle({py_string("labels"), numbers, py_string("data"), py_array({1, 3071}, planes_of(1).substr(1))})),
              {"shape (n, 3072)"});
  expect_says(fault(py_pickle({py_string("labels"), numbers, py_string("data"), py_array({2, 3072}, planes_of(1))})),
              {"claims 2 pictures in 3072 bytes"});
  expect_says(fault(py_pickle({py_string("labels"), numbers, py_string("data"), py_array({2, 3072}, planes_of(1) + planes_of(1))})),
              {"1 labels for 2 pictures"});
  expect_says(fault("\x80\2cos\nsystem\nU\2ls\x85R."), {"os.system"});
  EXPECT_TRUE(looks_like_cifar(folder));
  const fs::path pictures = fresh_folder("imagefolder");
  for (const char* sub : {"train", "test", "meta"}) fs::create_directories(pictures / sub);
  EXPECT_FALSE(looks_like_cifar(pictures));
}

/// Python writes batches in every protocol, decant cuts them, and Python loads what it left.
TEST(CifarPickles, ArePythons) {
  const fs::path folder = fresh_folder("python");
  write_file(folder / "make.py", R"(import os, pickle, sys
try: import numpy as np
except ImportError: sys.exit(77)
os.chdir(sys.argv[1])
data = np.arange(4 * 3072, dtype=np.uint32).astype(np.uint8).reshape(4, 3072)
def batch(protocol, as_bytes):
    key = (lambda text: text.encode()) if as_bytes else (lambda text: text)
    return {key("labels"): [0, 1, 2, 3], key("data"): data + np.uint8(protocol), key("filenames"): ["a", "b", "c", "d"], key("ids"): np.arange(4)}
for step in sys.argv[2:]:
    for protocol in (2, 3, 4, 5):
        for as_bytes in (False, True):
            home = f"{protocol}{as_bytes:d}"
            if step == "make":
                os.mkdir(home)
                with open(home + "/data_batch_1", "wb") as f: pickle.dump(batch(protocol, as_bytes), f, protocol=protocol)
            else:
                with open(home + "/out/data_batch_1", "rb") as f: got = pickle.load(f)
                want = batch(protocol, as_bytes)
                for name, value in want.items():
                    assert np.array_equal(np.asarray(value)[[0, 2, 3]], got[name]), (home, name)
                    assert type(value) is type(got[name]) and len(got) == len(want), (home, name)
)");
  const auto run = [&](const std::string& step) {
    const std::string command = "\"${DECANT_PYTHON:-python3}\" '" + (folder / "make.py").string() + "' '" + folder.string() + "' " + step +
                                " 2> '" + (folder / "errors").string() + "'";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  const int made = run("make");
  if (made == 77 || made == 126 || made == 127) GTEST_SKIP() << "needs python3, or another Python in DECANT_PYTHON, with NumPy";
  ASSERT_EQ(made, 0) << read_text(folder / "errors");
  const int64_t keep[] = {0, 2, 3};
  for (const char* home : {"20", "21", "30", "31", "40", "41", "50", "51"}) {
    const Dataset dataset = open_cifar(folder / home);
    EXPECT_EQ(labels_of(dataset.train()), (std::vector<int32_t>{0, 1, 2, 3})) << home;
    std::vector<std::byte> scratch;
    EXPECT_EQ(std::to_integer<int>(dataset.train().bytes(1, scratch)[1]), 1 + home[0] - '0') << home;
    fs::create_directories(folder / home / "out");
    dataset.writer->write(keep, folder / home / "out");
  }
  EXPECT_EQ(run("check"), 0) << read_text(folder / "errors");
}

}  // namespace
}  // namespace decant
