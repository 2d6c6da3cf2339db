#include "decant/formats/parquet/footer.h"

#include <algorithm>
#include <array>

#include "decant/base/text.h"
#include "decant/formats/parquet/codecs.h"
#include "decant/formats/parquet/thrift.h"

namespace decant::parquet {
namespace {

constexpr size_t kTail = 8;          // length of the footer, magic
constexpr int kDeepestSchema = 100;  // levels
constexpr size_t kMostNodes = 100'000;
constexpr int64_t kRowsPerByte = 64;  // a column of one value takes far less than a bit per row, and still no set has such rows alone
constexpr int64_t kFewRows = int64_t{1} << 20;
constexpr int kMostWidth = 1 << 20;

uint32_t little32(Bytes bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value |= std::to_integer<uint32_t>(bytes[at + i]) << (8 * i);
  return value;
}

// ---- the schema

struct RawNode {
  Node node;
  int32_t children = 0;
  bool has_type = false;
};

Meaning meaning_of_converted(int32_t converted) {
  if (converted == 0 || converted == 4) return Meaning::text;  // UTF8, ENUM
  if (converted == 5) return Meaning::decimal;
  if (converted >= 11 && converted <= 14) return Meaning::unsigned_number;
  if ((converted >= 6 && converted <= 10) || (converted >= 15 && converted <= 18)) return Meaning::plain;  // dates, times, signed
  if (converted == 19) return Meaning::json;
  return Meaning::other;
}

/// A union: which of its fields is there.
void read_logical(ThriftReader& reader, Thrift type, RawNode& raw) {
  raw.node.meaning = Meaning::plain;
  reader.each_field(type, [&](int id, Thrift field) {
    if (id == 10) {  // INTEGER
      reader.each_field(field, [&](int part, Thrift value) {
        if (part == 2) {
          raw.node.meaning = reader.flag(value) ? Meaning::plain : Meaning::unsigned_number;
          return;
        }
        reader.skip(value);
      });
      return;
    }
    if (id == 1 || id == 4) raw.node.meaning = Meaning::text;
    if (id == 3) raw.node.list = true;
    if (id == 5) raw.node.meaning = Meaning::decimal;
    if (id == 12) raw.node.meaning = Meaning::json;
    if (id == 14 || id == 15) raw.node.meaning = Meaning::other;  // UUID, FLOAT16
    reader.skip(field);
  });
}

int width_of(Physical type, int32_t length) {
  constexpr std::array<int, 7> kWidths = {1, 4, 8, 12, 4, 8, 0};
  return type == Physical::fixed ? length : kWidths[static_cast<size_t>(type)];
}

RawNode read_node(ThriftReader& reader, Thrift element, const Where& where) {
  RawNode raw;
  int32_t length = 0;
  bool logical = false;
  reader.each_field(element, [&](int id, Thrift type) {
    if (id == 1) {
      const int32_t code = reader.whole32(type);
      if (code < 0 || code > 7) where.refuse(fmt::format("names a type {} that Parquet does not have", code));
      raw.node.type = static_cast<Physical>(code);
      raw.has_type = true;
    } else if (id == 2) {
      length = reader.whole32(type);
    } else if (id == 3) {
      const int32_t code = reader.whole32(type);
      if (code < 0 || code > 2) where.refuse("has a column that is neither required, optional nor repeated");
      raw.node.repetition = static_cast<Repetition>(code);
    } else if (id == 4) {
      raw.node.name = reader.text(type);
    } else if (id == 5) {
      raw.children = reader.whole32(type);
    } else if (id == 6) {
      const int32_t converted = reader.whole32(type);
      if (converted == 3) raw.node.list = true;
      if (!logical) raw.node.meaning = meaning_of_converted(converted);
    } else if (id == 10) {
      logical = true;
      read_logical(reader, type, raw);
    } else {
      reader.skip(type);
    }
  });
  if (raw.children < 0) where.refuse("has a column with a negative number of columns below it");
  raw.node.leaf = raw.has_type;
  if (raw.node.leaf && raw.children > 0) where.refuse(fmt::format("column '{}' has both a type and columns below it", raw.node.name));
  if (raw.node.leaf && raw.node.type == Physical::fixed && (length <= 0 || length > kMostWidth))
    where.refuse(fmt::format("column '{}' has values of {} bytes", raw.node.name, length));
  raw.node.width = width_of(raw.node.type, length);
  return raw;
}

/// Puts the nodes, which stand in pre-order, into a tree.
class SchemaTree {
 public:
  SchemaTree(std::vector<RawNode> raw, const Where& where, Footer& footer) : raw_(std::move(raw)), where_(where), footer_(footer) {}

  void build() {
    if (raw_.empty()) where_.refuse("has no schema");
    for (RawNode& raw : raw_) footer_.nodes.push_back(raw.node);
    if (raw_.front().has_type) where_.refuse("has a schema without columns");
    footer_.nodes.front().repetition = Repetition::required;
    place(0, 0, 0, "", 0);
    if (next_ != raw_.size()) where_.refuse("has columns that belong to nothing");
  }

 private:
  void place(int above_def, int above_rep, int depth, const std::string& prefix, size_t self) {
    if (depth > kDeepestSchema) where_.refuse(fmt::format("has columns nested more than {} deep", kDeepestSchema));
    next_ = self + 1;
    Node& node = footer_.nodes[self];
    node.most_def = above_def + (node.repetition == Repetition::required ? 0 : 1);
    node.most_rep = above_rep + (node.repetition == Repetition::repeated ? 1 : 0);
    if (self > 0) node.path = prefix.empty() ? node.name : prefix + "." + node.name;
    node.column = footer_.column_count();
    if (node.leaf) footer_.columns.push_back(static_cast<int>(self));
    for (int32_t i = 0; i < raw_[self].children; ++i) {
      if (next_ >= raw_.size()) where_.refuse("has a schema that names more columns than it has");
      node.children.push_back(static_cast<int>(next_));
      place(node.most_def, node.most_rep, depth + 1, node.path, next_);
    }
    node.columns = footer_.column_count() - node.column;
  }

  std::vector<RawNode> raw_;
  const Where& where_;
  Footer& footer_;
  size_t next_ = 0;
};

// ---- row groups

struct ChunkFields {
  int64_t dictionary = 0;
  int32_t type = -1;
  bool described = false;
};

void read_column_metadata(ThriftReader& reader, Thrift object, Chunk& chunk, ChunkFields& fields) {
  fields.described = true;
  reader.each_field(object, [&](int id, Thrift type) {
    switch (id) {
      case 1:
        fields.type = reader.whole32(type);
        break;
      case 2:
        reader.each_element(type, [&](Thrift element) { chunk.encodings.push_back(reader.whole32(element)); });
        break;
      case 3:
        chunk.path = reader.raw(type);
        break;
      case 4:
        chunk.codec = reader.whole32(type);
        break;
      case 5:
        chunk.values = reader.whole(type);
        break;
      case 6:
        chunk.unpacked = reader.whole(type);
        break;
      case 7:
        chunk.size = reader.whole(type);
        break;
      case 9:
        chunk.data_begin = reader.whole(type);
        break;
      case 11:
        fields.dictionary = reader.whole(type);
        break;
      case 12:
        chunk.statistics = reader.raw(type);
        break;
      case 13:
        chunk.encoding_stats = reader.raw(type);
        break;
      case 16:
        chunk.size_statistics = reader.raw(type);
        break;
      default:
        reader.skip(type);
    }
  });
}

Chunk read_chunk(ThriftReader& reader, Thrift element, const Node& column, int64_t end, const Where& where) {
  Chunk chunk;
  ChunkFields fields;
  reader.each_field(element, [&](int id, Thrift type) {
    switch (id) {
      case 1:
        if (!reader.text(type).empty()) where.refuse(fmt::format("keeps column '{}' in another file", column.path), "Write it as one file");
        break;
      case 3:
        read_column_metadata(reader, type, chunk, fields);
        break;
      case 4:
        chunk.index_begin = reader.whole(type);
        break;
      case 5:
        chunk.index_size = reader.whole32(type);
        break;
      case 8:
        where.refuse(fmt::format("column '{}' is encrypted", column.path), "Write it without encryption");
      default:
        reader.skip(type);
    }
  });
  if (!fields.described) where.refuse(fmt::format("says nothing about where column '{}' lies", column.path));
  if (fields.type != static_cast<int32_t>(column.type))
    where.refuse(fmt::format("column '{}' has one type in the schema and another in a row group", column.path));
  chunk.has_dictionary = fields.dictionary > 0 && fields.dictionary < chunk.data_begin;
  chunk.begin = chunk.has_dictionary ? fields.dictionary : chunk.data_begin;
  if (chunk.values < 0 || chunk.size < 0 || chunk.begin < 4 || chunk.begin > end || chunk.size > end - chunk.begin)
    where.refuse(fmt::format("column '{}' lies outside the file", column.path));
  if (chunk.index_begin < 4 || chunk.index_size <= 0 || chunk.index_begin > end || chunk.index_size > end - chunk.index_begin)
    chunk.index_begin = chunk.index_size = 0;
  require_codec(chunk.codec, where, column.path);
  return chunk;
}

Group read_group(ThriftReader& reader, Thrift element, const Footer& footer, int64_t end, const Where& where) {
  Group group;
  group.rows = -1;
  reader.each_field(element, [&](int id, Thrift type) {
    if (id == 1) {
      reader.each_element(type, [&](Thrift inner) {
        if (std::ssize(group.chunks) == footer.column_count()) where.refuse("has a row group with more columns than the schema");
        group.chunks.push_back(read_chunk(reader, inner, footer.column(static_cast<int>(group.chunks.size())), end, where));
      });
    } else if (id == 2) {
      group.bytes = reader.whole(type);
    } else if (id == 3) {
      group.rows = reader.whole(type);
    } else if (id == 4) {
      group.sorting = reader.raw(type);
    } else {
      reader.skip(type);
    }
  });
  if (std::ssize(group.chunks) != footer.column_count()) where.refuse("has a row group with fewer columns than the schema");
  if (group.rows < 0) where.refuse("has a row group without a number of rows");
  for (int i = 0; i < footer.column_count(); ++i) {
    const Node& column = footer.column(i);
    const int64_t values = group.chunks[static_cast<size_t>(i)].values;
    if (column.most_rep == 0 ? values != group.rows : values < group.rows)
      where.refuse(fmt::format("column '{}' has {} values for {} rows", column.path, human_count(values), human_count(group.rows)));
  }
  return group;
}

void require_no_overlap(const Footer& footer, const Where& where) {
  std::vector<std::pair<int64_t, int64_t>> ranges;
  for (const Group& group : footer.groups) {
    for (const Chunk& chunk : group.chunks) ranges.emplace_back(chunk.begin, chunk.begin + chunk.size);
  }
  std::ranges::sort(ranges);
  for (size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].first < ranges[i - 1].second) where.refuse("has columns that lie on top of each other");
  }
}

KeyValue read_key_value(ThriftReader& reader, Thrift element) {
  KeyValue pair;
  reader.each_field(element, [&](int id, Thrift type) {
    if (id == 1) {
      pair.key = reader.text(type);
    } else if (id == 2) {
      pair.value = reader.text(type);
      pair.has_value = true;
    } else {
      reader.skip(type);
    }
  });
  return pair;
}

void read_fields(ThriftReader& reader, Footer& footer, const Where& where) {
  reader.each_field([&](int id, Thrift type) {
    switch (id) {
      case 1:
        footer.version = reader.whole32(type);
        break;
      case 2: {
        ThriftReader schema = reader;
        footer.schema = reader.raw(type);
        std::vector<RawNode> raw;
        schema.each_element(type, [&](Thrift element) {
          if (raw.size() == kMostNodes) where.refuse(fmt::format("has more than {} columns", human_count(kMostNodes)), "Leave columns out");
          raw.push_back(read_node(schema, element, where));
        });
        footer.nodes.clear();
        footer.columns.clear();
        SchemaTree(std::move(raw), where, footer).build();
        break;
      }
      case 3:
        footer.rows = reader.whole(type);
        break;
      case 4:
        if (footer.nodes.empty()) where.refuse("has row groups before a schema");
        reader.each_element(type,
                            [&](Thrift element) { footer.groups.push_back(read_group(reader, element, footer, footer.begin, where)); });
        break;
      case 5:
        reader.each_element(type, [&](Thrift element) { footer.metadata.push_back(read_key_value(reader, element)); });
        break;
      case 7:
        footer.column_orders = reader.raw(type);
        break;
      case 8:
        where.refuse("is encrypted", "Write it without encryption");
      default:
        reader.skip(type);
    }
  });
}

void require_rows(const Footer& footer, size_t file_size, const Where& where) {
  const int64_t most = kFewRows + kRowsPerByte * static_cast<int64_t>(file_size);
  int64_t sum = 0;
  for (const Group& group : footer.groups) {
    if (group.rows > most - sum)
      where.refuse(fmt::format("claims more rows than {} of a file can hold", human_bytes(static_cast<int64_t>(file_size))));
    sum += group.rows;
  }
  if (sum != footer.rows) where.refuse(fmt::format("claims {} rows, and its row groups {}", human_count(footer.rows), human_count(sum)));
}

}  // namespace

std::string_view Footer::value_of(std::string_view key) const {
  const auto found = std::ranges::find(metadata, key, &KeyValue::key);
  return found == metadata.end() ? std::string_view() : found->value;
}

bool is_parquet(Bytes file) {
  if (file.size() < 4) return false;
  const std::string_view magic = as_text(file.first(4));
  return magic == "PAR1" || magic == "PARE";
}

Footer read_footer(Bytes file, const std::string& name) {
  const Where where{name, "the footer"};
  if (!is_parquet(file)) throw InputError({name, "", "is no Parquet file: it does not begin with PAR1", "Check the file"});
  if (as_text(file.first(4)) == "PARE" || as_text(file.last(4)) == "PARE") where.refuse("is encrypted", "Write it without encryption");
  if (file.size() < 4 + kTail || as_text(file.last(4)) != "PAR1")
    throw InputError({name, "", "has no footer: the file was cut off", "Copy it again"});
  const uint32_t length = little32(file, file.size() - kTail);
  if (length > file.size() - 4 - kTail)
    where.refuse(fmt::format("claims {} in a file of {}", human_bytes(length), human_bytes(static_cast<int64_t>(file.size()))));
  Footer footer;
  footer.begin = static_cast<int64_t>(file.size() - kTail - length);
  ThriftReader reader(file.subspan(static_cast<size_t>(footer.begin), length), where);
  read_fields(reader, footer, where);
  if (footer.nodes.empty()) where.refuse("has no schema");
  require_no_overlap(footer, where);
  require_rows(footer, file.size(), where);
  return footer;
}

}  // namespace decant::parquet
