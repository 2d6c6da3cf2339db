#include "decant/formats/records/stored_text.h"

#include <algorithm>
#include <fmt/core.h>
#include <zlib.h>
#include <zstd.h>

#include "decant/base/errors.h"

namespace decant::records {
namespace {

constexpr size_t kUnpackPiece = size_t{1} << 18;
constexpr size_t kFreely = size_t{64} << 20;  // unpacked bytes that any file may have

[[noreturn]] void fail_packed(const std::string& file, const std::string& what) {
  throw InputError({file, "", what, "Download the file again"});
}

/// One call of a decompressor: how much it took and gave, and whether it stands at an end.
struct Step {
  size_t taken = 0;
  size_t given = 0;
  bool ended = false;  ///< of a member or frame; another may follow
};

class GzipReader {
 public:
  explicit GzipReader(const std::string& file) : file_(file) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw IoError({file_, "", "zlib cannot start", "Free some memory"});
  }
  ~GzipReader() { inflateEnd(&stream_); }
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;

  Step step(Bytes in, std::span<std::byte> out) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
    stream_.avail_in = static_cast<uInt>(std::min<size_t>(in.size(), size_t{1} << 30));
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    const uInt offered = stream_.avail_in;
    const int code = ::inflate(&stream_, Z_NO_FLUSH);
    if (code == Z_MEM_ERROR) throw IoError({file_, "", "zlib is out of memory", "Free some memory"});
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) fail_packed(file_, "its gzip data are damaged");
    if (code == Z_STREAM_END) inflateReset(&stream_);
    return {offered - stream_.avail_in, out.size() - stream_.avail_out, code == Z_STREAM_END};
  }

 private:
  const std::string& file_;
  z_stream stream_{};
};

class ZstdReader {
 public:
  explicit ZstdReader(const std::string& file) : file_(file), stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) throw IoError({file_, "", "Zstandard cannot start", "Free some memory"});
  }
  ~ZstdReader() { ZSTD_freeDStream(stream_); }
  ZstdReader(const ZstdReader&) = delete;
  ZstdReader& operator=(const ZstdReader&) = delete;

  Step step(Bytes in, std::span<std::byte> out) {
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const size_t code = ZSTD_decompressStream(stream_, &to, &from);
    if (ZSTD_isError(code) != 0) fail_packed(file_, fmt::format("its Zstandard data are damaged ({})", ZSTD_getErrorName(code)));
    return {from.pos, to.pos, code == 0};
  }

 private:
  const std::string& file_;
  ZSTD_DStream* stream_;
};

template <class Reader>
std::vector<std::byte> unpack_all(Bytes in, const std::string& file, size_t limit) {
  const size_t most = limit > 0 ? limit : std::max(kFreely, kMostTimes * in.size());
  Reader reader(file);
  std::vector<std::byte> out;
  for (bool ended = false; out.size() < most && !(ended && in.empty());) {
    const size_t before = out.size();
    out.resize(std::min(most, before + std::max(kUnpackPiece, before / 2)));
    const Step step = reader.step(in, std::span(out).subspan(before));
    in = in.subspan(step.taken);
    out.resize(before + step.given);
    ended = step.ended;
    if (step.taken == 0 && step.given == 0 && !ended) fail_packed(file, "its packed data are truncated");
  }
  if (limit == 0 && out.size() == most)
    throw InputError(
        {file, "", fmt::format("unpacks to more than {} times its size", kMostTimes), "Unpack it, and give the unpacked file"});
  return out;
}

}  // namespace

Packing packing_of(Bytes stored) {
  const std::string_view text = as_text(stored);
  if (text.starts_with("\x1f\x8b")) return Packing::gzip;
  return text.starts_with("\x28\xb5\x2f\xfd") ? Packing::zstd : Packing::none;
}

std::vector<std::byte> unpacked(Bytes stored, Packing packing, const std::string& file, size_t limit) {
  if (packing == Packing::gzip) return unpack_all<GzipReader>(stored, file, limit);
  if (packing == Packing::zstd) return unpack_all<ZstdReader>(stored, file, limit);
  const Bytes part = limit > 0 ? stored.first(std::min(limit, stored.size())) : stored;
  return {part.begin(), part.end()};
}

StoredText::StoredText(const std::filesystem::path& path) : file_(path), packing_(packing_of(file_.bytes())) {
  if (packing_ != Packing::none) unpacked_ = unpacked(file_.bytes(), packing_, path.string());
}

class TextWriter::Packer {
 public:
  virtual ~Packer() = default;
  virtual void pack(std::string_view text, FileWriter& writer) = 0;
  virtual void finish(FileWriter& writer) = 0;
};

namespace {

/// At zlib's usual level.
class GzipPacker final : public TextWriter::Packer {
 public:
  GzipPacker() {
    if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      throw IoError({"zlib", "", "cannot start", "Free some memory"});
  }
  ~GzipPacker() override { deflateEnd(&stream_); }
  GzipPacker(const GzipPacker&) = delete;
  GzipPacker& operator=(const GzipPacker&) = delete;

  void pack(std::string_view text, FileWriter& writer) override {
    for (; !text.empty(); text.remove_prefix(std::min(text.size(), kPiece))) pump(text.substr(0, kPiece), Z_NO_FLUSH, writer);
  }
  void finish(FileWriter& writer) override { pump({}, Z_FINISH, writer); }

 private:
  static constexpr size_t kPiece = size_t{1} << 30;

  void pump(std::string_view text, int flush, FileWriter& writer) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      DECANT_CHECK(::deflate(&stream_, flush), !=, Z_STREAM_ERROR);
      writer.write(Bytes(buffer_).first(buffer_.size() - stream_.avail_out));
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
  std::vector<std::byte> buffer_ = std::vector<std::byte>(size_t{1} << 16);
};

/// At Zstandard's usual level.
class ZstdPacker final : public TextWriter::Packer {
 public:
  ZstdPacker() : stream_(ZSTD_createCStream()) {
    if (stream_ == nullptr) throw IoError({"Zstandard", "", "cannot start", "Free some memory"});
  }
  ~ZstdPacker() override { ZSTD_freeCStream(stream_); }
  ZstdPacker(const ZstdPacker&) = delete;
  ZstdPacker& operator=(const ZstdPacker&) = delete;

  void pack(std::string_view text, FileWriter& writer) override { pump(text, ZSTD_e_continue, writer); }
  void finish(FileWriter& writer) override { pump({}, ZSTD_e_end, writer); }

 private:
  void pump(std::string_view text, ZSTD_EndDirective directive, FileWriter& writer) {
    ZSTD_inBuffer from{text.data(), text.size(), 0};
    for (size_t left = 1; left > 0 || from.pos < from.size;) {
      ZSTD_outBuffer to{buffer_.data(), buffer_.size(), 0};
      left = ZSTD_compressStream2(stream_, &to, &from, directive);
      DECANT_CHECK(ZSTD_isError(left), ==, 0U);
      writer.write(Bytes(buffer_).first(to.pos));
      if (directive == ZSTD_e_continue) left = 0;
    }
  }

  ZSTD_CStream* stream_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(size_t{1} << 16);
};

}  // namespace

TextWriter::TextWriter(const std::filesystem::path& path, Packing packing) : writer_(path) {
  if (packing == Packing::gzip) packer_ = std::make_unique<GzipPacker>();
  if (packing == Packing::zstd) packer_ = std::make_unique<ZstdPacker>();
}

TextWriter::~TextWriter() = default;

void TextWriter::write(std::string_view text) {
  packer_ ? packer_->pack(text, writer_) : writer_.write(text);
}

int64_t TextWriter::commit() {
  if (packer_) packer_->finish(writer_);
  writer_.commit();
  return writer_.written();
}

}  // namespace decant::records
