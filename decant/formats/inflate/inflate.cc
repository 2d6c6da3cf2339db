#include "decant/formats/inflate/inflate.h"

#include <algorithm>
#include <zlib.h>
#include <zstd.h>

#include "decant/base/errors.h"

namespace decant {
namespace {

constexpr size_t kMostAtOnce = size_t{1} << 30;

/// zlib's sign for the kind of header: none, its own, gzip's.
int window_bits(Compression compression) {
  return compression == Compression::deflate ? -15 : compression == Compression::zlib ? 15 : 15 + 16;
}

[[noreturn]] void fail_without_memory(const char* library) {
  throw IoError({library, "", "cannot start", "Free some memory"});
}

}  // namespace

struct Inflater::State {
  explicit State(Compression which) : compression(which) {
    if (compression == Compression::zstd)
      zstd = ZSTD_createDStream();
    else if (inflateInit2(&zlib, window_bits(compression)) != Z_OK)
      fail_without_memory("zlib");
    if (compression == Compression::zstd && zstd == nullptr) fail_without_memory("Zstandard");
  }
  ~State() {
    if (compression == Compression::zstd)
      ZSTD_freeDStream(zstd);
    else
      inflateEnd(&zlib);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Step step_zlib(Bytes in, std::span<std::byte> out) {
    const auto offered = static_cast<uInt>(in.size());
    const auto room = static_cast<uInt>(out.size());
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(in.data()));
    zlib.avail_in = offered;
    zlib.next_out = reinterpret_cast<Bytef*>(out.data());
    zlib.avail_out = room;
    const int code = ::inflate(&zlib, Z_NO_FLUSH);
    if (code == Z_MEM_ERROR) throw IoError({"zlib", "", "is out of memory", "Free some memory"});
    Step step{offered - zlib.avail_in, room - zlib.avail_out, code == Z_STREAM_END, {}};
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) step.fault = zlib.msg != nullptr ? zlib.msg : "no reason given";
    if (step.ended && compression == Compression::gzip) inflateReset(&zlib);
    return step;
  }

  Step step_zstd(Bytes in, std::span<std::byte> out) {
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const size_t code = ZSTD_decompressStream(zstd, &to, &from);
    const bool failed = ZSTD_isError(code) != 0;
    return {from.pos, to.pos, code == 0, failed ? ZSTD_getErrorName(code) : ""};
  }

  Compression compression;
  z_stream zlib{};
  ZSTD_DStream* zstd = nullptr;
};

Inflater::Inflater(Compression compression) : state_(std::make_unique<State>(compression)) {}
Inflater::~Inflater() = default;

Inflater::Step Inflater::step(Bytes in, std::span<std::byte> out) {
  in = in.first(std::min(in.size(), kMostAtOnce));
  out = out.first(std::min(out.size(), kMostAtOnce));
  return state_->compression == Compression::zstd ? state_->step_zstd(in, out) : state_->step_zlib(in, out);
}

}  // namespace decant
