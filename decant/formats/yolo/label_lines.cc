#include "decant/formats/yolo/label_lines.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_set>

#include "decant/base/digest.h"

namespace decant::yolo {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr double kSlack = 0.01;  // by which ultralytics lets a coordinate leave the picture

/// Parts between blanks.
class Words {
 public:
  explicit Words(std::string_view line) : line_(line) {}
  std::string_view next() {
    const size_t begin = std::min(line_.find_first_not_of(kBlanks, at_), line_.size());
    at_ = std::min(line_.find_first_of(kBlanks, begin), line_.size());
    return line_.substr(begin, at_ - begin);
  }

 private:
  std::string_view line_;
  size_t at_ = 0;
};

std::optional<double> finite_number(std::string_view word) {
  if (word.starts_with('+')) word.remove_prefix(1);
  double number = 0;
  const char* const end = word.data() + word.size();
  if (std::from_chars(word.data(), end, number) != std::from_chars_result{end, std::errc()} || !std::isfinite(number)) return std::nullopt;
  return number;
}

/// Edges and area of an outline, point by point.
class Outline {
 public:
  void add(double x, double y) {
    if (points_ == 0) first_x_ = x, first_y_ = y;
    if (points_ > 0) twice_ += last_x_ * y - x * last_y_;
    edges_ = {std::min(edges_.x0, x), std::min(edges_.y0, y), std::max(edges_.x1, x), std::max(edges_.y1, y)};
    last_x_ = x, last_y_ = y;
    ++points_;
  }
  const Box& edges() const { return edges_; }
  double area() const { return std::abs(twice_ + last_x_ * first_y_ - first_x_ * last_y_) / 2; }

 private:
  static constexpr double kFar = std::numeric_limits<double>::infinity();
  int64_t points_ = 0;
  double first_x_ = 0, first_y_ = 0, last_x_ = 0, last_y_ = 0, twice_ = 0;
  Box edges_{kFar, kFar, -kFar, -kFar};
};

/// A line as far as its numbers go, in shares of the picture.
struct Line {
  int64_t count = 0;             ///< numbers
  std::array<double, 5> head{};  ///< the first of them
  Outline outline;               ///< of all behind the class, two by two
  bool far = false;              ///< a coordinate is outside the picture by more than the slack
  bool far_point = false;        ///< the same of all but how visible keypoints are
  std::string_view fault;        ///< a word is no number
};

bool is_far(double coordinate) {
  return coordinate > 1 + kSlack || coordinate < -kSlack;
}

std::string_view fault_of_word(std::string_view word, bool first) {
  if (word.find(',') != std::string_view::npos) return "its numbers stand between commas, not spaces";
  return first ? "its class is no number" : "it holds something that is no finite number";
}

/// Whether the number says how visible a keypoint is: behind five numbers, every third.
bool is_visibility(int64_t place, const LineRules& rules) {
  return rules.numbers_per_point == 3 && place >= 5 && (place - 5) % 3 == 2;
}

Line read_line(std::string_view text, const LineRules& rules) {
  Line line;
  Words words(text);
  double x = 0;
  for (std::string_view word = words.next(); !word.empty(); word = words.next(), ++line.count) {
    const std::optional<double> number = finite_number(word);
    if (!number) {
      line.fault = fault_of_word(word, line.count == 0);
      return line;
    }
    if (line.count < std::ssize(line.head)) line.head[static_cast<size_t>(line.count)] = *number;
    if (line.count == 0) continue;
    line.far = line.far || is_far(*number);
    line.far_point = line.far_point || (is_far(*number) && !is_visibility(line.count, rules));
    if (line.count % 2 == 1)
      x = *number;
    else
      line.outline.add(x, *number);
  }
  return line;
}

bool is_outline(int64_t numbers, const LineRules& rules) {
  return numbers >= 7 && numbers % 2 == 1 && (rules.keypoint_numbers == 0 || numbers != 5 + rules.keypoint_numbers);
}

bool is_box(int64_t numbers, const LineRules& rules) {
  return numbers == 5 || numbers == 6 || (rules.keypoint_numbers > 0 && numbers == 5 + rules.keypoint_numbers);
}

std::string_view fault_of_class(double number, const LineRules& rules) {
  constexpr double kMost = 100'000;
  if (number != std::floor(number) || number < 0) return "its class is not a whole number from 0";
  if (rules.classes > 0 ? number >= static_cast<double>(rules.classes) : number >= kMost) return "its class is not among the names";
  return {};
}

std::string_view fault_of_box(const Box& box) {
  if (!(box.width() > 0) || !(box.height() > 0)) return "its box has a width or height of 0 or less";
  if (box.x1 <= 0 || box.y1 <= 0 || box.x0 >= 1 || box.y0 >= 1) return "its box lies outside the picture (pixels, not shares?)";
  return {};
}

double area_inside(const Box& box) {
  return std::max(0.0, std::min(box.x1, 1.0) - std::max(box.x0, 0.0)) * std::max(0.0, std::min(box.y1, 1.0) - std::max(box.y0, 0.0));
}

class LabelReading {
 public:
  LabelReading(std::string_view text, const PictureHead& picture, const LineRules& rules, Objects& out)
      : text_(text), width_(picture.shown_width()), height_(picture.shown_height()), rules_(rules), out_(out) {
    if (picture.width == 0) width_ = height_ = 1;
  }

  LabelFile read() {
    size_t at = text_.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    const bool several = text_.find('\n', at) != std::string_view::npos;
    while (at < text_.size()) {
      const size_t end = std::min(text_.find('\n', at), text_.size());
      const std::string_view line = text_.substr(at, end - at);
      const size_t first = line.find_first_not_of(kBlanks);
      if (first != std::string_view::npos) take(line.substr(first, line.find_last_not_of(kBlanks) + 1 - first), at + first, several);
      at = end + 1;
    }
    file_.mixed = boxes_ > 0 && outlines_ > 0;
    return file_;
  }

 private:
  void take(std::string_view text, size_t at, bool several) {
    const Line line = read_line(text, rules_);
    const bool outline = line.fault.empty() && is_outline(line.count, rules_);
    const bool box = line.fault.empty() && is_box(line.count, rules_);
    (outline ? outlines_ : boxes_) += outline || box ? 1 : 0;
    const Box shares = outline ? line.outline.edges()
                       : box   ? Box{line.head[1] - line.head[3] / 2, line.head[2] - line.head[4] / 2, line.head[1] + line.head[3] / 2,
                                   line.head[2] + line.head[4] / 2}
                               : Box();
    std::string_view fault = line.fault;
    if (fault.empty() && !outline && !box) fault = "it has neither the 5 numbers of a box nor the 7, 9, 11 … of an outline";
    if (fault.empty()) fault = fault_of_class(line.head[0], rules_);
    const bool known = fault.empty();
    if (fault.empty()) fault = fault_of_box(shares);
    file_.dropped = file_.dropped || !known || drops(line, outline);
    if (several && !seen_.insert(hash64(text)).second && fault.empty())
      fault = "it repeats an earlier line of its file, which loaders remove";
    const int32_t label = known ? static_cast<int32_t>(line.head[0]) : kNoLabel;
    file_.highest = std::max(file_.highest, label);
    if (!fault.empty()) out_.faults.push_back({out_.size(), fault});
    out_.boxes.push_back({shares.x0 * width_, shares.y0 * height_, shares.x1 * width_, shares.y1 * height_});
    const double share = outline ? line.outline.area() : area_inside(shares);
    out_.areas.push_back((share <= 1 ? share : 1) * width_ * height_);
    out_.labels.push_back(label);
    out_.flags.push_back(static_cast<uint16_t>((outline ? ObjectFlag::polygon : 0) | (fault.empty() ? 0 : ObjectFlag::broken)));
    out_.places.push_back({static_cast<int64_t>(at), std::ssize(text)});
  }

  /// Whether ultralytics drops the picture for the counts and coordinates of a line.
  bool drops(const Line& line, bool outline) const {
    const bool with_points = rules_.keypoint_numbers > 0;
    if (with_points) return line.count != 5 + rules_.keypoint_numbers || line.far_point;
    return line.far || (!outline && line.count != 5);
  }

  std::string_view text_;
  double width_;
  double height_;
  const LineRules& rules_;
  Objects& out_;
  LabelFile file_;
  int64_t boxes_ = 0;
  int64_t outlines_ = 0;
  std::unordered_set<uint64_t> seen_;
};

}  // namespace

LabelFile read_label_lines(std::string_view text, const PictureHead& picture, const LineRules& rules, Objects& out) {
  return LabelReading(text, picture, rules, out).read();
}

std::vector<double> points_of_line(std::string_view line) {
  std::vector<double> points;
  Words words(line);
  words.next();
  for (std::string_view word = words.next(); !word.empty(); word = words.next()) {
    const std::optional<double> number = finite_number(word);
    if (!number) return {};
    points.push_back(*number);
  }
  return points;
}

bool looks_like_label(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return false;
  text = text.substr(begin, text.find('\n', begin) - begin);
  const Line line = read_line(text, {});
  return line.fault.empty() && fault_of_class(line.head[0], {}).empty() && line.count >= 5 && !line.far;
}

}  // namespace decant::yolo
