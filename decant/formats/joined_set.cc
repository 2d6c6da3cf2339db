#include "decant/formats/joined_set.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/formats/convert.h"
#include "decant/formats/idx/idx.h"
#include "decant/formats/idx/idx_file_writer.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/npy/npy_labels.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

/// The files below a folder, relative to it, sorted.
std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path().lexically_relative(folder));
  }
  std::ranges::sort(files);
  return files;
}

int64_t bytes_below(const fs::path& folder) {
  int64_t bytes = 0;
  for (const fs::path& file : files_below(folder)) bytes += static_cast<int64_t>(fs::file_size(folder / file));
  return bytes;
}

void move_file(const fs::path& from, const fs::path& to) {
  fs::create_directories(to.parent_path());
  fs::rename(from, to);
}

void append_file(const fs::path& from, const fs::path& to, bool as_line) {
  const MappedFile more(from);
  std::fstream file(to, std::ios::in | std::ios::out | std::ios::binary);
  char last = '\n';
  if (as_line && fs::file_size(to) > 0) file.seekg(-1, std::ios::end).get(last);
  file.seekp(0, std::ios::end);
  if (last != '\n') file.put('\n');
  file.write(as_text(more.bytes()).data(), static_cast<std::streamsize>(more.bytes().size()));
  file.close();
  if (!file) throw_errno(to.string(), "cannot write");
}

[[noreturn]] void refuse_array(const fs::path& file, const std::string& what) {
  throw InputError({file.filename().string(), "", what, "Give rows of the same type, or make one array of both and choose anew"});
}

// Each of these puts the files below `from`, which part `part` wrote, into `into`.

void join_shards(const fs::path& from, const fs::path& into, size_t part) {
  for (const fs::path& file : files_below(from)) {
    fs::path target = into / file;
    const bool taken = fs::exists(target);
    if (taken && file.extension() != ".tar") continue;  // the names of the classes, which are the same
    if (taken) target.replace_filename(fmt::format("{}-more-{}.tar", file.stem().string(), part));
    move_file(from / file, target);
  }
}

void join_cifar(const fs::path& from, const fs::path& into, size_t) {
  std::vector<fs::path> batches = files_below(into);
  std::erase_if(batches, [](const fs::path& file) { return file.extension() != ".bin"; });
  DECANT_CHECK(batches.empty(), ==, false);
  for (const fs::path& file : files_below(from)) {
    if (file.extension() != ".bin") continue;
    const auto same = std::ranges::find(batches, file.filename(), &fs::path::filename);
    append_file(from / file, into / (same == batches.end() ? batches.back() : *same), false);
  }
}

bool holds_lines(const fs::path& file) {
  const MappedFile mapped(file);
  const std::string_view text = as_text(mapped.bytes());
  const size_t first = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  return (file.extension() == ".jsonl" || file.extension() == ".ndjson") && first != std::string_view::npos && text[first] == '{';
}

void join_records(const fs::path& from, const fs::path& into, size_t part) {
  const fs::path first = files_below(into).front();
  const std::string name = first.filename().string();
  const std::string stem = name.substr(0, name.find('.'));
  for (const fs::path& file : files_below(from)) {
    if (holds_lines(into / first) && holds_lines(from / file)) {
      append_file(from / file, into / first, true);
      continue;
    }
    const std::string own = file.filename().string();
    std::string target = fmt::format("{}-more-{}-{}", stem, part, stem) + own.substr(std::min(own.find('.'), own.size()));
    for (int again = 2; fs::exists(into / target); ++again)
      target = fmt::format("{}-more-{}-{}-{}", stem, part, again, stem) + own.substr(std::min(own.find('.'), own.size()));
    move_file(from / file, into / target);
  }
}

void write_both(const fs::path& file, const std::string& header, Bytes one, Bytes other) {
  FileWriter writer(file);
  writer.write(header);
  writer.write(one);
  writer.write(other);
  writer.commit();
}

void join_npy(const fs::path& from, const fs::path& into) {
  const NpyArray one = open_npy(into);
  const NpyArray other = open_npy(from);
  std::vector<int64_t> shape = one.shape;
  if (one.type != other.type || shape.size() != other.shape.size() || !std::equal(shape.begin() + 1, shape.end(), other.shape.begin() + 1))
    refuse_array(from, "holds numbers of another type than the rows chosen before");
  shape[0] += other.shape[0];
  write_both(into, npy_header(one.type, shape), one.data, other.data);
}

void join_npy_labels(const fs::path& from, const fs::path& into) {
  const NpyLabels one = open_npy_labels(into, -1);
  const NpyLabels other = open_npy_labels(from, -1);
  std::vector<int64_t> shape = one.shape;
  if (one.descr != other.descr || shape.size() != other.shape.size())
    refuse_array(from, fmt::format("holds labels of type {}, and those of the rows chosen before are {}", other.descr, one.descr));
  shape[0] += other.shape[0];
  write_both(into, npy_header(one.descr, shape), one.data, other.data);
}

void join_arrays(const fs::path& from, const fs::path& into, size_t) {
  for (const char* file : {"features.npy", "labels.npy"}) {
    if (fs::exists(from / file) != fs::exists(into / file)) refuse_array(from / file, "is there of one of the two data sets only");
    if (!fs::exists(from / file)) continue;
    std::string_view(file) == "labels.npy" ? join_npy_labels(from / file, into / file) : join_npy(from / file, into / file);
  }
}

IdxArray open_idx_array(const fs::path& file, const MappedFile& mapped, IdxElement element) {
  const bool labels = file.filename().string().find("labels") != std::string::npos;
  return parse_idx(mapped.bytes(), element == IdxElement::i32 ? 2 : labels ? 1 : 3, file.string(), element);
}

void join_idx_file(const fs::path& from, const fs::path& into) {
  const IdxElement element = into.filename().string().find("idx2-int") != std::string::npos ? IdxElement::i32 : IdxElement::u8;
  const MappedFile stored(into);
  const MappedFile more(from);
  const IdxArray one = open_idx_array(into, stored, element);
  const IdxArray other = open_idx_array(from, more, element);
  if (!std::equal(one.shape.begin() + 1, one.shape.end(), other.shape.begin() + 1, other.shape.end()))
    refuse_array(from, "holds pictures of another size than those chosen before");
  std::vector<int64_t> shape = one.shape;
  shape[0] += other.shape[0];
  IdxFileWriter writer(into, shape, one.gzip, element);
  writer.write(one.data);
  writer.write(other.data);
  writer.commit();
}

/// Pictures with pictures, labels with labels: their names sort alike.
void join_idx(const fs::path& from, const fs::path& into, size_t) {
  const std::vector<fs::path> theirs = files_below(from);
  const std::vector<fs::path> ours = files_below(into);
  if (theirs.size() != ours.size()) refuse_array(theirs.front(), "has no labels beside it, or the rows chosen before have none");
  for (size_t i = 0; i < ours.size(); ++i) join_idx_file(from / theirs[i], into / ours[i]);
}

struct Joining {
  const char* format;
  void (*join)(const fs::path& from, const fs::path& into, size_t part);  ///< null: write_as() does it
  bool numbers;                                                           ///< labels are stored as numbers
};

constexpr Joining kJoining[] = {{"imagefolder", nullptr, false}, {"webdataset", join_shards, true}, {"cifar10", join_cifar, true},
                                {"cifar100", join_cifar, true},  {"idx", join_idx, true},           {"npy", join_arrays, true},
                                {"json", join_records, false},   {"jsonl", join_records, false},    {"tsv", join_records, false},
                                {"csv", join_records, false}};

const Joining* joining_of(std::string_view format) {
  const auto found = std::ranges::find(kJoining, format, [](const Joining& joining) -> std::string_view { return joining.format; });
  return found == std::end(kJoining) ? nullptr : &*found;
}

class JoinedWriter final : public SubsetWriter {
 public:
  JoinedWriter(std::vector<Dataset> parts, std::shared_ptr<const Rows> rows, bool same_numbers)
      : parts_(std::move(parts)), rows_(std::move(rows)), joining_(*joining_of(parts_.front().format)), same_numbers_(same_numbers) {}

  int64_t write(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const override {
    if (joining_.join == nullptr) return write_pictures(rows, folder, context);
    if (joining_.numbers && !same_numbers_)
      throw InputError({parts_.back().root.string(), "", "numbers its classes otherwise than the rows chosen before",
                        "Write pictures with --to imagefolder, which names classes; number other rows alike"});
    int64_t first = 0;
    for (size_t part = 0; part < parts_.size(); ++part) {
      const int64_t end = first + parts_[part].train().size();
      std::vector<int64_t> own;
      for (; !rows.empty() && rows.front() < end; rows = rows.subspan(1)) own.push_back(rows.front() - first);
      first = end;
      if (!own.empty()) write_part(part, own, folder, context);
    }
    return bytes_below(folder);
  }

 private:
  int64_t write_pictures(std::span<const int64_t> rows, const fs::path& folder, const Context& context) const {
    Dataset whole = parts_.front();
    whole.splits[Split::train] = rows_;
    return write_as(joining_.format, whole, rows, folder, context);
  }

  /// The first part that has rows is written in place, and the others beside it first.
  void write_part(size_t part, std::span<const int64_t> rows, const fs::path& folder, const Context& context) const {
    if (fs::is_empty(folder)) {
      parts_[part].writer->write(rows, folder, context);
      return;
    }
    const fs::path own = folder.parent_path() / fmt::format("{}.more-{}", folder.filename().string(), part);
    fs::remove_all(own);
    fs::create_directories(own);
    parts_[part].writer->write(rows, own, context);
    joining_.join(own, folder, part);
    fs::remove_all(own);
  }

  std::vector<Dataset> parts_;
  std::shared_ptr<const Rows> rows_;
  const Joining& joining_;
  bool same_numbers_;
};

}  // namespace

bool can_join(std::string_view format) {
  return joining_of(format) != nullptr;
}

std::shared_ptr<const SubsetWriter> joined_writer(std::vector<Dataset> parts, std::shared_ptr<const Rows> rows, bool same_numbers) {
  DECANT_CHECK(can_join(parts.at(0).format), ==, true);
  return std::make_shared<JoinedWriter>(std::move(parts), std::move(rows), same_numbers);
}

}  // namespace decant
