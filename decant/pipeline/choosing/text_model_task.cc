#include "decant/pipeline/choosing/text_model_task.h"

#include <array>
#include <memory>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/features/static_embedding.h"

namespace decant {
namespace fs = std::filesystem;

namespace {

const fs::path& require_folder(const FeatureOptions& options) {
  if (options.weights.empty())
    throw UsageError(fmt::format("--features {} needs a model: give its folder with --weights", options.features));
  if (!fs::is_directory(options.weights))
    throw InputError({options.weights.string(), "", "is no folder",
                      fmt::format("--features {} reads a folder of a model as Hugging Face lays it out", options.features)});
  return options.weights;
}

/// Of every file that may decide what a model of texts computes.
std::string digest_of_model(const fs::path& folder) {
  constexpr std::array kFiles = {"config.json",  "tokenizer.json",        "tokenizer_config.json", "vocab.txt", "sentence_bert_config.json",
                                 "modules.json", "1_Pooling/config.json", "model.safetensors"};
  Digest digest;
  for (const char* file : kFiles) {
    if (fs::is_regular_file(folder / file)) digest.add(file).add(MappedFile(folder / file).bytes());
  }
  return digest.hex();
}

}  // namespace

FeatureTask static_task(const Input& input, const FeatureOptions& options, uint64_t, const Context&) {
  const fs::path& folder = require_folder(options);
  const auto embedding = std::make_shared<const features::StaticEmbedding>(features::open_static_embedding(folder));
  return {.key = "static 1 " + digest_of_model(folder),  // goes up when the numbers change
          .width = embedding->width(),
          .fill = [&input, embedding](MatrixView<float> out, const Context& context) {
            embedding->transform(input.dataset.train(), input.excluded_rows(), out, context);
          }};
}

}  // namespace decant
