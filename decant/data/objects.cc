#include "decant/data/objects.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace decant {
namespace {

void swap_objects(Objects& objects, size_t a, size_t b) {
  std::swap(objects.boxes[a], objects.boxes[b]);
  std::swap(objects.labels[a], objects.labels[b]);
  std::swap(objects.areas[a], objects.areas[b]);
  std::swap(objects.flags[a], objects.flags[b]);
  std::swap(objects.places[a], objects.places[b]);
}

/// Moves object i to place[i], which becomes i. Each swap puts one where it stays.
void put_in_order(Objects& objects, std::vector<int64_t>& place) {
  for (const size_t size : {objects.boxes.size(), objects.areas.size(), objects.flags.size(), objects.places.size()})
    DECANT_CHECK(size, ==, place.size());
  for (size_t i = 0; i < place.size(); ++i) {
    while (place[i] != static_cast<int64_t>(i)) {
      const auto to = static_cast<size_t>(place[i]);
      swap_objects(objects, i, to);
      std::swap(place[i], place[to]);
    }
  }
}

}  // namespace

void Targets::shapes(int64_t, std::vector<ObjectShape>& out) const {
  out.clear();
}

void sort_by_row(Objects& objects, std::span<const int32_t> rows, int64_t count) {
  DECANT_CHECK(objects.labels.size(), ==, rows.size());
  objects.first.assign(static_cast<size_t>(count) + 1, 0);
  for (const int32_t row : rows) {
    DECANT_CHECK(row, >=, 0);
    DECANT_CHECK(row, <, count);
    ++objects.first[static_cast<size_t>(row) + 1];
  }
  std::partial_sum(objects.first.begin(), objects.first.end(), objects.first.begin());
  std::vector<int64_t> next(objects.first.begin(), objects.first.end() - 1);
  std::vector<int64_t> place(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) place[i] = next[static_cast<size_t>(rows[i])]++;
  for (ObjectFault& fault : objects.faults) fault.object = place[static_cast<size_t>(fault.object)];
  std::ranges::stable_sort(objects.faults, {}, &ObjectFault::object);
  put_in_order(objects, place);
}

void count_objects(const Objects& objects, int64_t row, std::vector<ClassCount>& out) {
  out.clear();
  for (int64_t i = objects.begin(row); i < objects.end(row); ++i) {
    if (objects.counts(i)) out.push_back({objects.labels[static_cast<size_t>(i)], 1});
  }
  std::ranges::sort(out, {}, &ClassCount::label);
  size_t kept = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    if (kept > 0 && out[kept - 1].label == out[i].label)
      ++out[kept - 1].count;
    else
      out[kept++] = out[i];
  }
  out.resize(kept);
}

}  // namespace decant
