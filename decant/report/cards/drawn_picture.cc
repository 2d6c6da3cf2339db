#include "decant/report/cards/drawn_picture.h"

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/data/upright.h"
#include "decant/report/cards/thumbnail.h"
#include "decant/report/facts/row_facts.h"
#include "decant/report/html.h"

namespace decant::report {
namespace {

constexpr int kSide = 144;

}  // namespace

std::optional<DrawnPicture> drawn_picture(const Rows& rows, int64_t row) {
  DrawnPicture picture;
  try {
    decode_as_annotated(rows, row, picture.whole);
  } catch (const InputError&) {
    return std::nullopt;
  } catch (const IoError&) {
    return std::nullopt;
  }
  picture.small = shrunk(picture.whole, kSide);
  return picture;
}

Card drawn_card(const Dataset& source, int64_t row, const DrawnPicture& picture, const std::string& what, std::string above) {
  Card made{.jpeg = as_thumbnail(picture.small)};
  const std::string title = fmt::format("row {} · {} · {}", human_count(row), what, source.train().key(row));
  made.html = [title, what, above = std::move(above), size = picture.small.size](size_t slot) {
    return fmt::format(
        "<span class=\"boxed\" style=\"aspect-ratio:{0}/{1}\"><img width=\"{0}\" height=\"{1}\" data-t=\"{2}\" alt=\"{3}\" "
        "title=\"{4}\">{5}</span>",
        size.width, size.height, slot, escape(what), escape(title), above);
  };
  return made;
}

std::string amounts_in_words(const Dataset& source, int64_t row, const char* none, const std::function<std::string(int64_t)>& amount) {
  std::vector<ClassCount> counts;
  source.train().targets()->counts(row, counts);
  std::string text;
  for (const ClassCount& entry : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", amount(entry.count), class_name(source.classes, entry.label));
  return text.empty() ? none : text;
}

}  // namespace decant::report
