#include "decant/formats/advice.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "decant/base/errors.h"
#include "decant/base/test_support.h"
#include "decant/formats/open.h"

namespace decant {
namespace {

using namespace std::string_literals;

struct Sample {
  std::string file, content, kind, command;
};

std::vector<Sample> samples() {
  // Length 5, its masked checksum as TensorFlow writes it, five bytes.
  const std::string record = "\5\0\0\0\0\0\0\0\xea\xb2\x04\x3ehello"s;
  return {{"a.h5", "\x89HDF\r\n\x1a\n", "an HDF5 file", "h5py"},
          {"a.tfrecord-00000-of-00010", record, "a TFRecord file", "TFRecordDataset"},
          {"a.arrow", "\xff\xff\xff\xff\x10\0\0\0"s, "an Arrow file", "Dataset.from_file('FILE').to_parquet"},
          {"data.mdb", std::string(16, '\0') + "\xde\xc0\xef\xbe", "an LMDB database", "lmdb"},
          {"a.pt", "PK\3\4" + std::string(26, 'x') + "archive/data.pkl", "a file of PyTorch's", "torch.load"},
          {"shard.00000.mds", "x", "", "StreamingDataset"},
          {"a.csv", "label,a,b\n1,2,3\n", "a table of text", "loadtxt"},
          {"a.zip", "PK\3\4 other", "a zip archive", "unzip FILE"},
          {"a.tgz", "\x1f\x8b\x08", "a compressed archive", "tar -xf FILE"},
          {"a.tar.zst", "\x28\xb5\x2f\xfd", "a compressed archive", "tar -xf FILE"}};
}

TEST(Advice, KnowsKindsByTheirBytes) {
  const ScratchFolder folder("kinds");
  for (const Sample& sample : samples()) {
    const auto advice = advice_for(folder.add(sample.file, sample.content));
    ASSERT_EQ(advice.has_value(), !sample.kind.empty()) << sample.file;
    if (!advice) continue;
    EXPECT_EQ(advice->kind, sample.kind);
    expect_says(advice->remedy, {sample.command});
  }
  EXPECT_FALSE(advice_for(folder.add("a.txt", "text")));
  EXPECT_FALSE(advice_for(folder.path / "absent"));
}

TEST(Advice, KnowsFoldersByWhatIsInThem) {
  for (const Sample& sample : samples()) {
    const ScratchFolder folder("folders");
    folder.add(sample.file, sample.content);
    const auto advice = advice_for(folder.path);
    if (sample.file == "a.csv") continue;
    ASSERT_TRUE(advice) << sample.file;
    expect_says(advice->remedy, {sample.command});
  }
}

TEST(Advice, IsGivenWhenAPathIsNotRead) {
  const ScratchFolder folder("given");
  const std::string file = folder.add("a.h5", "\x89HDF\r\n\x1a\n");
  expect_says(message_of([&] { open_dataset(file, {}, {}); }), {"a.h5: is an HDF5 file, which decant does not read", "np.savez('set.npz'"});
  expect_says(message_of([&] { open_dataset(folder.path.string(), {}, {}); }), {"holds an HDF5 file", "np.savez('set.npz'"});
}

TEST(Advice, IsPythonThatCompiles) {
  const ScratchFolder folder("python");
  std::string script = "lines = []\n";
  for (const Sample& sample : samples()) {
    const ScratchFolder own("one");
    own.add(sample.file, sample.content);
    const auto advice = advice_for(own.path);
    if (advice && advice->python) script += "lines.append(r\"\"\"" + advice->command + "\"\"\")\n";
  }
  script += "for line in lines: compile(line, 'advice', 'exec')\nassert len(lines) >= 6\n";
  const std::string file = folder.add("check.py", script);
  const int status = std::system(("\"${DECANT_PYTHON:-python3}\" '" + file + "' 2> '" + (folder.path / "errors").string() + "'").c_str());
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == 126 || code == 127) GTEST_SKIP() << "needs python3, or another Python in DECANT_PYTHON";
  EXPECT_EQ(code, 0) << read_text(folder.path / "errors");
}

}  // namespace
}  // namespace decant
