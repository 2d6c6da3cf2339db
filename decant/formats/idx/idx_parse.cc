// The bytes of one IDX file. Three lies to expect: lengths whose product overflows, a body that is
// not as long as they say, and a gzip file that inflates to anything at all. The header is inflated
// first; after that at most what it promises, plus one byte that shows whether there is more. The
// buffer doubles with what has really come out, so a header that promises 16 TB costs nothing.
#include <algorithm>
#include <fmt/core.h>
#include <limits>
#include <utility>

#include "decant/base/errors.h"
#include "decant/formats/element_type.h"
#include "decant/formats/idx/idx.h"
#include "decant/formats/inflate/inflate.h"

namespace decant {
namespace {

[[noreturn]] void refuse(const std::string& name, std::string place, std::string what, std::string remedy) {
  throw InputError({name, std::move(place), std::move(what), std::move(remedy)});
}

constexpr std::string_view kAgain = "Download the file again";

struct Head {
  std::vector<int64_t> shape;
  size_t size = 0;       // of the header
  int64_t promised = 0;  // bytes after it
};

size_t head_size(int axes) {
  return 4 + 4 * static_cast<size_t>(axes);
}

std::string element_name(IdxElement element) {
  return element == IdxElement::u8 ? "unsigned bytes (0x08)" : "32-bit integers (0x0c)";
}

Head parse_head(Bytes bytes, int axes, const std::string& name, IdxElement element) {
  const auto byte = [&](size_t at) { return std::to_integer<int64_t>(bytes[at]); };
  if (bytes.size() < 4) refuse(name, "byte 0", bytes.empty() ? "is empty" : "is too short for an IDX file", std::string(kAgain));
  if (byte(0) != 0 || byte(1) != 0) refuse(name, "byte 0", "is not an IDX file (the first two bytes must be zero)", std::string(kAgain));
  if (byte(2) != static_cast<int64_t>(element))
    refuse(name, "byte 2", fmt::format("holds elements of type 0x{:02x}; only {} are supported", byte(2), element_name(element)),
           element == IdxElement::u8 ? "Convert the file to unsigned bytes" : std::string(kAgain));
  if (byte(3) != axes)
    refuse(name, "byte 3", fmt::format("has {} axes where {} are expected", byte(3), axes),
           "Pictures have 3 (count, rows, columns), labels 1: check that the files are not swapped");
  Head head;
  head.size = head_size(axes);
  if (bytes.size() < head.size) refuse(name, fmt::format("byte {}", bytes.size()), "ends inside its header", std::string(kAgain));
  for (size_t at = 4; at < head.size; at += 4) head.shape.push_back(byte(at) << 24 | byte(at + 1) << 16 | byte(at + 2) << 8 | byte(at + 3));
  const auto promised = byte_count(size_of(element), head.shape);
  if (!promised || *promised > std::numeric_limits<int64_t>::max() / 2)
    refuse(name, "byte 4", "its shape overflows 64 bits", std::string(kAgain));
  head.promised = *promised;
  return head;
}

void require_promised_length(const Head& head, int64_t present, bool or_more, const std::string& name) {
  if (present == head.promised) return;
  refuse(name, "", fmt::format("its header declares {} bytes, but {}{} follow", head.promised, or_more ? "at least " : "", present),
         present < head.promised ? "The file is truncated: download it again" : std::string(kAgain));
}

/// Reads a gzip file (of one member or several) piece by piece.
class GzipPieces {
 public:
  GzipPieces(Bytes stored, const std::string& name) : rest_(stored), name_(name) {}

  /// Appends up to `limit` bytes to `out`; fewer only at the end of the data.
  void read(size_t limit, std::vector<std::byte>& out) {
    while (limit > 0 && !finished_) {
      const size_t piece = std::min(limit, std::max<size_t>(kPiece, out.size()));
      const size_t before = out.size();
      out.resize(before + piece);
      const size_t got = inflate_into({out.data() + before, piece});
      out.resize(before + got);
      limit -= got;
    }
  }

 private:
  static constexpr size_t kPiece = size_t{1} << 16;

  size_t inflate_into(std::span<std::byte> room) {
    const size_t whole = room.size();
    while (!room.empty() && !finished_) {
      const Inflater::Step step = inflater_.step(rest_, room);
      if (!step.fault.empty()) refuse(name_, "", fmt::format("its gzip data are damaged ({})", step.fault), std::string(kAgain));
      rest_ = rest_.subspan(step.taken);
      room = room.subspan(step.given);
      finished_ = step.ended && rest_.empty();
      if (step.stuck()) refuse(name_, "", "its gzip data are truncated", std::string(kAgain));
    }
    return whole - room.size();
  }

  Bytes rest_;
  const std::string& name_;
  Inflater inflater_{Compression::gzip};
  bool finished_ = false;
};

IdxArray inflated(Bytes stored, int axes, const std::string& name, IdxElement element) {
  const auto out = std::make_shared<std::vector<std::byte>>();
  GzipPieces pieces(stored, name);
  pieces.read(head_size(axes), *out);
  const Head head = parse_head(*out, axes, name, element);
  pieces.read(static_cast<size_t>(head.promised) + 1, *out);
  const Bytes data = Bytes(*out).subspan(head.size);
  require_promised_length(head, static_cast<int64_t>(data.size()), std::cmp_greater(data.size(), head.promised), name);
  return {true, head.shape, data, out};
}

}  // namespace

IdxArray parse_idx(Bytes stored, int axes, const std::string& name, IdxElement element) {
  if (as_text(stored).starts_with("\x1f\x8b")) return inflated(stored, axes, name, element);
  const Head head = parse_head(stored, axes, name, element);
  const Bytes data = stored.subspan(head.size);
  require_promised_length(head, static_cast<int64_t>(data.size()), false, name);
  return {false, head.shape, data, nullptr};
}

}  // namespace decant
