#include "decant/pipeline/patching/tiling.h"

#include <algorithm>
#include <atomic>
#include <fmt/core.h>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/sheets/sheets.h"

namespace decant {
namespace {

ImageSize stored_size(const Rows& rows, int64_t row) {
  if (const auto fixed = rows.pictures()->fixed_size()) return *fixed;
  thread_local std::vector<std::byte> scratch;
  if (rows.pictures()->are_files()) return probe_image(rows.bytes(row, scratch), rows.key(row));
  thread_local Image image;
  rows.pictures()->decode(row, image);
  return image.size;
}

sheets::Fit fit_of(const TileOptions& options) {
  return options.fit == name_of(sheets::Fit::crop) ? sheets::Fit::crop : sheets::Fit::whole;
}

/// Where none is asked for: that of the sheets that the rows lie in, of files kSheetQuality, of
/// pixels none.
int usual_quality(const Dataset& dataset) {
  if (dataset.format == kSheetsFormat) return read_sheet_table(dataset.root).style.quality;
  return dataset.train().pictures()->are_files() ? kSheetQuality : 0;
}

int longest_of(const Rows& rows, const Subset& some, sheets::Fit fit, const Context& context) {
  std::atomic<int> longest{0};
  Stage stage(context, "measuring pictures", std::ssize(some), "pictures");
  parallel_for(context, std::ssize(some), 256, [&](int64_t begin, int64_t end) {
    int own = 0;
    for (int64_t i = begin; i < end; ++i) {
      const ImageSize size = stored_size(rows, some[static_cast<size_t>(i)]);
      own = std::max(own, fit == sheets::Fit::whole ? std::max(size.width, size.height) : std::min(size.width, size.height));
    }
    int known = longest.load();
    while (known < own && !longest.compare_exchange_weak(known, own)) {
    }
    stage.advance(end - begin);
  });
  return longest;
}

int rounded_up(int length, int unit) {
  return (length + unit - 1) / unit * unit;
}

std::string nearest_sides(int side, int unit) {
  const int lower = side / unit * unit;
  return lower == 0 ? std::to_string(unit) : fmt::format("{} or {}", lower, lower + unit);
}

}  // namespace

void TileOptions::declare(OptionTable& table) {
  table.add("tile", tile, "N", "shrink the kept pictures and write N x N of them into each file, a sheet; 0 = a file each").silent_at = "0";
  table.add("tile-side", side, "PIXELS", "side of a sheet's cells; 0 = the pictures' own where small, else 224 / N").silent_at = "0";
  table.add("tile-fit", fit, "HOW", "how a picture comes into its cell: whole, or crop, its largest square from the centre").silent_at =
      "\"whole\"";
}

void require_sound(const TileOptions& options, bool counted) {
  if (options.tile < 0 || options.tile > sheets::kMostAcross)
    throw UsageError(fmt::format("--tile: {} is not between 1 and {}", options.tile, sheets::kMostAcross));
  if (options.side < 0 || options.side > sheets::kMostSide)
    throw UsageError(fmt::format("--tile-side: {} is not between 1 and {}", options.side, sheets::kMostSide));
  if (options.fit != name_of(sheets::Fit::whole) && options.fit != name_of(sheets::Fit::crop))
    throw UsageError(fmt::format("--tile-fit: '{}' is unknown; choose whole or crop", options.fit));
  if (!options.given() && !counted && options != TileOptions())
    throw UsageError("--tile-side and --tile-fit need --tile, which makes the sheets that they are about");
}

void require_tileable(const Dataset& dataset, const std::string& path, const std::string& option) {
  const auto refuse = [&](const std::string& what, const std::string& remedy) { throw InputError({path, "", what, remedy}); };
  const Rows& rows = dataset.train();
  if (rows.pictures() == nullptr)
    refuse(fmt::format("holds no pictures but {}, and sheets are files of pictures", rows.modality().rows), "Omit " + option);
  if (const auto taught = rows.taught(); taught && *taught != CountedIn::rows)
    refuse(fmt::format("holds {}, and sheets have no place for them", *taught == CountedIn::objects ? "objects in boxes" : "masks"),
           "Omit " + option);
  if (has_soft_labels(rows, 0))
    refuse("has soft labels, and sheets have no place for them", fmt::format("Omit {}, or train on the set as it is", option));
}

int side_of_cells(int tile, int unit, int longest) {
  const int own = rounded_up(longest, unit);
  if (longest <= kSmallSide) return own;
  const int usual = std::max(1, (2 * kUsualSide + tile * unit) / (2 * tile * unit)) * unit;  // to the nearest unit, halves up
  return std::min(own, usual);
}

int longest_side(const TileOptions& options, const Dataset& dataset, const Subset& kept, const Context& context) {
  return longest_of(dataset.train(), kept, fit_of(options), context);
}

sheets::Style tile_style(const TileOptions& options, int quality, const Dataset& dataset, const Subset& kept, const Context& context) {
  sheets::Style style{.tile = options.tile, .fit = fit_of(options)};
  style.quality = quality > 0 ? quality : usual_quality(dataset);
  const int longest = longest_side(options, dataset, kept, context);
  if (longest < options.tile)
    throw InputError({dataset.root.string(), "",
                      fmt::format("has pictures of {} pixels a side at the most, fewer than the {} cells of --tile", longest, options.tile),
                      fmt::format("Choose --tile {} or less", longest)});
  style.side = options.side > 0 ? options.side : side_of_cells(options.tile, style.unit(), longest);
  if (style.side % style.unit() != 0)
    throw UsageError(fmt::format("--tile-side: {} is no multiple of {}, the pixels of the blocks that such JPEGs are made of; choose {}",
                                 style.side, style.unit(), nearest_sides(style.side, style.unit())));
  return style;
}

std::string in_words(const sheets::Style& style) {
  const std::string file = style.quality == 0 ? "PNGs" : fmt::format("JPEGs of quality {}", style.quality);
  return fmt::format("{0} x {0} pictures of {1} pixels, {2}, as {3}", style.tile, style.side,
                     style.fit == sheets::Fit::whole ? "whole" : "cropped to squares", file);
}

}  // namespace decant
