#include "decant/formats/voc/voc_xml.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/core.h>
#include <optional>
#include <pugixml.hpp>

namespace decant::voc {
namespace {

constexpr const char* kRoot = "annotation";

std::string_view trimmed_text(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(kBlanks) + 1 - first);
}

std::string_view xml_text(const pugi::xml_node& parent, const char* name) {
  return trimmed_text(parent.child(name).text().get());
}

std::optional<double> xml_number(const pugi::xml_node& parent, const char* name) {
  std::string_view text = xml_text(parent, name);
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const char* const end = text.data() + text.size();
  if (std::from_chars(text.data(), end, number) != std::from_chars_result{end, std::errc()} || !std::isfinite(number)) return std::nullopt;
  return number;
}

int64_t xml_side(const pugi::xml_node& size, const char* name) {
  const auto number = xml_number(size, name);
  return number && *number >= 1 && *number < 1e9 ? static_cast<int64_t>(*number) : 0;
}

bool is_set(const pugi::xml_node& object, const char* name) {
  const std::string_view text = xml_text(object, name);
  return text == "1" || text == "true" || text == "True" || text == "1.0";
}

/// Fills the box; returns what is wrong with it. `first`: what the first pixel is called.
std::string_view read_voc_box(const pugi::xml_node& object, double first, Box& out) {
  const pugi::xml_node box = object.child("bndbox");
  if (!box) return "it has no bndbox";
  if (box.next_sibling("bndbox")) return "it has two bndbox, of which one belongs to another object";
  const auto x0 = xml_number(box, "xmin"), y0 = xml_number(box, "ymin"), x1 = xml_number(box, "xmax"), y1 = xml_number(box, "ymax");
  if (!x0 || !y0 || !x1 || !y1) return "its bndbox is not four finite numbers";
  out = {*x0 - first, *y0 - first, *x1, *y1};
  if (!(out.width() > 0) || !(out.height() > 0)) return "its bndbox has a width or height of 0 or less";
  return {};
}

/// Bytes of the element that begins at an offset that pugixml gives: that of its name.
ObjectPlace place_of_object(std::string_view text, const pugi::xml_node& object, bool offsets_hold) {
  const ptrdiff_t name = offsets_hold ? object.offset_debug() : -1;
  if (name < 1 || name > std::ssize(text)) return {0, std::ssize(text)};
  constexpr std::string_view kEnd = "</object>";
  const auto begin = static_cast<size_t>(name) - 1;
  const size_t end = text.find(kEnd, begin);
  return {static_cast<int64_t>(begin), static_cast<int64_t>((end == std::string_view::npos ? text.size() : end + kEnd.size()) - begin)};
}

VocObject read_object(std::string_view text, const pugi::xml_node& object, bool offsets_hold, bool inclusive) {
  VocObject out{.name = std::string(xml_text(object, "name")), .place = place_of_object(text, object, offsets_hold)};
  out.fault = read_voc_box(object, inclusive ? 1 : 0, out.box);
  if (out.fault.empty() && out.name.empty()) out.fault = "it has no name of a class";
  if (is_set(object, "difficult")) out.flags |= ObjectFlag::difficult;
  if (is_set(object, "truncated")) out.flags |= ObjectFlag::truncated;
  if (object.child("polygon")) out.flags |= ObjectFlag::polygon;
  return out;
}

/// Why a document is refused that could be parsed.
std::string fault_of_document(const pugi::xml_document& document) {
  for (const pugi::xml_node& node : document) {
    if (node.type() == pugi::node_doctype && std::string_view(node.value()).find('[') != std::string_view::npos)
      return "declares entities, which decant does not expand";
  }
  const pugi::xml_node root = document.document_element();
  if (std::string_view(root.name()) != kRoot) return fmt::format("its root is <{}>, not <{}>", root.name(), kRoot);
  return {};
}

/// Whether pugixml parsed the bytes as they stand: of other encodings it parses a converted copy.
bool is_plain_utf8(std::string_view text) {
  return text.find('\0') == std::string_view::npos && !text.starts_with("\xfe\xff") && !text.starts_with("\xff\xfe") &&
         text.substr(0, 200).find("8859") == std::string_view::npos && text.substr(0, 200).find("atin") == std::string_view::npos;
}

}  // namespace

VocXml read_voc_xml(std::string_view text, bool inclusive) {
  VocXml xml;
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_doctype);
  if (!result) {
    xml.fault = fmt::format("is no XML: {} at byte {}", result.description(), result.offset);
    return xml;
  }
  xml.fault = fault_of_document(document);
  if (!xml.fault.empty()) return xml;
  const pugi::xml_node root = document.child(kRoot);
  xml.filename = xml_text(root, "filename");
  xml.width = xml_side(root.child("size"), "width");
  xml.height = xml_side(root.child("size"), "height");
  const bool offsets_hold = is_plain_utf8(text);
  for (const pugi::xml_node& object : root.children("object")) xml.objects.push_back(read_object(text, object, offsets_hold, inclusive));
  return xml;
}

bool looks_like_voc_xml(std::string_view bytes) {
  std::string start(bytes);
  std::erase(start, '\0');  // UTF-16 has one in every letter of a tag
  const size_t at = start.find(std::string("<") + kRoot);
  if (at == std::string_view::npos) return false;
  const std::string_view rest = std::string_view(start).substr(at + 1 + std::string_view(kRoot).size());
  return rest.empty() || rest.front() == '>' || rest.front() == ' ' || rest.front() == '\n' || rest.front() == '\r' || rest.front() == '\t';
}

}  // namespace decant::voc
