// What another compressor makes, with labels of views by a teacher that is trained on the part, and
// on nothing else.
#include <algorithm>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/pipeline/compressing/compressors.h"
#include "decant/pipeline/labelling/label_data.h"

namespace decant {
namespace {

class LabellingCompressor final : public trials::Compressor {
 public:
  LabellingCompressor(const std::string& spec, const std::string& labels, std::shared_ptr<const trials::Compressor> pictures,
                      const CompressorOptions& options)
      : name_(spec), labels_(label_spec_from(labels, said())), text_(labels), pictures_(std::move(pictures)), options_(options) {}

  std::string name() const override { return name_; }
  std::string identity() const override {
    return json_text({{"pictures", pictures_->identity()}, {"labels", text_}, {"teacher", result_key(options_.teacher)}});
  }

  bool labels() const override { return true; }

  trials::SmallSet make(const trials::Part& part, trials::Size size, uint64_t seed, const Context& context) const override {
    trials::SmallSet set = pictures_->make(part, size, seed, context);
    const train::Teacher teacher = teacher_of(part, seed, context);
    std::vector<int64_t> which = set.order;
    std::ranges::sort(which);
    LabelJob job{
        .rows = set.rows, .which = Subset(std::move(which)), .recipe = usual_recipe(teacher, /*seed=*/0), .spec = labels_, .said = said()};
    for (int c = 0; c < part.classes; ++c) job.class_names.push_back(std::to_string(c));
    const LabelledRows labelled = label_views(job, teacher, options_.teacher_trainer(), context);
    const ViewLabelsHeader& header = labelled.labels->header();
    set.rows = labelled.rows;
    for (int64_t& bytes : set.bytes) bytes += bytes_of_row(header.recipe, header.shape);
    for (const auto& [name, value] : training_of_labels(header.recipe, {})) set.training[name] = value;
    return set;
  }

 private:
  std::string said() const { return "--with " + name_; }

  train::Teacher teacher_of(const trials::Part& part, uint64_t seed, const Context& context) const {
    const Subset all = Subset::all(part.rows->size());
    const train::TeacherJob job{.options = options_.teacher,
                                .rows = part.rows.get(),
                                .subset = all,
                                .classes = part.classes,
                                .seed = seed,
                                .cache = options_.features.cache};
    return train::make_teacher(job, options_.teacher_trainer(), context);
  }

  std::string name_;
  LabelSpec labels_;
  std::string text_;
  std::shared_ptr<const trials::Compressor> pictures_;
  const CompressorOptions options_;
};

}  // namespace

std::shared_ptr<const trials::Compressor> make_labelling_compressor(const std::string& spec, const std::string& labels,
                                                                    std::shared_ptr<const trials::Compressor> pictures,
                                                                    const CompressorOptions& options) {
  return std::make_shared<LabellingCompressor>(spec, labels, std::move(pictures), options);
}

}  // namespace decant
