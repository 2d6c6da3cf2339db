#include "decant/formats/idx/idx_file_writer.h"

#include <algorithm>
#include <string>
#include <zlib.h>

#include "decant/base/errors.h"

namespace decant {
namespace {

std::string header_of(const std::vector<int64_t>& shape, IdxElement element) {
  std::string header = {'\0', '\0', static_cast<char>(element), static_cast<char>(shape.size())};
  for (const int64_t length : shape) {
    for (const int shift : {24, 16, 8, 0}) header += static_cast<char>(length >> shift & 255);
  }
  return header;
}

}  // namespace

/// Compresses into a FileWriter. zlib's own gzip header has no name and mtime 0, so the bytes
/// repeat. The default level: level 9 takes ten times as long for files 1 to 2 % smaller (MNIST,
/// Fashion-MNIST).
class IdxFileWriter::Deflater {
 public:
  explicit Deflater(FileWriter& writer) : writer_(writer) {
    if (deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      throw IoError({"zlib", "", "cannot start", "Free some memory"});
  }
  ~Deflater() { deflateEnd(&stream_); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void write(Bytes bytes) {
    while (!bytes.empty()) {
      const size_t piece = std::min<size_t>(bytes.size(), size_t{1} << 30);
      pump(bytes.first(piece), Z_NO_FLUSH);
      bytes = bytes.subspan(piece);
    }
  }
  void finish() { pump({}, Z_FINISH); }

 private:
  void pump(Bytes bytes, int flush) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      DECANT_CHECK(::deflate(&stream_, flush), !=, Z_STREAM_ERROR);
      writer_.write(Bytes(buffer_).first(buffer_.size() - stream_.avail_out));
    } while (stream_.avail_out == 0);
  }

  FileWriter& writer_;
  z_stream stream_{};
  std::vector<std::byte> buffer_ = std::vector<std::byte>(size_t{1} << 16);
};

IdxFileWriter::IdxFileWriter(const std::filesystem::path& file, const std::vector<int64_t>& shape, bool gzip, IdxElement element)
    : writer_(file) {
  if (gzip) deflater_ = std::make_unique<Deflater>(writer_);
  write(as_bytes(header_of(shape, element)));
}

IdxFileWriter::~IdxFileWriter() = default;

void IdxFileWriter::write(Bytes entries) {
  if (deflater_ != nullptr) return deflater_->write(entries);
  writer_.write(entries);
}

int64_t IdxFileWriter::commit() {
  if (deflater_ != nullptr) deflater_->finish();
  writer_.commit();
  return writer_.written();
}

}  // namespace decant
