#include "decant/pipeline/labelling/labelling.h"

#include <algorithm>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/data/rows_view.h"
#include "decant/loader/image_table.h"
#include "decant/nn/networks.h"
#include "decant/train/label_schedule.h"
#include "decant/train/trainer.h"

namespace decant {
namespace {

/// Labels of some rows, one after another, under the numbers of these rows. A row keeps its number,
/// so its views are the same whichever rows are labelled with it.
class PickedViewLabels final : public ViewLabels {
 public:
  PickedViewLabels(std::shared_ptr<const StoredViewLabels> stored, Subset which) : stored_(std::move(stored)), which_(std::move(which)) {}

  const ViewRecipe& recipe() const override { return stored_->recipe(); }
  int64_t classes() const override { return stored_->classes(); }
  void logits(int64_t row, int64_t view, std::span<float> out) const override {
    const auto found = std::ranges::lower_bound(which_.rows(), row);
    DECANT_CHECK(found != which_.rows().end() && *found == row, ==, true);
    stored_->logits(found - which_.rows().begin(), view, out);
  }
  std::string digest() const override { return stored_->digest(); }

 private:
  std::shared_ptr<const StoredViewLabels> stored_;
  Subset which_;
};

/// What a teacher says of one view of all rows, (rows, classes).
std::vector<float> said_of_view(const Rows& rows, int64_t view, const train::Teacher& teacher, const train::TeacherTrainer& trainer,
                                const std::shared_ptr<const loader::ImageTable>& table, const Context& context) {
  const Subset all = Subset::all(rows.size());
  train::TrainJob job{.options = {.net = teacher.net, .normalise = teacher.normalise, .image_size = teacher.size.width},
                      .rows = &rows,
                      .subset = all,
                      .classes = teacher.classes,
                      .test = &rows,
                      .weights = teacher.weights,
                      .first_step = 1,
                      .last_step = 1,  // nothing is learnt
                      .keep_logits = true,
                      .test_view = view,
                      .table = table,
                      .test_table = table};
  return trainer.train(job, context).logits;
}

/// The logits of each class, from those of the teacher's classes.
std::vector<float> in_order(std::span<const float> said, const std::vector<int32_t>& class_of) {
  if (class_of.empty()) return {said.begin(), said.end()};
  std::vector<float> logits;
  for (const int32_t teachers : class_of) logits.push_back(said[static_cast<size_t>(teachers)]);
  return logits;
}

/// The labels of so many rows, empty: what their header says follows from job and teacher.
StoredViewLabels empty_labels_of(const LabelJob& job, int64_t rows, const train::Teacher& teacher) {
  return empty_labels(job.spec, rows, job.recipe, job.class_names, job.said, {in_words(teacher), teacher.digest});
}

}  // namespace

int64_t bytes_of_labels(const LabelJob& job, int64_t rows, const train::Teacher& teacher) {
  return empty_labels_of(job, rows, teacher).file_bytes();
}

LabelSpec spec_in_numbers(const LabelJob& job, int64_t rows, const train::Teacher& teacher) {
  LabelSpec spec = job.spec;
  if (spec.bytes == 0) return spec;
  const ViewLabelsHeader header = empty_labels_of(job, rows, teacher).header();
  spec.views = header.recipe.views;
  spec.bits = header.shape.bits;
  spec.top = header.shape.top;
  spec.bytes = 0;
  return spec;
}

void LabelOptions::declare(OptionTable& table) {
  table
      .add("teach", teach, "LABELS",
           "hard, soft:views=10,bits=4,top=10,resized-crop=0.35 (what a teacher says of views of each row), or bytes for these: 300kB")
      .silent_at = "hard";
  teacher.declare(table);
  declare_training(table);
}

void LabelOptions::declare_training(OptionTable& table) {
  table.add("temperature", temperature, "T", "by which the set asks its soft labels to be softened when it is trained").silent_at = "4.0";
  table.add("label-schedule", label_schedule, "NAME", "when the set asks them to be taught: soft (always), hald or lpqld").silent_at =
      "soft";
}

void require_sound(const LabelOptions& options, const std::map<std::string, std::string>& given) {
  const bool soft = options.spec().soft;
  train::label_schedule_named(options.label_schedule);
  if (!(options.temperature >= 1e-3 && options.temperature <= 1e3)) throw UsageError("--temperature: give a number from 0.001 to 1000");
  if (soft) return;
  for (const char* name : {"teacher", "teacher-epochs", "teacher-weights", "teacher-normalise", "temperature", "label-schedule"}) {
    if (given.contains(name)) throw UsageError(fmt::format("--{} is about soft labels; add --teach soft, or leave it out", name));
  }
}

train::TeacherTrainer module_teacher_trainer(const std::string& device) {
  const train::Trainer& trainer = from_module<train::Trainer>();
  return {.train = trainer.train, .measure = trainer.measure, .numerics = from_module<nn::Networks>().numerics(device)};
}

train::Teacher teacher_of(const Input& input, train::TeacherJob wanted, const Context& context) {
  const Subset usable = input.usable_rows();
  wanted.rows = &input.dataset.train();
  wanted.subset = usable;
  wanted.classes = input.classes;
  train::Teacher teacher = train::make_teacher(wanted, module_teacher_trainer(wanted.device), context);
  context.info("teacher: " + in_words(teacher));
  return teacher;
}

std::string in_words(const train::Teacher& teacher) {
  return fmt::format("{}, right on {:.1f} % of a sample of its rows", teacher.net, 100 * teacher.accuracy);
}

std::map<std::string, std::string> training_of_labels(const ViewRecipe& recipe, const LabelOptions& options) {
  std::map<std::string, std::string> training = {
      {kSoftLabelsOption, "true"}, {"temperature", fmt::format("{}", options.temperature)}, {"label-schedule", options.label_schedule}};
  if (recipe.one()) return training;
  training["augment"] = "crop-flip";
  if (recipe.cuts.resized_crop > 0)
    training["resized-crop"] = fmt::format("{}", recipe.cuts.resized_crop);
  else
    training["crop"] = std::to_string(recipe.cuts.crop);
  if (!recipe.cuts.flip) training["no-flip"] = "true";
  return training;
}

LabelledRows label_views(const LabelJob& job, const train::Teacher& teacher, const train::TeacherTrainer& trainer, const Context& context) {
  const auto stored = std::make_shared<StoredViewLabels>(empty_labels_of(job, std::ssize(job.which), teacher));
  const auto labelled = with_view_labels(job.rows, std::make_shared<PickedViewLabels>(stored, job.which));
  const RowsView some(labelled, job.which.rows());
  const Subset all = Subset::all(some.size());
  const auto table = std::make_shared<loader::ImageTable>(some, all, teacher.size, loader::kKeptBytes, context);
  Stage stage(context, "labels", stored->recipe().views, "views");
  for (int64_t view = 0; view < stored->recipe().views; ++view) {
    context.check_cancelled();
    const std::vector<float> said = said_of_view(some, view, teacher, trainer, table, context);
    const auto classes = static_cast<size_t>(teacher.classes);
    for (int64_t i = 0; i < some.size(); ++i) {
      const auto own = std::span(said).subspan(static_cast<size_t>(i) * classes, classes);
      stored->put(i, view, in_order(own, job.class_of));
    }
    stage.advance();
  }
  return {labelled, stored};
}

}  // namespace decant
