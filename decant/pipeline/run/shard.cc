#include "decant/pipeline/run/shard.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "decant/base/errors.h"
#include "decant/base/text.h"

namespace decant {
namespace {

/// A number of at most nine digits, or −1.
int64_t small_number(std::string_view text) {
  int64_t value = -1;
  const auto [stop, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = code == std::errc() && stop == text.data() + text.size() && text.size() <= 9 && text.front() != '-';
  return whole ? value : -1;
}

}  // namespace

Shard shard_from(const std::string& text) {
  const size_t slash = text.find('/');
  const bool halves = slash != std::string::npos && slash > 0 && slash + 1 < text.size();
  const Shard shard = halves ? Shard{small_number(text.substr(0, slash)), small_number(text.substr(slash + 1))} : Shard{-1, -1};
  if (shard.index >= 0 && shard.index < shard.count) return shard;
  throw UsageError(fmt::format("--shard {}: give the number of the job, from 0, and of all jobs, as in 3/8 (the last of 8 is 7/8)", text));
}

std::string text_of(const Shard& shard) {
  return fmt::format("{}/{}", shard.index, shard.count);
}

void declare_shard(std::string& shard, OptionTable& table) {
  table.add("shard", shard, "I/N", "do the rows of job I of N alone, I from 0 to N-1 (docs/clusters.md)").silent_at = "\"\"";
}

bool shards_hold_chunks(int64_t rows, int64_t count) {
  return rows / kDigestChunk >= count;
}

RowRange rows_of(const Shard& shard, int64_t rows, const std::string& path) {
  if (rows < shard.count)
    throw InputError({path, "", fmt::format("has {} rows, and {} jobs were to share them", human_count(rows), human_count(shard.count)),
                      "Use fewer jobs"});
  const int64_t unit = shards_hold_chunks(rows, shard.count) ? kDigestChunk : 1;
  const int64_t units = (rows + unit - 1) / unit;
  return {units * shard.index / shard.count * unit, std::min(rows, units * (shard.index + 1) / shard.count * unit)};
}

}  // namespace decant
