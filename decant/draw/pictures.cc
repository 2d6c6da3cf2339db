#include "decant/draw/pictures.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string_view>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/output.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/formats/image/codec.h"

namespace decant {

namespace {

using draw::kClassCount;
using draw::kModeCount;

constexpr int kLargestCount = 100'000;
constexpr int kJpegQuality = 90;
constexpr int64_t kChunk = 16;  // pictures
constexpr const char* kTruth = "truth.jsonl";

void require(bool holds, const std::string& option, const std::string& range) {
  if (!holds) throw InputError({"picture set", option, "is out of range", "Give " + range});
}

void require_valid(const DrawOptions& o) {
  require(o.classes >= 1 && o.classes <= kClassCount, fmt::format("classes {}", o.classes), fmt::format("1 to {}", kClassCount));
  require(o.per_class >= 1 && o.per_class <= kLargestCount, fmt::format("per-class {}", o.per_class), "1 to 100000");
  require(o.test_per_class >= 0 && o.test_per_class <= kLargestCount, fmt::format("test-per-class {}", o.test_per_class), "0 to 100000");
  require(o.side >= 16 && o.side <= 512, fmt::format("side {}", o.side), "16 to 512 pixels");
  require(o.wrong_labels >= 0 && o.wrong_labels <= 0.5, fmt::format("wrong-labels {}", o.wrong_labels), "0 to 0.5");
  require(o.near_duplicates >= 0 && o.near_duplicates <= 0.9, fmt::format("near-duplicates {}", o.near_duplicates), "0 to 0.9");
  require(o.wrong_labels == 0 || o.classes > 1, fmt::format("wrong-labels {}", o.wrong_labels), "0, or two classes or more");
}

int64_t rounded_share(double share, int64_t count) {
  return static_cast<int64_t>(std::floor(share * static_cast<double>(count) + 0.5));
}

/// `count` split by `shares` with largest remainders; the first wins a tie.
std::vector<int> split_by(const std::vector<double>& shares, int count) {
  std::vector<int> parts;
  std::vector<double> remainders;
  for (const double share : shares) {
    parts.push_back(static_cast<int>(share * count));
    remainders.push_back(share * count - parts.back());
  }
  for (int left = count - std::accumulate(parts.begin(), parts.end(), 0); left > 0; --left) {
    const auto largest = std::max_element(remainders.begin(), remainders.end());
    ++parts[static_cast<size_t>(largest - remainders.begin())];
    *largest = -1;
  }
  return parts;
}

/// Training: the long tail. Test: half of it evenly, half with the training split's shares.
std::vector<int> mode_counts(Split split, int count) {
  const std::vector<double> tail(draw::kModeShares.begin(), draw::kModeShares.end());
  if (split == Split::train) return split_by(tail, count);
  auto counts = split_by(std::vector<double>(kModeCount, 1.0 / kModeCount), count - count / 2);
  const auto usual = split_by(tail, count / 2);
  for (size_t i = 0; i < counts.size(); ++i) counts[i] += usual[i];
  return counts;
}

/// Pictures [begin, end) of one class and mode; its first `scenes` are scenes, the others repeat
/// them.
struct Group {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t scenes = 0;

  int64_t size() const { return end - begin; }
};

/// Takes `copies` scenes away from the groups, in proportion to their sizes, but no group's last.
void share_copies(std::vector<Group>& groups, double share, int64_t copies) {
  std::vector<std::pair<double, size_t>> remainders;
  for (size_t i = 0; i < groups.size(); ++i) {
    const double exact = share * static_cast<double>(groups[i].size());
    const double whole = std::floor(exact);  // < size, as share < 1
    groups[i].scenes = groups[i].size() - static_cast<int64_t>(whole);
    copies -= static_cast<int64_t>(whole);
    remainders.emplace_back(whole - exact, i);
  }
  std::sort(remainders.begin(), remainders.end());
  for (const auto& [negated, i] : remainders) {
    if (copies <= 0 || groups[i].scenes <= 1) continue;
    --groups[i].scenes;
    --copies;
  }
}

class Planner {
 public:
  explicit Planner(const DrawOptions& options) : options_(options) {}

  DrawnTruth plan() {
    for (int c = 0; c < options_.classes; ++c) truth_.classes.emplace_back(draw::catalogue()[static_cast<size_t>(c)].name);
    add_pictures(Split::train, options_.per_class);
    repeat_scenes();
    add_pictures(Split::test, options_.test_per_class);
    file_some_wrongly();
    shuffle(0, train_count());
    shuffle(train_count(), count());
    name_files();
    return std::move(truth_);
  }

 private:
  int64_t count() const { return static_cast<int64_t>(truth_.pictures.size()); }
  int64_t train_count() const { return int64_t{options_.classes} * options_.per_class; }
  DrawnPicture& picture(int64_t i) { return truth_.pictures[static_cast<size_t>(i)]; }

  void add_pictures(Split split, int per_class) {
    const auto counts = mode_counts(split, per_class);
    for (int c = 0; c < options_.classes; ++c) {
      for (int mode = 0; mode < kModeCount; ++mode) {
        const int64_t begin = count();
        for (int i = 0; i < counts[static_cast<size_t>(mode)]; ++i) add_picture(split, c, mode);
        if (split == Split::train && count() > begin) groups_.push_back({begin, count(), count() - begin});
      }
    }
  }

  void add_picture(Split split, int object_class, int mode) {
    const auto number = static_cast<uint64_t>(count());
    Random random(options_.seed, "draw clutter", number);
    DrawnPicture picture;
    picture.split = split;
    picture.filed_under = object_class;
    picture.scene = {options_.seed, number, object_class, mode, static_cast<int>(random.below(draw::kClutterLevels))};
    truth_.pictures.push_back(picture);
  }

  void repeat_scenes() {
    share_copies(groups_, options_.near_duplicates, rounded_share(options_.near_duplicates, train_count()));
    Random random(options_.seed, "draw bursts");
    for (const Group& group : groups_) repeat_scenes(group, random);
  }

  /// A scene is drawn twice over, the second time below the first: a few scenes have long bursts,
  /// many have none.
  void repeat_scenes(const Group& group, Random& random) {
    std::vector<int> snapshots(static_cast<size_t>(group.scenes), 1);
    for (int64_t i = group.begin + group.scenes; i < group.end; ++i) {
      const uint64_t bound = 1 + random.below(static_cast<uint64_t>(group.scenes));
      const uint64_t which = random.below(bound);
      picture(i).original = group.begin + static_cast<int64_t>(which);
      picture(i).scene = picture(picture(i).original).scene;
      picture(i).snapshot = snapshots[which]++;
    }
  }

  void file_some_wrongly() {
    if (options_.wrong_labels == 0) return;  // one class has no other
    Random random(options_.seed, "draw wrong labels");
    const auto order = random.permutation(train_count());
    const int64_t wrong = rounded_share(options_.wrong_labels, train_count());
    for (int64_t i = 0; i < wrong; ++i) {
      DrawnPicture& p = picture(order[static_cast<size_t>(i)]);
      const auto other = static_cast<int>(random.below(static_cast<uint64_t>(options_.classes - 1)));
      p.filed_under = other < p.scene.object_class ? other : other + 1;
    }
  }

  /// Puts the pictures [begin, end) into a random order: a folder read from the front tells
  /// nothing.
  void shuffle(int64_t begin, int64_t end) {
    const auto order = Random(options_.seed, "draw order", static_cast<uint64_t>(begin)).permutation(end - begin);
    std::vector<DrawnPicture> shuffled;
    std::vector<int64_t> place_of(order.size());
    for (const int64_t i : order) {
      place_of[static_cast<size_t>(i)] = begin + static_cast<int64_t>(shuffled.size());
      shuffled.push_back(std::move(picture(begin + i)));
    }
    for (DrawnPicture& p : shuffled) {
      if (p.original >= 0) p.original = place_of[static_cast<size_t>(p.original - begin)];
    }
    std::move(shuffled.begin(), shuffled.end(), truth_.pictures.begin() + begin);
  }

  void name_files() {
    std::map<std::pair<Split, int>, int> used;
    for (DrawnPicture& p : truth_.pictures) {
      const auto& folder = truth_.classes[static_cast<size_t>(p.filed_under)];
      p.file = fmt::format("{}/{}/{:04}.jpg", name_of(p.split), folder, used[{p.split, p.filed_under}]++);
    }
  }

  const DrawOptions& options_;
  DrawnTruth truth_;
  std::vector<Group> groups_;  // of the training split
};

std::string truth_line(const DrawnTruth& truth, const DrawnPicture& p) {
  const auto& mode = draw::catalogue()[static_cast<size_t>(p.scene.object_class)].modes[static_cast<size_t>(p.scene.mode)];
  Json line;
  line["file"] = p.file;
  line["class"] = truth.classes[static_cast<size_t>(p.scene.object_class)];
  line["filed_under"] = truth.classes[static_cast<size_t>(p.filed_under)];
  line["mode"] = p.scene.mode;
  line["mode_name"] = mode.name;
  line["near_duplicate_of"] = p.original < 0 ? Json() : Json(truth.pictures[static_cast<size_t>(p.original)].file);
  line["clutter"] = p.scene.clutter;
  return json_text(line) + "\n";
}

void write_truth(const std::filesystem::path& path, const DrawnTruth& truth) {
  FileWriter file(path);
  for (const DrawnPicture& p : truth.pictures) file.write(truth_line(truth, p));
  file.commit();
}

void make_class_folders(const std::filesystem::path& folder, const DrawnTruth& truth) {
  for (const DrawnPicture& p : truth.pictures) {
    std::error_code code;
    std::filesystem::create_directories((folder / p.file).parent_path(), code);
    if (code) throw IoError({folder.string(), p.file, "cannot create its folder: " + code.message(), ""});
  }
}

std::string why_not_drawn(const std::filesystem::path& folder) {
  if (!std::filesystem::is_regular_file(folder / kTruth)) return fmt::format("holds no {} of drawn pictures", kTruth);
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name != kTruth && name != "train" && name != "test" && name != LockedFolder::kLock)
      return fmt::format("holds '{}', which decant did not draw", name);
  }
  return "";
}

}  // namespace

DrawnTruth plan_picture_set(const DrawOptions& options) {
  require_valid(options);
  return Planner(options).plan();
}

DrawnTruth draw_picture_set(const std::filesystem::path& folder, const DrawOptions& options, const Context& context, bool overwrite) {
  DrawnTruth truth = plan_picture_set(options);
  OutputFolder output(folder, {.overwrite = overwrite, .why_foreign = why_not_drawn});
  make_class_folders(output.path(), truth);

  const auto count = static_cast<int64_t>(truth.pictures.size());
  Stage stage(context, "drawing pictures", count, "images");
  parallel_for(context, count, kChunk, [&](int64_t begin, int64_t end) {
    Image image;
    std::vector<std::byte> encoded;
    for (int64_t i = begin; i < end; ++i) {
      const DrawnPicture& p = truth.pictures[static_cast<size_t>(i)];
      draw::draw_scene(p.scene, p.snapshot, options.side, image);
      encode_jpeg(image.view(), kJpegQuality, encoded, Chroma::full);
      write_file(output.path() / p.file, encoded);
      stage.advance();
    }
  });
  write_truth(output.path() / kTruth, truth);
  output.commit();
  return truth;
}

}  // namespace decant
