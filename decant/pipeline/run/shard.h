// A part of a data set's rows, for one of several jobs that share nothing but files.
//
// Job i of N, from 0, has the rows [i·n/N, (i+1)·n/N) of all n: neighbours, so what jobs write is
// joined by putting it in a row. Where there are enough rows, borders are moved to multiples of
// 1,024, since the digest of a data set is made of chunks of so many: then every chunk lies in one
// job, and nobody reads rows twice. Of fewer rows, whoever joins the jobs reads them all.
#pragma once

#include <cstdint>
#include <string>

#include "decant/base/options.h"
#include "decant/data/features.h"

namespace decant {

inline constexpr int64_t kDigestChunk = 1024;  ///< rows; part of the digest's definition

struct Shard {
  int64_t index = 0;
  int64_t count = 1;
  bool operator==(const Shard&) const = default;
};

/// Reads "3/8". Throws UsageError for anything else, and for 8/8.
Shard shard_from(const std::string& text);
std::string text_of(const Shard& shard);

/// --shard.
void declare_shard(std::string& shard, OptionTable& table);

/// Whether borders lie between chunks of the digest.
bool shards_hold_chunks(int64_t rows, int64_t count);

/// The rows of the job, never none. `path`: for the message. Throws InputError where there are
/// fewer rows than jobs.
RowRange rows_of(const Shard& shard, int64_t rows, const std::string& path);

}  // namespace decant
