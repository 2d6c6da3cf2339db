#include "decant/formats/advice.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fmt/core.h>
#include <fstream>
#include <string_view>
#include <vector>

namespace decant {
namespace fs = std::filesystem;

namespace {

using std::string_view_literals::operator""sv;

struct KnownKind {
  std::string_view kind;
  std::string_view into;  ///< "pictures in class folders"
  std::string_view command;
  bool python = true;
};

// Class folders from records: r is a record with a label and an encoded picture.
#define DECANT_FOLDERS(label, bytes, records)             \
  "import pathlib; [(d := pathlib.Path('set', str(" label \
  ")))"                                                   \
  ".mkdir(parents=True, exist_ok=True) or (d / f'{i}.jpg').write_bytes(" bytes ") for i, r in enumerate(" records ")]"

constexpr KnownKind kTfRecord = {
    "a TFRecord file", "pictures in class folders",
    "import tensorflow as tf; " DECANT_FOLDERS("r['image/class/label'].int64_list.value[0]", "r['image/encoded'].bytes_list.value[0]",
                                               "tf.train.Example.FromString(x.numpy()).features.feature "
                                               "for x in tf.data.TFRecordDataset('FILE')")};
constexpr KnownKind kLmdb = {"an LMDB database", "files",
                             "import lmdb, pathlib; [(p := pathlib.Path('set', k.decode())).parent.mkdir(parents=True, exist_ok=True) or "
                             "p.write_bytes(v) for k, v in lmdb.open('FOLDER', readonly=True, lock=False).begin().cursor()]"};
constexpr KnownKind kMds = {"a set of MDS shards", "pictures in class folders",
                            "from streaming import StreamingDataset; " DECANT_FOLDERS("r['label']", "r['image']",
                                                                                      "StreamingDataset(local='FOLDER', batch_size=1)")};
constexpr KnownKind kArrow = {"an Arrow file", "Parquet",
                              "from datasets import Dataset; Dataset.from_file('FILE').to_parquet('train.parquet')"};
constexpr KnownKind kHdf5 = {
    "an HDF5 file", "an archive of arrays",
    "import h5py, numpy as np; f = h5py.File('FILE'); np.savez('set.npz', x_train=f['images'][:], y_train=f['labels'][:])"};
constexpr KnownKind kTorch = {"a file of PyTorch's", "an archive of arrays",
                              "import torch, numpy as np; x, y = torch.load('FILE', weights_only=True)[:2]; np.savez('set.npz', "
                              "x_train=x.numpy(), y_train=y.numpy())"};
constexpr KnownKind kTable = {
    "a table of text", "a matrix of features",
    "import numpy as np; np.save('features.npy', np.loadtxt('FILE', delimiter=',', skiprows=1, dtype=np.float32))"};
constexpr KnownKind kZip = {"a zip archive", "a folder", "unzip FILE -d set", false};
constexpr KnownKind kCompressedTar = {"a compressed archive", "a folder", "mkdir set && tar -xf FILE -C set", false};
constexpr KnownKind k7z = {"a 7z archive", "a folder", "7z x FILE -oset", false};
constexpr KnownKind kRar = {"a RAR archive", "a folder", "unrar x FILE set/", false};

#undef DECANT_FOLDERS

struct Magic {
  size_t at;
  std::string_view bytes;
  const KnownKind* kind;
};

/// The first that fits.
constexpr std::array<Magic, 11> kMagics = {{{0, "\x89HDF\r\n\x1a\n"sv, &kHdf5},
                                            {0, "ARROW1"sv, &kArrow},
                                            {0, "\xff\xff\xff\xff"sv, &kArrow},
                                            {16, "\xde\xc0\xef\xbe"sv, &kLmdb},
                                            {0, "7z\xbc\xaf\x27\x1c"sv, &k7z},
                                            {0, "Rar!\x1a\x07"sv, &kRar},
                                            {0, "PK\3\4"sv, &kZip},
                                            {0, "\x1f\x8b"sv, &kCompressedTar},
                                            {0, "\x28\xb5\x2f\xfd"sv, &kCompressedTar},
                                            {0, "\xfd\x37zXZ"sv, &kCompressedTar},
                                            {0, "BZh"sv, &kCompressedTar}}};

std::string first_part(const fs::path& path) {
  std::string text(512, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return text;
}

/// Castagnoli's, bit by bit.
uint32_t crc32c(std::string_view text) {
  uint32_t crc = ~0u;
  for (const char c : text) {
    crc ^= static_cast<uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78u : 0);
  }
  return ~crc;
}

/// A TFRecord begins with a length of 8 bytes and that length's masked checksum.
bool is_tfrecord(std::string_view head) {
  if (head.size() < 12) return false;
  const uint32_t crc = crc32c(head.substr(0, 8));
  const uint32_t masked = (crc >> 15 | crc << 17) + 0xa282ead8u;
  for (size_t i = 0; i < 4; ++i) {
    if (static_cast<uint8_t>(head[8 + i]) != (masked >> (8 * i) & 255)) return false;
  }
  return true;
}

bool is_torch_archive(std::string_view head) {
  return head.starts_with("PK\3\4") && head.substr(0, 120).find("/data.pkl") != std::string_view::npos;
}

const KnownKind* kind_of_file(const fs::path& path) {
  const std::string head = first_part(path);
  const std::string extension = path.extension().string();
  if (is_tfrecord(head)) return &kTfRecord;
  if (is_torch_archive(head) || extension == ".pt" || extension == ".pth") return &kTorch;
  for (const Magic& magic : kMagics) {
    if (std::string_view(head).substr(std::min(magic.at, head.size())).starts_with(magic.bytes)) return magic.kind;
  }
  return extension == ".csv" || extension == ".tsv" ? &kTable : nullptr;
}

/// By the files that tell: those of a database first, then the first known one by name.
const KnownKind* kind_of_folder(const fs::path& folder) {
  std::error_code code;
  if (fs::is_regular_file(folder / "data.mdb", code)) return &kLmdb;
  std::vector<fs::path> files;
  for (fs::directory_iterator at(folder, code), end; !code && at != end && files.size() < 10'000; at.increment(code)) {
    std::error_code ignored;
    if (at->is_regular_file(ignored)) files.push_back(at->path());
  }
  std::ranges::sort(files);
  if (std::ranges::any_of(files, [](const fs::path& file) { return file.extension() == ".mds"; })) return &kMds;
  for (size_t i = 0; i < std::min<size_t>(files.size(), 20); ++i) {
    if (const KnownKind* const kind = kind_of_file(files[i]); kind != nullptr && kind != &kTable) return kind;
  }
  return nullptr;
}

}  // namespace

std::optional<Advice> advice_for(const fs::path& path) {
  std::error_code code;
  const bool folder = fs::is_directory(path, code);
  const KnownKind* const kind = folder ? kind_of_folder(path) : kind_of_file(path);
  if (kind == nullptr) return std::nullopt;
  return Advice{std::string(kind->kind), fmt::format("Turn it into {}{}: {}", kind->into, kind->python ? ", in Python" : "", kind->command),
                std::string(kind->command), kind->python};
}

}  // namespace decant
