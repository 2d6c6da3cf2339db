#include "decant/data/class_amounts.h"

#include <algorithm>

#include "decant/base/parallel.h"

namespace decant {
namespace {

constexpr int64_t kChunk = 1024;  // rows a thread takes at once

void add_totals(ClassAmounts& amounts) {
  for (const ClassCount& entry : amounts.entries) {
    const auto label = static_cast<size_t>(entry.label);
    if (label >= amounts.totals.size()) amounts.totals.resize(label + 1);
    amounts.totals[label] += entry.count;
  }
  amounts.rows_with.resize(amounts.totals.size());
  for (const ClassCount& entry : amounts.entries) ++amounts.rows_with[static_cast<size_t>(entry.label)];
}

}  // namespace

const char* name_of(CountedIn unit) {
  constexpr const char* kNames[] = {"rows", "objects", "pixels"};
  return kNames[static_cast<size_t>(unit)];
}

int64_t ClassAmounts::background() const {
  int64_t count = 0;
  for (int64_t row = 0; row < rows(); ++row) count += of(row).empty() ? 1 : 0;
  return count;
}

ClassAmounts amounts_of(const Rows& rows, int classes, const Context& context) {
  ClassAmounts amounts;
  amounts.totals.resize(static_cast<size_t>(classes));
  amounts.first.assign(static_cast<size_t>(rows.size()) + 1, 0);
  const Targets* const targets = rows.targets();
  if (targets != nullptr) {
    amounts.unit = targets->counted_in();
    Stage stage(context, "labels", rows.size(), "rows");
    std::vector<std::vector<ClassCount>> chunks(static_cast<size_t>((rows.size() + kChunk - 1) / kChunk));
    parallel_for(context, rows.size(), kChunk, [&](int64_t begin, int64_t end) {
      std::vector<ClassCount>& own = chunks[static_cast<size_t>(begin / kChunk)];
      std::vector<ClassCount> counts;
      for (int64_t row = begin; row < end; ++row) {
        targets->counts(row, counts);
        own.insert(own.end(), counts.begin(), counts.end());
        amounts.first[static_cast<size_t>(row) + 1] = std::ssize(counts);
      }
      stage.advance(end - begin);
    });
    for (const auto& chunk : chunks) amounts.entries.insert(amounts.entries.end(), chunk.begin(), chunk.end());
    for (size_t i = 1; i < amounts.first.size(); ++i) amounts.first[i] += amounts.first[i - 1];
  }
  add_totals(amounts);
  return amounts;
}

std::vector<int64_t> totals_of(const ClassAmounts& amounts, std::span<const int64_t> kept) {
  std::vector<int64_t> totals(amounts.totals.size());
  for (const int64_t row : kept) {
    for (const ClassCount& entry : amounts.of(row)) totals[static_cast<size_t>(entry.label)] += entry.count;
  }
  return totals;
}

std::vector<int32_t> rarest_classes(const ClassAmounts& amounts, int32_t background) {
  std::vector<int32_t> rarest(static_cast<size_t>(amounts.rows()), background);
  for (int64_t row = 0; row < amounts.rows(); ++row) {
    const auto held = amounts.of(row);
    const auto least =
        std::ranges::min_element(held, {}, [&](const ClassCount& entry) { return amounts.totals[static_cast<size_t>(entry.label)]; });
    if (least != held.end()) rarest[static_cast<size_t>(row)] = least->label;
  }
  return rarest;
}

}  // namespace decant
