// Near-duplicates of drawn records by MinHash, from the file, the answer checked before the time
// counts.
//
//   pipeline_bench [N [THRESHOLD [THREADS [FOLDER]]]]     1000000 0.8 2 /tmp
//   pipeline_bench select …                               another task, of select_rows_bench.h
//
// Records of 12 to 28 words, the frequent ones far more often than the rare; one in ten is an
// earlier one of the last thousand with up to four words changed. Checked: the pairs of the first
// 20,000 records against measuring every pair; then all records are read from a file of JSON lines
// and searched.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <string_view>
#include <sys/resource.h>
#include <vector>

#include "decant/base/file.h"
#include "decant/base/random.h"
#include "decant/base/text.h"
#include "decant/dedup/near_sets.h"
#include "decant/pipeline/choosing/find_copies.h"
#include "decant/pipeline/select_rows_bench.h"
#include "decant/text/shingles.h"

namespace decant {
namespace {

constexpr int kShingle = 3;
constexpr int64_t kSample = 20'000;
constexpr double kLeastRecall = 0.95;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Of all threads: on a busy machine this tells more than the time on the clock.
double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

using Words = std::vector<uint32_t>;

/// Word w is drawn about 1/w times as often as word 1.
uint32_t drawn_word(Random& random) {
  return static_cast<uint32_t>(std::exp(random.uniform() * std::log(50'000.0)));
}

Words drawn_record(int64_t row, const std::vector<Words>& last) {
  Random random(1, "records", static_cast<uint64_t>(row));
  Words words;
  if (row % 10 == 9 && !last.empty()) {
    words = last[random.below(last.size())];
    for (uint64_t changes = random.below(5); changes > 0; --changes) words[random.below(words.size())] = drawn_word(random);
    return words;
  }
  for (uint64_t length = 12 + random.below(17); length > 0; --length) words.push_back(drawn_word(random));
  return words;
}

void write_records(const std::filesystem::path& file, int64_t count) {
  FileWriter writer(file);
  std::vector<Words> last;
  for (int64_t row = 0; row < count; ++row) {
    const Words words = drawn_record(row, last);
    std::string text = "{\"text\": \"";
    for (const uint32_t word : words) text += fmt::format("w{} ", word);
    writer.write(text + "\"}\n");
    last.size() < 1000 ? last.push_back(words) : void(last[static_cast<size_t>(row % 1000)] = words);
  }
  writer.commit();
}

OpenSets shingles_in(const Rows& rows) {
  return [&texts = require_texts(rows)]() -> ReadSet {
    return [&texts](int64_t row, std::vector<uint64_t>& shingles) {
      Record record;
      texts.read(row, record);
      text::Shingler(kShingle).read(record, shingles);
    };
  };
}

/// Every found pair is one, and hardly any is missing. Prints both shares.
bool sample_agrees(const Rows& rows, double threshold) {
  std::vector<int64_t> first;
  for (int64_t row = 0; row < std::min(kSample, rows.size()); ++row) first.push_back(row);
  const OpenSets sets = shingles_in(rows);
  const auto plain = near_sets_plain(sets, first, threshold);
  const auto found = near_sets(sets, first, threshold, 0, {});
  int64_t right = 0;
  for (const NearPair& pair : found) right += std::ranges::count(plain, pair);
  const double recall = static_cast<double>(right) / static_cast<double>(std::max<size_t>(1, plain.size()));
  fmt::print("{} records: {} pairs at {}, recall {:.4f}, {} wrong\n", human_count(std::ssize(first)), human_count(std::ssize(plain)),
             threshold, recall, std::ssize(found) - right);
  return right == std::ssize(found) && recall >= kLeastRecall && !plain.empty();
}

int run(int64_t count, double threshold, int threads, const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "near-texts.jsonl";
  write_records(file, count);
  const Context context{.threads = threads};
  const double begin = now();
  const Input input = read_input({.path = file.string()}, context);
  const double read = now();
  const double processors = -processor_seconds();
  const FoundCopies copies = find_copies_by_words(input, {}, threshold, kShingle, 0, context);
  const double end = now();
  const double searching = processors + processor_seconds();
  const double peak = peak_megabytes();
  const auto size = std::filesystem::file_size(file);
  const bool agrees = sample_agrees(input.dataset.train(), threshold);
  std::filesystem::remove(file);
  if (!agrees) return std::puts("near_sets: FAILED on the first records"), 1;
  fmt::print(
      "{} records ({}), {} threads: {} pairs; read and checked in {:.1f} s, searched in {:.1f} s ({:.1f} s of processors), {:.0f} MB at "
      "most\n",
      human_count(count), human_bytes(static_cast<int64_t>(size)), threads, human_count(std::ssize(copies.pairs)), read - begin, end - read,
      searching, peak);
  return 0;
}

}  // namespace
}  // namespace decant

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "select") return decant::time_select_rows(argc - 2, argv + 2);
  return decant::run(argc > 1 ? std::atoll(argv[1]) : 1'000'000, argc > 2 ? std::atof(argv[2]) : 0.8, argc > 3 ? std::atoi(argv[3]) : 2,
                     argc > 4 ? argv[4] : std::filesystem::temp_directory_path());
}
