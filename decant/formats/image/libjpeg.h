// libjpeg-turbo's reader and its errors, as jpeg.cc and recode_jpeg.cc use them.
//
// Trap 1: libjpeg reports errors by a callback that must not return. The callback longjmps, and a
// longjmp over a C++ object with a destructor is undefined. So the rule here: a function that calls
// setjmp holds only plain values, calls nothing but libjpeg, and says by a bool whether it got
// through; everything with a destructor lives in its caller.
//
// Trap 2: when a file ends too early, libjpeg warns, invents an end mark and paints the rest grey.
// Our source reports an error at the first byte asked for beyond the end, so that a truncated file
// is one. This is when PIL complains, too: also when nothing but the end mark itself is missing.
//
// Trap 3: a decompressor keeps quantisation and Huffman tables from file to file. A file that lacks
// some would be decoded with those of another, and look different after every other. So they are
// taken from it before each file. It frees their memory only with itself, and looks through all of
// it whenever it wants more, so it is made anew after few files: with 256 in place of 16, half the
// time of decoding 32 × 32 pictures went into that.
//
// How many pixels n bytes can hold. A Huffman code has at least one bit. Baseline: a block of 8 × 8
// costs at least two (its DC and its end of block), progressive: one (the DC; a run of ends of
// block covers 32,767 blocks). The picture's size follows from the largest sampling factors (4 × 4
// at most) over all components, and the least for which both are reached is 9 blocks (4 × 1, 1 × 4,
// 1 × 1) for 32 × 32 pixels: 1024 pixels for 9 bits, 910 a byte. Hence: at most 1024 pixels per
// byte. Arithmetic coding can go beyond that for a solid colour; such a file is refused.
//
// A progressive file can also hold thousands of empty scans, each of which costs a pass over the
// whole picture: more than 500 are refused.
#pragma once

#include <csetjmp>
#include <cstdio>
#include <jpeglib.h>
#include <string_view>

#include "decant/base/file.h"
#include "decant/data/image.h"

namespace decant::image_codec {

/// What the callbacks of one (de)compressor share. Plain values only: it is reached from C.
struct JpegTrouble {
  jpeg_error_mgr manager{};  // first: libjpeg's pointer to it is ours
  std::jmp_buf jump{};
  bool ended = false;
  char message[JMSG_LENGTH_MAX] = "";
};

/// Errors jump to `trouble.jump`; warnings say nothing.
void catch_jpeg_errors(JpegTrouble& trouble);

/// A decompressor that reads from memory. Creating one costs as much as decoding a thumbnail, so a
/// thread keeps its own.
class JpegReader {
 public:
  enum class Markers { skipped, saved };

  explicit JpegReader(Markers markers = Markers::skipped);
  ~JpegReader();
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  /// Reads up to the first scan, and checks what the header claims. `bytes` and `name` must live
  /// until the picture is read. Throws InputError.
  ImageSize open(Bytes bytes, std::string_view name);
  /// Throws InputError for what trouble() says.
  [[noreturn]] void fail_here() const;

  jpeg_decompress_struct& info() { return info_; }
  JpegTrouble& trouble() { return trouble_; }

 private:
  void forget_last_file();
  bool create() noexcept;
  bool read_to_scan() noexcept;

  Markers markers_;
  bool usable_ = false;
  int opened_ = 0;
  jpeg_decompress_struct info_{};
  JpegTrouble trouble_;
  jpeg_source_mgr source_{};
  jpeg_progress_mgr progress_{};
  std::string_view name_;
  size_t size_ = 0;
};

}  // namespace decant::image_codec
