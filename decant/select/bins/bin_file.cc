#include "decant/select/bins/bin_file.h"

#include <bit>
#include <cstring>

#include "decant/base/digest.h"
#include "decant/base/errors.h"

namespace decant {
namespace {

constexpr std::string_view kBinMagic("decant bins 1\r\n\0", 16);
constexpr size_t kIdentity = 32;
constexpr size_t kBinHeader = 16 + kIdentity + 8;

static_assert(std::endian::native == std::endian::little, "numbers are stored as they lie in memory");

template <class T>
void append_values(std::span<const T> values, std::vector<std::byte>& to) {
  const auto bytes = std::as_bytes(values);
  to.insert(to.end(), bytes.begin(), bytes.end());
}

[[noreturn]] void refuse_bytes(const std::string& name, size_t at, const std::string& what) {
  throw InputError({name, fmt::format("byte {}", at), what, "These bins will be cut again"});
}

/// Takes numbers off the front.
class BinReader {
 public:
  BinReader(Bytes bytes, const std::string& name) : all_(bytes), left_(bytes), name_(name) {}
  bool at_end() const { return left_.empty(); }
  [[noreturn]] void refuse(const std::string& what) const { refuse_bytes(name_, all_.size() - left_.size(), what); }

  int64_t number(const char* what) {
    int64_t value = 0;
    if (left_.size() < sizeof value) refuse("the file ends inside a number");
    std::memcpy(&value, left_.data(), sizeof value);
    if (value < 0) refuse(fmt::format("{} is {}", what, value));
    left_ = left_.subspan(sizeof value);
    return value;
  }
  template <class T>
  std::vector<T> values(int64_t count) {
    std::vector<T> values(static_cast<size_t>(count));
    if (count > 0) std::memcpy(values.data(), left_.data(), values.size() * sizeof(T));
    left_ = left_.subspan(values.size() * sizeof(T));
    return values;
  }
  int64_t rows_at_most() const { return static_cast<int64_t>(left_.size() / (sizeof(int64_t) + sizeof(double))); }

 private:
  Bytes all_;
  Bytes left_;
  const std::string& name_;
};

}  // namespace

void append_bin(int64_t pool, int64_t bin, std::span<const int64_t> rows, std::span<const double> gains, std::vector<std::byte>& records) {
  DECANT_CHECK(rows.size(), ==, gains.size());
  const int64_t head[] = {pool, bin, static_cast<int64_t>(rows.size())};
  append_values(std::span<const int64_t>(head), records);
  append_values(rows, records);
  append_values(gains, records);
}

std::vector<BinRecord> parse_bins(Bytes records, const std::string& name) {
  std::vector<BinRecord> parsed;
  BinReader reader(records, name);
  while (!reader.at_end()) {
    BinRecord record;
    record.pool = reader.number("a pool");
    record.bin = reader.number("a bin");
    const int64_t count = reader.number("the number of rows");
    if (count > reader.rows_at_most())
      reader.refuse(fmt::format("{} rows are declared, but at most {} can follow", count, reader.rows_at_most()));
    record.content.rows = reader.values<int64_t>(count);
    record.content.gains = reader.values<double>(count);
    parsed.push_back(std::move(record));
  }
  return parsed;
}

std::string bin_file_header(std::string_view identity, Bytes records) {
  DECANT_CHECK(identity.size(), ==, kIdentity);
  const uint64_t checksum = hash64(as_text(records));
  std::string header(kBinMagic);
  header += identity;
  header.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
  return header;
}

std::vector<BinRecord> parse_bin_file(Bytes file, std::string_view identity, const std::string& name) {
  if (file.size() < kBinHeader || as_text(file.first(16)) != kBinMagic) refuse_bytes(name, 0, "is not a file of bins");
  if (as_text(file.subspan(16, kIdentity)) != identity) refuse_bytes(name, 16, "belongs to a different run");
  const Bytes records = file.subspan(kBinHeader);
  if (as_text(file.first(kBinHeader)) != bin_file_header(identity, records))
    refuse_bytes(name, kBinHeader - 8, "is damaged: the checksum differs");
  return parse_bins(records, name);
}

}  // namespace decant
