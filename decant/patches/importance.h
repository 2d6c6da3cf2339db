// Importance: how much each cell of a picture matters.
//
// A map has side × side values, float32, in reading order. Value (r, c) belongs to the rectangle
// [c, c + 1] / side of the picture's width and [r, r + 1] / side of its height: relative
// coordinates of the whole picture as it is stored, whatever its size. Values are ≥ 0 and scaled so
// that their mean is 1, which makes maps of different pictures and methods comparable: 2 is twice
// what a cell of that picture counts on average. A map that is zero everywhere becomes ones: no
// cell is better than another.
//
// A method is a record, listed in importance/list.cc: what it needs and how it fills maps. Those
// that ask a network work through a door (attribution.h).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/matrix.h"
#include "decant/data/patch_grid.h"
#include "decant/data/rows.h"
#include "decant/patches/attribution.h"

namespace decant::patches {

inline constexpr int kMapSide = 14;       ///< 16 pixels a cell at 224
inline constexpr int kSmallMapSide = 8;   ///< 4 pixels a cell at 32
inline constexpr int kSmallPicture = 32;  ///< largest side of a picture that gets kSmallMapSide
inline constexpr int kLargestMapSide = 64;

/// Whose importance is asked for. A view.
struct ImportanceJob {
  const Rows* rows = nullptr;
  std::span<const int64_t> bad = {};     ///< ascending: never decoded
  std::span<const int64_t> chosen = {};  ///< ascending: whose maps are asked for; empty = all rows
  int side = kMapSide;                   ///< 1 … kLargestMapSide
  uint64_t seed = 0;                     ///< of methods that draw
  AttributionOptions network = {};       ///< of methods that ask one
};

/// The rows whose maps are to be computed: those chosen that are not bad, ascending.
std::vector<int64_t> rows_asked(const ImportanceJob& job);

struct ImportanceMethod {
  std::string name;      ///< as people type it
  std::string summary;   ///< what it measures, in a few words
  bool labels = false;   ///< a row's label counts, where it has one
  bool network = false;  ///< asks one: job.network must say which
  bool draws = false;    ///< another seed gives other maps

  /// Writes job.side² values ≥ 0 for each of rows_asked(job), on any scale. A map depends on its
  /// row alone, whichever others are asked for. Throws InputError for a picture that does not
  /// decode. REQUIRES: `out` is rows × side².
  std::function<void(const ImportanceJob& job, MatrixView<float> out, const Context& context)> fill = nullptr;
};

/// All methods, in the order in which they are listed to people.
const std::deque<ImportanceMethod>& importance_methods();

/// Null when there is none of that name.
const ImportanceMethod* find_importance(std::string_view name);

/// Adds a method of the caller's. Nothing guards the list against threads. REQUIRES: a name that is
/// not taken.
const ImportanceMethod& add_importance(ImportanceMethod method);

/// The maps of rows_asked(job), normalised; all others are ones. Throws what fill() throws.
/// REQUIRES: `out` is rows × side².
void importance_maps(const ImportanceMethod& method, const ImportanceJob& job, MatrixView<float> out, const Context& context);

/// Scales the values to mean 1; ones where all are zero. REQUIRES: values ≥ 0, finite.
void normalise_map(std::span<float> map);

/// The side of maps for these rows: kSmallMapSide where no side of a picture is above
/// kSmallPicture, else kMapSide. Where the format does not say how large pictures are, up to 16
/// rows outside `bad`, evenly spaced, are decoded.
int map_side(const Rows& rows, std::span<const int64_t> bad);

/// What each cell of a stored picture counts: the mean of the map over the cell's rectangle,
/// weighted by area. The map itself where the grid has side × side cells. Values are per area: a
/// grid's cells differ in size by a unit at most. REQUIRES: map.size() = side².
std::vector<float> cell_importance(std::span<const float> map, int side, const PatchGrid& grid);

}  // namespace decant::patches
