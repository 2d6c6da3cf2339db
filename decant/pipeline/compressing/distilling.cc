// Pictures that a method of distillation makes.
#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/data/memory_rows.h"
#include "decant/data/picked_rows.h"
#include "decant/data/rows_view.h"
#include "decant/formats/image/picture_files.h"
#include "decant/loader/image_table.h"
#include "decant/pipeline/compressing/compressors.h"
#include "decant/pipeline/judging/arm_spec.h"
#include "decant/pipeline/run/picture_sheet.h"
#include "decant/train/teacher.h"

namespace decant {
namespace {

constexpr int64_t kFewSteps = 60;  // a trial makes many sets
constexpr const char* kNarrowNet = "convnet3+width=16";
constexpr double kUsualRadius = 5;          // FedDM's
constexpr size_t kPicturesMeasured = 1000;  // for what a picture takes on average
constexpr int kSameWithin = 2;              // of a pixel's 255: what normalising and back leaves

/// Pixels that were made, which files can be made of.
class MadePictures final : public MemoryRows {
 public:
  using MemoryRows::MemoryRows;
  PictureBytes stored_as() const override { return PictureBytes::raw; }
};

class DistillingCompressor final : public trials::Compressor {
 public:
  DistillingCompressor(const std::string& spec, const CompressorOptions& options) : name_(spec), options_(options) {
    distill_.steps = kFewSteps;
    distill_.net = kNarrowNet;
    OptionTable table;
    distill_.declare(table);
    table.add("pictures", pictures_, "WHICH", "");
    table.add("quality", quality_, "Q", "");
    table.add("radius", radius_, "R", "");
    const std::vector<std::string> pieces = spec_pieces(spec);
    distill_.method = pieces.front();
    for (size_t i = 1; i < pieces.size(); ++i) set(table, pieces[i]);
    if (pictures_ != "last" && pictures_ != "first")
      throw UsageError(fmt::format("--with {}: pictures={} is neither last nor first", spec, pictures_));
    if (quality_ < 0 || quality_ > 100) throw UsageError(fmt::format("--with {}: quality={} is not from 1 to 100", spec, quality_));
    if (!(radius_ >= 0)) throw UsageError(fmt::format("--with {}: radius={} is no distance", spec, radius_));
    distill::check(distill_);
  }

  std::string name() const override { return name_; }
  std::string identity() const override {
    Json all = {{"distilled", result_key(distill_)}, {"pictures", pictures_}, {"quality", quality_}};
    if (radius_ != kUsualRadius) all["radius"] = radius_;
    return json_text(all);
  }

  trials::SmallSet make(const trials::Part& part, trials::Size size, uint64_t seed, const Context& context) const override {
    const int64_t per_class = size.unit == trials::Size::Unit::per_class ? size.amount : pictures_within(part, size.amount);
    const Sorted sorted = sort(part, per_class);
    std::vector<PickedRows::Pick> picks;
    trials::SmallSet set;
    if (!sorted.classes.empty()) distil(part, sorted, per_class, seed, picks, set, context);
    for (const int64_t row : sorted.too_few) {
      picks.push_back({part.rows, row});
      set.origins.push_back(row);
    }
    set.rows = as_picture_files(std::make_shared<PickedRows>(std::move(picks)), quality_);
    std::vector<std::byte> scratch;
    for (int64_t row = 0; row < set.rows->size(); ++row) {
      set.order.push_back(row);
      set.bytes.push_back(std::ssize(set.rows->bytes(row, scratch)));
    }
    if (size.unit == trials::Size::Unit::bytes) keep_within(size.amount, set);
    return set;
  }

 private:
  void set(OptionTable& table, const std::string& piece) {
    const size_t equals = piece.find('=');
    const std::string option = piece.substr(0, equals);
    if (option == "per-class" || option == "seed" || option == "method")
      throw UsageError(fmt::format("--with {}: {} is the trial's to say", name_, option));
    if (Option* const known = table.find(option); known != nullptr) {
      known->set(piece.substr(equals + 1));
      of_net_ = option == "net";
      net_given_ = net_given_ || of_net_;
    } else {
      (of_net_ ? distill_.net : distill_.method) += "+" + piece;
    }
  }

  /// Pictures of each class, made ones taking about what real ones do.
  int64_t pictures_within(const trials::Part& part, int64_t bytes) const {
    std::set<int32_t> classes;
    for (int64_t row = 0; row < part.rows->size(); ++row) classes.insert(part.rows->label(row));
    const std::shared_ptr<const Rows> files = as_picture_files(part.rows, quality_);
    const Subset some = some_of(Subset::all(files->size()), kPicturesMeasured);
    int64_t sum = 0;
    std::vector<std::byte> scratch;
    for (const int64_t row : some) sum += std::ssize(files->bytes(row, scratch));
    const double each = static_cast<double>(sum) / static_cast<double>(some.size());
    const auto count = static_cast<int64_t>(static_cast<double>(bytes) / (each * static_cast<double>(classes.size())));
    if (count == 0)
      throw InputError({"", "--with " + name_,
                        fmt::format("{} hold no picture of each of {} classes, which take about {} each", human_bytes(bytes),
                                    classes.size(), human_bytes(std::llround(each))),
                        "Give more bytes"});
    return count;
  }

  /// Lets go of the last pictures of the classes in turn, until the others fit.
  static void keep_within(int64_t bytes, trials::SmallSet& set) {
    std::map<int32_t, std::vector<size_t>> of_class;
    for (size_t i = 0; i < set.order.size(); ++i) of_class[set.rows->label(set.order[i])].push_back(i);
    std::vector<bool> kept(set.order.size(), true);
    int64_t taken = set.total_bytes();
    while (taken > bytes) {
      auto& most = std::ranges::max_element(of_class, {}, [](const auto& one) { return one.second.size(); })->second;
      taken -= set.bytes[most.back()];
      kept[most.back()] = false;
      most.pop_back();
    }
    size_t to = 0;
    for (size_t i = 0; i < kept.size(); ++i) {
      if (!kept[i]) continue;
      set.order[to] = set.order[i];
      set.bytes[to++] = set.bytes[i];
    }
    set.order.resize(to);
    set.bytes.resize(to);
  }

  /// Rows of the classes that have enough, and those of the others, which are sent as they are.
  struct Sorted {
    std::vector<int32_t> classes;  ///< with enough, ascending
    std::vector<int64_t> rows;     ///< of these
    std::vector<int64_t> too_few;
  };
  static Sorted sort(const trials::Part& part, int64_t per_class) {
    std::map<int32_t, std::vector<int64_t>> of_class;
    for (int64_t row = 0; row < part.rows->size(); ++row) of_class[part.rows->label(row)].push_back(row);
    Sorted sorted;
    for (const auto& [label, rows] : of_class) {
      const bool enough = std::ssize(rows) > per_class;
      if (enough) sorted.classes.push_back(label);
      std::vector<int64_t>& to = enough ? sorted.rows : sorted.too_few;
      to.insert(to.end(), rows.begin(), rows.end());
    }
    std::ranges::sort(sorted.rows);
    return sorted;
  }

  void distil(const trials::Part& part, const Sorted& sorted, int64_t per_class, uint64_t seed, std::vector<PickedRows::Pick>& picks,
              trials::SmallSet& set, const Context& context) const {
    std::vector<int32_t> renamed(static_cast<size_t>(part.classes), kNoLabel);
    for (size_t i = 0; i < sorted.classes.size(); ++i) renamed[static_cast<size_t>(sorted.classes[i])] = static_cast<int32_t>(i);
    const auto rows = std::make_shared<RowsView>(part.rows, sorted.rows, renamed);
    const Subset all = Subset::all(rows->size());
    distill::DistillJob job{.options = distill_,
                            .rows = rows.get(),
                            .subset = all,
                            .classes = static_cast<int>(sorted.classes.size()),
                            .digest = part.digest,
                            .cache = options_.features.cache};
    job.options.per_class = static_cast<int>(per_class);
    job.options.seed = seed;
    if (part.learner != nullptr) make_for(*part.learner, sorted.classes, job);
    const distill::Distilled made = options_.distill(job, context);
    const distill::SyntheticSet& pictures = pictures_ == "first" && !made.stages.empty() ? made.stages.front() : made.set;
    std::vector<Image> images(static_cast<size_t>(pictures.count()));
    std::vector<int32_t> labels;
    for (int64_t i = 0; i < pictures.count(); ++i) {
      draw_picture(pictures, i, images[static_cast<size_t>(i)]);
      labels.push_back(sorted.classes[static_cast<size_t>(i / pictures.per_class)]);
    }
    const auto memory = std::make_shared<MadePictures>(std::move(images), std::move(labels));
    for (int64_t i = 0; i < memory->size(); ++i) picks.push_back({memory, i});
    if (!made.stages.empty()) {
      for (const int64_t row : shown_by(made.stages.front(), *rows, context)) set.origins.push_back(sorted.rows[static_cast<size_t>(row)]);
    }
  }

  void make_for(const train::Teacher& learner, const std::vector<int32_t>& classes, distill::DistillJob& job) const {
    if (net_given_ && distill_.net != learner.net)
      throw InputError({"", "--with " + name_, fmt::format("looks through {}, but the sets are for a {}", distill_.net, learner.net),
                        "Leave out net=, or make the trial's --net the same"});
    job.options.net = learner.net;
    job.around = {&learner, classes, radius_};
  }

  /// Rows whose picture is one of the set's: real rows that it began with.
  static std::vector<int64_t> shown_by(const distill::SyntheticSet& first, const Rows& rows, const Context& context) {
    const loader::ImageTable table(rows, Subset::all(rows.size()), first.size, std::numeric_limits<int64_t>::max(), context);
    loader::ImageTable::Scratch scratch;
    std::vector<int64_t> shown;
    Image image;
    for (int64_t i = 0; i < first.count(); ++i) {
      draw_picture(first, i, image);
      for (int64_t row = 0; row < rows.size(); ++row) {
        if (rows.label(row) != i / first.per_class || !alike(image, table.pixels(row, scratch))) continue;
        if (std::ranges::find(shown, row) == shown.end()) shown.push_back(row);
        break;
      }
    }
    return shown;
  }
  static bool alike(const Image& image, const uint8_t* pixels) {
    for (size_t i = 0; i < image.pixels.size(); ++i) {
      if (std::abs(int{image.pixels[i]} - int{pixels[i]}) > kSameWithin) return false;
    }
    return true;
  }

  std::string name_;
  const CompressorOptions options_;
  distill::DistillOptions distill_;
  bool of_net_ = false;  ///< whether the options to come, which distilling does not know, are the net's; else the method's
  std::string pictures_ = "last";
  int quality_ = 0;
  bool net_given_ = false;
  double radius_ = kUsualRadius;  ///< of the ball around a learner
};

}  // namespace

std::shared_ptr<const trials::Compressor> make_distilling_compressor(const std::string& spec, const CompressorOptions& options) {
  return std::make_shared<DistillingCompressor>(spec, options);
}

}  // namespace decant
