// Ten class-wise cuts, one thread: the engine against scoring everyone, picks compared before the time counts.
//
//   select_bench [features.npy labels.npy]     float32 (n, d), int32 (n,); without them ten clustered classes of 5,000 × 256
//   select_bench --pool N D                    one clustered pool, the engine alone
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"
#include "decant/base/random.h"
#include "decant/select/greedy.h"
#include "decant/select/nested_greedy.h"

namespace decant {
namespace {

/// Processor time: other work on the machine does not count, and everything here runs on one thread.
double seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// Non-negative, with a common mean and a spectrum that falls off, around a few centres: like the output of a network's last layer.
void draw_cluster_rows(uint64_t pool, int64_t count, int64_t width, std::vector<float>& values) {
  Random random(1, "bench features", pool);
  constexpr size_t kCentres = 8;
  const auto d = static_cast<size_t>(width);
  std::vector<double> centres(kCentres * d);
  std::vector<double> spread(d);
  for (size_t k = 0; k < d; ++k) spread[k] = 1 / std::sqrt(1 + 0.1 * static_cast<double>(k));
  for (auto& centre : centres) centre = 0.5 + 0.5 * random.normal();
  for (int64_t i = 0; i < count; ++i) {
    const size_t centre = random.below(kCentres) * d;
    for (size_t k = 0; k < d; ++k) values.push_back(static_cast<float>(std::max(0.0, centres[centre + k] + spread[k] * random.normal())));
  }
}

/// The values of a little-endian, row-major .npy of version 1 that this project wrote, and its last dimension.
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

struct Problem {
  std::vector<float> values;
  int64_t width = 256;
  std::vector<std::vector<int64_t>> pools;
  Features features() const {
    return {MatrixView<const float>(values.data(), static_cast<int64_t>(values.size()) / width, width), nullptr};
  }
};

Problem drawn(int64_t pools, int64_t count, int64_t width) {
  Problem problem;
  problem.width = width;
  problem.pools.resize(static_cast<size_t>(pools));
  for (int64_t pool = 0; pool < pools; ++pool) {
    draw_cluster_rows(static_cast<uint64_t>(pool), count, width, problem.values);
    for (int64_t i = 0; i < count; ++i) problem.pools[static_cast<size_t>(pool)].push_back(pool * count + i);
  }
  return problem;
}

Problem loaded(const std::string& features, const std::string& labels) {
  Problem problem;
  problem.values = load_npy<float>(features, problem.width);
  int64_t unused = 0;
  std::map<int32_t, std::vector<int64_t>> pools;
  const auto classes = load_npy<int32_t>(labels, unused);
  for (size_t row = 0; row < classes.size(); ++row) pools[classes[row]].push_back(static_cast<int64_t>(row));
  for (auto& [label, rows] : pools) problem.pools.push_back(std::move(rows));
  return problem;
}

std::vector<std::vector<int64_t>> cut(const Problem& problem, Engine engine, double& taken) {
  Context context;
  context.threads = 1;
  CutOptions options;
  options.engine = engine;
  const double begin = seconds();
  const auto results = cut_pools(problem.features(), problem.pools, options, context);
  taken = seconds() - begin;
  std::vector<std::vector<int64_t>> orders;
  for (const auto& result : results) orders.push_back(result.order);
  return orders;
}

/// Against the plain engine: all pools, picks compared.
int compare(const Problem& problem, const std::string& what) {
  double fast = 0;
  double plain = 0;
  const auto ours = cut(problem, Engine::automatic, fast);
  const auto oracle = cut(problem, Engine::everyone, plain);
  if (ours != oracle) {
    std::fprintf(stderr, "%s: the picks differ from scoring everyone\n", what.c_str());
    return 1;
  }
  std::printf("%s: ours %.3f s, scoring everyone %.3f s, ratio %.1f (every pick equal)\n", what.c_str(), fast, plain, plain / fast);
  return 0;
}

/// Isotropic noise of mean zero: no direction, every row near the top. The worst case.
Problem noise(int64_t count, int64_t width) {
  Problem problem;
  problem.width = width;
  problem.pools.resize(1);
  Random random(2, "bench noise");
  for (int64_t i = 0; i < count * width; ++i) problem.values.push_back(static_cast<float>(random.normal()));
  for (int64_t i = 0; i < count; ++i) problem.pools[0].push_back(i);
  return problem;
}

Problem one_from(const std::string& path) {
  Problem problem;
  problem.values = load_npy<float>(path, problem.width);
  problem.pools.resize(1);
  for (int64_t i = 0; i < problem.features().count(); ++i) problem.pools[0].push_back(i);
  return problem;
}

int one_pool(const Problem& problem) {
  const int64_t count = problem.features().count(), width = problem.width;
  Context context;
  context.threads = 1;
  const double begin = seconds();
  LinearPool pool(problem.features(), problem.pools[0], linear_form(Function::graph_cut, 1), context);
  NestedPicker picker(pool, {}, context);
  run_bins(picker, problem.pools[0], 10, context);
  const double taken = seconds() - begin;
  const auto& c = picker.counts();
  const auto each = [&](int64_t rows) { return static_cast<double>(rows) / static_cast<double>(c.picks); };
  std::printf(
      "one pool %lld x %lld: %.3f s; rows a pick: swept %.0f, coded %.1f, exact %.1f; passes over everyone %lld, picks among everyone "
      "%lld\n",
      static_cast<long long>(count), static_cast<long long>(width), taken, each(c.swept), each(c.coded), each(c.exact),
      static_cast<long long>(c.everyone_passes), static_cast<long long>(c.everyone_picks));
  for (const auto& level : c.levels) {
    const auto mean = [&](int64_t rows) { return static_cast<double>(rows) / static_cast<double>(std::max<int64_t>(1, level.refreshes)); };
    std::printf("  window: %lld times, every %.0f picks, %.0f rows (swept %.0f, coded %.0f), exposed %lld times\n",
                static_cast<long long>(level.refreshes),
                static_cast<double>(c.picks) / static_cast<double>(std::max<int64_t>(1, level.refreshes)), mean(level.rows),
                mean(level.swept), mean(level.coded), static_cast<long long>(level.exposed));
  }
  return 0;
}

int bench(const std::vector<std::string>& arguments) {
  if (arguments.size() == 3 && arguments[0] == "--pool") return one_pool(drawn(1, std::stoll(arguments[1]), std::stoll(arguments[2])));
  if (arguments.size() == 3 && arguments[0] == "--noise") return one_pool(noise(std::stoll(arguments[1]), std::stoll(arguments[2])));
  if (arguments.size() == 2 && arguments[0] == "--pool") return one_pool(one_from(arguments[1]));
  if (arguments.size() == 2) return compare(loaded(arguments[0], arguments[1]), "class-wise cuts of " + arguments[0]);
  return compare(drawn(10, 5000, 256), "ten cuts of 5,000 x 256, one thread");
}

}  // namespace
}  // namespace decant

int main(int count, char** values) {
  return decant::bench(std::vector<std::string>(values + 1, values + count));
}
