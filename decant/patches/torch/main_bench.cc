// patches_torch_bench: every *_bench.cc of this folder registers its measurements here;
// --benchmark_filter chooses among them.
#include <benchmark/benchmark.h>

BENCHMARK_MAIN();
