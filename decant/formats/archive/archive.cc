#include "decant/formats/archive/archive.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <optional>
#include <unistd.h>

#include "decant/base/cache.h"
#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/formats/archive/members.h"
#include "decant/formats/imagefolder/picture_tree.h"
#include "decant/formats/imagefolder/split_layout.h"
#include "decant/formats/inflate/inflate.h"
#include "decant/formats/split_name.h"

namespace decant {
namespace fs = std::filesystem;

namespace archive {
namespace {

/// A new file, or in place of the one that an earlier member of this name made, as tar has it.
void write_member_file(const fs::path& path, Bytes bytes, const std::string& file, std::string_view name) {
  std::error_code code;
  fs::create_directories(path.parent_path(), code);
  const int to = code ? -1 : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (code || (to < 0 && (errno == EISDIR || errno == ENAMETOOLONG)))
    throw InputError({file, fmt::format("member '{}'", name),
                      "cannot be a file: its name is too long, or that of a folder or file on its way",
                      "Unpack the archive by hand, and give the folder"});
  if (to < 0) throw_errno(path.string(), "cannot create");
  while (!bytes.empty()) {
    const ssize_t put = ::write(to, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      const int reason = errno;
      ::close(to);
      errno = reason;
      throw_errno(path.string(), "cannot write");
    }
    bytes = bytes.subspan(static_cast<size_t>(put));
  }
  if (::close(to) != 0) throw_errno(path.string(), "cannot write");
}

/// Unpacks a compressed .tar to `to`, a plain one.
void inflate_file(Bytes from, Compression compression, const std::string& file, const fs::path& to, const Context& context) {
  const size_t most = most_unpacked(from.size());
  Inflater inflater(compression);
  FileWriter writer(to);
  std::vector<std::byte> piece(size_t{1} << 20);
  Stage stage(context, "unpacking", std::ssize(from), "bytes");
  for (bool ended = false; !(ended && from.empty());) {
    const Inflater::Step step = inflater.step(from, piece);
    if (!step.fault.empty()) throw InputError({file, "", "its compressed data are damaged (" + step.fault + ")", "Download it again"});
    if (step.stuck()) throw InputError({file, "", "its compressed data are truncated", "Download it again"});
    writer.write(Bytes(piece).first(step.given));
    if (static_cast<size_t>(writer.written()) > most)
      throw InputError(
          {file, "", fmt::format("unpacks to more than {} times its size", kMostTimes), "If you trust it, unpack it, and give the folder"});
    from = from.subspan(step.taken);
    ended = step.ended;
    stage.advance(static_cast<int64_t>(step.taken));
  }
  writer.commit();
}

/// Writes files below a folder, those of .tar members into folders of their names when all members
/// are such.
class Unpacking {
 public:
  Unpacking(const std::string& file, const fs::path& folder, bool of_archives, const Context& context)
      : file_(file), folder_(folder), of_archives_(of_archives), stage_(context, "unpacking files", 0, "files") {}

  void add(std::string_view name, Bytes bytes) {
    if (is_clutter(name)) {
      ++clutter_;
      return;
    }
    if (!of_archives_) return put(std::string(name), bytes);
    const std::string above = std::string(name.substr(0, name.rfind('/') + 1));
    const std::string own = stem_of(name) + "/";
    const std::string place = file_ + ": " + std::string(name);
    each_file(bytes, place, [&](std::string_view inner, Bytes content) {
      if (!is_clutter(inner)) put(above + (inner.starts_with(own) ? "" : own) + std::string(inner), content);
    });
  }

  std::vector<std::string> notes() const {
    if (clutter_ == 0) return {};
    return {fmt::format("{} file{} of macOS's (__MACOSX, ._name) {} left out", human_count(clutter_), clutter_ == 1 ? "" : "s",
                        clutter_ == 1 ? "is" : "are")};
  }

 private:
  void put(const std::string& name, Bytes bytes) {
    write_member_file(folder_ / name, bytes, file_, name);
    stage_.advance();
  }

  const std::string& file_;
  const fs::path& folder_;
  bool of_archives_;
  Stage stage_;
  int64_t clutter_ = 0;
};

bool holds_a_picture(const Folder& folder) {
  return !folder.pictures.empty();
}

/// An archive, and the folder of the data set that it is unpacked to: "", or a split's.
struct Part {
  fs::path file;
  std::string folder;
};

/// Throws for what is compressed and holds shards: their samples are wanted one by one.
std::vector<std::string> unpack_file(const fs::path& path, const fs::path& scratch, const fs::path& folder, const Context& context) {
  const MappedFile mapped(path);
  const Kind kind = archive_kind(mapped.bytes());
  fs::create_directories(folder);
  if (kind == Kind::zip || kind == Kind::tar) return unpack_into(mapped.bytes(), path.string(), folder, context);
  if (kind == Kind::none) throw InputError({path.string(), "", "is not an archive, whatever its name says", "Download it again"});
  inflate_file(mapped.bytes(), kind == Kind::gzip ? Compression::gzip : Compression::zstd, path.string(), scratch, context);
  std::vector<std::string> notes;
  {
    const MappedFile plain(scratch);
    if (shape_of_tar(plain.bytes(), path.string()).has_samples())
      throw InputError({path.string(), "",
                        "is a compressed archive of WebDataset samples, which cannot be read without unpacking all before them",
                        "Make it a plain .tar: gunzip -k FILE, or zstd -d FILE"});
    notes = unpack_into(plain.bytes(), path.string(), folder, context);
  }
  fs::remove(scratch);
  return notes;
}

/// Files in a folder without folders; nothing where there are folders or pictures.
std::vector<fs::path> archives_alone_in(const fs::path& path) {
  std::vector<fs::path> archives;
  std::error_code code;
  for (fs::directory_iterator it(path, code), end; !code && it != end; it.increment(code)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with('.')) continue;
    std::error_code ignored;
    if (it->is_directory(ignored) || has_picture_ending(name)) return {};
    if (named_as_archive(name)) archives.push_back(it->path());
  }
  std::ranges::sort(archives);
  return archives;
}

/// Whether a file is an archive of a data set, and no shard.
bool holds_data_set(const fs::path& file) {
  if (!named_as_archive(file.string())) return false;
  const MappedFile mapped(file);
  const Kind kind = archive_kind(mapped.bytes());
  return kind == Kind::tar ? shape_of_tar(mapped.bytes(), file.string()).is_folder() : kind != Kind::none;
}

/// One archive, or one for each split, a training split among them.
std::vector<Part> parts_of_folder(const fs::path& path) {
  const std::vector<fs::path> archives = archives_alone_in(path);
  if (archives.size() == 1) return holds_data_set(archives[0]) ? std::vector<Part>{{archives[0], ""}} : std::vector<Part>();
  std::map<Split, Part> parts;
  for (const fs::path& file : archives) {
    const auto split = split_in_name(stem_of(file.string()));
    if (!split || parts.contains(*split)) return {};
    parts[*split] = {file, *split == Split::validation ? "val" : name_of(*split)};
  }
  if (!parts.contains(Split::train) || !holds_data_set(parts[Split::train].file)) return {};
  std::vector<Part> list;
  for (auto& [split, part] : parts) list.push_back(std::move(part));
  return list;
}

std::vector<Part> parts_of(const fs::path& path) {
  std::error_code code;
  if (fs::is_directory(path, code)) return parts_of_folder(path);
  return holds_data_set(path) ? std::vector<Part>{{path, ""}} : std::vector<Part>();
}

CacheKey key_of(const std::vector<Part>& parts) {
  CacheKey key("unpacked");
  key.add("rules", 1);
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::string at = i == 0 ? "" : std::to_string(i);
    const auto changed = fs::last_write_time(parts[i].file).time_since_epoch().count();
    key.add("file" + at, fs::canonical(parts[i].file).string())
        .add("bytes" + at, fs::file_size(parts[i].file))
        .add("changed" + at, changed);
    key.add("folder" + at, parts[i].folder);
  }
  return key;
}

constexpr const char* kData = "data";
constexpr const char* kNotes = "notes.json";

void unpack_parts(const std::vector<Part>& parts, const fs::path& folder, const Context& context) {
  Json notes = Json::array();
  for (const Part& part : parts) {
    fs::path target = folder / kData / part.folder;
    for (const std::string& note : unpack_file(part.file, folder / "plain.tar", target, context)) notes.push_back(note);
    if (part.folder.empty()) continue;
    if (const fs::path below = step_into(target, /*in_split=*/true); below != target) {  // "train/" in train.tar
      fs::rename(below, folder / "inner");
      fs::remove_all(target);
      fs::rename(folder / "inner", target);
    }
  }
  write_file(folder / kNotes, json_text(notes));
}

}  // namespace

std::vector<std::string> unpack_into(Bytes archive, const std::string& file, const fs::path& folder, const Context& context) {
  const bool of_archives = archive_kind(archive) != Kind::zip && shape_of_tar(archive, file).all_archives();
  Unpacking unpacking(file, folder, of_archives, context);
  each_file(archive, file, [&](std::string_view name, Bytes bytes) { unpacking.add(name, bytes); });
  return unpacking.notes();
}

fs::path step_into(fs::path folder, bool in_split) {
  for (;;) {
    const Folder top = list_folder(folder);
    if (top.folders.size() != 1 || top.others > 0 || holds_a_picture(top)) return folder;
    if (!in_split && meant_split(top.folders[0])) return folder;
    const Folder below = list_folder(folder / top.folders[0]);
    if (below.folders.empty() && holds_a_picture(below)) return folder;  // a class
    folder /= top.folders[0];
  }
}

}  // namespace archive

bool looks_like_archive(const fs::path& path) {
  return !archive::parts_of(path).empty();
}

UnpackedArchive unpack_archive(const fs::path& path, const Context& context) {
  const std::vector<archive::Part> parts = archive::parts_of(path);
  if (parts.empty()) throw InputError({path.string(), "", "is no archive of a data set", "Give a .zip or .tar file"});
  const auto is_whole = [](const fs::path& folder) { return fs::is_regular_file(folder / archive::kNotes); };
  const Cache::Entry entry = Cache({}, context).obtain(archive::key_of(parts), is_whole, [&](const fs::path& folder) {
    archive::unpack_parts(parts, folder, context);
  });
  UnpackedArchive unpacked{.folder = archive::step_into(entry.folder / archive::kData)};
  unpacked.oddities.push_back({path.string(), "is read from an unpacked copy, " + entry.folder.string() + ", which may be deleted"});
  const Json notes = read_json(entry.folder / archive::kNotes);
  for (const Json& note : notes) unpacked.oddities.push_back({path.string(), note.is_string() ? note.get<std::string>() : json_text(note)});
  return unpacked;
}

}  // namespace decant
