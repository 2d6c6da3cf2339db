#include "decant/pipeline/compressing/compressors.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <map>
#include <set>

#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/formats/packed/pictures_for_tests.h"

namespace decant {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class RawRows final : public MemoryRows {
 public:
  using MemoryRows::MemoryRows;
  PictureBytes stored_as() const override { return PictureBytes::raw; }
};

/// Row i of class i mod 3, but that class 2 has four rows alone.
trials::Part some_part() {
  std::vector<Image> pictures;
  std::vector<int32_t> labels;
  for (uint64_t i = 0; i < 60; ++i) {
    pictures.push_back(packed::photo_like({16, 16, 3}, i));
    labels.push_back(i % 3 == 2 && i > 11 ? 0 : static_cast<int32_t>(i % 3));
  }
  return {.rows = std::make_shared<RawRows>(std::move(pictures), std::move(labels)), .classes = 3, .digest = "some"};
}

struct Workshop : ScratchFolder {
  Workshop() : ScratchFolder("compressors") {
    options.features.cache = path / "cache";
    options.features.filters = 16;
    options.distillers = {"dm"};
    options.distill = [this](const distill::DistillJob& job, const Context&) { return distilled(job); };
  }

  /// The first rows of each class, a little brighter at the end than at the beginning.
  distill::Distilled distilled(const distill::DistillJob& job) {
    jobs.push_back(job.options);
    around.push_back(job.around);
    distill::Distilled made;
    made.set = {.size = {16, 16, 3}, .classes = job.classes, .per_class = job.options.per_class};
    for (int label = 0; label < job.classes; ++label) {
      int64_t left = job.options.per_class;
      for (const int64_t row : job.subset) {
        if (left == 0 || job.rows->label(row) != label) continue;
        Image image;
        job.rows->pictures()->decode(row, image);
        for (const uint8_t value : image.pixels) made.set.pixels.push_back(static_cast<float>(value) / 255);
        --left;
      }
    }
    made.stages = {made.set, made.set};
    for (float& value : made.set.pixels) value = std::min(1.0F, value + 0.1F);
    return made;
  }

  trials::SmallSet make(const std::string& spec, trials::Size size, uint64_t seed = 0) {
    return make_compressor(spec, options)->make(part, size, seed, {.threads = 1});
  }
  std::string refusal(const std::string& spec) {
    return message_of<UsageError>([&] { make_compressor(spec, options); });
  }

  trials::Part part = some_part();
  CompressorOptions options;
  std::vector<distill::DistillOptions> jobs;
  std::vector<distill::Around> around;
};

std::map<int32_t, int> classes_in(const trials::SmallSet& set) {
  std::map<int32_t, int> counts;
  for (const int64_t row : set.order) ++counts[set.rows->label(row)];
  return counts;
}

constexpr trials::Size kFiveEach = {trials::Size::Unit::per_class, 5};

TEST(Compressors, ChooseAsManyOfEachClassAsThereAre) {
  Workshop workshop;
  for (const std::string spec : {"random", "herding", "k-means"}) {
    const trials::SmallSet set = workshop.make(spec, kFiveEach);
    EXPECT_EQ(classes_in(set), (std::map<int32_t, int>{{0, 5}, {1, 5}, {2, 4}})) << spec;
    EXPECT_EQ(set.rows, workshop.part.rows) << spec;
    EXPECT_EQ(std::set<int64_t>(set.order.begin(), set.order.end()).size(), 14u);
    EXPECT_EQ(set.origins, set.order);
    EXPECT_EQ(workshop.make(spec, kFiveEach).order, set.order) << spec;
  }
  EXPECT_NE(workshop.make("random", kFiveEach, 1).order, workshop.make("random", kFiveEach, 0).order);
  EXPECT_EQ(workshop.make("full", kFiveEach).order.size(), 60u);
}

TEST(Compressors, AShorterRankingIsTheBeginningOfALongerOne) {
  Workshop workshop;
  const auto first_of_class_0 = [&](int64_t each) {
    std::vector<int64_t> rows;
    const trials::SmallSet set = workshop.make("herding", {trials::Size::Unit::per_class, each});
    for (const int64_t row : set.order) {
      if (set.rows->label(row) == 0 && rows.size() < 3) rows.push_back(row);
    }
    return rows;
  };
  EXPECT_EQ(first_of_class_0(3), first_of_class_0(8));
}

TEST(Compressors, JpegsBuyMoreRowsOfTheSameBytes) {
  Workshop workshop;
  const int64_t budget = workshop.make("full", kFiveEach).total_bytes() * 14 / 60;  // of as many rows as there would be
  const trials::SmallSet coarse = workshop.make("random+quality=30+bytes=same", kFiveEach);
  EXPECT_GT(coarse.order.size(), 16u);
  EXPECT_LE(coarse.total_bytes(), budget);
  EXPECT_DOUBLE_EQ(coarse.for_one, static_cast<double>(coarse.order.size()) / 14);
  EXPECT_NE(coarse.rows, workshop.part.rows);
  const trials::SmallSet in_bytes = workshop.make("random+quality=30", {trials::Size::Unit::bytes, 5000});
  EXPECT_LE(in_bytes.total_bytes(), 5000);
  EXPECT_GT(in_bytes.total_bytes(), 4000);
}

TEST(Compressors, FitIntoBytes) {
  Workshop workshop;
  for (const std::string spec : {"random", "herding", "k-means", "bins", "random+quality=30", "random+tile=2", "dm", "dm+quality=75"}) {
    for (const int64_t bytes : {5000, 9000, 15'000}) {
      const trials::SmallSet set = workshop.make(spec, {trials::Size::Unit::bytes, bytes});
      EXPECT_LE(set.total_bytes(), bytes) << spec;
      EXPECT_GT(set.total_bytes(), bytes * 2 / 3) << spec;
      EXPECT_EQ(std::set<int64_t>(set.order.begin(), set.order.end()).size(), set.order.size()) << spec;
      std::map<int32_t, int> classes = classes_in(set);
      EXPECT_EQ(classes.size(), 3u) << spec;
      EXPECT_TRUE(classes[1] == 20 || std::abs(classes[0] - classes[1]) <= 1) << spec << ": there are no more";
    }
  }
}

TEST(Compressors, SheetsHoldTheSameRowsInFewerBytes) {
  Workshop workshop;
  const trials::SmallSet files = workshop.make("random", kFiveEach);
  const trials::SmallSet cells = workshop.make("random+tile=2", kFiveEach);
  EXPECT_EQ(cells.origins, files.order);
  ASSERT_EQ(cells.order.size(), files.order.size());
  Image own;
  Image source;
  for (size_t i = 0; i < cells.order.size(); ++i) {
    cells.rows->pictures()->decode(cells.order[i], own);
    files.rows->pictures()->decode(files.order[i], source);
    EXPECT_EQ(own.pixels, source.pixels) << "a PNG's cell";
    EXPECT_EQ(cells.rows->label(cells.order[i]), files.rows->label(files.order[i]));
  }
  EXPECT_NE(cells.total_bytes(), files.total_bytes());
  const trials::SmallSet small = workshop.make("random+tile=2+tile-side=8+bytes=same", kFiveEach);
  EXPECT_LE(small.total_bytes(), files.total_bytes() * 11 / 10);
  EXPECT_GT(small.for_one, 1);
  small.rows->pictures()->decode(0, own);
  EXPECT_EQ(own.size, (ImageSize{8, 8, 3}));
}

/// A teacher that knows the class of every row, by a trainer that notes whose rows it was given.
train::TeacherTrainer knowing_trainer(std::vector<const Rows*>& learnt_from) {
  const auto answer = [](const train::TrainJob& job) {
    train::TrainResult result{.value = 1};
    result.weights = {1};
    for (int64_t row = 0; row < job.test->size(); ++row) {
      for (int c = 0; c < job.classes; ++c) result.logits.push_back(c == job.test->label(row) ? 3.0F : 0.0F);
    }
    return result;
  };
  return {.train =
              [&learnt_from, answer](const train::TrainJob& job, const Context&) {
                if (job.save_weights.empty()) return answer(job);
                learnt_from.push_back(job.rows);
                write_file(job.save_weights, "weights");
                return train::TrainResult();
              },
          .measure = [answer](const train::TrainJob& job, const std::filesystem::path&, const Context&) { return answer(job); },
          .numerics = "none"};
}

/// Rows of which only some may be looked at.
class Guarded final : public WrappedRows, public Pictures {
 public:
  Guarded(std::shared_ptr<const Rows> below, Subset allowed) : WrappedRows(std::move(below)), allowed_(std::move(allowed)) {}

  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override { return WrappedRows::bytes(guarded(row), scratch); }
  const Pictures* pictures() const override { return this; }
  void decode(int64_t row, Image& image) const override { below().pictures()->decode(guarded(row), image); }
  PictureBytes stored_as() const override { return below().pictures()->stored_as(); }

 private:
  int64_t guarded(int64_t row) const {
    if (!allowed_.contains(row)) throw BugError("row " + std::to_string(row) + " is of another part");
    return row;
  }
  Subset allowed_;
};

TEST(Compressors, LookAtNoRowOfAnotherPart) {
  Workshop workshop;
  std::vector<const Rows*> learnt_from;
  workshop.options.teacher_trainer = [&] { return knowing_trainer(learnt_from); };
  std::vector<int64_t> own;
  for (int64_t row = 0; row < workshop.part.rows->size(); row += 2) own.push_back(row);
  const Subset part(own);
  const auto guarded = std::make_shared<Guarded>(workshop.part.rows, part);
  const trials::Source source{.rows = guarded, .usable = Subset::all(guarded->size()), .classes = 3, .digest = "guarded"};
  for (const std::string spec : {"random", "herding", "k-means", "bins", "full", "random+quality=50+bytes=same", "random+tile=2", "dm",
                                 "dm+pictures=first", "random+labels=soft:views=2"}) {
    const auto compressor = make_compressor(spec, workshop.options);
    const trials::SmallSet set = trials::make_small(*compressor, source, part, kFiveEach, 0, {.threads = 1});
    EXPECT_FALSE(set.order.empty()) << spec;
    for (const int64_t row : set.origins) EXPECT_TRUE(part.contains(row)) << spec;
  }
  EXPECT_THROW(trials::make_small(*make_compressor("random+quality=50", workshop.options), source, Subset::all(60), kFiveEach, 0, {}),
               BugError)
      << "the guard sees what is looked at";
}

TEST(Compressors, DistilClassesThatHaveEnoughAndPassOnTheOthers) {
  Workshop workshop;
  const trials::SmallSet set = workshop.make("dm+steps=7+factor=2+net=convnet+width=4", kFiveEach);
  EXPECT_EQ(classes_in(set), (std::map<int32_t, int>{{0, 5}, {1, 5}, {2, 4}}));
  ASSERT_EQ(workshop.jobs.size(), 1u);
  EXPECT_EQ(workshop.jobs.front().steps, 7);
  EXPECT_EQ(workshop.jobs.front().method, "dm+factor=2");
  EXPECT_EQ(workshop.jobs.front().net, "convnet+width=4");
  EXPECT_EQ(workshop.jobs.front().per_class, 5);
  // The rows that it began with, and all four of class 2.
  EXPECT_THAT(set.origins, UnorderedElementsAre(0, 3, 6, 9, 12, 1, 4, 7, 10, 13, 2, 5, 8, 11));
  Image made;
  Image real;
  set.rows->pictures()->decode(set.order.front(), made);
  workshop.part.rows->pictures()->decode(0, real);
  EXPECT_NEAR(made.pixels.front(), std::min(255, real.pixels.front() + 26), 1);

  const trials::SmallSet first = workshop.make("dm+pictures=first", kFiveEach);
  first.rows->pictures()->decode(first.order.front(), made);
  EXPECT_EQ(made.pixels, real.pixels);
  std::vector<std::byte> scratch;
  EXPECT_EQ(set.rows->bytes(0, scratch)[0], std::byte{0x89});  // a PNG
  const trials::SmallSet coarse = workshop.make("dm+quality=50", kFiveEach);
  EXPECT_EQ(coarse.rows->bytes(0, scratch)[0], std::byte{0xFF});
}

TEST(Compressors, DistilForALearner) {
  Workshop workshop;
  const train::Teacher learner{.net = "convnet+width=8", .size = {16, 16, 3}, .classes = 3};
  workshop.part.learner = &learner;
  workshop.make("dm+steps=7+radius=2", kFiveEach);
  EXPECT_EQ(workshop.jobs.front().net, "convnet+width=8");
  EXPECT_EQ(workshop.around.front().network, &learner);
  EXPECT_EQ(workshop.around.front().classes, (std::vector<int32_t>{0, 1})) << "class 2 has too few rows";
  EXPECT_EQ(workshop.around.front().radius, 2);
  workshop.make("dm+net=convnet+width=8", kFiveEach);
  EXPECT_THAT(message_of([&] { workshop.make("dm+net=mlp", kFiveEach); }),
              HasSubstr("looks through mlp, but the sets are for a convnet+width=8"));
}

TEST(Compressors, LabelWhatTheyMakeByATeacherOfThePartAlone) {
  Workshop workshop;
  std::vector<const Rows*> learnt_from;
  workshop.options.teacher_trainer = [&] { return knowing_trainer(learnt_from); };
  const trials::SmallSet plain = workshop.make("random", kFiveEach);
  for (const std::string pictures : {"random", "dm+steps=7"}) {
    const trials::SmallSet set = workshop.make(pictures + "+labels=soft:views=4:bits=8", kFiveEach);
    EXPECT_THAT(learnt_from, ::testing::ElementsAre(workshop.part.rows.get())) << "once for both";
    ASSERT_EQ(set.order.size(), 14u);
    std::vector<float> logits(3);
    for (const int64_t row : set.order) {
      const ViewsOfRow views = set.rows->views(row);
      ASSERT_NE(views.labels, nullptr);
      views.labels->logits(views.row, 3, logits);
      EXPECT_EQ(std::ranges::max_element(logits) - logits.begin(), set.rows->label(row));
    }
    EXPECT_EQ(set.training.at("soft-labels"), "true");
    if (pictures == "random") {
      EXPECT_EQ(set.order, plain.order);
      EXPECT_EQ(set.total_bytes(), plain.total_bytes() + 14 * 4 * 5) << "a spread and three codes for each view";
    }
  }
}

TEST(Compressors, NameEverythingThatDecides) {
  Workshop workshop;
  std::set<std::string> identities;
  for (const char* const spec : {"random", "full", "herding", "random+quality=50", "random+quality=60", "random+quality=50+bytes=same",
                                 "dm", "dm+steps=7", "dm+pictures=first", "dm+quality=75", "dm+radius=2", "random+tile=2", "random+tile=3",
                                 "random+tile=2+tile-side=8", "random+labels=soft", "random+labels=soft:bits=3", "dm+labels=soft"})
    EXPECT_TRUE(identities.insert(make_compressor(spec, workshop.options)->identity()).second) << spec;
}

TEST(Compressors, RefuseWhatATrialSays) {
  Workshop workshop;
  EXPECT_THAT(workshop.refusal("herdin"), HasSubstr("did you mean 'herding'"));
  EXPECT_THAT(workshop.refusal("random+drop=25%"), HasSubstr("a trial knows quality, resolution, tile and bytes=same"));
  EXPECT_THAT(workshop.refusal("random+bytes=5MB"), HasSubstr("how large sets are is the trial's to say"));
  EXPECT_THAT(workshop.refusal("random+labels=smooth"), HasSubstr("give hard, soft:views=10"));
  EXPECT_THAT(workshop.refusal("dm+per-class=10"), HasSubstr("per-class is the trial's to say"));
  EXPECT_THAT(workshop.refusal("dm+pictures=middle"), HasSubstr("neither last nor first"));
  EXPECT_THAT(workshop.refusal("dm+radius=-1"), HasSubstr("radius=-1 is no distance"));
  EXPECT_THAT(workshop.refusal("dm+quality=101"), HasSubstr("quality=101 is not from 1 to 100"));
  EXPECT_THAT(workshop.refusal("random+tile=2+resolution=50%"), HasSubstr("leave out resolution, or give tile-side"));
  EXPECT_THAT(workshop.refusal("random+tile-side=8"), HasSubstr("need --tile"));
  EXPECT_THAT(message_of([&] {
                workshop.make("dm", {trials::Size::Unit::bytes, 1000});
              }),
              HasSubstr("hold no picture of each of 3 classes"));
}

}  // namespace
}  // namespace decant
