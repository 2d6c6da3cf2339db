#include "decant/trials/net_training.h"

#include <algorithm>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/loader/image_table.h"

namespace decant::trials {
namespace {

/// Options of a set that say how it is trained whatever trains it; how long is the trial's affair,
/// which gives every arm the same number of steps.
bool heeded(const std::string& option) {
  return option == "loss" || option == "label-scale" || option == "label-smoothing" || option == kSoftLabelsOption ||
         option == "temperature" || option == "label-schedule";
}

}  // namespace

std::map<std::string, std::string> usual_training(const std::string& net, int64_t steps) {
  return {{"net", net},
          {"steps", std::to_string(steps)},
          {"batch", "64"},
          {"optimizer", "momentum"},
          {"learning-rate", "0.05"},
          {"schedule", "cosine"},
          {"warmup", "0.1"},
          {"weight-decay", "0.0005"},
          {"label-smoothing", "0"}};
}

std::map<std::string, std::string> usual_on(int channels) {
  if (channels == 3) return {};
  return {{"no-flip", "true"}};
}

int channels_of(const Source& source) {
  Image image;
  require_pictures(*source.rows).decode(source.usable.front(), image);
  return image.size.channels;
}

void set_options(train::TrainOptions& options, const std::map<std::string, std::string>& texts) {
  OptionTable table;
  options.declare(table);
  for (const auto& [name, text] : texts) table.find(name)->set(text);
}

NetTraining::NetTraining(evaluate::Tools tools, const std::map<std::string, std::string>& usual) : tools_(std::move(tools)) {
  set_options(options_, usual);
}

void NetTraining::declare(OptionTable& table) {
  OptionTable own;
  options_.declare(own);
  for (Option option : own.options()) {
    if (option.name == "seed") continue;
    if (option.name == "steps")
      option.set = [this, parse = option.set](const std::string& text) {
        parse(text);
        options_.epochs = 0;  // which would take precedence
      };
    table.add(std::move(option));
  }
}

void NetTraining::set_usual(const std::map<std::string, std::string>& usual, const std::map<std::string, std::string>& given) {
  given_ = given;
  std::map<std::string, std::string> texts = usual;
  if (given.contains("steps") && given.contains("epochs"))
    throw UsageError("--steps and --epochs both say how long to train; give one of the two");
  if (given.contains("steps")) texts.erase("epochs");
  std::erase_if(texts, [&](const auto& text) { return given.contains(text.first); });
  set_options(options_, texts);
}

void NetTraining::settle(const Source& source, const Context& context) {
  train::check(options_);
  const ImageSize size = loader::training_size(*source.rows, source.usable, options_.image_size, context);
  options_.image_size = size.width;  // of every small set, whatever its own pictures are
  test_ = source.test;
  classes_ = source.classes;
  test_table_ = std::make_shared<loader::ImageTable>(*test_, Subset::all(test_->size()), size, loader::kKeptBytes, context);
}

void NetTraining::settle_steps(int64_t rows) {
  options_.steps = train::steps_of(options_, rows);
  options_.epochs = 0;
}

std::shared_ptr<const loader::ImageTable> NetTraining::table_of(const Source& source, const Context& context) const {
  const ImageSize size{options_.image_size, options_.image_size, channels_of(source)};
  return std::make_shared<loader::ImageTable>(*source.rows, source.usable, size, loader::kKeptBytes, context);
}

ImageSize NetTraining::test_size() const {
  return test_table_->size();
}

std::string NetTraining::identity() const {
  train::TrainOptions options = options_;
  options.seed = 0;
  return result_key(options);
}

std::string NetTraining::in_words() const {
  const train::TrainOptions& t = options_;
  return fmt::format("{}, {} steps of batch {}, {} with peak rate {} ({}), weight decay {}, {}, final weights", t.net, human_count(t.steps),
                     t.batch, t.optimizer, t.learning_rate, t.schedule, t.weight_decay, train::augmentation_in_words(t));
}

std::string NetTraining::pace_key() const {
  return json_text({{"net", options_.net}, {"batch", options_.batch}, {"size", options_.image_size}, {"augment", options_.augment}});
}

train::TrainJob NetTraining::job(const Rows& rows, const Subset& all, uint64_t seed,
                                 const std::map<std::string, std::string>& training) const {
  train::TrainJob job{.options = options_, .rows = &rows, .subset = all, .classes = classes_, .test = test_.get()};
  std::map<std::string, std::string> asked = training;
  std::erase_if(asked, [&](const auto& text) { return !heeded(text.first) || given_.contains(text.first); });
  set_options(job.options, asked);
  job.options.seed = seed;
  job.keep_logits = true;
  job.test_table = test_table_;
  return job;
}

std::vector<int32_t> answers_among(std::span<const float> logits, const Rows& rows, const std::vector<bool>& counted) {
  const size_t classes = counted.size();
  DECANT_CHECK(logits.size(), ==, static_cast<size_t>(rows.size()) * classes);
  std::vector<int32_t> answers(static_cast<size_t>(rows.size()), kNoLabel);
  for (size_t row = 0; row < answers.size(); ++row) {
    if (!counted[static_cast<size_t>(rows.label(static_cast<int64_t>(row)))]) continue;
    const std::span<const float> of_row = logits.subspan(row * classes, classes);
    for (size_t c = 0; c < classes; ++c) {
      if (counted[c] && (answers[row] == kNoLabel || of_row[c] > of_row[static_cast<size_t>(answers[row])]))
        answers[row] = static_cast<int32_t>(c);
    }
  }
  return answers;
}

}  // namespace decant::trials
