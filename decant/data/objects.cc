#include "decant/data/objects.h"

#include <algorithm>
#include <numeric>

namespace decant {
namespace {

template <class T>
void put_in_order(std::vector<T>& column, std::span<const int64_t> place) {
  DECANT_CHECK(column.size(), ==, place.size());
  std::vector<T> sorted(column.size());
  for (size_t i = 0; i < column.size(); ++i) sorted[static_cast<size_t>(place[i])] = column[i];
  column = std::move(sorted);
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
  put_in_order(objects.boxes, place);
  put_in_order(objects.labels, place);
  put_in_order(objects.areas, place);
  put_in_order(objects.flags, place);
  put_in_order(objects.places, place);
  for (ObjectFault& fault : objects.faults) fault.object = place[static_cast<size_t>(fault.object)];
  std::ranges::stable_sort(objects.faults, {}, &ObjectFault::object);
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
