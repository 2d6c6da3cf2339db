#include "decant/report/thumbnails.h"

#include <algorithm>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/formats/image/codec.h"
#include "decant/kernels/resize.h"

namespace decant::report {
namespace {

constexpr size_t kMostPictures = 12;  ///< kept ones of a sheet; as many left out
constexpr size_t kFewestPictures = 4;
constexpr size_t kRankedPictures = 40;  ///< of each kind in a sheet of a ranking
constexpr int kQuality = 80;

/// `count` of `pool` at random, in the order they were picked.
std::vector<int64_t> choose(std::vector<int64_t> pool, size_t count, const RowFacts& rows, Random& random) {
  count = std::min(count, pool.size());
  for (size_t i = 0; i < count; ++i) std::swap(pool[i], pool[i + random.below(pool.size() - i)]);
  pool.resize(count);
  std::sort(pool.begin(), pool.end(),
            [&](int64_t a, int64_t b) { return rows.ranks[static_cast<size_t>(a)] < rows.ranks[static_cast<size_t>(b)]; });
  return pool;
}

/// The picture itself when it is small enough, else shrunk so that its longer side fits.
Image shrink(const Image& image) {
  const int longer = std::max(image.size.width, image.size.height);
  if (longer <= kThumbnailSide) return image;
  const auto scaled = [&](int side) { return std::max(1, static_cast<int>((int64_t{side} * kThumbnailSide + longer / 2) / longer)); };
  Image small;
  small.resize({scaled(image.size.width), scaled(image.size.height), image.size.channels});
  resize_bilinear(image.pixels.data(), image.size.width, image.size.height, image.size.channels, small.pixels.data(), small.size.width,
                  small.size.height);
  return small;
}

/// Photographs are decoded at the fraction that is enough; raw pixels of a fixed size are cheap.
void decode_for_thumbnail(const Rows& rows, int64_t row, const std::string& key, Image& image) {
  if (rows.pictures()->fixed_size()) return rows.pictures()->decode(row, image);
  std::vector<std::byte> scratch;
  const Bytes bytes = rows.bytes(row, scratch);
  if (!codec_of(bytes)) return rows.pictures()->decode(row, image);
  decode_image_at_least(bytes, key, kThumbnailSide, image);
}

void make(const Rows& rows, Thumbnail& thumbnail) {
  Image image;
  try {
    decode_for_thumbnail(rows, thumbnail.row, thumbnail.key, image);
  } catch (const InputError&) {
    return;
  } catch (const IoError&) {
    return;
  }
  const Image small = shrink(image);
  thumbnail.size = small.size;
  encode_jpeg(small.view(), kQuality, thumbnail.jpeg, Chroma::full);
}

/// Rows of each bin in [bin][kept] lists.
std::vector<std::vector<int64_t>> rows_by_bin(const RowFacts& rows) {
  std::vector<std::vector<int64_t>> lists(2 * static_cast<size_t>(rows.bin_count));
  for (int64_t row = 0; row < rows.count; ++row) {
    const auto i = static_cast<size_t>(row);
    if (rows.bins[i] >= 0) lists[2 * static_cast<size_t>(rows.bins[i]) + rows.kept[i]].push_back(row);
  }
  return lists;
}

/// The `count` of `pool` with the smallest `places`: of every pool its first before any pool's second.
std::vector<Thumbnail> first_by(std::vector<int64_t> pool, size_t count, const std::vector<int64_t>& places) {
  count = std::min(count, pool.size());
  const auto before = [&](int64_t a, int64_t b) {
    const int64_t x = places[static_cast<size_t>(a)];
    const int64_t y = places[static_cast<size_t>(b)];
    return x != y ? x < y : a < b;
  };
  std::partial_sort(pool.begin(), pool.begin() + static_cast<ptrdiff_t>(count), pool.end(), before);
  std::vector<Thumbnail> thumbnails;
  for (size_t i = 0; i < count; ++i) thumbnails.push_back({.row = pool[i]});
  return thumbnails;
}

/// The two ends of a ranking, and both sides of the cut.
std::vector<Sheet> choose_ranked_sheets(const RowFacts& rows) {
  const std::vector<std::vector<int64_t>> lists = rows_by_bin(rows);
  const std::vector<int64_t>& left_out = lists[0];
  const std::vector<int64_t>& kept = lists[1];
  Sheet ends{0, "First and last of the order", "kept first", "left out last", std::ssize(kept) + std::ssize(left_out), std::ssize(kept), {},
             {}};
  Sheet cut = ends;
  cut.name = "Both sides of the cut";
  cut.kept_name = "kept last";
  cut.left_name = "left out first";
  ends.kept = first_by(kept, kRankedPictures, rows.turns);
  ends.left_out = first_by(left_out, kRankedPictures, rows.ends);
  cut.kept = first_by(kept, kRankedPictures, rows.ends);
  cut.left_out = first_by(left_out, kRankedPictures, rows.turns);
  return {ends, cut};
}

std::vector<Sheet> choose_sheets(const RowFacts& rows, uint64_t seed) {
  if (rows.ranked) return choose_ranked_sheets(rows);
  const SheetPlan plan = plan_sheets(rows.bin_count);
  const std::vector<std::vector<int64_t>> lists = rows_by_bin(rows);
  std::vector<Sheet> sheets(plan.sheets);
  for (size_t s = 0; s < plan.sheets; ++s) {
    const size_t bin = s * static_cast<size_t>(rows.bin_count) / plan.sheets;
    const std::vector<int64_t>& left_out = lists[2 * bin];
    const std::vector<int64_t>& kept = lists[2 * bin + 1];
    sheets[s].bin = static_cast<int32_t>(bin);
    sheets[s].name = rows.bin_count > 1 ? fmt::format("Bin {}", bin) : "The whole set";
    sheets[s].rows = static_cast<int64_t>(left_out.size() + kept.size());
    sheets[s].kept_rows = static_cast<int64_t>(kept.size());
    Random random(seed, "report thumbnails", bin);
    for (const int64_t row : choose(kept, plan.pictures, rows, random)) sheets[s].kept.push_back({.row = row});
    for (const int64_t row : choose(left_out, plan.pictures, rows, random)) sheets[s].left_out.push_back({.row = row});
  }
  return sheets;
}

/// Drops what did not decode, and what comes after the space is used up.
void keep_made(std::vector<Thumbnail>& thumbnails, size_t& bytes) {
  std::erase_if(thumbnails, [&](const Thumbnail& thumbnail) {
    if (thumbnail.jpeg.empty() || bytes + thumbnail.jpeg.size() > kThumbnailBytes) return true;
    bytes += thumbnail.jpeg.size();
    return false;
  });
}

}  // namespace

SheetPlan plan_sheets(int32_t bins) {
  const size_t sheets = std::clamp<size_t>(static_cast<size_t>(std::max(bins, 1)), 1, kThumbnails / (2 * kFewestPictures));
  return {sheets, std::clamp(kThumbnails / (2 * sheets), kFewestPictures, kMostPictures)};
}

std::vector<Sheet> make_sheets(const Dataset& source, const RowFacts& rows, uint64_t seed, const Context& context) {
  const Rows& train = source.train();
  if (train.pictures() == nullptr) return {};
  std::vector<Sheet> sheets = choose_sheets(rows, seed);
  std::vector<Thumbnail*> all;
  for (Sheet& sheet : sheets) {
    for (Thumbnail& thumbnail : sheet.kept) all.push_back(&thumbnail);
    for (Thumbnail& thumbnail : sheet.left_out) all.push_back(&thumbnail);
  }
  Stage stage(context, "thumbnails", static_cast<int64_t>(all.size()), "images");
  parallel_for(context, static_cast<int64_t>(all.size()), 8, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      Thumbnail& thumbnail = *all[static_cast<size_t>(i)];
      thumbnail.key = train.key(thumbnail.row);
      thumbnail.label = train.label(thumbnail.row) == kNoLabel ? "" : class_name(source.classes, train.label(thumbnail.row));
      make(train, thumbnail);
      stage.advance();
    }
  });
  size_t bytes = 0;
  for (Sheet& sheet : sheets) {
    keep_made(sheet.kept, bytes);
    keep_made(sheet.left_out, bytes);
  }
  std::erase_if(sheets, [](const Sheet& sheet) { return sheet.kept.empty() && sheet.left_out.empty(); });
  return sheets;
}

}  // namespace decant::report
