#include "decant/formats/idx/idx_name.h"

#include <string_view>

namespace decant {
namespace {

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

}  // namespace

std::optional<IdxName> parse_idx_name(const std::string& file) {
  IdxName name;
  name.file = file;
  std::string_view rest = file;
  name.gzip = take_suffix(rest, ".gz");
  if (take_suffix(rest, "idx3-ubyte"))
    name.images = true;
  else if (take_suffix(rest, "idx2-int"))
    name.numbers = true;
  else if (!take_suffix(rest, "idx1-ubyte"))
    return std::nullopt;
  name.dot = take_suffix(rest, ".");
  if (!name.dot && !take_suffix(rest, "-")) return std::nullopt;
  if (!take_suffix(rest, name.images ? "-images" : "-labels")) return std::nullopt;
  if (take_suffix(rest, "t10k") || take_suffix(rest, "test"))
    name.split = Split::test;
  else if (!take_suffix(rest, "train"))
    return std::nullopt;
  if (!rest.empty() && !rest.ends_with('-')) return std::nullopt;
  name.prefix = rest;
  return name;
}

std::string labels_file_of(const IdxName& images) {
  std::string file = images.file;
  const size_t at = file.rfind(images.dot ? "-images.idx3" : "-images-idx3");
  return file.replace(at, 12, images.dot ? "-labels.idx1" : "-labels-idx1");
}

}  // namespace decant
