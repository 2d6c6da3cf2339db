#include "decant/pipeline/inspect.h"

#include <algorithm>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/parallel.h"
#include "decant/base/printable.h"
#include "decant/base/text.h"
#include "decant/data/class_amounts.h"
#include "decant/data/objects.h"
#include "decant/data/rows_view.h"
#include "decant/formats/coco/coco.h"
#include "decant/formats/open.h"
#include "decant/pipeline/run/equal_counts.h"
#include "decant/pipeline/run/run_folder.h"

namespace decant {

void InspectOptions::declare(OptionTable& table) {
  Option& where = table.add("path", path, "PATH", "the data set");
  where.positional = where.required = true;
  table.add("labels", labels, "FILE", "labels of a .npy data set");
  fields.declare(table);
  table.add("deep", deep, "decode every picture: find bad ones, and count equal ones");
  table.add("duplicates", duplicates, "read every row: count those of equal bytes");
}

namespace {

constexpr int64_t kSizeSamples = 16;
constexpr size_t kListed = 20;
constexpr int64_t kHeaders = 20000;

using Counts = std::vector<std::pair<std::string, int64_t>>;

std::string size_text(const ImageSize& size) {
  return fmt::format("{}x{}x{}", size.width, size.height, size.channels);
}

/// Sizes of a few pictures spread over the rows, and how many of them have each.
Counts image_sizes(const Rows& rows, const Context& context) {
  if (rows.pictures() == nullptr || rows.size() == 0) return {};
  if (const auto fixed = rows.pictures()->fixed_size()) return {{size_text(*fixed), rows.size()}};
  const int64_t count = std::min(kSizeSamples, rows.size());
  std::vector<std::string> found(static_cast<size_t>(count));
  parallel_for(context, count, 1, [&](int64_t i, int64_t) {
    Image image;
    try {
      rows.pictures()->decode(i * rows.size() / count, image);
      found[static_cast<size_t>(i)] = size_text(image.size);
    } catch (const Error&) {
      found[static_cast<size_t>(i)] = "unreadable";
    }
  });
  Counts sizes;
  for (const std::string& size : found) {
    const auto seen = std::ranges::find(sizes, size, &Counts::value_type::first);
    if (seen == sizes.end())
      sizes.emplace_back(size, 1);
    else
      ++seen->second;
  }
  return sizes;
}

/// Rows whose headers are looked at: evenly spread ones when there are very many.
std::vector<int64_t> looked_at(int64_t rows) {
  const int64_t step = std::max<int64_t>(1, (rows + kHeaders - 1) / kHeaders);
  std::vector<int64_t> picked;
  for (int64_t row = 0; row < rows; row += step) picked.push_back(row);
  return picked;
}

/// Bad rows among the picked ones, and those that are known to be bad among the others.
std::vector<Excluded> bad_among(const Dataset& dataset, const std::vector<int64_t>& picked, const Context& context) {
  const Rows& train = dataset.train();
  std::vector<Excluded> bad = find_bad_rows(RowsView(dataset.splits.at(Split::train), picked), Depth::headers, context);
  for (Excluded& row : bad) row.row = picked[static_cast<size_t>(row.row)];
  for (const int64_t row : train.known_faults()) {
    if (!std::ranges::binary_search(picked, row)) bad.push_back({row, train.key(row), train.known_fault(row)});
  }
  std::ranges::sort(bad, {}, &Excluded::row);
  return bad;
}

void look_for_bad_rows(const Dataset& dataset, bool deep, Inspection& found, const Context& context) {
  if (deep || dataset.train().texts() != nullptr) {  // records were all read when they were opened
    found.bad = find_bad_rows(dataset.train(), Depth::full, context);
    found.files_checked = found.rows;
    return;
  }
  const std::vector<int64_t> picked = looked_at(found.rows);
  found.bad = bad_among(dataset, picked, context);
  found.files_checked = std::ssize(picked);
}

int64_t flagged(const Rows& rows, uint16_t flag) {
  int64_t count = 0;
  for (int64_t row = 0; row < rows.size(); ++row) {
    const ObjectRange range = rows.targets()->objects(row);
    for (int64_t i = range.begin; i < range.end; ++i) count += (range.table->flags[static_cast<size_t>(i)] & flag) != 0 ? 1 : 0;
  }
  return count;
}

void count_objects(const Dataset& dataset, Inspection& found, const Context& context) {
  const Rows& train = dataset.train();
  ClassAmounts amounts = amounts_of(train, static_cast<int>(dataset.classes.size()), context);
  found.classes = amounts.classes();
  found.class_names = dataset.classes;
  found.class_rows = amounts.rows_with;
  InspectedObjects objects{.unit = amounts.unit,
                           .crowds = flagged(train, ObjectFlag::crowd),
                           .broken = flagged(train, ObjectFlag::broken),
                           .background = amounts.background(),
                           .of_class = std::move(amounts.totals),
                           .rows_with = std::move(amounts.rows_with)};
  for (const int64_t count : objects.of_class) objects.counted += count;
  found.objects = std::move(objects);
}

void count_classes(const Dataset& dataset, Inspection& found, const Context& context) {
  const Targets* const targets = dataset.train().targets();
  if (targets != nullptr && targets->counted_in() != CountedIn::rows) return count_objects(dataset, found, context);
  const LabelCounts train = count_labels(dataset.train(), context);
  size_t classes = std::max(dataset.classes.size(), train.rows.size());
  for (const auto& [split, rows] : dataset.splits) {
    if (split != Split::train) classes = std::max(classes, count_labels(*rows, context).rows.size());
  }
  found.classes = static_cast<int>(classes);
  found.labelled = train.unlabelled == 0;
  found.class_names = dataset.classes;
  found.class_rows = train.rows;
  found.class_rows.resize(classes);
}

InspectedCopies copies_in(const Dataset& dataset, const std::vector<Excluded>& bad, Content content, const Context& context) {
  const auto& train = dataset.splits.at(Split::train);
  std::vector<int64_t> unusable;
  for (const Excluded& row : bad) unusable.push_back(row.row);
  InspectedCopies copies;
  std::vector<std::shared_ptr<const Rows>> others;
  for (const auto& [split, rows] : dataset.splits) {
    if (split == Split::train || rows->size() == 0) continue;
    others.push_back(rows);
    copies.leaked.emplace_back(name_of(split), 0);
  }
  const EqualCounts counts = count_equal(train, Subset::all(train->size()).without(Subset(std::move(unusable))), others, content, context);
  copies.repeats = counts.repeats;
  copies.contradicting = counts.contradicting;
  for (const auto& [one, other] : counts.examples) copies.examples.emplace_back(train->key(one), train->key(other));
  for (size_t i = 0; i < others.size(); ++i) copies.leaked[i].second = std::ssize(counts.leaked[i]);
  return copies;
}

/// Of a folder of `decant distill`; nothing for any other path.
std::optional<RunRecord> synthetic_record(const std::string& path) {
  if (!is_run_folder(path)) return std::nullopt;
  RunRecord run = read_run_record(path);
  return run.synthetic ? std::optional(std::move(run)) : std::nullopt;
}

}  // namespace

Inspection inspect(const InspectOptions& options, const Context& context) {
  const Dataset dataset = open_dataset(options.path, options.fields.to_open(options.labels), context);
  const Rows& train = dataset.train();
  Inspection found{.format = dataset.format, .rows = train.size(), .bytes = train.stored_bytes(), .oddities = dataset.oddities};
  for (Oddity& oddity : oddities_of_coco_pictures(dataset, context)) found.oddities.push_back(std::move(oddity));
  for (const auto& [split, rows] : dataset.splits) found.splits.emplace_back(name_of(split), rows->size());
  look_for_bad_rows(dataset, options.deep, found, context);
  count_classes(dataset, found, context);
  found.image_sizes = image_sizes(train, context);
  if (train.texts() != nullptr) found.schema = train.texts()->schema();
  if (options.duplicates) found.same_bytes = copies_in(dataset, found.bad, Content::stored, context);
  const bool decodes = train.pictures() != nullptr || train.texts() != nullptr;
  found.decodes = decodes;
  if (options.deep && decodes) found.same_content = copies_in(dataset, found.bad, Content::meant, context);
  found.made = synthetic_record(options.path);
  return found;
}

namespace {

Json counts_json(const Counts& counts) {
  Json json = Json::object();
  for (const auto& [name, count] : counts) json[name] = count;
  return json;
}

Json copies_json(const InspectedCopies& copies) {
  Json examples = Json::array();
  for (const auto& [one, other] : copies.examples) examples.push_back({one, other});
  return {{"repeats", copies.repeats},
          {"rows_with_other_labels", copies.contradicting},
          {"examples", std::move(examples)},
          {"leaked", counts_json(copies.leaked)}};
}

}  // namespace

Json to_json(const Inspection& found) {
  Json oddities = Json::array();
  for (const Oddity& oddity : found.oddities) oddities.push_back({{"place", oddity.place}, {"what", oddity.what}});
  Json bad = Json::array();
  for (const Excluded& row : found.bad) bad.push_back({{"row", row.row}, {"key", row.key}, {"reason", row.text}});
  Json json = {{"format", found.format},
               {"rows", found.rows},
               {"classes", found.classes},
               {"bad_files", found.bad.size()},
               {"files_checked", found.files_checked},
               {"bytes", found.bytes},
               {"labelled", found.labelled},
               {"splits", counts_json(found.splits)},
               {"class_names", found.class_names},
               {"class_rows", found.class_rows},
               {"image_sizes", counts_json(found.image_sizes)},
               {"oddities", std::move(oddities)},
               {"bad", std::move(bad)}};
  if (!found.schema.empty()) json["schema"] = found.schema;
  if (found.objects) {
    json[name_of(found.objects->unit)] = {{"counted", found.objects->counted},   {"crowds", found.objects->crowds},
                                          {"broken", found.objects->broken},     {"background_rows", found.objects->background},
                                          {"of_class", found.objects->of_class}, {"rows_with", found.objects->rows_with}};
  }
  if (found.same_bytes) json["same_bytes"] = copies_json(*found.same_bytes);
  if (found.same_content) json["same_content"] = copies_json(*found.same_content);
  if (found.made) {
    json["synthetic"] = to_json(*found.made)["synthetic"];
    json["method_note"] = found.made->method_note;
    json["training"] = found.made->training;
  }
  return json;
}

namespace {

std::string class_name(const Inspection& found, size_t label) {
  return label < found.class_names.size() ? printable(found.class_names[label]) : std::to_string(label);
}

std::string class_line(const Inspection& found) {
  const std::vector<int64_t>& counts = found.objects ? found.objects->of_class : found.class_rows;
  if (counts.empty()) return "no labels";
  const char* const unit = found.objects ? name_of(found.objects->unit) : "rows";
  const auto [least, most] = std::ranges::minmax_element(counts);
  if (counts.size() == 1) return fmt::format("1 ({}), {} {}", class_name(found, 0), human_count(*least), unit);
  if (*least == *most) return fmt::format("{}, {} {} each", counts.size(), human_count(*least), unit);
  return fmt::format("{}, from {} {} ({}) to {} ({})", counts.size(), human_count(*least), unit,
                     class_name(found, static_cast<size_t>(least - counts.begin())), human_count(*most),
                     class_name(found, static_cast<size_t>(most - counts.begin())));
}

std::string bad_lines(const Inspection& found) {
  std::string text = fmt::format("bad       {}", found.bad.size());
  if (found.files_checked < found.rows)
    text += fmt::format(" among {} inspected{}", human_count(found.files_checked), found.image_sizes.empty() ? "" : "; --deep decodes all");
  text += "\n";
  const size_t listed = std::min(kListed, found.bad.size());
  for (const Excluded& row : std::span(found.bad).first(listed))
    text += fmt::format("          row {}: {}: {}\n", row.row, printable(row.key), printable(row.text));
  if (listed < found.bad.size())
    text +=
        fmt::format("          and {} more; use --json to list all\n", human_count(std::ssize(found.bad) - static_cast<int64_t>(listed)));
  return text;
}

std::string count_of(int64_t count, const std::string& one, const std::string& more) {
  return human_count(count) + " " + (count == 1 ? one : more);
}

std::string object_lines(const Inspection& found) {
  const InspectedObjects& objects = *found.objects;
  std::string text = fmt::format("{:<9} {} in {}; {} without any\n", name_of(objects.unit), human_count(objects.counted),
                                 count_of(found.rows - objects.background, "row", "rows"), human_count(objects.background));
  if (objects.crowds > 0) text += fmt::format("          {}, not counted\n", count_of(objects.crowds, "crowd", "crowds"));
  if (objects.broken > 0) text += fmt::format("          {} broken, not counted\n", human_count(objects.broken));
  const size_t classes = objects.of_class.size();
  for (size_t c = 0; c < std::min(kListed, classes); ++c)
    text += fmt::format("          {}: {} in {}\n", class_name(found, c), human_count(objects.of_class[c]),
                        count_of(objects.rows_with[c], "row", "rows"));
  if (classes > kListed)
    text += fmt::format("          and {} more classes; use --json to list all\n",
                        human_count(std::ssize(objects.of_class) - static_cast<int64_t>(kListed)));
  return text;
}

std::string copies_lines(const InspectedCopies& copies, const char* how) {
  std::string text =
      fmt::format("copies    {} another {}\n", count_of(copies.repeats, "training row repeats", "training rows repeat"), how);
  for (const auto& [split, rows] : copies.leaked)
    text += fmt::format("          {} to a training row\n", count_of(rows, split + " row is equal", split + " rows are equal"));
  if (copies.contradicting > 0)
    text +=
        fmt::format("          {} a copy with another label\n", count_of(copies.contradicting, "training row has", "training rows have"));
  for (const auto& [one, other] : copies.examples) text += fmt::format("          {} = {}\n", printable(one), printable(other));
  return text;
}

std::string copies_lines(const Inspection& found) {
  if (!found.same_bytes && !found.same_content)
    return fmt::format("copies    not counted; --duplicates compares {}\n", found.decodes ? "bytes, --deep pixels and texts" : "rows");
  return (found.same_bytes ? copies_lines(*found.same_bytes, "byte for byte") : "") +
         (found.same_content ? copies_lines(*found.same_content, "in pixels or texts") : "");
}

std::string made_lines(const RunRecord& run) {
  std::string training;
  for (const auto& [name, value] : run.training) training += (training.empty() ? "" : ", ") + printable(name + " " + value);
  const std::string source = run.input ? " of " + printable(run.input->path) : "";
  return fmt::format("made      {} synthetic pictures for {} rows{}\n          {}\ntraining  {}\n", human_count(run.synthetic->pictures),
                     human_count(run.rows), source, printable(run.method_note),
                     training.empty() ? "as any other set" : training + " (run.json)");
}

}  // namespace

std::string inspect_text(const Inspection& found) {
  std::string text =
      fmt::format("format    {}\nrows      {} for training, {}\n", found.format, human_count(found.rows), human_bytes(found.bytes));
  for (const auto& [split, rows] : found.splits) {
    if (split != "train") text += fmt::format("          {} {} rows, used only for evaluation\n", human_count(rows), split);
  }
  text += "classes   " + class_line(found) + "\n";
  if (found.objects) text += object_lines(found);
  std::string sizes;
  for (const auto& [size, count] : found.image_sizes) sizes += (sizes.empty() ? "" : ", ") + size;
  if (!sizes.empty()) text += "pictures  " + sizes + "\n";
  if (!found.schema.empty()) text += "texts     " + printable(found.schema) + "\n";
  if (found.made) text += made_lines(*found.made);
  text += bad_lines(found);
  text += copies_lines(found);
  for (const Oddity& oddity : found.oddities) text += fmt::format("note      {}: {}\n", printable(oddity.place), printable(oddity.what));
  return text;
}

}  // namespace decant
