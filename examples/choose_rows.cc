// Chooses a tenth of some embeddings and prints the rows. Here they are drawn; yours come from
// wherever you have them.
//
//   c++ -std=c++20 choose_rows.cc $(pkg-config --cflags --libs decant) -o choose_rows
#include <cstdio>
#include <decant/select/select.h>
#include <random>
#include <vector>

int main() {
  constexpr int64_t kRows = 2000;
  constexpr int64_t kWidth = 64;
  std::vector<float> embeddings;
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0.5F);
  for (int64_t i = 0; i < kRows * kWidth; ++i) embeddings.push_back(normal(random));

  decant::SelectionOptions options;
  options.keep = "10%";
  const decant::Choice choice = decant::select({embeddings.data(), kRows, kWidth}, options);
  for (const int64_t row : choice.rows) std::printf("%lld\n", static_cast<long long>(row));
}
