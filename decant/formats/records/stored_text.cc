#include "decant/formats/records/stored_text.h"

#include <algorithm>
#include <fmt/core.h>
#include <zlib.h>
#include <zstd.h>

#include "decant/base/errors.h"
#include "decant/formats/inflate/inflate.h"

namespace decant::records {
namespace {

constexpr size_t kUnpackPiece = size_t{1} << 18;

[[noreturn]] void fail_packed(const std::string& file, const std::string& what) {
  throw InputError({file, "", what, "Download the file again"});
}

std::vector<std::byte> unpack_all(Bytes in, Packing packing, const std::string& file, size_t limit) {
  const size_t most = limit > 0 ? limit : most_unpacked(in.size());
  const bool gzip = packing == Packing::gzip;
  Inflater inflater(gzip ? Compression::gzip : Compression::zstd);
  std::vector<std::byte> out;
  for (bool ended = false; out.size() < most && !(ended && in.empty());) {
    const size_t before = out.size();
    out.resize(std::min(most, before + std::max(kUnpackPiece, before / 2)));
    const Inflater::Step step = inflater.step(in, std::span(out).subspan(before));
    if (!step.fault.empty()) fail_packed(file, fmt::format("its {} data are damaged ({})", gzip ? "gzip" : "Zstandard", step.fault));
    in = in.subspan(step.taken);
    out.resize(before + step.given);
    ended = step.ended;
    if (step.stuck()) fail_packed(file, "its packed data are truncated");
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
  if (packing != Packing::none) return unpack_all(stored, packing, file, limit);
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
