#include "decant/data/run_record.h"

#include <algorithm>
#include <span>

#include "decant/base/json_reader.h"

namespace decant {
namespace {

template <class Entries>
Json list_of(const Entries& entries, const auto& to) {
  Json list = Json::array();
  for (const auto& entry : entries) list.push_back(to(entry));
  return list;
}

Json part_of_record(const InputRecord& input) {
  Json splits = Json::object();
  for (const auto& [name, rows] : input.splits) splits[name] = rows;
  Json json = {{"path", input.path},     {"format", input.format},   {"modality", input.modality},
               {"digest", input.digest}, {"classes", input.classes}, {"splits", splits}};
  if (!input.sources.empty())
    json["sources"] = list_of(input.sources, [](const SourceRecord& source) {
      return Json{{"path", source.path}, {"labels", source.labels}, {"digest", source.digest}, {"rows", source.rows}};
    });
  return json;
}

Json part_of_record(const FeatureRecord& features) {
  return {{"kind", features.kind}, {"width", features.width}, {"file", features.file}, {"reused", features.reused}};
}

Json part_of_record(const PatchRecord& patches) {
  Json json = {{"importance", patches.importance},
               {"cells", patches.cells},
               {"cells_kept", patches.cells_kept},
               {"bytes_source", patches.bytes_source},
               {"bytes_recoded", patches.bytes_recoded}};
  if (!patches.spent.empty()) json["spent"] = patches.spent;
  if (patches.cells_asked > 0) json["cells_asked"] = patches.cells_asked, json["pictures_short"] = patches.pictures_short;
  return json;
}

Json part_of_record(const SheetRecord& sheets) {
  return {{"tile", sheets.tile},
          {"side", sheets.side},
          {"fit", sheets.fit},
          {"quality", sheets.quality},
          {"sheets", sheets.sheets},
          {"bytes_sheets", sheets.bytes_sheets},
          {"bytes_table", sheets.bytes_table},
          {"bytes_source", sheets.bytes_source}};
}

Json part_of_record(const ViewLabelRecord& labels) {
  Json json = {{"views", labels.views},    {"bits", labels.bits},   {"top", labels.top},         {"crop", labels.cuts.crop},
               {"flip", labels.cuts.flip}, {"bytes", labels.bytes}, {"teacher", labels.teacher}, {"teacher_digest", labels.teacher_digest}};
  if (labels.cuts.resized_crop > 0) json["resized_crop"] = labels.cuts.resized_crop;
  return json;
}

Json part_of_record(const PixelRecord& pixels) {
  return {{"mean", pixels.mean}, {"deviation", pixels.deviation}, {"least", pixels.least}, {"most", pixels.most}};
}

Json part_of_record(const SyntheticRecord& made) {
  Json json = {{"pictures", made.pictures},
               {"stored_per_class", made.stored_per_class},
               {"bytes_pictures", made.bytes_pictures},
               {"bytes_labels", made.bytes_labels},
               {"bytes_factors", made.bytes_factors},
               {"bytes_real_jpeg", made.bytes_real_jpeg},
               {"steps", made.steps},
               {"objective_first", made.objective_first},
               {"objective_last", made.objective_last},
               {"real", part_of_record(made.real)},
               {"synthetic", part_of_record(made.synthetic)},
               {"measures", made.measures}};
  if (made.quality > 0) json["quality"] = made.quality;
  return json;
}

Json part_of_record(const RepeatsRecord& repeats) {
  Json json = {{"dedup", repeats.dedup},
               {"dropped", repeats.dropped},
               {"dropped_equal", repeats.equal},
               {"leaking_rows", repeats.leaking},
               {"rows_with_other_labels", repeats.contradicting}};
  if (repeats.recall < 1) json["estimated_recall"] = repeats.recall;
  return json;
}

std::span<const std::string> names_of_classes(const RunRecord& run) {
  return run.input ? std::span<const std::string>(run.input->classes) : std::span<const std::string>();
}

bool is_nothing(const ContentRecord::OfClass& each) {
  return each.amount == 0 && each.rows == 0 && each.least == 0;
}

bool have_names(const std::vector<ContentRecord::OfClass>& classes, std::span<const std::string> names) {
  return std::ranges::equal(classes, names, {}, &ContentRecord::OfClass::name);
}

/// Classes by their number in `names`, without those of which there is nothing: a list may name a
/// hundred thousand. By their own names, all of them, where `names` are others.
Json classes_of(const ContentRecord& content, std::span<const std::string> names) {
  const bool by_number = have_names(content.classes, names);
  Json classes = Json::array();
  for (size_t label = 0; label < content.classes.size(); ++label) {
    const ContentRecord::OfClass& each = content.classes[label];
    if (by_number && is_nothing(each)) continue;
    Json json = by_number ? Json{{"class", label}} : Json{{"name", each.name}};
    json["amount"] = each.amount;
    json["amount_kept"] = each.amount_kept;
    json["rows"] = each.rows;
    json["rows_kept"] = each.rows_kept;
    if (each.least > 0) json["least"] = each.least;
    if (each.amount_ignored > 0) json["amount_ignored"] = each.amount_ignored;
    classes.push_back(std::move(json));
  }
  return classes;
}

Json part_of_record(const ContentRecord& content, std::span<const std::string> names) {
  return {{"unit", content.unit},
          {"background", content.background},
          {"background_kept", content.background_kept},
          {"classes", classes_of(content, names)}};
}

Json part_of_record(const RanksRecord& ranks, int64_t rows) {
  const auto each = [&](int64_t count) { return 1000 * static_cast<double>(count) / static_cast<double>(rows); };
  return {{"count", ranks.count},
          {"messages", ranks.messages},
          {"bytes_received", ranks.bytes_received},
          {"messages_per_1000_picks", each(ranks.messages)},
          {"bytes_per_1000_picks", each(ranks.bytes_received)}};
}

Json part_of_record(const std::vector<StageRecord>& stages) {
  return list_of(stages, [](const StageRecord& stage) {
    return Json{{"name", stage.name}, {"seconds", stage.seconds}, {"peak_rss_bytes", stage.peak_rss_bytes}};
  });
}

Json options_json(const RunRecord& run) {
  Json options = Json::object();
  for (const auto& [name, value] : run.options) options[name] = to_json(value);
  return options;
}

void add_small_set(const RunRecord& run, Json& json) {
  json["output_format"] = run.output_format;
  json["features"] = run.features ? part_of_record(*run.features) : Json();
  if (run.patches) json["patches"] = part_of_record(*run.patches);
  if (run.sheets) json["sheets"] = part_of_record(*run.sheets);
  if (run.synthetic) json["synthetic"] = part_of_record(*run.synthetic);
  if (run.view_labels) json["view_labels"] = part_of_record(*run.view_labels);
  json["bins"] = Json::array();
  for (const PartRecord& bin : run.bins) json["bins"].push_back({{"bin", json["bins"].size()}, {"rows", bin.rows}, {"kept", bin.kept}});
  json["classes"] = list_of(run.classes, [](const PartRecord& part) {
    return Json{{"name", part.name}, {"rows", part.rows}, {"kept", part.kept}};
  });
  if (run.content) json["content"] = part_of_record(*run.content, names_of_classes(run));
  json["bad_files"] = run.bad_files;
  if (run.repeats) json["repeats"] = part_of_record(*run.repeats);
}

InputRecord input_from(const JsonReader& json) {
  InputRecord input{
      .path = json.text("path"), .format = json.text("format"), .modality = json.text("modality"), .digest = json.text("digest")};
  json.each("classes", [&](const Json& name, const std::string&) {
    input.classes.push_back(name.is_string() ? name.get<std::string>() : json_text(name));
  });
  if (const auto splits = json.object("splits")) {
    for (const auto& [name, rows] : splits->value().items()) input.splits.emplace_back(name, splits->count(name.c_str()));
  }
  json.each_object("sources", [&](const JsonReader& source) {
    input.sources.push_back({source.text("path"), source.text("labels"), source.text("digest"), source.count("rows")});
  });
  return input;
}

PatchRecord patches_from(const JsonReader& json) {
  PatchRecord patches{.importance = json.text("importance"),
                      .cells = json.count("cells"),
                      .cells_kept = json.count("cells_kept"),
                      .bytes_source = json.count("bytes_source"),
                      .bytes_recoded = json.count("bytes_recoded"),
                      .spent = json.text("spent"),
                      .cells_asked = json.count("cells_asked"),
                      .pictures_short = json.count("pictures_short")};
  if (patches.cells_kept > patches.cells) json.refuse("cells_kept", "is more than the cells");
  return patches;
}

SheetRecord sheets_from(const JsonReader& json) {
  return {.tile = json.count("tile"),
          .side = json.count("side"),
          .fit = json.text("fit"),
          .quality = json.count("quality"),
          .sheets = json.count("sheets"),
          .bytes_sheets = json.count("bytes_sheets"),
          .bytes_table = json.count("bytes_table"),
          .bytes_source = json.count("bytes_source")};
}

ViewLabelRecord view_labels_from(const JsonReader& json) {
  return {
      .views = json.count("views"),
      .bits = static_cast<int>(json.count("bits")),
      .top = json.count("top"),
      .cuts = {.crop = static_cast<int>(json.count("crop")), .flip = json.flag("flip", true), .resized_crop = json.number("resized_crop")},
      .bytes = json.count("bytes"),
      .teacher = json.text("teacher"),
      .teacher_digest = json.text("teacher_digest")};
}

PixelRecord pixels_from(const JsonReader& json, const char* name) {
  const auto pixels = json.object(name);
  if (!pixels) return {};
  return {pixels->number("mean"), pixels->number("deviation"), pixels->number("least"), pixels->number("most")};
}

SyntheticRecord synthetic_from(const JsonReader& json) {
  SyntheticRecord made{.pictures = json.count("pictures"),
                       .stored_per_class = json.count("stored_per_class"),
                       .quality = static_cast<int>(std::min<int64_t>(json.count("quality"), 100)),
                       .bytes_pictures = json.count("bytes_pictures"),
                       .bytes_labels = json.count("bytes_labels"),
                       .bytes_factors = json.count("bytes_factors"),
                       .bytes_real_jpeg = json.number("bytes_real_jpeg"),
                       .steps = json.count("steps"),
                       .objective_first = json.number("objective_first"),
                       .objective_last = json.number("objective_last"),
                       .real = pixels_from(json, "real"),
                       .synthetic = pixels_from(json, "synthetic")};
  if (const auto measures = json.object("measures")) {
    for (const auto& [name, value] : measures->value().items()) made.measures[name] = measures->number(name.c_str());
  }
  return made;
}

/// The place of the class that an entry is of. Files of older versions name every class, in its
/// order, and say no number.
ContentRecord::OfClass& class_of_entry(const JsonReader& entry, ContentRecord& content) {
  if (entry.find("class") == nullptr) return content.classes.emplace_back(ContentRecord::OfClass{.name = entry.text("name")});
  const int64_t label = entry.count("class");
  if (label >= std::ssize(content.classes)) entry.refuse("class", "is no number of a class that the input has");
  return content.classes[static_cast<size_t>(label)];
}

/// `names`: of the input's classes.
ContentRecord content_from(const JsonReader& json, std::span<const std::string> names) {
  ContentRecord content{
      .unit = json.text("unit"), .background = json.count("background"), .background_kept = json.count("background_kept")};
  bool named = false;
  json.each_object("classes", [&](const JsonReader& each) { named |= each.find("class") == nullptr; });
  if (!named)
    for (const std::string& name : names) content.classes.push_back({.name = name});
  json.each_object("classes", [&](const JsonReader& each) {
    ContentRecord::OfClass& read = class_of_entry(each, content);
    read = {read.name,           each.count("amount"),        each.count("amount_kept"), each.count("rows"), each.count("rows_kept"),
            each.count("least"), each.count("amount_ignored")};
    if (read.amount_kept > read.amount) each.refuse("amount_kept", "is more than there is");
    if (read.amount_ignored > read.amount - read.amount_kept) each.refuse("amount_ignored", "is more than is left of it");
    if (read.rows_kept > read.rows) each.refuse("rows_kept", "is more than the rows");
  });
  return content;
}

std::vector<PartRecord> parts_from(const JsonReader& json, const char* field, const char* name) {
  std::vector<PartRecord> parts;
  json.each_object(field, [&](const JsonReader& part) {
    const Json* const own = part.find(name);
    const int64_t rows = part.count("rows");
    if (part.count("kept") > rows) part.refuse("kept", "is more than its rows");
    parts.push_back({own == nullptr ? "" : own->is_string() ? own->get<std::string>() : json_text(*own), rows, part.count("kept")});
  });
  return parts;
}

OptionValue option_from(const Json& value, const std::string& file, const std::string& name) {
  if (value.is_null()) return nullptr;
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{std::numeric_limits<int64_t>::max()}) return value.get<uint64_t>();
  if (value.is_number_integer()) return value.get<int64_t>();
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) return json_text(value);
  throw InputError({file, "options." + name, "is not an option's value", "Run it again"});
}

std::optional<SizeRange> range_from(const JsonReader& json) {
  const Json* const pair = json.find("serves");
  if (pair == nullptr) return std::nullopt;
  if (!pair->is_array() || pair->size() != 2 || !(*pair)[0].is_number_integer() || !(*pair)[1].is_number_integer())
    json.refuse("serves", "is not a pair of numbers");
  return SizeRange{(*pair)[0].get<int64_t>(), (*pair)[1].get<int64_t>()};
}

}  // namespace

Json to_json(const OptionValue& value) {
  return std::visit([](const auto& held) { return Json(held); }, value);
}

std::string text_of(const OptionValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return std::holds_alternative<std::nullptr_t>(value) ? std::string() : json_text(to_json(value));
}

std::vector<std::pair<std::string, OptionValue>> options_from(const Json& resolved, const std::filesystem::path& file) {
  std::vector<std::pair<std::string, OptionValue>> options;
  for (const auto& [name, value] : resolved.items()) options.emplace_back(name, option_from(value, file.string(), name));
  return options;
}

const OptionValue* RunRecord::option(std::string_view name) const {
  const auto found = std::ranges::find(options, name, [](const auto& option) -> std::string_view { return option.first; });
  return found == options.end() ? nullptr : &found->second;
}

std::string RunRecord::option_text(std::string_view name) const {
  const OptionValue* const value = option(name);
  const auto* const text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  return text == nullptr ? std::string() : *text;
}

bool RunRecord::flag(std::string_view name) const {
  const OptionValue* const value = option(name);
  const auto* const set = value == nullptr ? nullptr : std::get_if<bool>(value);
  return set != nullptr && *set;
}

std::string RunRecord::stored_field(std::string_view name) const {
  return input && input->format == output_format ? option_text(name) : "";
}

Json to_json(const RunRecord& run) {
  Json json = {{"schema", RunRecord::kSchema}, {"rows", run.rows}};
  if (run.kept) {
    json["kept"] = *run.kept;
    json["bytes_before"] = run.bytes_before;
    json["bytes_after"] = run.bytes_after;
  }
  json["seconds"] = run.seconds;
  json["peak_rss_bytes"] = run.peak_rss_bytes;
  json["seed"] = run.seed;
  json["version"] = run.version;
  json["command"] = run.command;
  json["method"] = run.method;
  json["method_note"] = run.method_note;
  json["serves"] = run.serves ? Json{run.serves->least, run.serves->most} : Json();
  if (run.ties_seed) json["ties_seed"] = *run.ties_seed;
  if (run.input) json["input"] = part_of_record(*run.input);
  json["options"] = options_json(run);
  if (!run.training.empty()) json["training"] = run.training;
  if (run.kept) {
    add_small_set(run, json);
  } else {
    json["bins"] = run.bin_count;
    json["pools"] = run.pool_count;
  }
  json["stages"] = part_of_record(run.stages);
  if (run.ranks) json["ranks"] = part_of_record(*run.ranks, run.rows);
  return json;
}

std::map<std::string, std::string> training_from(const Json& json, const std::filesystem::path& file) {
  std::map<std::string, std::string> training;
  if (const auto asked = JsonReader(json, file.string()).object("training")) {
    for (const auto& [name, text] : asked->value().items()) training[name] = asked->text(name.c_str());
  }
  return training;
}

RunRecord run_record_from(const Json& json, const std::filesystem::path& file) {
  const JsonReader in(json, file.string());
  if (in.count("schema", 1) > RunRecord::kSchema)
    throw InputError({file.string(), "schema",
                      fmt::format("is {}, but this version of decant supports up to {}", in.count("schema"), RunRecord::kSchema),
                      "Use the version of decant that made it, or a newer one"});
  RunRecord run;
  run.rows = in.count("rows");
  if (in.find("kept") != nullptr) run.kept = in.count("kept");
  if (run.kept && *run.kept > run.rows) in.refuse("kept", "is more than all rows");
  run.bytes_before = in.count("bytes_before");
  run.bytes_after = in.count("bytes_after");
  run.seconds = in.number("seconds");
  run.peak_rss_bytes = in.count("peak_rss_bytes");
  run.seed = in.seed("seed");
  run.version = in.text("version");
  run.command = in.text("command");
  run.method = in.text("method");
  run.method_note = in.text("method_note");
  run.serves = range_from(in);
  if (in.find("ties_seed") != nullptr) run.ties_seed = in.seed("ties_seed");
  if (const auto input = in.object("input")) run.input = input_from(*input);
  run.output_format = in.text("output_format");
  if (const auto options = in.object("options")) run.options = options_from(options->value(), file);
  run.training = training_from(json, file);
  if (const auto features = in.object("features"))
    run.features = FeatureRecord{features->text("kind"), features->count("width"), features->text("file"), features->flag("reused")};
  if (const auto patches = in.object("patches")) run.patches = patches_from(*patches);
  if (const auto sheets = in.object("sheets")) run.sheets = sheets_from(*sheets);
  if (const auto made = in.object("synthetic")) run.synthetic = synthetic_from(*made);
  if (const auto labels = in.object("view_labels")) run.view_labels = view_labels_from(*labels);
  if (run.kept) {
    run.bins = parts_from(in, "bins", "bin");
    run.classes = parts_from(in, "classes", "name");
    if (const auto content = in.object("content")) run.content = content_from(*content, names_of_classes(run));
  } else {
    run.bin_count = in.count("bins");
    run.pool_count = in.count("pools");
  }
  run.bad_files = in.count("bad_files");
  if (const auto repeats = in.object("repeats"))
    run.repeats = RepeatsRecord{repeats->text("dedup"),
                                repeats->count("dropped"),
                                repeats->count("dropped_equal"),
                                repeats->count("leaking_rows"),
                                repeats->count("rows_with_other_labels"),
                                repeats->number("estimated_recall", 1)};
  in.each_object("stages", [&](const JsonReader& stage) {
    run.stages.push_back({stage.text("name"), stage.number("seconds"), stage.count("peak_rss_bytes")});
  });
  if (const auto ranks = in.object("ranks"))
    run.ranks = RanksRecord{ranks->count("count"), ranks->count("messages"), ranks->count("bytes_received")};
  return run;
}

}  // namespace decant
