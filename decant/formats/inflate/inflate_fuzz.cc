// Any bytes as each kind of compressed data: what comes out lies in the room that was given.
#include <cstdlib>
#include <vector>

#include "decant/formats/inflate/inflate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using decant::Compression;
  for (const Compression kind : {Compression::deflate, Compression::zlib, Compression::gzip, Compression::zstd}) {
    decant::Inflater inflater(kind);
    decant::Bytes in = std::as_bytes(std::span(data, size));
    std::vector<std::byte> out(4096);
    for (int piece = 0; piece < 64; ++piece) {
      const decant::Inflater::Step step = inflater.step(in, out);
      if (step.taken > in.size() || step.given > out.size()) std::abort();
      if (step.stuck() || !step.fault.empty()) break;
      in = in.subspan(step.taken);
    }
  }
  return 0;
}
