#include "decant/data/siamese.h"

#include <algorithm>
#include <fmt/ranges.h>
#include <numbers>
#include <optional>

#include "decant/base/errors.h"
#include "decant/base/text.h"

namespace decant {
namespace {

const std::vector<std::string> kOperations = {"color", "crop", "cutout", "flip", "scale", "rotate"};  // in the order of SiameseOperation

SiameseOperation operation_named(const std::string& name, const std::string& text) {
  const auto found = std::ranges::find(kOperations, name);
  if (found != kOperations.end()) return static_cast<SiameseOperation>(found - kOperations.begin());
  const std::string near = nearest(name, kOperations);
  throw InputError(
      {.file = {},
       .place = "augmentation",
       .what = fmt::format("unknown operation '{}' in '{}'{}", name, text, near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near)),
       .remedy = fmt::format("Join some of {} with '_', or write dsa for all of them; 'all:' or 'each:' may stand in front",
                             fmt::join(kOperations, ", "))});
}

/// The nearest whole number of pixels.
int share_of(int side, double share) {
  return static_cast<int>(side * share + 0.5);
}

/// Where a range of `length` around a random centre lies in 0 … side − 1.
struct CutRange {
  int begin;
  int end;
};
CutRange draw_cut(int side, double share, Random& random) {
  const int length = share_of(side, share);
  const int centre = static_cast<int>(random.below(static_cast<uint64_t>(side + 1 - length % 2)));
  const int begin = centre - length / 2;
  return {std::max(begin, 0), std::min(begin + length, side)};
}

int draw_shift(int side, double share, Random& random) {
  const int most = share_of(side, share);
  return static_cast<int>(random.below(static_cast<uint64_t>(2 * most + 1))) - most;
}

double draw_scale(double most, Random& random) {
  return 1 / most + random.uniform() * (most - 1 / most);
}

void draw_into(SiameseParameters& picture, SiameseOperation operation, const SiameseOptions& options, ImageSize size, Random& random) {
  switch (operation) {
    case SiameseOperation::color:
      picture.brightness = (random.uniform() - 0.5) * options.brightness;
      picture.saturation = random.uniform() * options.saturation;
      picture.contrast = random.uniform() + options.contrast;
      return;
    case SiameseOperation::crop:
      picture.dy = draw_shift(size.height, options.crop, random);
      picture.dx = draw_shift(size.width, options.crop, random);
      return;
    case SiameseOperation::cutout: {
      const CutRange lines = draw_cut(size.height, options.cutout, random);
      const CutRange columns = draw_cut(size.width, options.cutout, random);
      picture.top = lines.begin;
      picture.bottom = lines.end;
      picture.left = columns.begin;
      picture.right = columns.end;
      return;
    }
    case SiameseOperation::flip:
      picture.mirror = random.uniform() < options.flip;
      return;
    case SiameseOperation::scale:
      picture.scale_y = draw_scale(options.scale, random);
      picture.scale_x = draw_scale(options.scale, random);
      return;
    case SiameseOperation::rotate:
      picture.angle = (2 * random.uniform() - 1) * options.rotate / 180 * std::numbers::pi;
      return;
  }
}

/// Where the one strength of an operation is; null for color, which has three.
double* strength_of(SiameseOptions& options, SiameseOperation operation) {
  switch (operation) {
    case SiameseOperation::color:
      return nullptr;
    case SiameseOperation::crop:
      return &options.crop;
    case SiameseOperation::cutout:
      return &options.cutout;
    case SiameseOperation::flip:
      return &options.flip;
    case SiameseOperation::scale:
      return &options.scale;
    case SiameseOperation::rotate:
      return &options.rotate;
  }
  return nullptr;
}

struct Range {
  double low;
  double high;
};

Range range_of(SiameseOperation operation) {
  if (operation == SiameseOperation::scale) return {1, 10};
  if (operation == SiameseOperation::rotate) return {0, 180};
  return {0, 1};
}

/// "crop=0.25": the operation, whose strength is set where one is given.
SiameseOperation take_operation(SiameseOptions& options, const std::string& part, const std::string& text) {
  const size_t equals = std::min(part.find('='), part.size());
  const SiameseOperation operation = operation_named(part.substr(0, equals), text);
  if (equals == part.size()) return operation;
  const std::string given = part.substr(equals + 1);
  double* const strength = strength_of(options, operation);
  if (strength == nullptr)
    throw InputError({"", "augmentation", fmt::format("'{}' in '{}': color has no one strength", part, text), "Write color"});
  const Range range = range_of(operation);
  const bool share = range.high == 1;  // "25%" as well as 0.25
  const std::optional<double> number = share || !given.ends_with('%') ? share_from(given) : std::nullopt;
  if (!number || !(*number >= range.low && *number <= range.high))
    throw InputError({"", "augmentation", fmt::format("'{}' in '{}' is not a strength", part, text),
                      fmt::format("Give {} a number from {} to {}", kOperations[static_cast<size_t>(operation)], range.low, range.high)});
  *strength = *number;
  return operation;
}

SiameseOperation one_of(const std::vector<SiameseOperation>& operations, Random& random) {
  return operations[random.below(operations.size())];
}

}  // namespace

SiameseOptions siamese_named(const std::string& text) {
  constexpr std::string_view kAll = "all:";
  constexpr std::string_view kEach = "each:";
  SiameseOptions options;
  options.all = text.starts_with(kAll);
  options.each = text.starts_with(kEach);
  std::string rest = text.substr(options.all ? kAll.size() : options.each ? kEach.size() : 0);
  if (rest == "dsa") rest = fmt::format("{}", fmt::join(kOperations, "_"));
  for (size_t begin = 0; begin <= rest.size();) {
    const size_t end = std::min(rest.find('_', begin), rest.size());
    const SiameseOperation operation = take_operation(options, rest.substr(begin, end - begin), text);
    if (std::ranges::count(options.operations, operation) > 0)
      throw InputError(
          {"", "augmentation", fmt::format("'{}' names {} twice", text, kOperations[static_cast<size_t>(operation)]), "Name it once"});
    options.operations.push_back(operation);
    begin = end + 1;
  }
  return options;
}

SiameseDraw draw_siamese(const SiameseOptions& options, ImageSize size, Random random, int64_t pictures) {
  SiameseDraw draw{
      .size = size, .operations = options.operations, .pictures = std::vector<SiameseParameters>(static_cast<size_t>(pictures))};
  if (options.operations.empty()) return draw;
  if (options.each) {
    for (SiameseParameters& picture : draw.pictures) draw_into(picture, one_of(options.operations, random), options, size, random);
    return draw;
  }
  if (!options.all) draw.operations = {one_of(options.operations, random)};
  for (const SiameseOperation operation : draw.operations) {
    for (SiameseParameters& picture : draw.pictures) draw_into(picture, operation, options, size, random);
  }
  return draw;
}

}  // namespace decant
