#include "decant/dedup/near_sets.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/matrix.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/dedup/pair_limit.h"
#include "decant/kernels/minhash.h"

namespace decant {
namespace {

constexpr int kMostHashes = 128;
constexpr double kLeastRecall = 0.99;
constexpr int64_t kSignedTogether = 1024;  // rows of a piece of work
constexpr int64_t kLookedAt = 4096;        // places in a band's order, likewise
constexpr size_t kHeld = 64;               // sets that meet the rest of their bucket together

double jaccard(std::span<const uint64_t> a, std::span<const uint64_t> b) {
  size_t common = 0;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    common += a[i] == b[j] ? 1 : 0;
    const bool first = a[i] <= b[j];
    j += b[j] <= a[i] ? 1 : 0;
    i += first ? 1 : 0;
  }
  return static_cast<double>(common) / static_cast<double>(a.size() + b.size() - common);
}

/// The permutations of a seed.
struct Permutations {
  std::vector<uint32_t> a, b;

  Permutations(uint64_t seed, int count) {
    Random random(seed, "minhash");
    for (int k = 0; k < count; ++k) {
      a.push_back(random.bits32() | 1U);
      b.push_back(random.bits32());
    }
  }
};

/// Where a row stands among the others: of every band 32 bits of a digest of its minima, and the
/// size of the set.
class Signatures {
 public:
  Signatures(const OpenSets& sets, std::span<const int64_t> rows, const Bands& bands, uint64_t seed, const Context& context)
      : bands_(bands), keys_(std::ssize(rows), bands.count), sizes_(rows.size()) {
    const Permutations permutations(seed, bands.count * bands.length);
    Stage stage(context, "signatures", std::ssize(rows), "rows");
    parallel_for(context, std::ssize(rows), kSignedTogether, [&](int64_t begin, int64_t end) {
      const ReadSet read = sets();
      std::vector<uint64_t> members;
      std::vector<uint32_t> folded, minima;
      for (int64_t place = begin; place < end; ++place) {
        read(rows[static_cast<size_t>(place)], members);
        sizes_[static_cast<size_t>(place)] = members.size();
        folded.clear();
        for (const uint64_t member : members) folded.push_back(static_cast<uint32_t>(member ^ member >> 32));
        minima.assign(permutations.a.size(), ~uint32_t{0});
        lower_minima(folded, permutations.a, permutations.b, minima);
        sign(place, minima);
      }
      stage.advance(end - begin);
    });
  }

  int64_t count() const { return keys_.rows(); }
  uint32_t key(uint32_t place, int band) const { return keys_[place][static_cast<size_t>(band)]; }
  bool empty(uint32_t place) const { return sizes_[place] == 0; }
  /// The most that the similarity can be, by the sizes alone.
  double at_most(uint32_t one, uint32_t other) const {
    const auto [less, more] = std::minmax(sizes_[one], sizes_[other]);
    return static_cast<double>(less) / static_cast<double>(more);
  }
  bool agree_before(uint32_t one, uint32_t other, int band) const {
    const auto x = keys_[one].first(static_cast<size_t>(band));
    const auto y = keys_[other].first(static_cast<size_t>(band));
    for (size_t i = 0; i < x.size(); ++i) {
      if (x[i] == y[i]) return true;
    }
    return false;
  }

 private:
  void sign(int64_t place, std::span<const uint32_t> minima) {
    for (int band = 0; band < bands_.count; ++band) {
      const auto own = minima.subspan(static_cast<size_t>(band * bands_.length), static_cast<size_t>(bands_.length));
      keys_[place][static_cast<size_t>(band)] = static_cast<uint32_t>(hash64(as_text(std::as_bytes(own))));
    }
  }

  Bands bands_;
  Matrix<uint32_t> keys_;
  std::vector<uint64_t> sizes_;
};

/// The places of rows with members, those of equal keys next to each other and ascending.
std::vector<uint32_t> order_of(const Signatures& signatures, int band) {
  std::vector<std::pair<uint32_t, uint32_t>> keyed;
  keyed.reserve(static_cast<size_t>(signatures.count()));
  for (uint32_t place = 0; place < signatures.count(); ++place) {
    if (!signatures.empty(place)) keyed.emplace_back(signatures.key(place, band), place);
  }
  std::ranges::sort(keyed);
  std::vector<uint32_t> order;
  order.reserve(keyed.size());
  for (const auto& [key, place] : keyed) order.push_back(place);
  return order;
}

/// The pairs whose first row stands in [begin, end) of a band's order, and which agree in no band
/// before.
class BandSearch {
 public:
  BandSearch(const OpenSets& sets, std::span<const int64_t> rows, const Signatures& signatures, std::span<const uint32_t> order, int band,
             double threshold, PairLimit& limit)
      : read_(sets()),
        rows_(rows),
        signatures_(signatures),
        order_(order),
        band_(band),
        threshold_(threshold),
        limit_(limit),
        held_(kHeld) {}

  std::vector<NearPair> from(size_t begin, size_t end) {
    while (begin < end) {
      const size_t stop = std::min({begin + kHeld, end, bucket_end(begin)});
      meet(begin, stop);
      begin = stop;
    }
    return std::move(found_);
  }

 private:
  uint32_t key(size_t at) const { return signatures_.key(order_[at], band_); }
  size_t bucket_end(size_t at) const {
    size_t end = at + 1;
    while (end < order_.size() && end < at + kHeld && key(end) == key(at)) ++end;
    return end;
  }

  /// Places [begin, end) of one bucket with all that follow in it.
  void meet(size_t begin, size_t end) {
    for (auto& set : held_) set.clear();
    for (size_t at = begin + 1; at < order_.size() && key(at) == key(begin); ++at) {
      other_.clear();
      for (size_t own = begin; own < std::min(at, end); ++own) {
        const uint32_t one = order_[own];
        const uint32_t other = order_[at];
        if (signatures_.at_most(one, other) < threshold_ || signatures_.agree_before(one, other, band_)) continue;
        measure(one, held_[own - begin], other);
      }
    }
  }

  /// A set that was read is not empty.
  void measure(uint32_t one, std::vector<uint64_t>& own, uint32_t other) {
    if (own.empty()) read_(rows_[one], own);
    if (other_.empty()) read_(rows_[other], other_);
    const double similarity = jaccard(own, other_);
    if (!(similarity >= threshold_)) return;
    limit_.add();
    found_.push_back({rows_[one], rows_[other], similarity});
  }

  ReadSet read_;
  std::span<const int64_t> rows_;
  const Signatures& signatures_;
  std::span<const uint32_t> order_;
  int band_;
  double threshold_;
  PairLimit& limit_;
  std::vector<std::vector<uint64_t>> held_;
  std::vector<uint64_t> other_;
  std::vector<NearPair> found_;
};

std::vector<std::vector<uint32_t>> orders_of(const Signatures& signatures, const Bands& bands, const Context& context) {
  std::vector<std::vector<uint32_t>> orders(static_cast<size_t>(bands.count));
  parallel_for(context, bands.count, 1,
               [&](int64_t band, int64_t) { orders[static_cast<size_t>(band)] = order_of(signatures, static_cast<int>(band)); });
  return orders;
}

}  // namespace

double Bands::recall(double similarity) const {
  return 1 - std::pow(1 - std::pow(similarity, length), count);
}

Bands bands_for(double threshold) {
  DECANT_CHECK(threshold > 0 && threshold <= 1, ==, true);
  Bands best{kMostHashes, 1};
  for (int length = 2; length <= kMostHashes / 4; ++length) {
    const Bands bands{kMostHashes / length, length};
    if (bands.recall(threshold) >= kLeastRecall) best = bands;
  }
  return best;
}

std::vector<NearPair> near_sets(const OpenSets& sets, std::span<const int64_t> rows, double threshold, uint64_t seed,
                                const Context& context, int64_t most) {
  DECANT_CHECK(std::ssize(rows), <, int64_t{1} << 32);
  const Bands bands = bands_for(threshold);
  const Signatures signatures(sets, rows, bands, seed, context);
  const auto orders = orders_of(signatures, bands, context);
  PairLimit limit(most, threshold, "Raise --threshold and --floor, or --shingle");
  Stage stage(context, "near pairs", bands.count, "bands");
  std::vector<NearPair> all;
  for (int band = 0; band < bands.count; ++band) {
    const auto& order = orders[static_cast<size_t>(band)];
    std::vector<std::vector<NearPair>> parts(order.size() / kLookedAt + 1);
    parallel_for(context, std::ssize(order), kLookedAt, [&](int64_t begin, int64_t end) {
      parts[static_cast<size_t>(begin / kLookedAt)] =
          BandSearch(sets, rows, signatures, order, band, threshold, limit).from(static_cast<size_t>(begin), static_cast<size_t>(end));
    });
    for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
    stage.advance();
  }
  std::ranges::sort(all, {}, [](const NearPair& pair) { return std::tie(pair.row, pair.other); });
  return all;
}

std::vector<NearPair> near_sets_plain(const OpenSets& sets, std::span<const int64_t> rows, double threshold) {
  const ReadSet read = sets();
  std::vector<std::vector<uint64_t>> all(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) read(rows[i], all[i]);
  std::vector<NearPair> found;
  for (size_t i = 0; i < rows.size(); ++i) {
    for (size_t j = i + 1; j < rows.size(); ++j) {
      if (all[i].empty() || all[j].empty()) continue;
      const double similarity = jaccard(all[i], all[j]);
      if (similarity >= threshold) found.push_back({rows[i], rows[j], similarity});
    }
  }
  return found;
}

}  // namespace decant
