#include "decant/pipeline/select_rows_bench.h"

#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "decant/formats/npy/npy.h"
#include "decant/pipeline/select_rows.h"

namespace decant {

int time_select_rows(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("select FILE.npy METHOD THREADS TIMES\n", stderr);
    return 2;
  }
  SelectOptions options;
  options.select.method = argv[1];
  const Context context{.threads = std::atoi(argv[2])};
  for (int i = 0; i < std::atoi(argv[3]); ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const std::clock_t spent = std::clock();
    const SelectedRows chosen = select_rows({.features = read_features(argv[0]), .name = argv[0]}, options, context);
    const double processor = static_cast<double>(std::clock() - spent) / CLOCKS_PER_SEC;
    const double clock = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    uint64_t sum = 0;
    for (const int64_t row : chosen.kept.rows()) sum = 31 * sum + static_cast<uint64_t>(row);
    std::printf("%.6f %.6f %" PRIu64 "\n", clock, processor, sum);
  }
  return 0;
}

}  // namespace decant
