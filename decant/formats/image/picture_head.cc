#include "decant/formats/image/picture_head.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/formats/image/codec.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

/// Parts of a file, read 4 kB at a time.
class FileWindow {
 public:
  explicit FileWindow(const fs::path& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~FileWindow() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  FileWindow(const FileWindow&) = delete;
  FileWindow& operator=(const FileWindow&) = delete;

  /// Bytes [at, at + count), or fewer where the file ends. REQUIRES: count ≤ 4096. The view lives
  /// until the next call.
  std::string_view view(int64_t at, int64_t count) {
    if (at < begin_ || at + count > begin_ + size_) fill(at);
    const int64_t there = std::clamp<int64_t>(begin_ + size_ - at, 0, count);
    return {buffer_.data() + (at - begin_), static_cast<size_t>(there)};
  }

 private:
  void fill(int64_t at) {
    begin_ = at;
    size_ = descriptor_ < 0 ? 0 : std::max<int64_t>(0, ::pread(descriptor_, buffer_.data(), buffer_.size(), at));
  }

  int descriptor_;
  std::array<char, 4096> buffer_;
  int64_t begin_ = 0;
  int64_t size_ = 0;
};

uint32_t big_endian(std::string_view bytes) {
  uint32_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

/// Numbers of a TIFF structure, which EXIF is.
class Tiff {
 public:
  Tiff(FileWindow& file, int64_t begin, int64_t end) : file_(file), begin_(begin), end_(end), little_(file.view(begin, 2) == "II") {}

  /// The value of the tag in the first directory; 0 where it has none.
  uint32_t short_tag(uint32_t tag) {
    const int64_t directory = number(4, 4);
    const int64_t count = number(directory, 2);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t entry = directory + 2 + 12 * i;
      if (begin_ + entry + 12 > end_) return 0;
      if (number(entry, 2) == tag) return number(entry + 2, 2) == kShort ? number(entry + 8, 2) : 0;
    }
    return 0;
  }

 private:
  static constexpr uint32_t kShort = 3;

  uint32_t number(int64_t at, int64_t width) {
    if (begin_ + at + width > end_) return 0;
    std::array<char, 4> own{};
    const std::string_view bytes = file_.view(begin_ + at, width);
    std::ranges::copy(bytes, own.begin());
    if (little_) std::reverse(own.begin(), own.begin() + width);
    return big_endian({own.data(), static_cast<size_t>(width)});
  }

  FileWindow& file_;
  int64_t begin_;
  int64_t end_;
  bool little_;
};

bool begins_frame(uint32_t marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

std::optional<PictureHead> sized(uint32_t width, uint32_t height, int orientation) {
  constexpr uint32_t kMostSide = 1u << 28;
  if (width == 0 || height == 0 || width > kMostSide || height > kMostSide) return std::nullopt;
  return PictureHead{static_cast<int>(width), static_cast<int>(height), orientation};
}

/// From segment to segment up to the one that begins the frame.
std::optional<PictureHead> jpeg_head(FileWindow& file) {
  int orientation = 1;
  for (int64_t at = 2;;) {
    const std::string_view start = file.view(at, 4);
    if (start.size() < 4 || start[0] != '\xff') return std::nullopt;
    if (start[1] == '\xff') {
      ++at;
      continue;
    }
    const uint32_t marker = static_cast<uint8_t>(start[1]);
    const int64_t length = big_endian(start.substr(2));
    if (begins_frame(marker)) {
      const std::string_view frame = file.view(at + 5, 4);
      return frame.size() < 4 ? std::nullopt : sized(big_endian(frame.substr(2)), big_endian(frame.substr(0, 2)), orientation);
    }
    if (length < 2 || marker == 0xd9 || marker == 0xda) return std::nullopt;
    if (marker == 0xe1 && orientation == 1 && file.view(at + 4, 6) == std::string_view("Exif\0\0", 6)) {
      const uint32_t found = Tiff(file, at + 10, at + 2 + length).short_tag(0x112);
      if (found >= 1 && found <= 8) orientation = static_cast<int>(found);
    }
    at += 2 + length;
  }
}

std::optional<PictureHead> png_head(FileWindow& file) {
  const std::string_view header = file.view(8, 16);
  if (header.size() < 16 || header.substr(4, 4) != "IHDR") return std::nullopt;
  return sized(big_endian(header.substr(8, 4)), big_endian(header.substr(12, 4)), 1);
}

std::optional<PictureHead> probed(const fs::path& path) {
  thread_local std::vector<std::byte> scratch;
  try {
    const ImageSize size = probe_image(read_file(path, scratch), path.string());
    return PictureHead{size.width, size.height};
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

int orientation_for(const PictureHead& head, int64_t width, int64_t height) {
  const bool as_stored = width == head.width && height == head.height;
  return as_stored && head.swaps_sides() && head.width != head.height ? 1 : head.orientation;
}

std::optional<PictureHead> picture_head(const fs::path& path) {
  FileWindow file(path);
  const std::string_view start = file.view(0, 8);
  if (start.starts_with("\xff\xd8\xff")) return jpeg_head(file);
  if (start == std::string_view("\x89PNG\r\n\x1a\n", 8)) return png_head(file);
  return start.empty() ? std::nullopt : probed(path);
}

}  // namespace decant
