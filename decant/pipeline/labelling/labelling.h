// Labels of views, made by a teacher: pictures of rows, cut in every way that is stored, and what a
// network that knows the whole set says of them.
//
// The pictures are those of the small set as it is stored: reduced, re-coded, synthetic. The
// teacher is trained on the rows that the small set was made from and on no others; what it says is
// knowledge of all of these rows, so a set with such labels holds more of them than it shows.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/data/subset.h"
#include "decant/pipeline/labelling/label_spec.h"
#include "decant/pipeline/run/input.h"
#include "decant/train/teacher.h"

namespace decant {

/// Options of what small sets teach.
struct LabelOptions {
  std::string teach = "hard";  ///< label_spec.h
  train::TeacherOptions teacher;
  double temperature = 4;  ///< as TrainOptions has both
  std::string label_schedule = "soft";

  void declare(OptionTable& table);
  /// Those of them that say how the set asks to be trained.
  void declare_training(OptionTable& table);
  LabelSpec spec() const { return label_spec_from(teach, "--teach"); }
};

/// Throws UsageError or InputError for options that are out of range, and for those of labels or
/// teachers where there are none.
void require_sound(const LabelOptions& options, const std::map<std::string, std::string>& given);

/// The module's functions.
train::TeacherTrainer module_teacher_trainer(const std::string& device);

/// The teacher that `wanted` asks for, trained on all rows of `input` that can be read, or given;
/// the log says which. `wanted`: all but the rows and their classes.
train::Teacher teacher_of(const Input& input, train::TeacherJob wanted, const Context& context);

/// "resnet20, right on 91.3 % of its rows".
std::string in_words(const train::Teacher& teacher);

/// How a set with such labels must be trained, by training options.
std::map<std::string, std::string> training_of_labels(const ViewRecipe& recipe, const LabelOptions& options);

/// What is to be labelled.
struct LabelJob {
  std::shared_ptr<const Rows> rows;  ///< of pictures
  Subset which;                      ///< of these; the others get no labels
  std::vector<std::string> class_names;
  /// Which of the teacher's classes each of those is; empty = the same.
  std::vector<int32_t> class_of = {};
  ViewRecipe recipe;  ///< but for the number of views
  LabelSpec spec;
  std::string said = "--teach";
};

/// The rows with labels of views, and those labels.
struct LabelledRows {
  std::shared_ptr<const Rows> rows;
  std::shared_ptr<const StoredViewLabels> labels;  ///< of job.which, one after another
};

/// Bytes of the labels' file that `job` asks for, were it of so many rows.
int64_t bytes_of_labels(const LabelJob& job, int64_t rows, const train::Teacher& teacher);

/// The job's labels in views, bits and classes, where it asks for bytes: as many as fit for so many
/// rows.
LabelSpec spec_in_numbers(const LabelJob& job, int64_t rows, const train::Teacher& teacher);

/// Cost: a forward of every view of every row. Throws Cancelled, and what decoding throws.
LabelledRows label_views(const LabelJob& job, const train::Teacher& teacher, const train::TeacherTrainer& trainer, const Context& context);

}  // namespace decant
