// A teacher: trained on its rows alone, found again, and refused where it knows nothing of the set.
#include "decant/train/teacher.h"

#include <gmock/gmock.h>
#include <limits>

#include "decant/base/options_for_tests.h"
#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/data/rows_view.h"
#include "decant/data/subset.h"
#include "decant/nn/network.h"
#include "decant/nn/weights.h"

namespace decant::train {
namespace {

namespace fs = std::filesystem;

/// 8×8 pictures of three classes, each with a bright line of its own. Rows from 60 on do not
/// decode.
class LinedRows final : public MemoryRows {
 public:
  explicit LinedRows(int channels = 1) : MemoryRows(pictures_of(channels), labels_of()) {}

 private:
  static std::vector<Image> pictures_of(int channels) {
    std::vector<Image> pictures(90);
    for (int i = 0; i < 60; ++i) {
      Image& image = pictures[static_cast<size_t>(i)];
      image.resize({8, 8, channels});
      Random random(1, "lines", static_cast<uint64_t>(i));
      for (int y = 0; y < 8; ++y) {
        for (int x = 0; x < 8 * channels; ++x) image.row(y)[x] = static_cast<uint8_t>(random.below(60) + (y == 2 * (i % 3) + 1 ? 180 : 0));
      }
    }
    return pictures;
  }
  static std::vector<int32_t> labels_of() {
    std::vector<int32_t> labels;
    for (int i = 0; i < 90; ++i) labels.push_back(i % 3);
    return labels;
  }
};

/// Rows, options, and a trainer that counts.
struct Classroom {
  explicit Classroom(int channels = 1) : rows(channels) {
    options.net = "mlp";
    options.epochs = 40;
  }

  Teacher teacher(const TeacherOptions& asked, int classes = 3, int count = 60) {
    const Subset subset = Subset::all(count);
    const TeacherTrainer trainer{.train =
                                     [this](const TrainJob& job, const Context& context) {
                                       ++trainings;
                                       return train(job, context);
                                     },
                                 .measure = measure,
                                 .numerics = "test"};
    return make_teacher({.options = asked, .rows = &rows, .subset = subset, .classes = classes, .seed = 1, .cache = cache}, trainer,
                        {.threads = 1});
  }
  Teacher teacher() { return teacher(options); }

  /// The options with weights of these values in a file of the network's form.
  TeacherOptions given(const nn::State& state, const std::string& net, ImageSize size, int classes) const {
    const fs::path file = fresh_path("given.safetensors");
    nn::save_weights(*nn::make_network({net, size, classes}), state, file);
    TeacherOptions asked = options;
    asked.net = net;
    asked.weights = file.string();
    return asked;
  }
  TeacherOptions given_fresh(const std::string& net, ImageSize size, int classes) const {
    return given(nn::initial_state(*nn::make_network({net, size, classes}), Random(1, "fresh")), net, size, classes);
  }
  fs::path cached_weights() const {
    for (const std::string& file : file_names_in(cache)) {
      if (file.ends_with("weights.safetensors")) return cache / file;
    }
    return {};
  }

  LinedRows rows;
  TeacherOptions options;
  fs::path cache = fresh_folder("cache");
  int trainings = 0;
};

TEST(TeacherOptions, EveryFieldIsInTheKey) {
  expect_every_field_decides<TeacherOptions>();
}

TEST(TeacherOptions, AreSilentWhereNobodyAsks) {
  EXPECT_EQ(result_key(TeacherOptions{}), "{}");
}

TEST(TeacherOptions, NameSeveralByCommas) {
  TeacherOptions options{.net = "resnet20,quick", .epochs = 3, .weights = "a,b"};
  const std::vector<TeacherOptions> both = teachers_in(options);
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[1].net, "quick");
  EXPECT_EQ(both[1].weights, "b");
  EXPECT_EQ(both[1].epochs, 3);
  options.weights = "a";
  expect_says(message_of([&] { teachers_in(options); }), {"teacher-weights", "1 files for 2 networks"});
  options.weights = "a,";
  expect_says(message_of([&] { teachers_in(options); }), {"leaves out a file"});
  expect_says(message_of([&] { teachers_in({.net = "quick,"}); }), {"leaves out a network"});
  expect_says(message_of([&] { teachers_in({.epochs = -1}); }), {"teacher-epochs"});
}

TEST(Teacher, IsTrainedOnItsRowsOnce) {
  Classroom room;
  const Teacher first = room.teacher();
  EXPECT_GT(first.accuracy, 0.9);
  EXPECT_EQ(first.size, (ImageSize{8, 8, 1}));
  EXPECT_FALSE(first.given);
  EXPECT_EQ(first.bytes(), std::ssize(first.weights) * 4);
  const Teacher again = room.teacher();
  EXPECT_EQ(room.trainings, 1);
  EXPECT_EQ(again.weights, first.weights);
  EXPECT_EQ(again.digest, first.digest);
  // Rows from 60 on do not decode: a teacher that read others than it was asked for would fail.
  const Teacher of_fewer = room.teacher(room.options, 3, 45);
  EXPECT_EQ(room.trainings, 2);
  EXPECT_NE(of_fewer.weights, first.weights);
  TeacherOptions longer = room.options;
  longer.epochs = 41;
  EXPECT_NE(room.teacher(longer).digest, first.digest);
  EXPECT_EQ(room.trainings, 3);
}

TEST(Teacher, WhoseCachedWeightsAreDamagedIsTrainedAgain) {
  Classroom room;
  const Teacher first = room.teacher();
  const std::string bytes = read_text(room.cached_weights());
  write_file(room.cached_weights(), bytes.substr(0, bytes.size() / 2));
  EXPECT_EQ(room.teacher().weights, first.weights);
  EXPECT_EQ(room.trainings, 2);
}

TEST(Teacher, MayBeGiven) {
  Classroom room;
  const Teacher trained = room.teacher();
  TeacherOptions options = room.options;
  options.weights = room.cached_weights().string();
  const Teacher given = room.teacher(options);
  EXPECT_EQ(room.trainings, 1);
  EXPECT_TRUE(given.given);
  EXPECT_EQ(given.weights, trained.weights);
  EXPECT_EQ(given.accuracy, trained.accuracy);
  options.normalise = "0.5/0.25";
  EXPECT_EQ(room.teacher(options).normalise, "0.5/0.25");
}

TEST(Teacher, OfOtherClassesSizeOrChannelsIsRefused) {
  Classroom room;
  expect_says(message_of([&] { room.teacher(room.given_fresh("mlp", {8, 8, 1}, 5)); }), {"given.safetensors", "3 classes"});
  expect_says(message_of([&] { room.teacher(room.given_fresh("mlp", {9, 9, 1}, 3)); }), {"given.safetensors", "8×8×1"});
  expect_says(message_of([&] { room.teacher(room.given_fresh("quick", {8, 8, 3}, 3)); }), {"conv1.weight", "8×8×1"});
  TeacherOptions other_net = room.given_fresh("quick", {8, 8, 1}, 3);
  other_net.net = "mlp";
  expect_says(message_of([&] { room.teacher(other_net); }), {"given.safetensors", "is missing"});
  TeacherOptions no_file = room.options;
  no_file.weights = fresh_path("nowhere.safetensors").string();
  EXPECT_THROW(room.teacher(no_file), Error);
}

TEST(Teacher, ThatKnowsNothingOfTheSetIsRefused) {
  Classroom room;
  expect_says(message_of([&] {
                room.teacher(room.given_fresh("quick", {8, 8, 1}, 3));
              }),
              {"given.safetensors", "of 60 rows", "no better than always answering one class (33.3 %)", "--teacher-normalise"});
  nn::State broken = nn::initial_state(*nn::make_network({"mlp", {8, 8, 1}, 3}), Random(1, "fresh"));
  broken.parameters[0].data_ptr<float>()[0] = std::numeric_limits<float>::quiet_NaN();
  expect_says(message_of([&] { room.teacher(room.given(broken, "mlp", {8, 8, 1}, 3)); }), {"not a finite number"});
}

/// Everything made through such a teacher would be at chance without a word.
TEST(Teacher, WithItsClassesInAnotherOrderIsToldSo) {
  Classroom room;
  room.teacher();
  const auto network = nn::make_network({"mlp", {8, 8, 1}, 3});
  nn::State state = nn::load_weights(*network, room.cached_weights());
  for (size_t i = state.parameters.size() - 2; i < state.parameters.size(); ++i)
    state.parameters[i] = state.parameters[i].roll({1}, {0}).contiguous();
  expect_says(message_of([&] {
                room.teacher(room.given(state, "mlp", {8, 8, 1}, 3));
              }),
              {"given.safetensors", "with its classes in another order it would be right on", "sorted names"});
}

TEST(Teacher, ThatLearntNothingIsRefused) {
  Classroom room;
  std::vector<Image> pictures(60);
  std::vector<int32_t> labels;
  for (size_t i = 0; i < pictures.size(); ++i) {
    pictures[i].resize({8, 8, 1});
    std::ranges::fill(pictures[i].pixels, static_cast<uint8_t>(i / 2));
    labels.push_back(static_cast<int32_t>(i % 2));
  }
  const MemoryRows same(std::move(pictures), std::move(labels));
  const Subset all = Subset::all(60);
  const TeacherTrainer trainer{.train = train, .measure = measure, .numerics = "test"};
  const TeacherJob job{.options = {.net = "mlp", .epochs = 1}, .rows = &same, .subset = all, .classes = 2, .cache = room.cache};
  expect_says(message_of([&] { make_teacher(job, trainer, {.threads = 1}); }), {"the teacher (mlp)", "--teacher-epochs", "labels"});
}

}  // namespace
}  // namespace decant::train
