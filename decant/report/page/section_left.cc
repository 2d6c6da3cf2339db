#include <algorithm>
#include <fmt/format.h>

#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/report/cards/reduced_picture.h"
#include "decant/report/html.h"
#include "decant/report/page/sections.h"

namespace decant::report {
namespace {

using Drawn = std::vector<std::optional<ReducedPicture>>;

Drawn drawn_pictures(const Facts& facts, const Context& context) {
  const std::vector<size_t>& shown = facts.reduction->shown;
  Drawn drawn(shown.size());
  Stage stage(context, "reduced pictures", std::ssize(shown), "images");
  parallel_for(context, std::ssize(shown), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      drawn[i] = reduced_picture(*facts.input.source, facts.input.kept[shown[i]], *facts.input.reduced, static_cast<int64_t>(shown[i]));
      stage.advance();
    }
  });
  return drawn;
}

std::string image(const std::vector<std::byte>& jpeg, const ReducedPicture& picture, const char* alt) {
  const bool tiny = picture.size.width <= 64 && picture.size.height <= 64;
  return fmt::format("<img width=\"{}\" height=\"{}\"{} alt=\"{}\" src=\"data:image/jpeg;base64,{}\">", picture.size.width,
                     picture.size.height, tiny ? " class=\"small-source\"" : "", alt, base64(jpeg));
}

std::string outline_svg(const ReducedPicture& picture) {
  if (picture.outline.empty()) return {};
  return fmt::format("<svg viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><path d=\"{}\"/></svg>",
                     picture.stored_size.width, picture.stored_size.height, picture.outline);
}

std::string picture_caption(const ReducedPicture& picture) {
  std::string text = fmt::format("row {}", human_count(picture.row));
  if (!picture.label.empty()) text += " · " + picture.label;
  if (picture.cells > 0) text += fmt::format(" · {} of {} cells kept", picture.cells_kept, picture.cells);
  return text + " · " + picture.key;
}

std::string looks(const ReducedPicture& picture) {
  std::string out = "<figure class=\"left\"><div class=\"looks\">";
  out += fmt::format("<div class=\"look\">{}</div>", image(picture.original, picture, "original"));
  out += fmt::format("<div class=\"look\">{}{}</div>", image(picture.stored, picture, "as stored"), outline_svg(picture));
  if (!picture.filled.empty()) out += fmt::format("<div class=\"look\">{}</div>", image(picture.filled, picture, "filled in"));
  return out + fmt::format("</div><p class=\"small\">{}</p></figure>\n", escape(picture_caption(picture)));
}

/// Those that could be drawn and have room.
std::string all_looks(const Drawn& drawn) {
  std::string out;
  size_t bytes = 0;
  for (const std::optional<ReducedPicture>& picture : drawn) {
    if (!picture) continue;
    bytes += picture->original.size() + picture->stored.size() + picture->filled.size();
    if (bytes > kReducedBytes) break;
    out += looks(*picture);
  }
  return out;
}

bool any_cells(const Drawn& drawn) {
  return std::ranges::any_of(drawn, [](const auto& picture) { return picture && picture->cells > 0; });
}

std::string heads(bool cells) {
  std::string out = "<div class=\"looks heads\"><h4>original</h4>";
  out += cells ? "<h4>kept cells</h4><h4>reconstruction</h4>" : "<h4>as stored</h4>";
  return out + "</div>\n";
}

/// What a reader must know who trains on the files.
std::string sheets_note(const SheetRecord& sheets) {
  return fmt::format(
      "<p>{} files hold up to {} pictures each, in cells of {} × {} pixels. decant reads every cell as a row.</p>"
      "<p class=\"warn\">Other loaders: random crops must stay inside a cell. A network trained on crops of whole sheets learns "
      "sheets.</p>",
      human_count(sheets.sheets), sheets.tile * sheets.tile, sheets.side, sheets.side);
}

/// What stays of cells that were to be dropped, and what of masks is ignored with the others.
std::string held_note(const RunRecord& run) {
  std::string note;
  const PatchRecord& patches = *run.patches;
  if (patches.pictures_short > 0)
    note += fmt::format(
        "<p class=\"warn\">{} cells were to be dropped; of {} of {} pictures fewer are, since their other cells hold objects or rare "
        "classes.</p>",
        human_count(patches.cells_asked), human_count(patches.pictures_short), human_count(run.kept.value_or(0)));
  if (!run.content) return note;
  int64_t ignored = 0, kept = 0;
  for (const ContentRecord::OfClass& each : run.content->classes) ignored += each.amount_ignored, kept += each.amount_kept;
  if (ignored > 0)
    note += fmt::format("<p>{} pixels of masks, {} of those that had a class in the kept pictures, are ignored with their cells.</p>",
                        human_count(ignored), percent(static_cast<double>(ignored) / static_cast<double>(ignored + kept), 1));
  return note;
}

std::string left_note(const Facts& facts, bool cells) {
  std::string note = fmt::format("<p>Kept pictures after {}, evenly spaced over all of them.</p>", prose(reduced_by(facts.run)));
  if (facts.run.sheets) return note + sheets_note(*facts.run.sheets);
  const PatchRecord& patches = *facts.run.patches;
  if (patches.cells > 0) {
    const std::string by = patches.importance.empty() ? "" : fmt::format(", chosen by {}", patches.importance);
    note += fmt::format("<p>{}</p>", prose(fmt::format("{} of {} cells are kept ({}){}.", human_count(patches.cells_kept),
                                                       human_count(patches.cells), percent(cells_kept_share(facts.run), 1), by)));
  }
  note += held_note(facts.run);
  if (cells)
    note +=
        "<p class=\"small\">A dropped cell, here with an outline, keeps its mean colour. The reconstruction is the smoothest surface "
        "through what was kept that has the stored mean colours (smooth), made at the size shown.</p>";
  return note;
}

}  // namespace

std::string left_section(const Facts& facts, const Context& context) {
  if (!facts.reduction) return {};
  const std::string heading = "What is left of a picture";
  if (facts.input.source == nullptr || facts.input.reduced == nullptr) {
    const char* const missing = facts.input.source == nullptr ? "source data set was" : "pictures in data/ were";
    return section("left", heading, left_note(facts, false),
                   fmt::format("<p>No pictures are shown, because the {} not available when this page was made.</p>\n", missing));
  }
  const Drawn drawn = drawn_pictures(facts, context);
  const bool cells = any_cells(drawn);
  const std::string body = all_looks(drawn);
  if (body.empty()) return section("left", heading, left_note(facts, cells), "<p>None of those chosen could be decoded.</p>\n");
  return section("left", heading, left_note(facts, cells), heads(cells) + body);
}

}  // namespace decant::report
