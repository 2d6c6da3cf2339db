#include "decant/formats/zip/zip.h"

#include <algorithm>
#include <fmt/core.h>
#include <limits>
#include <optional>
#include <set>
#include <utility>
#include <zlib.h>

#include "decant/base/errors.h"
#include "decant/formats/inflate/inflate.h"

namespace decant {
namespace {

constexpr uint64_t kDirectoryEnd = 22;  // bytes, without the comment
constexpr uint64_t kLongestComment = 65535;
constexpr uint32_t kEndSignature = 0x06054b50;
constexpr uint32_t kEnd64Signature = 0x06064b50;
constexpr uint32_t kLocator64Signature = 0x07064b50;
constexpr uint32_t kEntrySignature = 0x02014b50;
constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr uint64_t kMostExpansion = 1032;  // of deflate
constexpr uint16_t kUtf8Name = 1 << 11;

/// Little-endian numbers at checked places.
class ZipReader {
 public:
  ZipReader(Bytes file, const std::string& name) : file_(file), name_(name) {}

  [[noreturn]] void fail(const std::string& what, const std::string& remedy = "Download the archive again") const {
    throw InputError({name_, "", what, remedy});
  }
  uint64_t number(uint64_t at, int bytes) const {
    const Bytes from = part(at, static_cast<uint64_t>(bytes));
    uint64_t value = 0;
    for (size_t i = from.size(); i-- > 0;) value = value << 8 | std::to_integer<uint64_t>(from[i]);
    return value;
  }
  Bytes part(uint64_t at, uint64_t size) const {
    if (at > file_.size() || size > file_.size() - at) fail("is a truncated or damaged zip archive");
    return file_.subspan(static_cast<size_t>(at), static_cast<size_t>(size));
  }
  uint64_t size() const { return file_.size(); }

 private:
  Bytes file_;
  const std::string& name_;
};

struct ZipDirectory {
  uint64_t begin = 0, size = 0, count = 0;
};

/// The end record is the last one whose comment reaches the end of the file.
uint64_t find_directory_end(const ZipReader& zip) {
  if (zip.size() >= kDirectoryEnd) {
    const uint64_t last = zip.size() - kDirectoryEnd;
    const uint64_t first = last - std::min(last, kLongestComment);
    for (uint64_t at = last + 1; at-- > first;) {
      if (zip.number(at, 4) == kEndSignature && at + kDirectoryEnd + zip.number(at + 20, 2) == zip.size()) return at;
    }
  }
  zip.fail("is no whole zip archive: its directory, which is at its end, is missing");
}

ZipDirectory find_directory(const ZipReader& zip) {
  const uint64_t end = find_directory_end(zip);
  ZipDirectory directory{zip.number(end + 16, 4), zip.number(end + 12, 4), zip.number(end + 10, 2)};
  if (end >= 20 && zip.number(end - 20, 4) == kLocator64Signature) {
    const uint64_t at = zip.number(end - 12, 8);
    if (zip.number(at, 4) != kEnd64Signature) zip.fail("has a damaged zip64 directory");
    directory = {zip.number(at + 48, 8), zip.number(at + 40, 8), zip.number(at + 32, 8)};
  }
  zip.part(directory.begin, directory.size);
  if (directory.count > directory.size / 46)
    zip.fail(fmt::format("claims {} members in a directory of {} bytes", directory.count, directory.size));
  return directory;
}

struct ZipEntry {
  ZipMember member;
  uint64_t stored = 0, size = 0, local = 0;
};

/// The 64-bit values of those fields that say 0xffffffff, in this order.
void read_zip64(const ZipReader& zip, uint64_t extra, uint64_t length, ZipEntry& entry) {
  for (uint64_t at = extra; at + 4 <= extra + length;) {
    const uint64_t id = zip.number(at, 2);
    const uint64_t end = at + 4 + zip.number(at + 2, 2);
    if (end > extra + length) zip.fail("has a damaged directory entry");
    at += 4;
    if (id == 1) {
      for (uint64_t* field : {&entry.size, &entry.stored, &entry.local}) {
        if (*field != UINT32_MAX) continue;
        if (at + 8 > end) zip.fail("has a damaged zip64 entry");
        *field = zip.number(at, 8);
        at += 8;
      }
    }
    at = end;
  }
}

void require_method(const ZipReader& zip, const std::string& member, uint64_t flags, uint64_t method) {
  if ((flags & 1) != 0) zip.fail("member " + member + " is encrypted", "Unpack it with its password");
  if (method != 0 && method != 8)
    zip.fail(fmt::format("member {} is compressed by method {}; stored and deflated ones are read", member, method),
             "Unpack it, or zip it again");
}

/// Reads the entry at `at` and moves behind it.
ZipEntry read_entry(const ZipReader& zip, uint64_t& at) {
  if (zip.number(at, 4) != kEntrySignature) zip.fail("has a damaged directory");
  const uint64_t flags = zip.number(at + 8, 2);
  const uint64_t method = zip.number(at + 10, 2);
  ZipEntry entry;
  entry.member.crc = static_cast<uint32_t>(zip.number(at + 16, 4));
  entry.stored = zip.number(at + 20, 4);
  entry.size = zip.number(at + 24, 4);
  entry.local = zip.number(at + 42, 4);
  const uint64_t name = zip.number(at + 28, 2);
  const uint64_t extra = zip.number(at + 30, 2);
  entry.member.name = std::string(as_text(zip.part(at + 46, name)));
  zip.part(at + 46 + name, extra);
  read_zip64(zip, at + 46 + name, extra, entry);
  require_method(zip, entry.member.name, flags, method);
  entry.member.method = method == 0 ? ZipMethod::stored : ZipMethod::deflated;
  at += 46 + name + extra + zip.number(at + 32, 2);
  return entry;
}

void find_data(const ZipReader& zip, ZipEntry& entry, uint64_t directory) {
  const std::string& name = entry.member.name;
  if (zip.number(entry.local, 4) != kLocalSignature) zip.fail("member " + name + " is not where the directory says");
  const uint64_t begin = entry.local + 30 + zip.number(entry.local + 26, 2) + zip.number(entry.local + 28, 2);
  entry.member.data = zip.part(begin, entry.stored);
  if (begin + entry.stored > directory) zip.fail("member " + name + " reaches into the directory");
  const bool stored = entry.member.method == ZipMethod::stored;
  if (stored ? entry.size != entry.stored : entry.size / kMostExpansion > entry.stored)
    zip.fail(fmt::format("member {} claims {} bytes in {}", name, entry.size, entry.stored));
  entry.member.size = static_cast<int64_t>(entry.size);
}

void refuse_overlaps(const ZipReader& zip, const std::vector<ZipEntry>& entries) {
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const ZipEntry& entry : entries) ranges.emplace_back(entry.local, entry.local + 30 + entry.stored);
  std::ranges::sort(ranges);
  for (size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].first < ranges[i - 1].second) zip.fail("has members that lie over one another");
  }
}

/// Inflates to exactly `size` bytes; the buffer grows with what comes out.
bool inflate_exactly(Bytes from, int64_t size, std::vector<std::byte>& out) {
  Inflater inflater(Compression::deflate);
  const auto goal = static_cast<size_t>(size);
  constexpr size_t kPiece = size_t{1} << 20;
  out.resize(std::min(goal, kPiece) + 1);  // one byte shows whether there is more
  size_t done = 0;
  for (;;) {
    const Inflater::Step step = inflater.step(from, std::span(out).subspan(done));
    from = from.subspan(step.taken);
    done += step.given;
    if (step.ended) break;
    if (!step.fault.empty() || step.stuck() || done > goal) return false;
    if (done == out.size()) out.resize(std::min(goal + 1, out.size() * 2));
  }
  out.resize(done);
  return done == goal;
}

uint32_t crc_of(Bytes bytes) {
  return static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::vector<std::byte> deflated(Bytes bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw IoError({"zlib", "", "cannot start", "Free some memory"});
  const std::unique_ptr<z_stream, int (*)(z_stream*)> guard(&stream, &deflateEnd);
  std::vector<std::byte> out;
  std::vector<std::byte> piece(size_t{1} << 18);
  int code = Z_OK;
  do {
    const size_t in = std::min<size_t>(bytes.size(), size_t{1} << 30);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(in);
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    code = ::deflate(&stream, in == bytes.size() ? Z_FINISH : Z_NO_FLUSH);
    bytes = bytes.subspan(in - stream.avail_in);
    out.insert(out.end(), piece.begin(), piece.end() - stream.avail_out);
  } while (code != Z_STREAM_END);
  return out;
}

std::string number_text(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 255);
  return text;
}

uint64_t narrow(uint64_t value) {
  return std::min<uint64_t>(value, UINT32_MAX);
}

/// Method, time (none: 1 January 1980), checksum, sizes: what both headers have.
std::string common_fields(ZipMethod method, uint32_t crc, uint64_t stored, uint64_t size) {
  return number_text(kUtf8Name, 2) + number_text(static_cast<uint64_t>(method), 2) + number_text(0, 2) + number_text(0x21, 2) +
         number_text(crc, 4) + number_text(narrow(stored), 4) + number_text(narrow(size), 4);
}

}  // namespace

bool looks_like_zip(Bytes file) {
  const std::string_view text = as_text(file);
  return text.starts_with("PK\3\4") || text.starts_with("PK\5\6");
}

std::vector<ZipMember> zip_members(Bytes file, const std::string& name) {
  const ZipReader zip(file, name);
  const ZipDirectory directory = find_directory(zip);
  std::vector<ZipEntry> entries;
  std::set<std::string> names;
  uint64_t at = directory.begin;
  for (uint64_t i = 0; i < directory.count; ++i) {
    ZipEntry entry = read_entry(zip, at);
    if (entry.member.name.ends_with('/') && entry.size == 0) continue;
    if (!names.insert(entry.member.name).second) zip.fail("names the member " + entry.member.name + " twice");
    find_data(zip, entry, directory.begin);
    entries.push_back(std::move(entry));
  }
  refuse_overlaps(zip, entries);
  std::vector<ZipMember> members;
  for (ZipEntry& entry : entries) members.push_back(std::move(entry.member));
  return members;
}

Bytes zip_bytes(const ZipMember& member, const std::string& archive, std::vector<std::byte>& scratch) {
  const auto fail = [&](const char* what) { throw InputError({archive, "member " + member.name, what, "Download the archive again"}); };
  const bool stored = member.method == ZipMethod::stored;
  if (!stored && !inflate_exactly(member.data, member.size, scratch)) fail("its deflated data are damaged or of another size");
  const Bytes bytes = stored ? member.data : Bytes(scratch);
  if (crc_of(bytes) != member.crc) fail("has a wrong checksum");
  return bytes;
}

ZipWriter::ZipWriter(const std::filesystem::path& path) : writer_(path) {}

void ZipWriter::add(const std::string& name, ZipMethod method, Bytes bytes) {
  const std::vector<std::byte> packed = method == ZipMethod::deflated ? deflated(bytes) : std::vector<std::byte>();
  const Bytes data = method == ZipMethod::deflated ? Bytes(packed) : bytes;
  entries_.push_back({name, method, crc_of(bytes), data.size(), bytes.size(), static_cast<uint64_t>(writer_.written())});
  const Entry& entry = entries_.back();
  const bool wide = entry.stored >= UINT32_MAX || entry.size >= UINT32_MAX;
  writer_.write(number_text(kLocalSignature, 4) + number_text(wide ? 45 : 20, 2) +
                common_fields(method, entry.crc, wide ? UINT32_MAX : entry.stored, wide ? UINT32_MAX : entry.size) +
                number_text(name.size(), 2) + number_text(wide ? 20 : 0, 2) + name);
  if (wide) writer_.write(number_text(1, 2) + number_text(16, 2) + number_text(entry.size, 8) + number_text(entry.stored, 8));
  writer_.write(data);
}

int64_t ZipWriter::commit() {
  const auto begin = static_cast<uint64_t>(writer_.written());
  for (const Entry& entry : entries_) {
    std::string extra;
    for (const uint64_t value : {entry.size, entry.stored, entry.offset}) extra += value >= UINT32_MAX ? number_text(value, 8) : "";
    if (!extra.empty()) extra = number_text(1, 2) + number_text(extra.size(), 2) + extra;
    writer_.write(number_text(kEntrySignature, 4) + number_text(45, 2) + number_text(extra.empty() ? 20 : 45, 2) +
                  common_fields(entry.method, entry.crc, entry.stored, entry.size) + number_text(entry.name.size(), 2) +
                  number_text(extra.size(), 2) + number_text(0, 8) + number_text(0, 2) + number_text(narrow(entry.offset), 4) + entry.name +
                  extra);
  }
  const auto end = static_cast<uint64_t>(writer_.written());
  const uint64_t count = entries_.size();
  if (end >= UINT32_MAX || count >= UINT16_MAX)
    writer_.write(number_text(kEnd64Signature, 4) + number_text(44, 8) + number_text(45, 2) + number_text(45, 2) + number_text(0, 8) +
                  number_text(count, 8) + number_text(count, 8) + number_text(end - begin, 8) + number_text(begin, 8) +
                  number_text(kLocator64Signature, 4) + number_text(0, 4) + number_text(end, 8) + number_text(1, 4));
  const uint64_t few = std::min<uint64_t>(count, UINT16_MAX);
  writer_.write(number_text(kEndSignature, 4) + number_text(0, 4) + number_text(few, 2) + number_text(few, 2) +
                number_text(narrow(end - begin), 4) + number_text(narrow(begin), 4) + number_text(0, 2));
  writer_.commit();
  return writer_.written();
}

}  // namespace decant
