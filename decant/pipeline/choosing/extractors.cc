#include <algorithm>
#include <memory>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/options.h"
#include "decant/base/text.h"
#include "decant/features/conv_kmeans.h"
#include "decant/features/lsa.h"
#include "decant/formats/npy/npy.h"
#include "decant/formats/npy/npy_shards.h"
#include "decant/pipeline/choosing/extractor.h"
#include "decant/pipeline/choosing/network_task.h"
#include "decant/pipeline/choosing/object_features.h"
#include "decant/pipeline/choosing/plan_costs.h"
#include "decant/pipeline/choosing/text_model_task.h"

namespace decant {
namespace {

bool are_pictures(const Rows& rows) {
  return rows.pictures() != nullptr;
}

bool have_boxes(const Rows& rows) {
  return are_pictures(rows) && rows.taught() == CountedIn::objects;
}

bool are_records(const Rows& rows) {
  return rows.texts() != nullptr;
}

bool are_vectors(const Rows& rows) {
  return rows.features() != nullptr;
}

FeatureSet open_file(const Dataset& dataset, const std::string& file) {
  FeatureSet set{.features = read_features(file), .file = file};
  const int64_t rows = dataset.train().size();
  if (set.features.count() != rows)
    throw InputError({file, "",
                      fmt::format("has {} rows, but the training split of {} has {}", human_count(set.features.count()),
                                  dataset.root.string(), human_count(rows)),
                      "Features need one row per training sample, in the order that `decant inspect` describes"});
  return set;
}

FeatureSet open_own_rows(const Dataset& dataset, const std::string&) {
  return {.features = *dataset.train().features(), .file = dataset.root.string(), .of_input = true};
}

template <class Model>
Fitted fitted(Model model) {
  const auto shared = std::make_shared<const Model>(std::move(model));
  return {[shared](const Rows& rows, const Subset& excluded, MatrixView<float> out, const Context& context) {
            shared->transform(rows, excluded, out, context);
          },
          [shared](const std::filesystem::path& path) { shared->save(path); }};
}

FeatureTask learning_task(std::string key, int64_t width, std::function<Fitted(const Context&)> fit) {
  return {.key = std::move(key),
          .width = width,
          .fill = [fit](const Rows& rows, const Subset& excluded, MatrixView<float> out,
                        const Context& context) { fit(context).transform(rows, excluded, out, context); },
          .fit = fit};
}

/// Of what was learned before.
template <class Model>
FeatureTask learned_task(const FeatureOptions& options) {
  Model model = Model::load(options.fitted);
  const int64_t width = model.columns();
  if (options.feature_width != FeatureOptions().feature_width && options.feature_width != width)
    throw InputError({options.fitted.string(), "",
                      fmt::format("gives {} columns, and --feature-width asks for {}", width, options.feature_width),
                      "Leave out --feature-width, or fit again with it"});
  return {.key = fmt::format("{} fitted {}", Model::kFitted, Digest().add(MappedFile(options.fitted).bytes()).hex()),
          .width = width,
          .fill = fitted(std::move(model)).transform};
}

FeatureTask conv_kmeans_task(const Input& input, const FeatureOptions& options, uint64_t seed, const Context&) {
  if (!options.fitted.empty()) return learned_task<features::ConvKMeans>(options);
  const features::ConvKMeansOptions extractor{.centroids = options.filters, .columns = options.feature_width, .seed = seed};
  return learning_task(result_key(extractor) + " 2",  // goes up when the numbers change
                       std::min(extractor.columns, 4 * extractor.centroids), [&input, extractor](const Context& context) {
                         return fitted(features::fit_conv_kmeans(input.dataset.train(), input.usable_rows(), extractor, context));
                       });
}

FeatureTask crops_task(const Input& input, const FeatureOptions& options, uint64_t seed, const Context& context) {
  return rarest_objects_task(conv_kmeans_task(input, options, seed, context), input.classes);
}

std::optional<Dependence> of_all_objects(const FeatureOptions&) {
  return Dependence{"sees a picture by its object of the rarest class, which all rows decide",
                    "Compute features of all rows in one command"};
}

FeatureTask lsa_task(const Input& input, const FeatureOptions& options, uint64_t seed, const Context&) {
  if (!options.fitted.empty()) return learned_task<features::Lsa>(options);
  const features::LsaOptions extractor{.columns = options.feature_width, .seed = seed};
  return learning_task(result_key(extractor) + " words 1",  // goes up when the numbers change
                       extractor.columns, [&input, extractor](const Context& context) {
                         return fitted(features::fit_lsa(input.dataset.train(), input.usable_rows(), extractor, context));
                       });
}

std::optional<Dependence> unless_fitted(const FeatureOptions& options) {
  if (!options.fitted.empty()) return std::nullopt;
  return Dependence{
      "learns from the rows that it is given",
      "Learn once from all rows: decant features DATA --fit-only -o filters.safetensors; then give --filters filters.safetensors"};
}

std::optional<Dependence> of_network(const FeatureOptions& options) {
  if (options.weights.empty())
    return Dependence{"trains its network on the rows that it is given", "Train once (decant train), and give --weights"};
  if (options.normalisation == "data")
    return Dependence{"normalises pictures by the mean of those that it is given", "Give --normalisation imagenet"};
  return std::nullopt;
}

std::optional<Dependence> of_rotations(const FeatureOptions&) {
  return Dependence{"trains its network on the rows that it is given", "Compute features of all rows in one command"};
}

constexpr const char* kNoPictures = "holds no pictures to compute features from";
constexpr const char* kNoTexts = "holds no texts to compute features from";
constexpr const char* kGiveFeatures = "Omit --features, or give a .npy";

std::deque<Extractor> built_in_extractors() {
  const std::vector<std::string> of_networks = {"net", "weights", "epochs", "image-size", "normalisation", "device"};
  return {{.name = "file", .open = open_file},
          {.name = "rows",
           .fits = are_vectors,
           .misfit = "holds pictures, and a matrix of features is needed here",
           .remedy = "Use decant compress, or compute features first: decant features",
           .open = open_own_rows},
          {.name = "conv-kmeans",
           .fits = are_pictures,
           .misfit = kNoPictures,
           .remedy = kGiveFeatures,
           .options = {"feature-width", "filters"},
           .task = conv_kmeans_task,
           .dependence = unless_fitted,
           .seconds = costs::conv_kmeans_seconds,
           .class_cosine = 0.02},
          {.name = "crops",
           .fits = have_boxes,
           .misfit = "holds no pictures with boxes whose content could be looked at",
           .remedy = kGiveFeatures,
           .options = {"feature-width", "filters"},
           .task = crops_task,
           .dependence = of_all_objects,
           .class_cosine = 0.02},
          {.name = "lsa",
           .fits = are_records,
           .misfit = kNoTexts,
           .remedy = kGiveFeatures,
           .options = {"feature-width", "filters"},
           .task = lsa_task,
           .dependence = unless_fitted,
           .cosine = 0.05,
           .class_cosine = 0.05},
          {.name = "static",
           .fits = are_records,
           .misfit = kNoTexts,
           .remedy = kGiveFeatures,
           .options = {"weights"},
           .task = static_task,
           .cosine = 0.1,
           .class_cosine = 0.1},
          {.name = "sentence",
           .fits = are_records,
           .misfit = kNoTexts,
           .remedy = kGiveFeatures,
           .options = {"weights", "device"},
           .task = sentence_task,
           .cosine = 0.1,
           .class_cosine = 0.1},
          {.name = "embedding",
           .fits = are_pictures,
           .misfit = kNoPictures,
           .remedy = kGiveFeatures,
           .options = of_networks,
           .task = embedding_task,
           .dependence = of_network,
           .cosine = 0.5,
           .class_cosine = 0.5},
          {.name = "rotation",
           .fits = are_pictures,
           .misfit = kNoPictures,
           .remedy = kGiveFeatures,
           .options = {"net", "epochs", "image-size", "normalisation", "device"},
           .task = rotation_task,
           .dependence = of_rotations,
           .cosine = 0.5,
           .class_cosine = 0.5},
          {.name = "gradient",
           .fits = are_pictures,
           .misfit = kNoPictures,
           .remedy = kGiveFeatures,
           .labels = true,
           .options = of_networks,
           .task = gradient_task,
           .dependence = of_network}};
}

std::deque<Extractor>& all_extractors() {
  static std::deque<Extractor> list = built_in_extractors();
  return list;
}

}  // namespace

const std::deque<Extractor>& extractors() {
  return all_extractors();
}

const Extractor& add_extractor(Extractor extractor) {
  DECANT_CHECK(std::ranges::find(extractors(), extractor.name, &Extractor::name) == extractors().end(), ==, true);
  return all_extractors().emplace_back(std::move(extractor));
}

const Extractor& extractor_for(const std::string& asked, const Dataset& dataset) {
  const Rows& rows = dataset.train();
  const std::string name = names_npy(asked) ? extractors().front().name : asked == "auto" ? std::string(rows.modality().features) : asked;
  const auto found = std::ranges::find(extractors(), name, &Extractor::name);
  if (found == extractors().end()) {
    std::vector<std::string> names = {"auto", "a .npy file"};
    for (const Extractor& extractor : extractors()) {
      if (extractor.task) names.push_back(extractor.name);
    }
    throw UsageError("--features: " + unknown_name("extractor", asked, names));
  }
  if (found->fits && !found->fits(rows)) throw InputError({dataset.root.string(), "", found->misfit, found->remedy});
  return *found;
}

void warn_of_idle(const FeatureOptions& options, const FeatureSet& set, bool proxy, const Context& context) {
  const auto found = std::ranges::find(extractors(), set.kind, &Extractor::name);
  std::vector<std::string> heeded = {"cache"};
  if (found != extractors().end()) {
    heeded.insert(heeded.end(), found->options.begin(), found->options.end());
    heeded.push_back("features");
  }
  if (proxy) heeded.insert(heeded.end(), {"image-size", "device"});
  for (const auto& [name, text] : given_options(options)) {
    if (std::ranges::find(heeded, name) == heeded.end())
      context.warn(fmt::format("--{} {} has no effect: {}", name, text,
                               set.kind.empty() ? "no features are needed" : fmt::format("features are {}", set.kind)));
  }
}

}  // namespace decant
