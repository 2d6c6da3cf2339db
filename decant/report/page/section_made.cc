// The chapters of a synthetic set: its pictures, their pixels, the objective, the bytes, and how it
// must be trained.
#include <algorithm>
#include <fmt/format.h>

#include "decant/base/text.h"
#include "decant/report/cards/made_grid.h"
#include "decant/report/html.h"
#include "decant/report/page/charts.h"
#include "decant/report/page/sections.h"

namespace decant::report {
namespace {

/// Of all stages together; with more, each stage has a figure of its own.
constexpr size_t kMostColumns = 9;

/// What is shown of a set that was made.
struct Shown {
  const MadeSet& made;
  MadeGrid grid;
  int classes = 0;
};

int classes_of(const MadePictures& stage) {
  return stage.across > 0 ? static_cast<int>(std::ssize(stage.pictures) / stage.across) : 0;
}

std::string made_class_name(const MadeSet& made, int label) {
  return static_cast<size_t>(label) < made.names.size() ? made.names[static_cast<size_t>(label)] : std::to_string(label);
}

/// The pictures of one class in one stage.
std::string made_strip(const Shown& shown, const MadePictures& stage, int label) {
  std::string out = "<i></i>";
  const std::string title = fmt::format("{}, {}", made_class_name(shown.made, label), stage.stage);
  for (int i = 0; i < shown.grid.across; ++i) {
    const MadePicture picture = made_picture(stage.pictures[static_cast<size_t>(label * stage.across + i)]);
    out += fmt::format("<img width=\"{}\" height=\"{}\"{} alt=\"\" title=\"{}\" src=\"{}\">", picture.size.width, picture.size.height,
                       picture.size.width <= kExactSide ? " class=\"small-source\"" : "", escape(title), picture.source);
  }
  return out;
}

std::string made_heads(std::span<const MadePictures> stages, int across) {
  std::string out = "<span></span>";
  for (const MadePictures& stage : stages)
    out += fmt::format("<i></i><h4 style=\"grid-column:span {}\">{}</h4>", across, escape(stage.stage));
  return out;
}

/// A row for each class, and in it the pictures of these stages.
std::string made_figure(const Shown& shown, std::span<const MadePictures> stages) {
  std::string columns = "minmax(2em,max-content)";
  for (size_t i = 0; i < stages.size(); ++i) columns += fmt::format(" 6px repeat({},minmax(0,72px))", shown.grid.across);
  std::string out =
      fmt::format("<figure><div class=\"made\" style=\"grid-template-columns:{}\">{}", columns, made_heads(stages, shown.grid.across));
  for (int label = 0; label < shown.grid.classes; ++label) {
    out += fmt::format("<span class=\"name\">{}</span>", escape(made_class_name(shown.made, label)));
    for (const MadePictures& stage : stages) out += made_strip(shown, stage, label);
    out += "\n";
  }
  return out + "</div></figure>\n";
}

std::string made_figures(const Shown& shown) {
  const std::span<const MadePictures> stages = shown.made.stages;
  if (stages.size() * static_cast<size_t>(shown.grid.across) <= kMostColumns) return made_figure(shown, stages);
  std::string out;
  for (const MadePictures& stage : stages) out += made_figure(shown, std::span(&stage, 1));
  return out;
}

std::string made_note(const Shown& shown, int64_t per_class) {
  std::string note = "<p>What they began as, what they were after half of the steps, and what they became.</p>";
  if (shown.grid.across < per_class)
    note += fmt::format("<p class=\"small\">The first {} of {} of each class.</p>", shown.grid.across, human_count(per_class));
  if (shown.grid.classes < shown.classes)
    note += fmt::format("<p class=\"small\">The first {} of {} classes.</p>", shown.grid.classes, human_count(shown.classes));
  return note + "<p class=\"small\">All of them are in <code>data/</code>; <code>sheets/</code> has these as files.</p>";
}

std::string warning_line(const std::string& text) {
  return text.empty() ? "" : fmt::format("<p class=\"warn\">{}</p>", prose(text));
}

std::string measures_of(const SyntheticRecord& made) {
  std::string out;
  for (const auto& [name, value] : made.measures) out += fmt::format("{}{} {:.4g}", out.empty() ? "" : ", ", name, value);
  if (out.empty()) return {};
  return fmt::format("<p>The method’s own measure on the test rows: {}. It is not a network’s accuracy, and not comparable with one.</p>",
                     escape(out));
}

std::string training_facts(const RunRecord& run) {
  std::string out = "<dl class=\"facts\">";
  for (const auto& [name, value] : run.training) out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value));
  return out + "</dl>\n";
}

}  // namespace

std::string made_section(const Facts& facts) {
  if (!facts.synthetic) return {};
  const char* const heading = "The pictures";
  const MadeSet* const made = facts.input.made;
  if (made == nullptr || made->stages.empty() || made->stages.front().pictures.empty())
    return section("made", heading, "", "<p>None are shown, because the files in <code>sheets/</code> were not available.</p>\n");
  const int classes = classes_of(made->stages.front());
  const Shown shown{*made, room_for_made(classes, made->stages.front().across, made->size), classes};
  const int64_t per_class = facts.run.synthetic->pictures / std::max(1, classes);
  return section("made", heading, made_note(shown, per_class), made_figures(shown));
}

std::string pixels_section(const Facts& facts) {
  if (!facts.synthetic) return {};
  const SyntheticRecord& made = facts.synthetic->made;
  const std::string note = fmt::format("<p>{}</p>{}", prose(facts.synthetic->drift), warning_line(facts.synthetic->warning));
  return section("pixels", "Their pixels", note, pixel_chart(made.real, made.synthetic));
}

std::string objective_section(const Facts& facts) {
  if (!facts.synthetic) return {};
  const std::span<const float> values = facts.input.made == nullptr ? std::span<const float>() : facts.input.made->objective;
  const std::string note = measures_of(facts.synthetic->made);
  if (values.empty()) return note.empty() ? "" : section("objective", "The objective", note, "<p>It was solved without steps.</p>\n");
  const std::string what =
      "<p>What the pictures were changed to lower, before every step. Each step asks another network or other rows, so it "
      "jumps; only its course counts.</p>";
  return section("objective", "The objective", what + note, objective_chart(values));
}

std::string synthetic_bytes_section(const Facts& facts) {
  if (!facts.synthetic) return {};
  const SyntheticFacts& made = *facts.synthetic;
  std::string note = "<p>Everything that must be stored to train on this set.</p>";
  if (!made.in_jpegs.empty()) note += fmt::format("<p>{}</p>", prose(made.in_jpegs));
  return section("bytes", "What it takes", note, parts_chart(made.parts, made.bytes, made.bytes_as_floats));
}

std::string training_section(const Facts& facts) {
  if (!facts.synthetic) return {};
  const std::string out = facts.run.option_text("out");
  const std::string command = fmt::format("decant train {} -o net.safetensors", out.empty() ? "OUT" : shell_quote(out));
  if (facts.run.training.empty()) return section("training", "How to train on it", "<p>As on any other set.</p>", command_box(command));
  return section("training", "How to train on it",
                 "<p>The pictures were learnt for this training, and teach less in another one. <code>decant train</code> and "
                 "<code>decant evaluate</code> take these options from <code>run.json</code> unless others are given.</p>",
                 training_facts(facts.run) + command_box(command));
}

std::string synthetic_words_section() {
  return section("words", "Three words", "",
                 "<dl class=\"words\">"
                 "<div><dt>synthetic picture</dt><dd>One that no camera took. Its pixels were learnt, so that a network that is trained on "
                 "it learns what it would from real rows.</dd></div>"
                 "<div><dt>objective</dt><dd>What learning lowers: how far the synthetic pictures are from real rows, in the eyes of a "
                 "network. Objectives of two methods are not comparable.</dd></div>"
                 "<div><dt>factor</dt><dd>What is stored in place of pictures, where these are made of something else: bases, codes, the "
                 "weights of a decoder.</dd></div></dl>\n");
}

}  // namespace decant::report
