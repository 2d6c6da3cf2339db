#include "decant/formats/soft_labels/view_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/test_support.h"
#include "decant/data/rows_view.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/open.h"

namespace decant {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::Pointwise;

const std::vector<std::string> kAnimals = {"cat", "dog"};

/// Two classes, so that the labels of view v of row r say `r - 2 v` more of the second than of the
/// first.
StoredViewLabels animal_labels(int64_t rows, int64_t views = 3) {
  StoredViewLabels labels({.recipe = {.seed = 7, .views = views, .cuts = {.crop = 1, .flip = false}},
                           .shape = {.classes = 2, .bits = 32, .top = 2},
                           .rows = rows,
                           .class_names = kAnimals,
                           .teacher = "a net",
                           .teacher_digest = "ab"});
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t view = 0; view < views; ++view) labels.put(row, view, std::vector<float>{0, static_cast<float>(row - 2 * view)});
  }
  return labels;
}

/// What `of` says of a view: how much more of the second class than of the first.
float second_class(const ViewsOfRow& of, int64_t view) {
  std::vector<float> logits(2);
  of.labels->logits(of.row, view, logits);
  return logits[1] - logits[0];
}

/// A run of three pictures in two classes, with labels of three views each.
struct LabelledRun : ScratchFolder {
  LabelledRun() : ScratchFolder("view-labels") {
    Image image;
    image.resize({2, 2, 1});
    std::vector<std::byte> png;
    encode_png(image.view(), png);
    for (const char* file : {"cat/0.png", "dog/0.png", "dog/1.png"}) add(std::string("data/train/") + file, as_text(png));
    add("run.json", R"({"training": {"soft-labels": "true"}})");
    write_view_labels(animal_labels(3), file());
  }
  std::filesystem::path file() const { return path / kViewLabelsFile; }
  Dataset open() const { return open_dataset(path.string(), {}, {}); }
};

TEST(ViewLabels, AreReadBackAsTheyWereWritten) {
  const LabelledRun run;
  const Dataset dataset = run.open();
  for (int64_t row = 0; row < 3; ++row) {
    for (int64_t view = 0; view < 3; ++view) EXPECT_EQ(second_class(dataset.train().views(row), view), static_cast<float>(row - 2 * view));
  }
  EXPECT_EQ(dataset.train().views(1).labels->recipe(), (ViewRecipe{.seed = 7, .views = 3, .cuts = {.crop = 1, .flip = false}}));
  EXPECT_EQ(dataset.train().label(2), 1);
  EXPECT_TRUE(dataset.train().soft_label(0).empty());
}

StoredViewLabels labels_cut_by(const Cuts& cuts) {
  ViewLabelsHeader header = animal_labels(3).header();
  header.recipe.cuts = cuts;
  return StoredViewLabels(std::move(header));
}

TEST(ViewLabels, OfResizedCropsAreOfAnotherVersion) {
  const LabelledRun run;
  const Cuts resized{.flip = true, .resized_crop = 0.35};
  write_view_labels(labels_cut_by(resized), run.file());
  EXPECT_EQ(run.open().train().views(0).labels->recipe().cuts, resized);
  EXPECT_NE(read_text(run.file()).find(R"("decant_view_labels":2)"), std::string::npos) << "who knows only shifts must not read it";
  write_view_labels(labels_cut_by({.crop = 2, .resized_crop = 0.35}), run.file());
  expect_says(message_of([&] { run.open(); }), {"resized_crop", "stands beside a shift"});
  write_view_labels(labels_cut_by({.resized_crop = 1.5}), run.file());
  expect_says(message_of([&] { run.open(); }), {"resized_crop", "does not lie between 0 and 1"});
}

TEST(ViewLabels, TakeTheBytesThatTheFileHas) {
  const ScratchFolder scratch("view-labels");
  const StoredViewLabels labels = animal_labels(5);
  const int64_t written = write_view_labels(labels, scratch.path / "labels");
  EXPECT_EQ(written, static_cast<int64_t>(std::filesystem::file_size(scratch.path / "labels")));
  EXPECT_EQ(written, labels.file_bytes());
  EXPECT_EQ(std::ssize(labels.rows()), 5 * bytes_of_row(labels.recipe(), labels.header().shape));
}

TEST(ViewLabels, OfImageNetsShapeFitTheirBudgets) {
  const auto megabytes = [](int64_t top) {
    return static_cast<double>(10'000 * bytes_of_row({.views = 30}, {.classes = 1000, .bits = 4, .top = top})) / 1e6;
  };
  EXPECT_LE(megabytes(50), 30);
  EXPECT_LE(megabytes(10), 8);
  EXPECT_LE(bytes_of_row({.views = 1}, {.classes = 10, .bits = 4, .top = 10}), 10);
}

TEST(ViewLabels, FollowTheirRowsAndClasses) {
  const LabelledRun run;
  const auto rows = run.open().splits.at(Split::train);
  EXPECT_EQ(second_class(RowsView(rows, {2, 0}).views(0), 1), 0.0F);
  EXPECT_EQ(second_class(RowsView(rows, {2, 0}).views(1), 1), -2.0F);
  const RowsView renamed(rows, {2}, {2, 0});
  std::vector<float> logits(3);
  const ViewsOfRow views = renamed.views(0);
  ASSERT_EQ(views.labels->classes(), 3);
  views.labels->logits(views.row, 0, logits);
  soften(logits, 1);
  EXPECT_THAT(logits, Pointwise(FloatNear(1e-6F), {.880797F, 0.0F, .119203F})) << "dog is class 0 there, cat class 2";
}

/// The message for a run whose file of labels is `bytes`.
std::string fault_of_file(const std::string& bytes) {
  const LabelledRun run;
  run.add(kViewLabelsFile, bytes);
  return message_of([&] { run.open(); });
}

std::string sound_file() {
  return read_text(LabelledRun().file());
}

/// The sound file with one piece of its header put in another's place, the length of the header
/// kept right.
std::string with_header(const std::string& old, const std::string& now) {
  std::string file = sound_file();
  const size_t at = file.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  file.replace(at, old.size(), now);
  file[0] = static_cast<char>(file[0] + static_cast<char>(std::ssize(now) - std::ssize(old)));
  return file;
}

TEST(ViewLabels, ThatAreNotSoundAreRefused) {
  expect_says(fault_of_file("no"), {kViewLabelsFile, "is shorter than the length of its header", "take soft-labels out"});
  expect_says(fault_of_file("more than eight bytes of text"), {"has a header of", "and is 29 bytes long"});
  expect_says(fault_of_file(std::string("\2\0\0\0\0\0\0\0{}", 10)), {"has no header of view labels"});
  expect_says(fault_of_file(sound_file() + "x"), {"bytes of labels, and its header says 3 rows of 24"});
  const std::string sound = sound_file();
  expect_says(fault_of_file(sound.substr(0, sound.size() - 24)), {"holds 48 bytes of labels"});
  std::string changed = sound;
  changed[changed.size() - 2] ^= 1;
  expect_says(fault_of_file(changed), {"was changed: the checksum of its header and labels"});
  expect_says(fault_of_file(with_header("\"seed\":7", "\"seed\":8")), {"was changed"});
  expect_says(fault_of_file(with_header("\"crop\":1", "\"crop\":2")), {"was changed"});
  expect_says(fault_of_file(with_header("\"decant_view_labels\":1", "\"decant_view_labels\":9")),
              {"version 9", "Use the version of decant"});
  expect_says(fault_of_file(with_header("\"views\":3", "\"views\":0")), {"header.views", "is 0, and may be 1 to"});
  expect_says(fault_of_file(with_header("\"views\":3", "\"views\":4")), {"holds 72 bytes of labels, and its header says 3 rows of 32"});
  expect_says(fault_of_file(with_header("\"bits\":32", "\"bits\":17")), {"bits", "may be 1 to 16 or 32"});
  expect_says(fault_of_file(with_header("\"top\":2", "\"top\":3")), {"top", "is 3, and may be 1 to 2"});
}

StoredViewLabels labels_of_classes(std::vector<std::string> names) {
  ViewLabelsHeader header = animal_labels(3).header();
  header.shape.classes = header.shape.top = std::ssize(names);
  header.class_names = std::move(names);
  return StoredViewLabels(std::move(header));
}

TEST(ViewLabels, OfAnotherSetAreNamed) {
  const LabelledRun run;
  write_view_labels(labels_of_classes({"dog", "cat"}), run.file());
  expect_says(message_of([&] { run.open(); }), {"class 0: is 'dog', and 'cat' in the set: every label would teach another class"});
  write_view_labels(labels_of_classes({"ape", "cat", "dog"}), run.file());
  expect_says(message_of([&] { run.open(); }), {"has labels of 3 classes, and the set has 2"});
  write_view_labels(animal_labels(4), run.file());
  expect_says(message_of([&] { run.open(); }), {"has labels of 4 rows, and the set has 3"});
}

TEST(ViewLabels, WithoutTheirFileAreMissed) {
  const LabelledRun run;
  std::filesystem::remove(run.file());
  expect_says(message_of([&] { run.open(); }), {"labels.npy: is missing"});
}

}  // namespace
}  // namespace decant
