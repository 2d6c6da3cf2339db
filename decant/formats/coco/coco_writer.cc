#include "decant/formats/coco/coco_writer.h"

#include <algorithm>

#include "decant/base/errors.h"
#include "decant/base/file.h"

namespace decant::coco {
namespace fs = std::filesystem;

namespace {

/// What stands around the elements of a list.
struct Frame {
  std::string_view head;  ///< up to the first element
  std::string_view between = ",";
  Span first;
};

Frame frame_of(std::string_view text, Span list, const std::string& file) {
  Elements elements(text, list, file);
  const auto first = elements.next();
  if (!first) return {};
  Frame frame{.head = Span{list.begin, first->begin}.in(text), .first = *first};
  if (const auto second = elements.next()) frame.between = Span{first->end, second->begin}.in(text);
  return frame;
}

/// From the last element of the list on: the spaces before its bracket.
std::string_view tail_of(std::string_view text, Span list) {
  size_t at = list.end - 1;
  while (at > list.begin + 1 && (text[at - 1] == ' ' || text[at - 1] == '\n' || text[at - 1] == '\r' || text[at - 1] == '\t')) --at;
  return Span{at, list.end}.in(text);
}

void put_list(std::string_view text, Span list, const std::vector<Span>& kept, const std::string& file, const Sink& sink) {
  if (kept.empty()) return sink("[]");
  const Frame frame = frame_of(text, list, file);
  sink(frame.head);
  for (size_t i = 0; i < kept.size(); ++i) {
    if (i > 0) sink(frame.between);
    sink(kept[i].in(text));
  }
  sink(tail_of(text, list));
}

}  // namespace

void put_filtered(std::string_view text, const std::vector<Member>& members, const Kept& kept, const std::string& file, const Sink& sink) {
  size_t done = 0;
  for (const Member& member : members) {
    const bool images = member.key == "images";
    if (!images && member.key != "annotations") continue;
    sink(text.substr(done, member.value.begin - done));
    put_list(text, member.value, images ? kept.images : kept.annotations, file, sink);
    done = member.value.end;
  }
  sink(text.substr(done));
}

Kept elements_of_rows(const CocoJson& json, std::span<const int64_t> rows) {
  Kept kept;
  for (const int64_t row : rows) {
    kept.images.push_back(json.images[static_cast<size_t>(row)].element);
    for (int64_t i = json.objects.begin(row); i < json.objects.end(row); ++i) {
      const ObjectPlace& place = json.objects.places[static_cast<size_t>(i)];
      kept.annotations.push_back({static_cast<size_t>(place.offset), static_cast<size_t>(place.offset + place.length)});
    }
  }
  for (const Companion& companion : json.companions) {
    if (std::ranges::binary_search(rows, int64_t{companion.row})) kept.annotations.push_back(companion.element);
  }
  std::ranges::sort(kept.images, {}, &Span::begin);
  std::ranges::sort(kept.annotations, {}, &Span::begin);
  return kept;
}

int64_t write_json(const fs::path& path, const std::function<void(const Sink& sink)>& fill) {
  std::error_code code;
  fs::create_directories(path.parent_path(), code);
  if (code) throw IoError({path.parent_path().string(), "", "cannot create the folder: " + code.message(), ""});
  FileWriter out(path);
  fill([&](std::string_view piece) { out.write(piece); });
  out.commit();
  return out.written();
}

int64_t write_elements(const CocoJson& json, std::span<const int64_t> rows, const fs::path& path) {
  return write_json(path, [&](const Sink& sink) {
    if (rows.size() == json.images.size()) return sink(json.text());
    put_filtered(json.text(), json.members, elements_of_rows(json, rows), json.file.path().string(), sink);
  });
}

}  // namespace decant::coco
