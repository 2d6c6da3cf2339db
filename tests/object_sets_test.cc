// Sets of pictures with boxes or masks as others see them: a script that converts one, the rules by
// which ultralytics finds its files, the program itself, one that is killed, and sizes that tools
// stumble over.
#include "decant/draw/object_sets.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

#include "decant/base/json.h"
#include "decant/base/module.h"
#include "decant/data/image.h"
#include "decant/data/objects.h"
#include "decant/data/test_rows.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/open.h"
#include "decant/pipeline/compress.h"
#include "decant/pipeline/verify.h"
#include "decant/select/methods/list.h"

#include "tests/drawn_sets.h"
#include "tests/shell.h"

namespace decant {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_sets::contents;

CompressOptions covering(const fs::path& in, const fs::path& out, const std::string& keep = "25%") {
  CompressOptions options{.input = {.path = in.string()}, .out = out, .keep = keep};
  options.select.method = "objects";
  return options;
}

/// Names of the pictures, without folder and ending, in the order of their rows.
std::vector<std::string> stems_of(const fs::path& set) {
  const Dataset dataset = open_dataset(set.string(), {}, {});
  std::vector<std::string> names;
  for (int64_t row = 0; row < dataset.train().size(); ++row) names.push_back(fs::path(dataset.train().key(row)).stem().string());
  return names;
}

// ---- The example that converts

TEST(ObjectExamples, AConvertedYoloSetKeepsTheSamePictures) {
  const fs::path folder = fresh_folder("converted");
  draw_object_set(folder / "drawn", {.train = 60, .validation = 5, .side = 48, .seed = 3});
  const std::string command = "\"${DECANT_PYTHON:-python3}\" examples/python/convert_yolo.py '" + (folder / "drawn/yolo").string() + "' '" +
                              (folder / "made").string() + "' > '" + (folder / "said").string() + "' 2> '" + (folder / "errors").string() +
                              "'";
  const int code = WEXITSTATUS(std::system(command.c_str()));
  if (code == 126 || code == 127) GTEST_SKIP() << "needs python3";
  const std::string errors = read_text(folder / "errors");
  if (code != 0 && errors.find("No module named") != std::string::npos)
    GTEST_SKIP() << "needs python3, or another Python in DECANT_PYTHON, with Pillow";
  ASSERT_EQ(code, 0) << errors;
  EXPECT_THAT(read_text(folder / "said"), HasSubstr("train: 60 pictures"));
  compress(covering(folder / "drawn/yolo", folder / "small-yolo"), {});
  const std::vector<std::string> expected = stems_of(folder / "small-yolo");
  EXPECT_EQ(expected.size(), 15U);
  for (const char* format : {"coco", "voc"}) {
    const fs::path small = folder / (std::string("small-") + format);
    compress(covering(folder / "made" / format, small), {});
    EXPECT_EQ(open_dataset(small.string(), {}, {}).format, format);
    EXPECT_EQ(stems_of(small), expected) << format;
    EXPECT_EQ(open_dataset((folder / "made" / format).string(), {}, {}).splits.at(Split::validation)->size(), 5);
  }
}

// ---- What ultralytics finds

std::string trimmed_line(std::string text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (const std::string line = trimmed_line(text.substr(begin, end - begin)); !line.empty()) lines.push_back(line);
    begin = end + 1;
  }
  return lines;
}

/// What data.yaml says of a key: one text, or a list in brackets or in lines of its own.
std::vector<std::string> said_in(const std::vector<std::string>& yaml, const std::string& key) {
  std::vector<std::string> said;
  for (size_t i = 0; i < yaml.size(); ++i) {
    if (!yaml[i].starts_with(key + ":")) continue;
    std::string value = trimmed_line(yaml[i].substr(key.size() + 1));
    if (value.empty()) {
      while (++i < yaml.size() && yaml[i].starts_with("- ")) said.push_back(trimmed_line(yaml[i].substr(2)));
    } else if (value.front() == '[') {
      std::replace(value.begin(), value.end(), ',', '\n');
      said = lines_of(value.substr(1, value.size() - 2));
    } else {
      said.push_back(value);
    }
  }
  return said;
}

/// The rules of ultralytics.data: check_det_dataset() for the paths of data.yaml, get_img_files()
/// for folders and lists, img2label_paths() for labels. Pictures with their labels, by path.
std::vector<std::pair<fs::path, fs::path>> ultralytics_finds(const fs::path& data_yaml) {
  const std::vector<std::string> yaml = lines_of(read_text(data_yaml));
  const std::vector<std::string> path = said_in(yaml, "path");
  const fs::path root = path.empty() ? data_yaml.parent_path() : data_yaml.parent_path() / path.front();
  std::set<std::string> pictures;
  for (const std::string& entry : said_in(yaml, "train")) {
    fs::path place = root / entry;
    if (!fs::exists(place) && entry.starts_with("../")) place = root / entry.substr(3);
    if (fs::is_directory(place)) {
      for (const auto& file : fs::recursive_directory_iterator(place)) {
        if (file.is_regular_file()) pictures.insert(file.path().string());
      }
    } else {
      for (const std::string& line : lines_of(read_text(place)))
        pictures.insert(line.starts_with("./") ? (place.parent_path() / line.substr(2)).string() : line);
    }
  }
  std::vector<std::pair<fs::path, fs::path>> found;
  for (const std::string& picture : pictures) {
    std::string label = picture;
    label.replace(label.rfind("/images/"), 8, "/labels/");
    found.emplace_back(picture, label.substr(0, label.rfind('.')) + ".txt");
  }
  return found;
}

std::string text_or_none(const fs::path& file) {
  return fs::exists(file) ? read_text(file) : "none";
}

/// That it finds, in what is written, the kept pictures with their labels and nothing else.
void expect_ultralytics_finds_the_kept(const fs::path& set, const std::string& store) {
  const fs::path out = fresh_path("out");
  CompressOptions options = covering(set, out);
  options.store = store;
  compress(options, {});
  const auto all = ultralytics_finds(set / "data.yaml");
  ASSERT_EQ(all.size(), 40U);
  const std::vector<int64_t> kept = read_indices(out / "indices.npy");
  const auto found = ultralytics_finds(out / "data/data.yaml");
  ASSERT_EQ(found.size(), kept.size()) << store;
  for (size_t i = 0; i < found.size(); ++i) {
    const auto& [picture, label] = all[static_cast<size_t>(kept[i])];
    EXPECT_EQ(read_text(found[i].first), read_text(picture)) << found[i].first;
    EXPECT_EQ(text_or_none(found[i].second), text_or_none(label)) << found[i].second;
  }
}

TEST(YoloSets, AreWhatUltralyticsFinds) {
  const fs::path folder = fresh_folder("ultralytics");
  draw_object_set(folder / "drawn", {.train = 40, .validation = 2, .side = 48, .seed = 5});
  const fs::path set = folder / "drawn/yolo";
  std::string list;
  for (int i = 0; i < 40; ++i) list += fmt::format("./images/train/{:05}.jpg\n", i);
  write_file(set / "listed.txt", list);
  fs::create_directories(set / "images/more");
  fs::create_directories(set / "labels/more");
  for (const char* train :
       {"images/train", "../images/train", "listed.txt", "[images/train, images/more]", "\n  - images/more\n  - images/train"}) {
    write_file(set / "data.yaml",
               fmt::format("path: .\ntrain: {}\nval: images/val\nnc: 12\nnames: [a, b, c, d, e, f, g, h, i, j, k, l]\n", train));
    for (int i = 0; std::string(train).find("more") != std::string::npos && i < 10; ++i) {
      for (const auto& [kind, ending] : {std::pair("images", "jpg"), std::pair("labels", "txt")}) {
        const fs::path from = set / kind / "train" / fmt::format("{:05}.{}", i, ending);
        if (fs::exists(from)) fs::rename(from, set / kind / "more" / from.filename());
      }
    }
    for (const char* store : {"copy", "list"}) expect_ultralytics_finds_the_kept(set, store);
    if (testing::Test::HasFailure()) FAIL() << train;
  }
}

// ---- Killed, as an operating system kills

/// Kills the process when so many rows of any stage are done.
struct Killer : ProgressSink {
  explicit Killer(std::string stage) : stage_(std::move(stage)) {}
  void begin(std::string_view stage, int64_t, std::string_view) override { reached_ = stage.starts_with(stage_); }
  void advance(int64_t done) override {
    if (reached_ && (done_ += done) >= 3) ::kill(::getpid(), SIGKILL);
  }
  void end() override {}

 private:
  std::string stage_;
  bool reached_ = false;
  int64_t done_ = 0;
};

TEST(ObjectSetsKilled, WhileTheyAreWrittenAreWrittenTheSameAgain) {
  const fs::path folder = fresh_folder("killed");
  draw_object_set(folder / "drawn", {.train = 40, .validation = 2, .side = 48, .seed = 7});
  for (const char* format : {"coco", "voc", "yolo", "masks"}) {
    const fs::path in = folder / "drawn" / format;
    const fs::path cut = folder / (std::string("cut_") + format);
    const pid_t child = ::fork();
    if (child == 0) {
      Killer killer("copying");
      compress(covering(in, cut), {.threads = 1, .progress = &killer});
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << format << ": it ended before it was killed";
    EXPECT_FALSE(fs::exists(cut));
    EXPECT_TRUE(fs::exists(cut.string() + ".partial"));
    compress(covering(in, cut), {});
    const fs::path whole = folder / (std::string("whole_") + format);
    compress(covering(in, whole), {});
    EXPECT_EQ(contents(cut / "data"), contents(whole / "data")) << format;
    for (const char* name : {"indices.npy", "manifest.jsonl"}) EXPECT_EQ(read_text(cut / name), read_text(whole / name)) << format;
    EXPECT_FALSE(fs::exists(cut.string() + ".partial"));
    EXPECT_NO_THROW(verify({.run = cut, .source = in.string()}, {})) << format;
  }
}

// ---- The program

/// Of masks `objects` counts pixels, which are other amounts than boxes; random rows are the same.
TEST(Program, DrawsObjectsInFourFormatsAndKeepsTheSamePictures) {
  const fs::path folder = fresh_folder("demo");
  const Outcome demo = shell("cd '" + folder.string() + "'; $decant demo --objects -o made --keep 5% --quiet");
  ASSERT_EQ(demo.code, 0) << demo.err;
  const std::vector<std::string> expected = stems_of(folder / "made/small-coco");
  EXPECT_EQ(expected.size(), 20U);
  EXPECT_EQ(stems_of(folder / "made/small-voc"), expected);
  EXPECT_EQ(stems_of(folder / "made/small-yolo"), expected);
  EXPECT_EQ(stems_of(folder / "made/small-masks").size(), 20U);
  std::vector<std::string> random;
  for (const char* format : {"coco", "voc", "yolo", "masks"}) {
    CompressOptions options = covering(folder / "made/objects" / format, folder / "random" / format, "5%");
    options.select.method = "random";
    compress(options, {});
    if (random.empty()) random = stems_of(options.out);
    EXPECT_EQ(stems_of(options.out), random) << format;
  }
}

TEST(Program, SaysThatDetectionAndSegmentationAreProtocols) {
  EXPECT_THAT(shell("$decant evaluate --help").out, testing::AllOf(HasSubstr("detection"), HasSubstr("segmentation")));
}

// ---- Pools of every method

/// Those that want something of the caller's are given it.
TEST(ObjectSetPools, ByTheRarestClassServeEveryMethod) {
  const fs::path folder = fresh_folder("pools");
  draw_object_set(folder / "drawn", {.train = 60, .validation = 0, .side = 48, .seed = 9});
  std::vector<float> scores;
  for (int i = 0; i < 60; ++i) scores.push_back(static_cast<float>(i * 7 % 60));
  write_npy<float>(folder / "scores.npy", scores);
  for (const Method& method : methods()) {
    const bool trains = method.scores == Scores::record || method.scores == Scores::any;
    if (trains && !has_module(kNeuralModule)) continue;
    CompressOptions options = covering(folder / "drawn/yolo", folder / method.name);
    options.select.method = method.name;
    options.select.pools = "rarest";
    if (method.name == "scores") options.select.scores = (folder / "scores.npy").string();
    if (method.name == "toward") options.select.toward = options.input.path;
    options.features.cache = folder / "cache";
    ASSERT_NO_THROW(compress(options, {})) << method.name;
    EXPECT_EQ(stems_of(options.out).size(), 15U) << method.name;
    EXPECT_THAT(read_json(options.out / "run.json")["method_note"].get<std::string>(), HasSubstr("a row's rarest class")) << method.name;
  }
}

// ---- Sizes

std::string one_picture() {
  Image image;
  image.resize({20, 10, 3});
  std::vector<std::byte> bytes;
  encode_png(image.view(), bytes);
  return std::string(as_text(bytes));
}

/// A COCO set of the pictures 1.png and 2.png.
struct TwoPictures {
  TwoPictures(const std::string& annotations, const std::string& categories, const std::string& end_of_line = "") : folder("two") {
    for (const char* name : {"1", "2"}) folder.add(fmt::format("set/{}.png", name), one_picture());
    text = fmt::format(
        R"({{"images": [{2}{{"id": 1, "file_name": "1.png", "width": 20, "height": 10}},{2}{{"id": 2, "file_name": "2.png", "width": 20, "height": 10}}],{2}"annotations": [{0}],{2}"categories": [{1}]}})",
        annotations, categories, end_of_line);
    folder.add("set/set.json", text);
  }
  fs::path path() const { return folder.path / "set"; }
  ScratchFolder folder;
  std::string text;
};

std::string annotation_of(int64_t id, int64_t image, int64_t category) {
  return fmt::format(R"({{"id": {}, "image_id": {}, "category_id": {}, "bbox": [1, 1, 5, 4], "area": 20, "iscrowd": 0}})", id, image,
                     category);
}

TEST(CocoSizes, AHundredThousandBoxesOfOnePictureAreRead) {
  std::string annotations;
  for (int64_t i = 1; i <= 100000; ++i) annotations += (i == 1 ? "" : ", ") + annotation_of(i, 1, 1);
  const TwoPictures set(annotations, R"({"id": 1, "name": "bee"})");
  const Dataset dataset = open_dataset(set.path().string(), {}, {});
  EXPECT_EQ(dataset.train().targets()->objects(0).size(), 100000);
  EXPECT_EQ(dataset.train().targets()->objects(1).size(), 0);
  const fs::path out = fresh_path("out");
  compress(covering(set.path(), out, "1"), {});
  EXPECT_THAT(stems_of(out), ElementsAre("1"));
}

TEST(CocoSizes, AHundredThousandClassesAreRead) {
  std::string categories;
  for (int i = 1; i <= 100000; ++i) categories += fmt::format(R"({}{{"id": {}, "name": "class {}"}})", i == 1 ? "" : ", ", i, i);
  const TwoPictures set(annotation_of(1, 1, 7) + ", " + annotation_of(2, 2, 100000), categories);
  const Dataset dataset = open_dataset(set.path().string(), {}, {});
  EXPECT_EQ(dataset.classes.size(), 100000U);
  EXPECT_EQ(dataset.train().targets()->objects(1).table->labels[1], 99999);
  const fs::path out = fresh_path("out");
  compress(covering(set.path(), out, "1"), {});
  EXPECT_THAT(read_text(out / "data/set.json"), HasSubstr(R"("name": "class 100000"})"));
}

}  // namespace
}  // namespace decant
