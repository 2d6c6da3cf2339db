// The engine on pools of every kind, its answer checked before its time counts.
//
//   select_bench                        ten drawn classes of 5,000 × 256, every pick compared with
//                                       scoring everyone
//   select_bench FEATURES LABELS        the same on your matrix: float32 (n, d) and int32 (n,) .npy
//   select_bench --pool FEATURES        one pool
//   select_bench --pool N D             one drawn pool of clusters
//   select_bench --noise N D            one pool of isotropic noise: the worst case
//   select_bench --objects              covering classes by boxes, at COCO's size (coverage_bench.h)
//   ... --method NAME                   with any of them: a tenth of every pool in place of the cut, by facility-location, k-center, herding,
//                                       k-means or subzerocore
//
// and after these: --threads T (1), --audits A (200; 5 with a method), --counts, --windows W (2).
// One pool is audited: at A random picks everyone is scored, or with facility location 2,500.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"
#include "decant/base/parallel.h"
#include "decant/base/random.h"
#include "decant/kernels/dot.h"
#include "decant/select/bins/audit.h"
#include "decant/select/bins/cut.h"
#include "decant/select/coverage_bench.h"
#include "decant/select/engine/nested_greedy.h"
#include "decant/select/methods/facility_location.h"
#include "decant/select/methods/herding.h"
#include "decant/select/methods/k_center.h"
#include "decant/select/methods/kmeans_centres.h"
#include "decant/select/methods/subzerocore.h"

namespace decant {
namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Resident memory of this process, from "VmRSS" (now) or "VmHWM" (the most since forget_peak()).
double megabytes(std::string_view which) {
  std::ifstream file("/proc/self/status");
  const std::string status{std::istreambuf_iterator<char>(file), {}};
  const size_t at = status.find(which);
  return at == std::string::npos ? 0 : std::strtod(status.c_str() + at + which.size() + 1, nullptr) / 1024;
}

void forget_peak() {
  if (std::FILE* file = std::fopen("/proc/self/clear_refs", "w")) {
    std::fputs("5", file);
    std::fclose(file);
  }
}

struct Problem {
  std::vector<float> values;
  int64_t width = 256;
  std::vector<std::vector<int64_t>> pools;
  Features features() const {
    return {MatrixView<const float>(values.data(), static_cast<int64_t>(values.size()) / width, width), nullptr};
  }
};

/// Non-negative, with a common mean and a spectrum that falls off, around a few centres: like the
/// output of a network's last layer.
void draw_clusters(std::span<float> values, int64_t width, uint64_t pool) {
  constexpr size_t kCentres = 8;
  const auto d = static_cast<size_t>(width);
  Random random(1, "bench features", pool);
  std::vector<double> centres(kCentres * d);
  for (auto& centre : centres) centre = 0.5 + 0.5 * random.normal();
  parallel_for({}, static_cast<int64_t>(values.size()) / width, 4096, [&](int64_t begin, int64_t end) {
    Random rows(2 + pool, "bench rows", static_cast<uint64_t>(begin));
    for (int64_t i = begin; i < end; ++i) {
      const size_t centre = rows.below(kCentres) * d;
      for (size_t k = 0; k < d; ++k) {
        const double spread = 1 / std::sqrt(1 + 0.1 * static_cast<double>(k));
        values[static_cast<size_t>(i) * d + k] = static_cast<float>(std::max(0.0, centres[centre + k] + spread * rows.normal()));
      }
    }
  });
}

void draw_noise(std::span<float> values) {
  Random random(2, "bench noise");
  for (float& value : values) value = static_cast<float>(random.normal());
}

Problem drawn(int64_t pools, int64_t count, int64_t width, bool noise) {
  Problem problem;
  problem.width = width;
  problem.values.resize(static_cast<size_t>(pools * count * width));
  problem.pools.resize(static_cast<size_t>(pools));
  for (int64_t pool = 0; pool < pools; ++pool) {
    const auto part = std::span(problem.values).subspan(static_cast<size_t>(pool * count * width), static_cast<size_t>(count * width));
    noise ? draw_noise(part) : draw_clusters(part, width, static_cast<uint64_t>(pool));
    for (int64_t i = 0; i < count; ++i) problem.pools[static_cast<size_t>(pool)].push_back(pool * count + i);
  }
  return problem;
}

/// The values of a little-endian, row-major .npy of version 1 that this project wrote, and its last
/// dimension.
template <class T>
std::vector<T> load_npy(const std::string& path, int64_t& last) {
  const std::string text = read_text(path);
  const auto header = static_cast<size_t>(static_cast<unsigned char>(text.at(8))) + 256 * static_cast<unsigned char>(text.at(9));
  const std::string shape = text.substr(10, header);
  const size_t comma = shape.find(',', shape.find("'shape'") + 9);
  last = std::max(1L, std::strtol(shape.c_str() + comma + 1, nullptr, 10));
  std::vector<T> values((text.size() - 10 - header) / sizeof(T));
  std::memcpy(values.data(), text.data() + 10 + header, values.size() * sizeof(T));
  return values;
}

Problem loaded(const std::string& features, const std::string& labels) {
  Problem problem;
  problem.values = load_npy<float>(features, problem.width);
  std::map<int32_t, std::vector<int64_t>> pools;
  int64_t unused = 0;
  const auto classes =
      labels.empty() ? std::vector<int32_t>(static_cast<size_t>(problem.features().count()), 0) : load_npy<int32_t>(labels, unused);
  for (size_t row = 0; row < classes.size(); ++row) pools[classes[row]].push_back(static_cast<int64_t>(row));
  for (auto& [label, rows] : pools) problem.pools.push_back(std::move(rows));
  return problem;
}

struct Settings {
  int threads = 1;
  int64_t audits = 200;
  bool counts = false;
  int windows = 2;
  std::string method;
};

/// All pools, picks compared with the plain engine's.
int compare(const Problem& problem, const std::string& what, const Settings& settings) {
  Context context;
  context.threads = settings.threads;
  CutOptions options;
  const auto run = [&](BinEngine engine, double& taken) {
    options.engine = engine;
    const double begin = seconds();
    const auto results = cut_pools(problem.features(), problem.pools, options, context);
    taken = seconds() - begin;
    std::vector<std::vector<int64_t>> orders;
    for (const auto& result : results) orders.push_back(result.order);
    return orders;
  };
  double fast = 1e9;
  double plain = 0;
  forget_peak();
  const double before = megabytes("VmRSS");
  std::vector<std::vector<int64_t>> ours;
  for (int i = 0; i < 3; ++i) {
    double taken = 0;
    ours = run(BinEngine::automatic, taken);
    fast = std::min(fast, taken);
  }
  const double memory = megabytes("VmHWM") - before;
  if (ours != run(BinEngine::exhaustive, plain)) {
    std::fprintf(stderr, "%s: the picks differ from scoring everyone\n", what.c_str());
    return 1;
  }
  std::printf("%s, %d threads: %.3f s, %.0f MB beyond the features; scoring everyone %.2f s, ratio %.1f (every pick equal)\n", what.c_str(),
              settings.threads, fast, memory, plain, plain / fast);
  return 0;
}

void print_counts(const NestedPicker::Counts& c) {
  const auto each = [&](int64_t rows) { return static_cast<double>(rows) / static_cast<double>(std::max<int64_t>(1, c.picks)); };
  std::printf(
      "  a pick: swept %.0f rows, multiplied %.1f codes, scored %.1f; everyone scored %lld times, moved %lld, picks among everyone %lld\n",
      each(c.swept), each(c.coded), each(c.exact), static_cast<long long>(c.everyone_passes), static_cast<long long>(c.everyone_moves),
      static_cast<long long>(c.everyone_picks));
  for (const auto& level : c.levels) {
    const auto refreshes = static_cast<double>(std::max<int64_t>(1, level.refreshes));
    std::printf("  window: every %.0f picks, %.0f rows (at most %lld, swept %.0f, multiplied %.0f), exposed %lld of %lld times\n",
                static_cast<double>(c.picks) / refreshes, static_cast<double>(level.rows) / refreshes, static_cast<long long>(level.widest),
                static_cast<double>(level.swept) / refreshes, static_cast<double>(level.coded) / refreshes,
                static_cast<long long>(level.exposed), static_cast<long long>(level.refreshes));
  }
}

/// Bytes a second that one core reads from a table of this size, the best of some passes.
double bandwidth(size_t bytes) {
  std::vector<uint64_t> table(bytes / sizeof(uint64_t), 1);
  double best = 0;
  uint64_t keep = 0;
  const int passes = static_cast<int>(std::max<size_t>(4, (size_t{1} << 28) / bytes));
  for (int pass = 0; pass < passes; ++pass) {
    const double begin = seconds();
    std::array<uint64_t, 32> sums{};
    for (size_t i = 0; i + sums.size() <= table.size(); i += sums.size()) {
      for (size_t k = 0; k < sums.size(); ++k) sums[k] += table[i + k];
    }
    for (const uint64_t sum : sums) keep += sum;
    best = std::max(best, static_cast<double>(bytes) / (seconds() - begin));
  }
  return keep == 0 ? 0 : best;
}

/// What each phase reads and writes for a pick, and how long that takes at the speed of the memory
/// it mostly comes from.
void print_traffic(const NestedPicker::Counts& c, int64_t rows, int64_t width, int64_t bins, double taken) {
  const double l2 = bandwidth(size_t{1} << 19);
  const double l3 = bandwidth(size_t{12} << 20);
  const double memory = bandwidth(size_t{1} << 30);
  std::printf("  one core reads %.1f GB/s of 0.5 MB, %.1f of 12 MB, %.1f of 1 GB\n", l2 / 1e9, l3 / 1e9, memory / 1e9);
  const auto code = static_cast<double>((width + 63) / 64 * 64);
  const double row = 4 * static_cast<double>(width);
  const double left = static_cast<double>(rows) * (1 + 1 / static_cast<double>(bins)) / 2;  // rows of an average bin's pool
  const double picks = static_cast<double>(std::max<int64_t>(1, c.picks));
  double limit = 0;
  const auto phase = [&](const char* name, double bytes, double speed) {
    limit += bytes / speed;
    std::printf("    %-34s %9.1f KB a pick, at least %6.2f us\n", name, bytes / picks / 1e3, bytes / speed / picks * 1e6);
  };
  const auto window = [&](const NestedPicker::Counts::Level& level) {
    return 12.0 * static_cast<double>(level.swept) + (code + 32) * static_cast<double>(level.coded) +
           2 * (code + 32) * static_cast<double>(level.rows);
  };
  phase("codes, once", static_cast<double>(rows) * (4 * row + code), memory);
  phase("bins begin: sums and scores", left * row * (static_cast<double>(bins) + static_cast<double>(c.everyone_passes)), memory);
  phase("everyone moves", left * (code + 28) * static_cast<double>(c.everyone_moves), memory);
  phase("outer windows", window(c.levels.front()), memory);
  if (c.levels.size() > 1) phase("inner windows", window(c.levels.back()), l3);
  phase("picks: sweeps", 20.0 * static_cast<double>(c.swept), l2);
  phase("picks: codes", (code + 32) * static_cast<double>(c.coded), static_cast<double>(c.swept) / picks * code > 1e6 ? l3 : l2);
  phase("picks: exact scores", row * static_cast<double>(c.exact), memory);
  std::printf("    together at least %.2f us a pick; measured %.2f\n", limit / picks * 1e6, taken / picks * 1e6);
}

int one_pool(const Problem& problem, const std::string& what, const Settings& settings) {
  Context context;
  context.threads = settings.threads;
  const CutOptions options;
  forget_peak();
  const double before = megabytes("VmRSS");
  const double begin = seconds();
  LinearPool pool(problem.features(), problem.pools[0], linear_form(options.function, options.lambda), context);
  NestedOptions nested;
  nested.windows = settings.windows;
  NestedPicker picker(pool, nested, context);
  const GreedyResult result = run_bins(picker, problem.pools[0], options.bins, context);
  const double taken = seconds() - begin;
  const double memory = megabytes("VmHWM") - before;
  const std::string fault = audit_cut(problem.features(), problem.pools[0], options, result, settings.audits, 7, {});
  if (!fault.empty()) {
    std::fprintf(stderr, "%s: %s\n", what.c_str(), fault.c_str());
    return 1;
  }
  std::printf("%s, %d threads: %.2f s, %.0f MB beyond the features (%lld audits passed)\n", what.c_str(), settings.threads, taken, memory,
              static_cast<long long>(settings.audits));
  if (settings.counts) {
    print_counts(picker.counts());
    print_traffic(picker.counts(), static_cast<int64_t>(problem.pools[0].size()), problem.width, options.bins, taken);
  }
  return 0;
}

/// Facility location's values and gains by the formula alone.
class FacilityFormula {
 public:
  FacilityFormula(const Features& features, std::span<const int64_t> rows) : features_(features), rows_(rows), covered_(rows.size(), 0.0) {
    for (const int64_t row : rows) scales_.push_back(1 / std::sqrt(dot(at(row), at(row))));
  }

  void pick(int64_t row) {
    const size_t picked = place(row);
    parallel_for({}, static_cast<int64_t>(rows_.size()), 4096, [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) covered_[i] = std::max(covered_[i], value(i, picked));
    });
  }
  double gain(int64_t row) const {
    double sum = 0;
    for (size_t i = 0; i < rows_.size(); ++i) sum += std::max(0.0, value(i, place(row)) - covered_[i]);
    return sum;
  }

 private:
  std::span<const float> at(int64_t row) const { return features_.matrix()[row]; }
  size_t place(int64_t row) const { return static_cast<size_t>(std::lower_bound(rows_.begin(), rows_.end(), row) - rows_.begin()); }
  double value(size_t i, size_t j) const { return std::max(0.0, scales_[i] * scales_[j] * dot(at(rows_[i]), at(rows_[j]))); }

  Features features_;
  std::span<const int64_t> rows_;
  std::vector<double> scales_;
  std::vector<double> covered_;
};

/// Whether the row picked after `picks` gains as much as is said, and no less than the later picks
/// and up to 2,000 random rows, but for the order in which sums are rounded here.
bool facility_pick_is_best(const Problem& problem, const std::vector<int64_t>& rows, const Ranking& ranking, size_t picks, Random& random) {
  FacilityFormula formula(problem.features(), rows);
  for (size_t i = 0; i < picks; ++i) formula.pick(ranking.order[i]);
  std::vector<int64_t> others(ranking.order.begin() + static_cast<std::ptrdiff_t>(picks), ranking.order.end());
  if (others.size() > 500) others.resize(500);
  for (int i = 0; i < 2000; ++i) others.push_back(rows[random.below(rows.size())]);
  std::vector<double> gains(others.size());
  parallel_for({}, static_cast<int64_t>(others.size()), 16, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) gains[i] = formula.gain(others[i]);
  });
  const double best = *std::max_element(gains.begin(), gains.end());
  return gains[0] >= best * (1 - 1e-12) && std::abs(static_cast<double>(ranking.gains[picks]) - gains[0]) <= 1e-6 * gains[0];
}

Ranking rank(const std::string& method, const Features& features, const PoolTask& pool, const Context& context,
             FacilityLocationCounts& counts) {
  if (method == "facility-location") return facility_location(features, pool, {}, context, &counts);
  if (method == "k-center") return k_center(features, pool, {}, context);
  if (method == "herding") return herding(features, pool, context);
  if (method == "k-means") return kmeans_centres(features, pool, {}, context);
  if (method == "subzerocore") return subzerocore(features, pool, {}, context);
  std::fprintf(stderr, "no method is called %s\n", method.c_str());
  std::exit(2);
}

/// Facility location: some random picks against the formula. Of the others, that rows are distinct.
bool ranked_well(const Problem& problem, const std::vector<Ranking>& rankings, const Settings& settings) {
  Random random(7, "method audits");
  for (size_t pool = 0; pool < rankings.size(); ++pool) {
    auto rows = rankings[pool].order;
    std::sort(rows.begin(), rows.end());
    if (std::adjacent_find(rows.begin(), rows.end()) != rows.end()) return false;
  }
  if (settings.method != "facility-location") return true;
  for (int64_t audit = 0; audit < settings.audits; ++audit) {
    const auto pool = static_cast<size_t>(random.below(rankings.size()));
    const auto picks = static_cast<size_t>(random.below(rankings[pool].order.size()));
    if (!facility_pick_is_best(problem, problem.pools[pool], rankings[pool], picks, random)) return false;
  }
  return true;
}

/// A tenth of every pool.
int methods(const Problem& problem, const std::string& what, const Settings& settings) {
  Context context;
  context.threads = settings.threads;
  FacilityLocationCounts counts;
  std::vector<Ranking> rankings;
  forget_peak();
  const double before = megabytes("VmRSS");
  const double begin = seconds();
  const std::clock_t processor = std::clock();
  for (const auto& rows : problem.pools) {
    const PoolTask pool{static_cast<int32_t>(rankings.size()), rows, static_cast<int64_t>(rows.size()) / 10};
    rankings.push_back(rank(settings.method, problem.features(), pool, context, counts));
  }
  const double taken = seconds() - begin;
  const double busy = static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
  const double memory = megabytes("VmHWM") - before;
  if (!ranked_well(problem, rankings, settings)) {
    std::fprintf(stderr, "%s, %s: the picks are wrong\n", settings.method.c_str(), what.c_str());
    return 1;
  }
  std::printf("%s, %s, %d threads: %.2f s (%.2f s of processors), %.0f MB beyond the features, %.0f MB at most (%lld audits passed)\n",
              settings.method.c_str(), what.c_str(), settings.threads, taken, busy, memory, before + memory,
              static_cast<long long>(settings.method == "facility-location" ? settings.audits : 0));
  if (settings.counts && counts.products > 0) {
    std::printf("  %lld picks before pairs; %lld candidates multiplied, %lld changes, %lld summed exactly; %lld pairs, %lld short sums\n",
                static_cast<long long>(counts.picks_before_pairs), static_cast<long long>(counts.products),
                static_cast<long long>(counts.changes), static_cast<long long>(counts.exact), static_cast<long long>(counts.pairs),
                static_cast<long long>(counts.short_sums));
  }
  return 0;
}

int bench(std::vector<std::string> arguments) {
  Settings settings;
  const auto take = [&](const std::string& name, bool has_value) {
    const auto found = std::find(arguments.begin(), arguments.end(), name);
    if (found == arguments.end()) return std::string();
    const std::string value = has_value ? *(found + 1) : "1";
    arguments.erase(found, found + (has_value ? 2 : 1));
    return value;
  };
  if (const auto value = take("--threads", true); !value.empty()) settings.threads = std::stoi(value);
  settings.method = take("--method", true);
  const bool ranked = !settings.method.empty();
  if (ranked) settings.audits = 5;
  if (const auto value = take("--audits", true); !value.empty()) settings.audits = std::stoll(value);
  if (const auto value = take("--windows", true); !value.empty()) settings.windows = std::stoi(value);
  settings.counts = !take("--counts", false).empty();

  if (!take("--objects", false).empty()) return bench_coverage();
  if (arguments.size() == 3) {
    const int64_t count = std::stoll(arguments[1]);
    const int64_t width = std::stoll(arguments[2]);
    const bool noise = arguments[0] == "--noise";
    const auto pool = ranked ? methods : one_pool;
    return pool(drawn(1, count, width, noise), fmt::format("{} {} x {}", noise ? "noise" : "clusters", count, width), settings);
  }
  if (arguments.size() == 2 && arguments[0] == "--pool") {
    return (ranked ? methods : one_pool)(loaded(arguments[1], ""), arguments[1], settings);
  }
  const auto pools = ranked ? methods : compare;
  if (arguments.size() == 2) return pools(loaded(arguments[0], arguments[1]), "classes of " + arguments[0], settings);
  return pools(drawn(10, 5000, 256, false), ranked ? "ten pools of 5,000 x 256" : "ten cuts of 5,000 x 256", settings);
}

}  // namespace
}  // namespace decant

int main(int count, char** values) {
  return decant::bench(std::vector<std::string>(values + 1, values + count));
}
