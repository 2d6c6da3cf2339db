#include "decant/formats/coco/coco_writer.h"

#include <algorithm>

#include "decant/base/errors.h"

namespace decant::coco {
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

void add_list(std::string_view text, Span list, const std::vector<Span>& kept, const std::string& file, std::string& out) {
  if (kept.empty()) return void(out += "[]");
  const Frame frame = frame_of(text, list, file);
  out += frame.head;
  for (size_t i = 0; i < kept.size(); ++i) {
    if (i > 0) out += frame.between;
    out += kept[i].in(text);
  }
  out += tail_of(text, list);
}

}  // namespace

std::string filtered(std::string_view text, const std::vector<Member>& members, const Kept& kept, const std::string& file) {
  std::string out;
  size_t done = 0;
  for (const Member& member : members) {
    const bool images = member.key == "images";
    if (!images && member.key != "annotations") continue;
    out += text.substr(done, member.value.begin - done);
    add_list(text, member.value, images ? kept.images : kept.annotations, file, out);
    done = member.value.end;
  }
  out += text.substr(done);
  return out;
}

}  // namespace decant::coco
