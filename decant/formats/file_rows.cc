#include "decant/formats/file_rows.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/parallel.h"
#include "decant/base/places.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/recode.h"

namespace decant {
namespace fs = std::filesystem;

Bytes FileRows::bytes(int64_t row, std::vector<std::byte>& scratch) const {
  if (const std::string fault = known_fault(row); !fault.empty()) throw InputError({path(row).string(), "", fault, ""});
  return read_file(path(row), scratch);
}

void FileRows::decode(int64_t row, Image& image) const {
  thread_local std::vector<std::byte> scratch;
  const Bytes encoded = bytes(row, scratch);
  decode_image(encoded, path(row).string(), image);
}

std::optional<PatchMask> FileRows::mask(int64_t row) const {
  thread_local std::vector<std::byte> scratch;
  const Bytes encoded = bytes(row, scratch);
  return stored_mask(encoded, path(row).string());
}

int64_t FileRows::stored_bytes() const {
  int64_t sum = 0;
  for (const int64_t size : sizes()) sum += size;
  return sum + carried_bytes_;
}

const std::vector<int64_t>& FileRows::sizes() const {
  std::call_once(measured_, [this] { measure(); });
  return sizes_;
}

namespace {

int64_t bytes_of_file(const fs::path& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? int64_t{info.st_size} : 0;
}

}  // namespace

void FileRows::measure() const {
  constexpr int64_t kChunk = 256;  // rows a thread takes at once
  sizes_.resize(static_cast<size_t>(size()));
  std::atomic<int64_t> carried{0};
  parallel_for({.threads = threads_}, size(), kChunk, [&](int64_t begin, int64_t end) {
    std::vector<CarriedFile> files;
    for (int64_t row = begin; row < end; ++row) {
      sizes_[static_cast<size_t>(row)] = bytes_of_file(path(row));
      add_carried(row, files);
    }
    for (const CarriedFile& file : files) carried += bytes_of_file(file.from);
  });
  carried_bytes_ = carried;
}

namespace {

class File {
 public:
  File(const fs::path& path, int flags) : path_(path.string()), descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) throw_errno(path_, "cannot open");
  }
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }
  int64_t size() const {
    struct stat info {};
    if (::fstat(descriptor_, &info) != 0) throw_errno(path_, "cannot measure");
    return info.st_size;
  }
  void close() {
    if (::close(std::exchange(descriptor_, -1)) != 0) throw_errno(path_, "cannot write");
  }

 private:
  std::string path_;
  int descriptor_;
};

/// In the kernel where the file systems allow it. Returns bytes copied, or −1 when they do not.
int64_t copy_in_kernel(const File& from, const File& to, int64_t size) {
  int64_t done = 0;
  while (done < size) {
    const ssize_t copied = ::copy_file_range(from.get(), nullptr, to.get(), nullptr, static_cast<size_t>(size - done), 0);
    if (copied < 0 && errno == EINTR) continue;
    if (copied < 0) return done == 0 ? -1 : done;
    if (copied == 0) break;
    done += copied;
  }
  return done;
}

void write_all(Bytes left, const File& to, const fs::path& target) {
  while (!left.empty()) {
    const ssize_t put = ::write(to.get(), left.data(), left.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw_errno(target.string(), "cannot write");
    left = left.subspan(static_cast<size_t>(put));
  }
}

int64_t copy_by_hand(const fs::path& source, const File& to, const fs::path& target) {
  thread_local std::vector<std::byte> buffer;
  const Bytes whole = read_file(source, buffer);
  write_all(whole, to, target);
  return std::ssize(whole);
}

/// Fills `to`, which is `target`.
void fill_from(const fs::path& source, File& to, const fs::path& target, int64_t expected) {
  const File from(source, O_RDONLY);
  const auto require = [&](int64_t size) {
    if (size != expected)
      throw IoError({source.string(), "", fmt::format("has {} bytes, had {} when the run began", size, expected),
                     "Do not change the input during a run"});
  };
  require(from.size());
  int64_t copied = copy_in_kernel(from, to, expected);
  if (copied < 0) copied = copy_by_hand(source, to, target);
  require(copied);
  require(from.size());
  to.close();
}

/// Whatever size it has. Returns that.
int64_t copy_whole(const fs::path& source, File& to, const fs::path& target) {
  const int64_t size = File(source, O_RDONLY).size();
  fill_from(source, to, target, size);
  return size;
}

/// A new file that `fill` writes and closes. The name does not outlive a failure, so it never
/// stands over half a file.
template <class Fill>
void make_file(const fs::path& target, Fill&& fill) {
  File to(target, O_WRONLY | O_CREAT | O_EXCL);
  try {
    fill(to);
  } catch (...) {
    std::error_code ignored;
    fs::remove(target, ignored);
    throw;
  }
}

/// Folders for `count` files, of which `name(i)` says the path below `folder`.
template <class Name>
void make_folders(size_t count, Name&& name, const fs::path& folder, const Context& context) {
  fs::path last;
  for (size_t i = 0; i < count; ++i) {
    const fs::path parent = (folder / name(i)).parent_path();
    if (parent == last) continue;
    context.check_cancelled();
    std::error_code code;
    fs::create_directories(parent, code);
    if (code) throw IoError({parent.string(), "", "cannot create the folder: " + code.message(), ""});
    last = parent;
  }
}

/// `fill`: (row, file, its path) → bytes written.
template <class Fill>
int64_t make_files(const FileRows& source, std::span<const int64_t> rows, const fs::path& folder, const char* doing, const Context& context,
                   Fill&& fill) {
  Stage stage(context, doing, static_cast<int64_t>(rows.size()), "files");
  make_folders(
      rows.size(), [&](size_t i) { return source.key(rows[i]); }, folder, context);
  std::atomic<int64_t> written{0};
  parallel_for(context, static_cast<int64_t>(rows.size()), 64, [&](int64_t begin, int64_t end) {
    for (const int64_t row : rows.subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin))) {
      const fs::path target = folder / source.key(row);
      make_file(target, [&](File& to) { written += fill(row, to, target); });
      stage.advance();
    }
  });
  return written;
}

struct CarriedByRow {
  CarriedFile file;
  int64_t row = 0;
};

const std::string& target_of(const CarriedByRow& carried) {
  return carried.file.to;
}

/// The files that go with the rows, each once, with the first of its rows.
std::vector<CarriedByRow> carried_by(const FileRows& source, std::span<const int64_t> rows) {
  std::vector<CarriedByRow> all;
  std::vector<CarriedFile> files;
  for (const int64_t row : rows) {
    files.clear();
    source.add_carried(row, files);
    for (CarriedFile& file : files) all.push_back({std::move(file), row});
  }
  std::ranges::stable_sort(all, {}, target_of);
  const auto repeated = std::ranges::unique(all, {}, target_of);
  all.erase(repeated.begin(), repeated.end());
  return all;
}

/// Fills and closes `to`, which is `target`. Returns bytes written.
int64_t fill_carried(const CarriedByRow& carried, const CarriedChange& change, File& to, const fs::path& target) {
  thread_local std::vector<std::byte> changed;
  if (!change || !change(carried.row, carried.file, changed)) return copy_whole(carried.file.from, to, target);
  write_all(changed, to, target);
  to.close();
  return std::ssize(changed);
}

int64_t copy_carried(const FileRows& source, std::span<const int64_t> rows, const fs::path& folder, const Context& context,
                     const CarriedChange& change = nullptr) {
  const std::vector<CarriedByRow> files = carried_by(source, rows);
  if (files.empty()) return 0;
  Stage stage(context, "copying annotations", std::ssize(files), "files");
  make_folders(
      files.size(), [&](size_t i) { return files[i].file.to; }, folder, context);
  std::atomic<int64_t> written{0};
  parallel_for(context, std::ssize(files), 64, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i, stage.advance()) {
      const fs::path target = folder / files[i].file.to;
      make_file(target, [&](File& to) { written += fill_carried(files[i], change, to, target); });
    }
  });
  return written;
}

}  // namespace

int64_t copy_files(const FileRows& source, std::span<const int64_t> rows, const fs::path& folder, const Context& context) {
  const std::vector<int64_t>& sizes = source.sizes();
  const int64_t pictures = make_files(source, rows, folder, "copying", context, [&](int64_t row, File& to, const fs::path& target) {
    const int64_t size = sizes[static_cast<size_t>(row)];
    fill_from(source.path(row), to, target, size);
    return size;
  });
  return pictures + copy_carried(source, rows, folder, context);
}

int64_t write_files(const Rows& content, std::span<const int64_t> rows, const FileRows& source, const fs::path& folder,
                    const Context& context, const CarriedChange& change) {
  const auto fill = [&](int64_t row, File& to, const fs::path& target) {
    thread_local std::vector<std::byte> scratch;
    const Bytes bytes = content.bytes(row, scratch);
    write_all(bytes, to, target);
    to.close();
    return std::ssize(bytes);
  };
  return make_files(source, rows, folder, "writing pictures", context, fill) + copy_carried(source, rows, folder, context, change);
}

int64_t bytes_to_copy(const FileRows& source, std::span<const int64_t> rows) {
  const std::vector<int64_t>& sizes = source.sizes();
  int64_t bytes = 0;
  for (const int64_t row : rows) bytes += sizes[static_cast<size_t>(row)];
  for (const CarriedByRow& carried : carried_by(source, rows)) bytes += bytes_of_file(carried.file.from);
  return bytes;
}

void link_folder(const fs::path& target, const fs::path& link) {
  std::error_code code;
  fs::create_directories(link.parent_path(), code);
  if (!code) fs::create_directory_symlink(real_path(target), link, code);
  if (code) throw IoError({link.string(), "", "cannot link to " + target.string() + ": " + code.message(), "Omit --store list"});
}

int64_t put_file(const fs::path& path, const std::string& text) {
  std::error_code code;
  fs::create_directories(path.parent_path(), code);
  if (code) throw IoError({path.parent_path().string(), "", "cannot create the folder: " + code.message(), ""});
  write_file(path, text);
  return std::ssize(text);
}

}  // namespace decant
