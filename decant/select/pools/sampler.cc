#include "decant/select/pools/sampler.h"

#include <algorithm>
#include <map>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/base/text.h"
#include "decant/select/pools/quota.h"

namespace decant {
namespace {

using Bins = std::map<int32_t, std::vector<int64_t>>;  // rows of each bin, ascending
using Classes = std::map<int32_t, Bins>;
using BinSizes = std::map<std::pair<int32_t, int32_t>, size_t>;  // by class and bin

/// Calls visit(class, bin, row) for every row that is in a bin.
template <class Visit>
void each_binned(const Selection& selection, std::span<const int32_t> labels, Visit visit) {
  for (size_t row = 0; row < selection.bins.size(); ++row) {
    if (selection.bins[row] != kNoBin) visit(labels.empty() ? selection.pools[row] : labels[row], selection.bins[row], row);
  }
}

BinSizes sizes_of_bins(const Selection& selection, std::span<const int32_t> labels) {
  BinSizes sizes;
  each_binned(selection, labels, [&](int32_t label, int32_t bin, size_t) { ++sizes[{label, bin}]; });
  return sizes;
}

/// Of known sizes, so that lists of millions of rows do not grow by copying.
Classes rows_by_class(const Selection& selection, std::span<const int32_t> labels, const BinSizes& sizes) {
  Classes classes;
  for (const auto& [place, size] : sizes) classes[place.first][place.second].reserve(size);
  each_binned(selection, labels, [&](int32_t label, int32_t bin, size_t row) { classes[label][bin].push_back(static_cast<int64_t>(row)); });
  return classes;
}

int64_t size_of(const Bins& bins) {
  int64_t size = 0;
  for (const auto& [bin, rows] : bins) size += static_cast<int64_t>(rows.size());
  return size;
}

/// The bin's stream of random numbers: labels may be −1, bins may not.
Random stream_of(uint64_t seed, int32_t label, int32_t bin) {
  return Random(seed, "sample a bin", (static_cast<uint64_t>(static_cast<uint32_t>(label)) << 32) | static_cast<uint32_t>(bin));
}

/// The first of every pool's (or class's) rows, in the order of the ranking.
Subset first_of(const Selection& selection, std::span<const int32_t> labels, const std::map<int32_t, int64_t>& counts) {
  std::map<int32_t, int64_t> left = counts;
  std::vector<int64_t> kept;
  for (const int64_t row : selection.order) {
    int64_t& more = left[labels.empty() ? selection.pools[static_cast<size_t>(row)] : labels[static_cast<size_t>(row)]];
    if (more-- > 0) kept.push_back(row);
  }
  std::sort(kept.begin(), kept.end());
  return Subset(std::move(kept));
}

/// `owed`: what each bin got too little in the classes before; brought up to date here, so that
/// over all classes no bin is favoured.
void sample_class(int32_t label, Bins& bins, int64_t count, uint64_t seed, std::map<int32_t, double>& owed, std::vector<int64_t>& kept) {
  std::vector<int64_t> sizes;
  std::vector<double> owed_here;
  for (const auto& [bin, rows] : bins) {
    sizes.push_back(static_cast<int64_t>(rows.size()));
    owed_here.push_back(owed[bin]);
  }
  const auto counts = share(count, sizes, owed_here);
  const double ratio = static_cast<double>(count) / static_cast<double>(size_of(bins));
  size_t at = 0;
  for (auto& [bin, rows] : bins) {
    owed[bin] += ratio * static_cast<double>(rows.size()) - static_cast<double>(counts[at]);
    stream_of(seed, label, bin).shuffle(std::span(rows));
    kept.insert(kept.end(), rows.begin(), rows.begin() + counts[at++]);
  }
}

/// Which of several classes with the same claim gets an odd row. A ranking keeps to the ties it was
/// made with.
std::vector<uint64_t> ties_of(const Selection& selection, const std::map<int32_t, int64_t>& classes, uint64_t seed) {
  if (selection.ranked && !selection.ties) return {};
  std::vector<int32_t> labels;
  for (const auto& [label, size] : classes) labels.push_back(label);
  return drawn_ties(labels, selection.ranked ? *selection.ties : seed);
}

}  // namespace

void require_served(const Selection& selection, int64_t count, const std::string& file) {
  if (count >= selection.serves_from && count <= selection.serves_to) return;
  const bool one = selection.serves_from == selection.serves_to;
  throw InputError({file, "",
                    fmt::format("this selection ({}) is for {} rows, not for {}", selection.method,
                                one ? human_count(selection.serves_to) : "up to " + human_count(selection.serves_to), human_count(count)),
                    "Select again with the new --keep; cached features and scores make that fast"});
}

Subset sample(const Selection& selection, std::span<const int32_t> labels, int64_t count, uint64_t seed, Shares shares) {
  if (!labels.empty() && labels.size() != selection.bins.size()) {
    throw InputError({"", "labels", fmt::format("{} labels for {} rows", labels.size(), selection.bins.size()), "Give one label per row"});
  }
  const BinSizes of_bins = sizes_of_bins(selection, labels);
  std::map<int32_t, int64_t> of_classes;
  for (const auto& [place, size] : of_bins) of_classes[place.first] += static_cast<int64_t>(size);
  std::vector<int64_t> sizes;
  int64_t rows = 0;
  for (const auto& [label, size] : of_classes) rows += sizes.emplace_back(size);
  if (count < 1 || count > rows) {
    throw InputError({"", "", fmt::format("cannot keep {} of {} usable rows", count, rows), fmt::format("Keep 1 to {} rows", rows)});
  }
  const auto counts = share(count, sizes, shares, ties_of(selection, of_classes, seed));
  size_t at = 0;
  if (selection.ranked) {
    require_served(selection, count);
    for (auto& [label, most] : of_classes) most = counts[at++];
    return first_of(selection, labels, of_classes);
  }
  Classes classes = rows_by_class(selection, labels, of_bins);
  std::vector<int64_t> kept;
  std::map<int32_t, double> owed;
  for (auto& [label, bins] : classes) sample_class(label, bins, counts[at++], seed, owed, kept);
  std::sort(kept.begin(), kept.end());
  return Subset(std::move(kept));
}

}  // namespace decant
