// The end of a file that is written: offset indexes, footer and mark.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "decant/formats/parquet/chunk_writer.h"
#include "decant/formats/parquet/footer.h"

namespace decant::parquet {

inline constexpr std::string_view kMagic = "PAR1";

struct WrittenGroup {
  int64_t rows = 0;
  std::vector<WrittenChunk> chunks;  ///< by column
};

struct ColumnFacts {
  Physical type = Physical::bytes;
  std::string path;  ///< names from the root on, a list as Thrift has it
  int codec = 0;
};

/// What a footer says besides where things lie. Thrift's own bytes where it is a text.
struct FooterFacts {
  int32_t version = 1;
  std::string schema;
  std::vector<ColumnFacts> columns;
  std::vector<KeyValue> metadata;
  std::string sorting;        ///< of every row group; empty = none
  std::string column_orders;  ///< empty = none
};

/// REQUIRES: chunks for every column in every group.
void write_end(const FooterFacts& facts, std::span<const WrittenGroup> groups, Sink& sink);

}  // namespace decant::parquet
