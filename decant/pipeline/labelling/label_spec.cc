#include "decant/pipeline/labelling/label_spec.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/pipeline/patching/row_sizes.h"

namespace decant {
namespace {

constexpr int64_t kUsualViews = 10;
constexpr int kUsualBits = 4;
constexpr int64_t kAllOf = 16;     // classes, of which all are stored
constexpr int64_t kUsualTop = 10;  // of more

int64_t label_number(const std::string& text, int64_t least, int64_t most, const std::string& said, const std::string& name) {
  int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault == std::errc() && end == text.data() + text.size() && value >= least && value <= most) return value;
  throw UsageError(fmt::format("{}: {}={} is not a number from {} to {}", said, name, text, least, most));
}

double share_of_area(const std::string& text, const std::string& said) {
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault == std::errc() && end == text.data() + text.size() && value > 0 && value <= 1) return value;
  throw UsageError(fmt::format("{}: resized-crop={} is not a share above 0, and of 1 at most", said, text));
}

void set_piece(LabelSpec& spec, const std::string& piece, const std::string& said) {
  const size_t equals = piece.find('=');
  const std::string name = piece.substr(0, equals);
  const std::string value = equals == std::string::npos ? "" : piece.substr(equals + 1);
  if (name == "views")
    spec.views = label_number(value, 1, kMostViews, said, name);
  else if (name == "bits")
    spec.bits = static_cast<int>(label_number(value, 1, 32, said, name));
  else if (name == "top")
    spec.top = label_number(value, 1, 1'000'000, said, name);
  else if (name == "resized-crop")
    spec.resized_crop = share_of_area(value, said);
  else
    throw UsageError(fmt::format("{}: {}", said, unknown_name("option of soft labels", name, {"views", "bits", "top", "resized-crop"})));
  if (spec.bits > 16 && spec.bits != 32) throw UsageError(fmt::format("{}: bits={}: give 1 to 16, or 32", said, spec.bits));
}

std::vector<std::string> pieces_of(const std::string& text) {
  std::vector<std::string> pieces;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find_first_of(",:", begin), text.size());
    pieces.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return pieces;
}

/// The number of views that fit; 0 = not even one.
int64_t views_within(int64_t bytes, ViewLabelsHeader header) {
  header.recipe.views = 1;
  const int64_t rows = header.rows;
  const int64_t view_bits = bits_of_view(header.shape);
  const StoredViewLabels one(std::move(header));
  const int64_t head = one.file_bytes() - std::ssize(one.rows()) + 8;  // the number of views may take more digits
  if (bytes < head) return 0;
  return std::min((bytes - head) / rows * 8 / view_bits, kMostViews);
}

/// Views first: fewer classes, then coarser logits only where not one view fits.
void meet_budget(const LabelSpec& spec, ViewLabelsHeader& header, const std::string& said) {
  const int64_t tops[] = {header.shape.top, spec.top > 0 ? header.shape.top : std::min<int64_t>(header.shape.top, 2)};
  const int depths[] = {header.shape.bits, spec.bits > 0 ? header.shape.bits : 2};
  for (const int bits : depths) {
    for (const int64_t top : tops) {
      header.shape.bits = bits;
      header.shape.top = top;
      header.recipe.views = views_within(spec.bytes, header);
      if (spec.views > 0) header.recipe.views = header.recipe.views >= spec.views ? spec.views : 0;
      if (header.recipe.views > 0) return;
    }
  }
  header.recipe.views = std::max<int64_t>(1, spec.views);
  throw InputError({"", said,
                    fmt::format("{} hold no label of {} rows; the least are {}", human_bytes(spec.bytes), human_count(header.rows),
                                human_bytes(StoredViewLabels(header).file_bytes())),
                    "Give more bytes, or hard labels"});
}

}  // namespace

LabelSpec label_spec_from(const std::string& text, const std::string& said) {
  if (text.empty() || text == "hard") return {};
  LabelSpec spec{.soft = true};
  const std::vector<std::string> pieces = pieces_of(text);
  if (pieces.front() != "soft") {
    if (text.front() < '0' || text.front() > '9')
      throw UsageError(fmt::format("{} '{}': give hard, soft:views=10,bits=4,top=10, or bytes such as 300kB", said, text));
    spec.bytes = bytes_from(pieces.front(), 0, said);
  }
  for (size_t i = 1; i < pieces.size(); ++i) set_piece(spec, pieces[i], said);
  return spec;
}

StoredViewLabels empty_labels(const LabelSpec& spec, int64_t rows, ViewRecipe recipe, std::vector<std::string> class_names,
                              const std::string& said, Speaker teacher) {
  DECANT_CHECK(spec.soft, ==, true);
  const auto classes = std::ssize(class_names);
  if (spec.top > classes)
    throw InputError({"", said, fmt::format("top={} of {} classes", spec.top, classes), "Give no more than there are"});
  ViewLabelsHeader header{.recipe = recipe,
                          .shape = {.classes = classes,
                                    .bits = spec.bits > 0 ? spec.bits : kUsualBits,
                                    .top = spec.top > 0        ? spec.top
                                           : classes <= kAllOf ? classes
                                                               : kUsualTop},
                          .rows = rows,
                          .class_names = std::move(class_names),
                          .teacher = std::move(teacher.words),
                          .teacher_digest = std::move(teacher.digest)};
  header.recipe.views = spec.views > 0 ? spec.views : kUsualViews;
  if (spec.resized_crop > 0) header.recipe.cuts = {.flip = recipe.cuts.flip, .resized_crop = spec.resized_crop};
  if (spec.bytes > 0) meet_budget(spec, header, said);
  return StoredViewLabels(std::move(header));
}

}  // namespace decant
