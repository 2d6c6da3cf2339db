// Where jobs on parts of a data set may write.
#include <filesystem>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/draw/object_sets.h"
#include "decant/formats/npy/npy.h"
#include "decant/pipeline/finish.h"
#include "decant/pipeline/scan.h"
#include "decant/pipeline/write_shard.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

/// A set with objects whose rows are read from folders that its yaml or json names.
struct NamedSet {
  const char* file;
  const char* inside;
};
constexpr NamedSet kSets[] = {{"yolo/data.yaml", "yolo/images/train"},
                              {"yolo/data.yaml", "yolo/labels/train"},
                              {"coco/annotations/instances_train.json", "coco/train"}};

class PlacesOfJobs : public testing::Test {
 protected:
  void SetUp() override {
    sets_ = fresh_path("sets");
    draw_object_set(sets_, {.train = 12, .validation = 2, .side = 48});
    work_ = fresh_folder("work");
    write_npy<int64_t>(work_ / "rows.npy", std::vector<int64_t>{1, 4, 7});
  }

  template <class Options>
  Options of(const NamedSet& set, const fs::path& out) const {
    Options options;
    options.input.path = (sets_ / set.file).string();
    options.out = out;
    return options;
  }

  WriteOptions writing(const NamedSet& set, const fs::path& out) const {
    auto options = of<WriteOptions>(set, out);
    options.rows = (work_ / "rows.npy").string();
    return options;
  }

  FinishOptions finishing(const NamedSet& set, const fs::path& out) const {
    auto options = of<FinishOptions>(set, out);
    options.rows = (work_ / "rows.npy").string();
    options.input.scans = (work_ / "scan.json").string();
    options.parts = (work_ / "part").string();
    return options;
  }

  fs::path sets_;
  fs::path work_;
};

TEST_F(PlacesOfJobs, AreNeverAmongThePicturesOfASetThatAFileNames) {
  for (const NamedSet& set : kSets) {
    const auto before = file_names_in(sets_);
    const auto refused = [&](const std::string& message) {
      expect_says(message, {"lies in the input", "Choose another -o, outside of all inputs"});
      EXPECT_EQ(file_names_in(sets_), before) << set.inside;
    };
    const fs::path inside = sets_ / set.inside / "new";
    refused(message_of([&] { scan(of<ScanOptions>(set, inside), {}); }));
    refused(message_of([&] { write_shard(writing(set, inside), {}); }));
    scan(of<ScanOptions>(set, work_ / "scan.json"), {});
    write_shard(writing(set, work_ / "part"), {});
    refused(message_of([&] { finish(finishing(set, inside), {}); }));
    EXPECT_NO_THROW(finish(finishing(set, work_ / "small"), {})) << set.file;
    for (const char* done : {"scan.json", "part", "small"}) fs::remove_all(work_ / done);
  }
}

}  // namespace
}  // namespace decant
