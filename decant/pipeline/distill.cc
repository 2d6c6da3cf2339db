#include "decant/pipeline/distill.h"

#include <charconv>
#include <map>

#include "decant/base/cache.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/output.h"
#include "decant/base/printable.h"
#include "decant/base/text.h"
#include "decant/base/version.h"
#include "decant/distill/distiller.h"
#include "decant/formats/open.h"
#include "decant/pipeline/run/checkpoint.h"
#include "decant/pipeline/run/own_outputs.h"
#include "decant/pipeline/run/picture_sheet.h"
#include "decant/pipeline/run/real_jpeg.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/run/run_log.h"
#include "decant/pipeline/run/synthetic_folder.h"
#include "decant/pipeline/run/write_synthetic_set.h"

namespace decant {
namespace fs = std::filesystem;

void DistillSetOptions::declare(OptionTable& table) {
  Option& path = table.add("input", input.path, "PATH", "the data set");
  path.positional = path.required = true;
  input.fields.declare_pictures(table);
  table.add("out", out, "FOLDER", "folder of the synthetic set").required = true;
  distill.declare(table);
  views.declare_training(table);
  table.add("budget", budget, "TIME", "how long to learn, 10min or 2h, where --steps is not given");
  table.add("quality", quality, "1…100", "store the pictures as JPEGs of this quality; 0 = as PNG, without loss");
  table.add("cache", cache, "DIR", "cache folder, of expert networks and teachers; default: ~/.cache/decant").effect = Effect::speed;
  table.add("strict", input.strict, "stop at a file that cannot be read");
  table.add("overwrite", overwrite, "replace an existing output").effect = Effect::speed;
}

namespace {

constexpr int kSheetColumns = 10;

void require_labelled(const Input& input, const std::string& path) {
  if (!input.labelled())
    throw InputError({path, "", "has rows without labels, so there are no classes to make pictures of", "Distill a labelled set"});
  if (input.classes < 2)
    throw InputError(
        {path, "", "has one class alone, and what tells classes apart cannot be learnt from it", "Distill a set of two or more"});
}

void require_classes_filled(const Input& input, const std::string& path) {
  std::vector<int64_t> rows(static_cast<size_t>(input.classes));
  for (const int64_t row : input.usable_rows()) ++rows[static_cast<size_t>(input.labels[static_cast<size_t>(row)])];
  for (size_t label = 0; label < rows.size(); ++label) {
    if (rows[label] == 0)
      throw InputError(
          {path, fmt::format("class {}", input.class_name(static_cast<int32_t>(label))), "has no rows", "Leave the class out"});
  }
}

void write_sheets(const distill::Distilled& made, const fs::path& folder) {
  fs::create_directories(folder);
  const std::vector<const char*> names = {"first.png", "half-way.png"};
  for (size_t i = 0; i < made.stages.size() && i < names.size(); ++i) write_sheet(made.stages[i], kSheetColumns, folder / names[i]);
  write_sheet(made.set, kSheetColumns, folder / "last.png");
  fs::remove(folder / "preview.png");
}

RunRecord run_record_of(const DistillSetOptions& options, const Input& input, const distill::Distilled& made, const SyntheticRecord& record,
                        const RunLog& log) {
  RunRecord run{.rows = input.rows(),
                .kept = 0,
                .bytes_before = input.dataset.train().stored_bytes(),
                .bytes_after = record.bytes_pictures + record.bytes_labels + record.bytes_factors,
                .seconds = log.seconds() + made.seconds_before,
                .peak_rss_bytes = log.peak_rss_bytes(),
                .seed = options.distill.seed,
                .version = kVersion,
                .command = options.command,
                .method = options.distill.method,
                .method_note = made.words,
                .output_format = "imagefolder",
                .options = recorded_options(options),
                .training = made.training,
                .synthetic = record,
                .bad_files = std::ssize(input.excluded),
                .stages = log.stages()};
  run.input = input_record(input);
  run.synthetic->stored_per_class = options.distill.per_class;
  return run;
}

/// "8.2 kB of pictures, 400 bytes of labels".
std::string bytes_listed(const RunRecord& run) {
  const SyntheticRecord& made = *run.synthetic;
  std::string text = human_bytes(made.bytes_pictures) + " of pictures";
  if (made.bytes_labels > 0) text += ", " + human_bytes(made.bytes_labels) + " of labels";
  if (run.view_labels)
    text += fmt::format(", {} of labels of {} views, by {}", human_bytes(run.view_labels->bytes), run.view_labels->views,
                        printable(run.view_labels->teacher));
  if (made.bytes_factors > 0) text += ", " + human_bytes(made.bytes_factors) + " of factors that they are made of";
  return text;
}

std::string data_card_of(const RunRecord& run) {
  const SyntheticRecord& made = *run.synthetic;
  std::string card = fmt::format(
      "# A synthetic set made by decant\n\n"
      "{} pictures that no camera took, made to teach what {} training pictures of `{}` teach.\n\n"
      "- How: {}\n- Command: `{}`\n- Seed: {}\n- Bytes: {}\n\n"
      "## Use it\n\n"
      "`data/` holds the pictures in class folders, `images.npy` the same as float32 before rounding. "
      "They teach best when trained as run.json's `training` says, which `decant train` and `decant evaluate` follow:\n\n",
      made.pictures, human_count(run.rows), printable(run.input->path), printable(run.method_note), printable(run.command), run.seed,
      bytes_listed(run));
  for (const auto& [name, value] : run.training) card += fmt::format("- {}: {}\n", name, value);
  return card + "\n`report.html` shows the pictures and how they came to be; `decant verify` checks them.\n";
}

}  // namespace

double seconds_from(const std::string& text, const std::string& option) {
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  static const std::map<std::string, double> units = {{"", 1}, {"s", 1}, {"min", 60}, {"m", 60}, {"h", 3600}};
  const auto unit = units.find(fault == std::errc() ? std::string(end, text.data() + text.size()) : "?");
  if (unit == units.end() || !(value > 0) || !(value < 1e9))
    throw UsageError(fmt::format("{} '{}': give a time such as 90s, 10min or 2h", option, text));
  return value * unit->second;
}

namespace {

/// Whether --teach asks for what a teacher says of the finished pictures, in place of labels that
/// are classes or learnt with them.
bool teaches_views(const DistillSetOptions& options) {
  const std::string& teach = options.distill.labels;
  return !teach.empty() && teach != "hard" && teach != "soft";
}

/// What --teach and its like come to.
LabelOptions view_labels_asked(const DistillSetOptions& options) {
  LabelOptions labels = options.views;
  labels.teach = teaches_views(options) ? options.distill.labels : "hard";
  labels.teacher = train::teachers_in(options.distill.teacher).front();
  require_sound(labels, {});
  return labels;
}

/// Labels the pictures in `folder`, which stand there as they are read back.
ViewLabelsMade label_synthetic(const DistillSetOptions& options, const Input& input, const LabelOptions& labels, int side,
                               const fs::path& folder, const Context& context) {
  const train::Teacher teacher = teacher_of(input,
                                            {.options = labels.teacher,
                                             .image_size = side,
                                             .seed = options.distill.seed,
                                             .device = options.distill.device,
                                             .cache = options.cache},
                                            context);
  const Dataset written = open_dataset((folder / "data").string(), {}, context);
  return label_data(written, input.dataset, labels, teacher, options.distill.seed, folder, context);
}

/// In seconds; 0 = none. Throws UsageError where the options contradict each other.
double budget_seconds(const DistillSetOptions& options) {
  const double budget = options.budget.empty() ? 0 : seconds_from(options.budget, "--budget");
  if (budget > 0 && options.distill.steps > 0) throw UsageError("--budget and --steps both say how long to learn; give one of the two");
  return budget;
}

void require_sound_distillation(const DistillSetOptions& options) {
  distill::check(options.distill);
  if (options.quality < 0 || options.quality > 100)
    throw UsageError(fmt::format("--quality: {} is not between 1 and 100", options.quality));
}

Input read_to_distill(const DistillSetOptions& options, RunLog& log, const Context& context) {
  Input input = log.stage("read", [&] { return read_input(options.input, context); });
  require_pictures(input.dataset.train(), options.input.path);
  require_labelled(input, options.input.path);
  require_classes_filled(input, options.input.path);
  return input;
}

/// The job, but for where it keeps checkpoints and what it shows. Views all of its arguments.
distill::DistillJob distill_job(const DistillSetOptions& options, const Input& input, const Subset& usable, double budget) {
  distill::DistillOptions made = options.distill;
  if (teaches_views(options)) made.labels = "hard";
  return {.options = made,
          .rows = &input.dataset.train(),
          .subset = usable,
          .classes = input.classes,
          .test = input.dataset.held_out(),
          .digest = input.digest,
          .overwrite = options.overwrite,
          .cache = options.cache,
          .labelled_by_teacher = teaches_views(options),
          .budget = budget};
}

}  // namespace

DistillPlan plan_distill(const DistillSetOptions& options, const Context& context) {
  require_sound_distillation(options);
  const double budget = budget_seconds(options);
  RunLog log("");
  const Input input = read_to_distill(options, log, context);
  const double reading = log.seconds();
  const Subset usable = input.usable_rows();
  const distill::DistillJob job = distill_job(options, input, usable, budget);
  const auto cost = log.stage("trial", [&] { return from_module<distill::Distiller>().cost(job, context); });
  return {.method = options.distill.method,
          .net = cost.net,
          .rows = input.rows(),
          .pictures = int64_t{input.classes} * options.distill.per_class,
          .cost = cost,
          .seconds = reading + cost.ready_seconds + static_cast<double>(cost.steps) * cost.step_seconds,
          .memory_bytes = log.peak_rss_bytes()};
}

Json to_json(const DistillPlan& plan) {
  return {{"verb", "distill"},
          {"method", plan.method},
          {"net", plan.net},
          {"rows", plan.rows},
          {"pictures", plan.pictures},
          {"steps", plan.cost.steps},
          {"step_seconds", plan.cost.step_seconds},
          {"ready_seconds", plan.cost.ready_seconds},
          {"seconds", plan.seconds},
          {"memory_bytes", plan.memory_bytes}};
}

std::string plan_text(const DistillPlan& plan) {
  const std::string steps = plan.cost.steps == 0 ? "solved in one go"
                                                 : fmt::format("{} steps of {:.3g} s, {} before the first", human_count(plan.cost.steps),
                                                               plan.cost.step_seconds, human_seconds(plan.cost.ready_seconds));
  return fmt::format(
      "distill   {} pictures of {} rows, by {} through {}\n"
      "time      about {} ({}), timed on a few steps\n"
      "memory    about {}\n",
      human_count(plan.pictures), human_count(plan.rows), plan.method, plan.net, human_seconds(plan.seconds), steps,
      human_bytes(plan.memory_bytes));
}

RunRecord distill_set(const DistillSetOptions& options, const Context& context) {
  require_sound_distillation(options);
  const double budget = budget_seconds(options);
  const LabelOptions labels = view_labels_asked(options);
  OutputFolder out(options.out, {.overwrite = options.overwrite,
                                 .inputs = with_folders_read({options.input.path}),
                                 .why_foreign = why_no_run,
                                 .keep = Checkpoint::kFolder});
  RunLog log(out.path());
  const Input input = read_to_distill(options, log, context);
  const Subset usable = input.usable_rows();
  const fs::path checkpoint = out.path() / Checkpoint::kFolder;
  const fs::path sheets = out.path() / kSheetsFolder;
  fs::create_directories(checkpoint);
  distill::DistillJob job = distill_job(options, input, usable, budget);
  job.folder = checkpoint;
  job.preview = [&](int64_t, const distill::SyntheticSet& set) {
    fs::create_directories(sheets);
    write_sheet(set, kSheetColumns, sheets / "preview.png");
  };
  const distill::Distilled made = log.stage("distill", [&] { return from_module<distill::Distiller>().distill(job, context); });
  const SyntheticRecord record = log.stage("write", [&] {
    write_sheets(made, sheets);
    SyntheticRecord written = write_synthetic_set(made, input.dataset.classes, out.path(), options.quality, context);
    written.bytes_real_jpeg = real_jpeg_bytes(input.dataset.train(), usable, made.set.size, context);
    return written;
  });
  RunRecord run = run_record_of(options, input, made, record, log);
  if (labels.spec().soft) {
    const auto label = [&] { return label_synthetic(options, input, labels, made.set.size.width, out.path(), context); };
    log.stage("labels", label).note_in(run);
  }
  write_file(out.path() / "README.md", data_card_of(run));
  write_file(out.path() / "run.json", json_text(to_json(run), 2) + "\n");
  write_synthetic_report(out.path(), run, nullptr, context);
  fs::remove_all(checkpoint);
  out.commit();
  return run;
}

}  // namespace decant
