// A page: its header, and its body packed.
#pragma once

#include <string>
#include <vector>

#include "decant/formats/parquet/chunk_writer.h"
#include "decant/formats/parquet/encodings.h"
#include "decant/formats/parquet/gathered.h"
#include "decant/formats/parquet/pages.h"

namespace decant::parquet {

// The largest that are written: of a page, but for a single value that is larger, and of a row
// group.
inline constexpr size_t kPageBytes = size_t{1} << 20;
inline constexpr int64_t kPageRows = 20'000;
inline constexpr int64_t kGroupBytes = int64_t{100} << 20;

/// How the pages of a chunk are written.
struct PageForm {
  int codec = 0;
  bool crc = false;
};

/// Writes one and adds its bytes to `chunk`. `encoding`: of its values. Of a body for snappy of
/// which at least 31/32 are referred to, the mapped file says that it does not pack: it is written
/// as literals.
void put_page(PageHeader::Kind kind, const Gathered& body, int64_t entries, Encoding encoding, PageForm form, Sink& sink,
              WrittenChunk& chunk);

/// The levels of a page before its values; nothing where `most` is 0.
std::string levels_text(const std::vector<uint32_t>& levels, int most);

/// A chunk's statistics, as Thrift has them: how many values are missing, and where they are known
/// the least and the greatest.
std::string statistics_text(int64_t missing, const std::string* least = nullptr, const std::string* greatest = nullptr);

}  // namespace decant::parquet
