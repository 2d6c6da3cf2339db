#include "decant/pipeline/patching/reducing.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/formats/image/picture_files.h"
#include "decant/formats/image/recode.h"
#include "decant/kernels/resize.h"
#include "decant/patches/drop.h"
#include "decant/patches/importance.h"
#include "decant/patches/reduced_rows.h"

namespace decant {
namespace {

double dropped_share(const std::string& text) {
  if (text.empty()) return 0;
  const auto share = share_from(text);
  if (!share || !(*share > 0 && *share < 1))
    throw UsageError(fmt::format("--drop: '{}' is no share of the cells; give one between 0 and 1, such as 25%", text));
  return *share;
}

/// "96px" as 96; nothing for what is no number of pixels.
std::optional<int> pixels_from(const std::string& text) {
  if (!text.ends_with("px")) return std::nullopt;
  const char* const end = text.data() + text.size() - 2;
  int value = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < 1) return std::nullopt;
  return value;
}

void set_resolution(const std::string& text, ReducePlan& plan) {
  if (text.empty()) return;
  if (const auto pixels = pixels_from(text)) {
    plan.shorter_side = *pixels;
    return;
  }
  const auto share = share_from(text);
  const double eighths = share ? 8 * *share : 0;
  if (!(eighths >= 1 && eighths <= 8) || eighths != std::floor(eighths))
    throw UsageError(
        fmt::format("--resolution: '{}' is neither a share of the sides in steps of 12.5%, such as 50%, nor pixels, such as 96px", text));
  plan.eighths = static_cast<int>(eighths);
}

/// The fewest eighths of a picture whose shorter side they leave at least so long.
int eighths_for(const Rows& pictures, int64_t row, int shorter_side) {
  thread_local std::vector<std::byte> scratch;
  const PatchGrid whole = patch_grid_of(pictures.bytes(row, scratch), pictures.key(row), 1);
  const int shorter = std::min(whole.width(), whole.height());
  int eighths = 1;
  while (eighths < 8 && (shorter * eighths + 7) / 8 < shorter_side) ++eighths;
  return eighths;
}

void require_resolution(const Rows& rows, const std::string& path) {
  if (rows.pictures()->are_files()) return;
  throw InputError({path, "", "stores pixels, which have no resolution to lower", "Give --quality too, which makes JPEGs of them"});
}

std::vector<float> importance_of(const ImportanceSet& importance, int64_t row, const PatchGrid& grid) {
  std::vector<float> scratch;
  return patches::cell_importance(importance.maps.row(row, scratch), importance.side, grid);
}

/// Made so small that its shorter side is `side`, where that is longer and `side` > 0.
Image as_trained(Image image, int side) {
  const int shorter = std::min(image.size.width, image.size.height);
  if (side == 0 || shorter <= side) return image;
  const auto scaled = [&](int length) { return std::max(1, static_cast<int>(int64_t{length} * side / shorter)); };
  Image small;
  small.resize({scaled(image.size.width), scaled(image.size.height), image.size.channels});
  resize_bilinear(image.pixels.data(), image.size.width, image.size.height, image.size.channels, small.pixels.data(), small.size.width,
                  small.size.height);
  return small;
}

double mean_square(const Image& one, const Image& other) {
  DECANT_CHECK((one.size == other.size), ==, true);
  double sum = 0;
  for (size_t i = 0; i < one.pixels.size(); ++i) {
    const double difference = static_cast<double>(one.pixels[i]) - static_cast<double>(other.pixels[i]);
    sum += difference * difference;
  }
  return sum / static_cast<double>(one.pixels.size());
}

/// Importance for a byte; infinite where there is no detail to save.
std::vector<float> worth_of(const Rows& pictures, const ImportanceSet& importance, int64_t row, const PatchGrid& grid) {
  thread_local std::vector<std::byte> scratch;
  std::vector<float> worth = importance_of(importance, row, grid);
  const std::vector<float> bytes = cell_bytes(pictures.bytes(row, scratch), pictures.key(row), grid);
  for (size_t i = 0; i < worth.size(); ++i) worth[i] = bytes[i] > 0 ? worth[i] / bytes[i] : std::numeric_limits<float>::infinity();
  return worth;
}

/// What a plan drops of a picture, the cells that must stay left alone.
PatchMask dropped_by(const ReducePlan& plan, std::vector<float> importance, const CellProtection* protection, int64_t row,
                     const PatchGrid& grid) {
  const int left = protection == nullptr ? grid.count() : patches::exempt(protection->held(row, grid), importance);
  if (plan.worth > 0) return patches::drop_below(grid, importance, plan.worth, patches::cells_of(kMostDropped, grid.count()));
  return patches::drop_least(grid, importance, std::min(patches::cells_of(plan.drop, grid.count()), left));
}

}  // namespace

void ReduceOptions::declare(OptionTable& table) {
  table.add("drop", drop, "SHARE", "drop this share of every picture's cells: 25% or 0.25");
  table
      .add("drop-objects", drop_objects, "SHARE",
           "of pictures with objects, how much of one a dropped cell may hold: 10% or 0.1; default: none of it")
      .silent_at = "\"\"";
  table.add("quality", quality, "1…100", "lower the quality of JPEGs to this; of raw pixels, make such JPEGs");
  table.add("resolution", resolution, "SHARE",
            "lower the sides of JPEGs to this share, 50%, or until the shorter has as many pixels as you train at, 96px");
  importance.declare(table);
}

ImportanceOptions beside(ImportanceOptions importance, const FeatureOptions& features) {
  importance.device = features.device;
  importance.cache = features.cache;
  return importance;
}

ReducePlan reduce_plan(const ReduceOptions& options) {
  ReducePlan plan{.drop = dropped_share(options.drop), .quality = options.quality};
  set_resolution(options.resolution, plan);
  if (plan.quality < 0 || plan.quality > 100) throw UsageError(fmt::format("--quality: {} is not between 1 and 100", plan.quality));
  return plan;
}

std::shared_ptr<const Rows> pictures_to_reduce(std::shared_ptr<const Rows> rows, ReducePlan& plan) {
  if (rows->pictures()->are_files() || plan.quality == 0) return rows;
  return as_picture_files(std::move(rows), std::exchange(plan.quality, 0));
}

PictureReducer::PictureReducer(const Dataset& dataset, const ReduceOptions& options, std::shared_ptr<const ImportanceSet> importance)
    : plan_(reduce_plan(options)), importance_(std::move(importance)) {
  asked_ = fmt::format("drop {} quality {} eighths {}", plan_.drop, plan_.quality, plan_.eighths);
  if (plan_.shorter_side > 0) asked_ += fmt::format(" shorter side {}", plan_.shorter_side);
  const std::string path = dataset.root.string();
  require_pictures(dataset.train(), path);
  pictures_ = pictures_to_reduce(dataset.splits.at(Split::train), plan_);
  path_ = path;
  if (!plan_.as_large()) require_resizable();
  const std::shared_ptr<const CellProtection> protection = protection_for(dataset.splits.at(Split::train), options.drop_objects);
  if (importance_ == nullptr || protection == nullptr) return;
  protection_ = protection;
  asked_ += " " + protection_->key();
}

void PictureReducer::require_resizable() const {
  require_resolution(*pictures_, path_);
  const std::optional<CountedIn> taught = pictures_->taught();
  if (taught != CountedIn::objects && taught != CountedIn::pixels) return;
  throw InputError(
      {path_, "",
       fmt::format("holds {}, which belong to the size that its pictures have", taught == CountedIn::pixels ? "masks" : "objects"),
       "Keep the resolution: leave out --resolution, and spend on rows, quality or cells"});
}

patches::Reducer PictureReducer::reducer(std::function<ReducePlan(int64_t row)> plan_of) const {
  return [plan_of = std::move(plan_of), importance = importance_, protection = protection_, pictures = pictures_](int64_t row) {
    ReducePlan plan = plan_of(row);
    if (plan.shorter_side > 0) plan.eighths = std::min(plan.eighths, eighths_for(*pictures, row, plan.shorter_side));
    patches::Reduction reduction{.quality = plan.quality, .eighths = plan.eighths};
    if (plan.worth > 0 || plan.drop > 0)
      reduction.mask = [row, plan, importance, protection, pictures](const PatchGrid& grid) {
        std::vector<float> values = plan.worth > 0 ? worth_of(*pictures, *importance, row, grid) : importance_of(*importance, row, grid);
        return dropped_by(plan, std::move(values), protection.get(), row, grid);
      };
    return reduction;
  };
}

std::optional<patches::DropTally> PictureReducer::tally(const Subset& kept, const Context& context) const {
  if (protection_ == nullptr || plan_.drop == 0) return std::nullopt;
  std::vector<patches::DropTally> of_rows(kept.size());
  Stage stage(context, "counting cells", std::ssize(kept), "pictures");
  parallel_for(context, std::ssize(kept), 16, [&](int64_t begin, int64_t end) {
    std::vector<std::byte> scratch;
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i, stage.advance()) {
      const PatchGrid grid = patch_grid_of(pictures_->bytes(kept[i], scratch), pictures_->key(kept[i]), importance_->side);
      const PatchMask mask = dropped_by(plan_, importance_of(*importance_, kept[i], grid), protection_.get(), kept[i], grid);
      of_rows[i].add(grid.count(), patches::cells_of(plan_.drop, grid.count()), mask.dropped_count());
    }
  });
  patches::DropTally sum;
  for (const patches::DropTally& own : of_rows) sum += own;
  return sum;
}

std::vector<float> PictureReducer::worths(std::span<const int64_t> rows) const {
  std::vector<float> all;
  std::vector<std::byte> scratch;
  for (const int64_t row : rows) {
    const PatchGrid grid = patch_grid_of(pictures_->bytes(row, scratch), pictures_->key(row), importance_->side);
    std::vector<float> own = worth_of(*pictures_, *importance_, row, grid);
    if (protection_ != nullptr) patches::exempt(protection_->held(row, grid), own);
    for (const float worth : own) {
      if (std::isfinite(worth)) all.push_back(worth);
    }
  }
  std::ranges::sort(all);
  return all;
}

std::shared_ptr<const Rows> PictureReducer::rows_with(std::function<ReducePlan(int64_t row)> plan_of) const {
  return std::make_shared<patches::ReducedRows>(pictures_, importance_ ? importance_->side : 1, reducer(std::move(plan_of)));
}

int64_t PictureReducer::bytes_of(int64_t row, const ReducePlan& plan) const {
  thread_local std::vector<std::byte> scratch;
  return std::ssize(rows_with([&plan](int64_t) { return plan; })->bytes(row, scratch));
}

double PictureReducer::difference(int64_t row, const ReducePlan& one, const ReducePlan& other, int side) const {
  const auto shown = [&](const ReducePlan& plan) {
    Image image;
    rows_with([&plan](int64_t) { return plan; })->pictures()->decode(row, image);
    return as_trained(std::move(image), side);
  };
  return mean_square(shown(one), shown(other));
}

ReducedInput PictureReducer::reduced(std::function<ReducePlan(int64_t row)> plan_of, const std::string& key) const {
  return {.rows = rows_with(plan_of),
          .reduce = reducer(plan_of),
          .importance = importance_ ? importance_->method : "",
          .key = key + (importance_ ? " " + importance_->key : "")};
}

ReducedInput PictureReducer::as_asked() const {
  return reduced([plan = plan_](int64_t) { return plan; }, asked_);
}

void say_what_stays(const patches::DropTally& tally, int64_t pictures, const Context& context) {
  if (tally.pictures_short == 0) return;
  context.warn(
      fmt::format("of {} of {} pictures fewer cells are dropped than --drop asks, since their other cells hold objects or rare classes: "
                  "{} of {} cells in all ({:.1f} %), in place of {} ({:.1f} %)",
                  human_count(tally.pictures_short), human_count(pictures), human_count(tally.dropped), human_count(tally.cells),
                  tally.percent_of_cells(tally.dropped), human_count(tally.asked), tally.percent_of_cells(tally.asked)));
}

std::shared_ptr<const ImportanceSet> importance_wanted(const Input& input, const Subset& chosen, const ReduceOptions& options, bool cells,
                                                       uint64_t seed, const Context& context) {
  if (!cells && reduce_plan(options).drop == 0) return nullptr;
  const PictureReducer reportable(input.dataset, options, nullptr);  // faults come before a network is trained
  return std::make_shared<const ImportanceSet>(obtain_importance(input, chosen, options.importance, seed, context));
}

ReducedInput reduce(const Input& input, const Subset& chosen, const ReduceOptions& options, uint64_t seed, const Context& context) {
  const PictureReducer reducer(input.dataset, options, importance_wanted(input, chosen, options, false, seed, context));
  if (const auto tally = reducer.tally(chosen, context)) say_what_stays(*tally, std::ssize(chosen), context);
  return reducer.as_asked();
}

}  // namespace decant
