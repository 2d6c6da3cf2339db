#include "decant/train/teacher.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "decant/base/cache.h"
#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/random.h"
#include "decant/base/text.h"
#include "decant/data/rows_view.h"
#include "decant/loader/batches.h"
#include "decant/loader/image_table.h"
#include "decant/train/pixel_statistics.h"

namespace decant::train {
namespace fs = std::filesystem;
namespace {

constexpr const char* kTeacherWeights = "weights.safetensors";
constexpr const char* kTeacherDigest = "weights.xxh3";
constexpr int64_t kAsked = 2000;  ///< rows that every teacher answers before it is believed

/// "a,b" → a, b; nothing for an empty text.
std::vector<std::string> parts_of(const std::string& list) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin < list.size() || !parts.empty();) {
    const size_t end = std::min(list.find(',', begin), list.size());
    parts.push_back(list.substr(begin, end - begin));
    if (end == list.size()) break;
    begin = end + 1;
  }
  return parts;
}

std::string digest_of_file(const fs::path& file) {
  return Digest().add(read_text(file)).hex();
}

/// How often each true class was given each answer: (true, answered).
class Answers {
 public:
  Answers(const TrainResult& measured, const Rows& rows, int classes)
      : classes_(static_cast<size_t>(classes)), counts_(classes_ * classes_), rows_(static_cast<double>(rows.size())) {
    DECANT_CHECK(measured.logits.size(), ==, static_cast<size_t>(rows.size()) * classes_);
    for (size_t i = 0; i < static_cast<size_t>(rows.size()); ++i) {
      const auto own = std::span(measured.logits).subspan(i * classes_, classes_);
      const auto answer = static_cast<size_t>(std::ranges::max_element(own) - own.begin());
      ++counts_[static_cast<size_t>(rows.label(static_cast<int64_t>(i))) * classes_ + answer];
    }
  }

  /// What always answering the commonest class would get right.
  double guessing() const {
    int64_t most = 0;
    for (size_t truth = 0; truth < classes_; ++truth) {
      int64_t own = 0;
      for (size_t answer = 0; answer < classes_; ++answer) own += counts_[truth * classes_ + answer];
      most = std::max(most, own);
    }
    return static_cast<double>(most) / rows_;
  }
  /// Two standard errors above guessing.
  double least() const {
    const double chance = guessing();
    return chance + 2 * std::sqrt(chance * (1 - chance) / rows_);
  }
  /// What would be right if each answer meant the class that it is given most often.
  double in_another_order() const {
    int64_t right = 0;
    for (size_t answer = 0; answer < classes_; ++answer) {
      int64_t most = 0;
      for (size_t truth = 0; truth < classes_; ++truth) most = std::max(most, counts_[truth * classes_ + answer]);
      right += most;
    }
    return static_cast<double>(right) / rows_;
  }

 private:
  size_t classes_;
  std::vector<int64_t> counts_;
  double rows_;
};

/// A teacher in the making.
class TeacherMaking {
 public:
  TeacherMaking(const TeacherJob& job, const TeacherTrainer& trainer, const Context& context)
      : job_(job), trainer_(trainer), context_(context), table_(job.table) {
    if (job.subset.empty()) throw InputError({"", "teacher", "has no rows to learn from", "Give it some"});
    loader::require_labels(*job.rows, job.subset, job.classes);
    if (!table_) {
      const ImageSize size = loader::training_size(*job.rows, job.subset, job.image_size, context);
      table_ = std::make_shared<loader::ImageTable>(*job.rows, job.subset, size, loader::kKeptBytes, context);
    }
    set_options();
  }

  Teacher make() {
    const fs::path file = job_.options.weights.empty() ? trained() : fs::path(job_.options.weights);
    const TrainResult measured = asked(file);
    Teacher teacher{.net = options_.net,
                    .size = table_->size(),
                    .classes = job_.classes,
                    .normalise = options_.normalise,
                    .weights = measured.weights,
                    .accuracy = measured.value,
                    .given = !job_.options.weights.empty()};
    teacher.digest = Digest()
                         .add(teacher.net)
                         .add(teacher.normalise)
                         .add(int64_t{teacher.size.width})
                         .add(int64_t{teacher.size.height})
                         .add(std::as_bytes(std::span(teacher.weights)))
                         .hex();
    return teacher;
  }

 private:
  /// Those of the training, which measuring follows as far as they say what a picture is.
  void set_options() {
    options_.net = job_.options.net;
    options_.epochs = job_.options.epochs;
    options_.steps = std::max(kTeacherSteps, kTeacherEpochs * std::ssize(job_.subset) / options_.batch);
    options_.image_size = table_->size().width;
    options_.crop = std::min(options_.crop, options_.image_size / 8);  // what leaves a picture of 8 pixels to be told
    options_.flip = table_->size().channels > 1;
    options_.label_smoothing = 0;  // which levels what a teacher finds alike (R. Müller, S. Kornblith and G. Hinton, NeurIPS 2019)
    options_.seed = job_.seed;
    options_.device = job_.device;
    options_.normalise = job_.options.normalise;
    const nn::PixelStatistics pixels = nn::pixel_statistics(*table_, job_.subset, context_);
    const bool varied = std::ranges::none_of(pixels.deviations(), [](float deviation) { return deviation == 0; });
    if (options_.normalise.empty() && varied) options_.normalise = normalise_text(pixels);
    check(options_);
  }

  TrainJob training() const {
    return {.options = options_, .rows = job_.rows, .subset = job_.subset, .classes = job_.classes, .table = table_};
  }

  CacheKey key() const {
    return CacheKey("teacher").add("rows", digest_of_rows()).add("training", result_key(options_)).add("numerics", trainer_.numerics);
  }

  /// The training's file in the cache, trained first where it is not there.
  fs::path trained() const {
    const auto whole = [](const fs::path& folder) {
      return fs::is_regular_file(folder / kTeacherDigest) && read_text(folder / kTeacherDigest) == digest_of_file(folder / kTeacherWeights);
    };
    const auto fill = [&](const fs::path& folder) {
      const int64_t steps = steps_of(options_, std::ssize(job_.subset));
      context_.info(fmt::format("training the teacher: {}, {} steps on {} rows", options_.net, human_count(steps),
                                human_count(std::ssize(job_.subset))));
      TrainJob job = training();
      job.save_weights = folder / kTeacherWeights;
      trainer_.train(job, context_);
      write_file(folder / kTeacherDigest, digest_of_file(job.save_weights));
    };
    return Cache(job_.cache, context_).obtain(key(), whole, fill).folder / kTeacherWeights;
  }

  /// The weights, and what they answer on a sample of the rows.
  TrainResult asked(const fs::path& file) const {
    std::vector<int64_t> some = Random(job_.seed, "rows for the teacher").permutation(std::ssize(job_.subset));
    some.resize(static_cast<size_t>(std::min(kAsked, std::ssize(job_.subset))));
    for (int64_t& row : some) row = job_.subset[static_cast<size_t>(row)];
    std::ranges::sort(some);
    const RowsView sample(std::shared_ptr<const Rows>(std::shared_ptr<void>(), job_.rows), some);
    TrainJob job = training();
    job.test = &sample;
    job.keep_weights = job.keep_logits = true;
    const TrainResult measured = trainer_.measure(job, file, context_);
    require_knowledge(measured, sample, file);
    return measured;
  }

  void require_knowledge(const TrainResult& measured, const Rows& sample, const fs::path& file) const {
    const Answers answers(measured, sample, job_.classes);
    if (measured.value > answers.least()) return;
    const bool given = !job_.options.weights.empty();
    const std::string what = fmt::format("is right on {:.1f} % of {} rows of the set, no better than always answering one class ({:.1f} %)",
                                         100 * measured.value, human_count(sample.size()), 100 * answers.guessing());
    const double renamed = answers.in_another_order();
    if (given && renamed > answers.least() && renamed > 2 * measured.value)
      throw InputError({file.string(), fmt::format("the teacher ({})", options_.net),
                        fmt::format("{}; with its classes in another order it would be right on {:.1f} %", what, 100 * renamed),
                        "Give weights whose classes are in the set's order, which for class folders is that of their sorted names"});
    if (given)
      throw InputError({file.string(), fmt::format("the teacher ({})", options_.net), what,
                        "Check that it was trained on such pictures, and what it expects of their pixels (--teacher-normalise)"});
    throw InputError({"", fmt::format("the teacher ({})", options_.net), what,
                      "Give it more --teacher-epochs or another network (--teacher), and check the labels"});
  }

  std::string digest_of_rows() const {
    Digest digest;
    loader::ImageTable::Scratch scratch;
    for (const int64_t row : job_.subset) {
      const uint8_t* const pixels = table_->pixels(row, scratch);
      digest.add(std::as_bytes(std::span(pixels, static_cast<size_t>(table_->size().bytes()))));
      digest.add(int64_t{job_.rows->label(row)});
    }
    return digest.add(int64_t{job_.classes}).hex();
  }

  const TeacherJob& job_;
  const TeacherTrainer& trainer_;
  const Context& context_;
  std::shared_ptr<const loader::ImageTable> table_;
  TrainOptions options_;
};

}  // namespace

void TeacherOptions::declare(OptionTable& table) {
  const auto later = [](Option& option, const std::string& value) { option.silent_at = value; };
  later(table.add("teacher", net, "NET", "network of the teacher, of methods that have one; by commas: several in turn"), "quick");
  later(table.add("teacher-epochs", epochs, "N", "its passes over the rows; 0 = six, but at least 1,000 updates"), "0");
  later(table.add("teacher-weights", weights, "FILE", "its weights, safetensors, in place of training; one file for each --teacher"), "");
  later(table.add("teacher-normalise", normalise, "M/D", "mean and deviation of pixels that those weights expect; default: the rows'"), "");
}

std::vector<TeacherOptions> teachers_in(const TeacherOptions& options) {
  if (options.epochs < 0 || options.epochs > 100'000)
    throw InputError({"", "teacher-epochs", fmt::format("{} is out of range", options.epochs), "Give a number from 0 to 100000"});
  const std::vector<std::string> nets = parts_of(options.net);
  const std::vector<std::string> files = parts_of(options.weights);
  if (nets.empty() || std::ranges::count(nets, "") > 0)
    throw InputError({"", "teacher", fmt::format("'{}' leaves out a network", options.net), "Give a network such as quick or resnet20"});
  if (!files.empty() && files.size() != nets.size())
    throw InputError({"", "teacher-weights", fmt::format("names {} files for {} networks", files.size(), nets.size()),
                      "Give one file for each network of --teacher, in its order"});
  std::vector<TeacherOptions> all;
  for (size_t i = 0; i < nets.size(); ++i) {
    all.push_back({nets[i], options.epochs, files.empty() ? "" : files[i], options.normalise});
    if (!files.empty() && files[i].empty())
      throw InputError({"", "teacher-weights", fmt::format("'{}' leaves out a file", options.weights), "Give one for each network"});
  }
  return all;
}

Teacher make_teacher(const TeacherJob& job, const TeacherTrainer& trainer, const Context& context) {
  DECANT_CHECK(job.rows != nullptr, ==, true);
  return TeacherMaking(job, trainer, context).make();
}

}  // namespace decant::train
