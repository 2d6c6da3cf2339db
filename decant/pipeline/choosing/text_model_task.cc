#include "decant/pipeline/choosing/text_model_task.h"

#include <memory>
#include <vector>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/features/sentence.h"
#include "decant/features/static_embedding.h"
#include "decant/nn/networks.h"

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

/// Of the names and bytes of those files that are there.
std::string digest_of_files(const std::vector<fs::path>& files) {
  Digest digest;
  for (const fs::path& file : files) {
    if (fs::is_regular_file(file)) digest.add(file.filename().string()).add(MappedFile(file).bytes());
  }
  return digest.hex();
}

}  // namespace

FeatureTask static_task(const Input&, const FeatureOptions& options, uint64_t, const Context&) {
  const fs::path& folder = require_folder(options);
  const auto embedding = std::make_shared<const features::StaticEmbedding>(features::open_static_embedding(folder));
  const std::vector<fs::path> files = {folder / "config.json", folder / "tokenizer.json", folder / "tokenizer_config.json",
                                       folder / "vocab.txt", folder / "model.safetensors"};
  return {.key = "static 1 " + digest_of_files(files),  // goes up when the numbers change
          .width = embedding->width(),
          .fill = [embedding](const Rows& rows, const Subset& excluded, MatrixView<float> out, const Context& context) {
            embedding->transform(rows, excluded, out, context);
          }};
}

FeatureTask sentence_task(const Input&, const FeatureOptions& options, uint64_t, const Context&) {
  const features::SentenceFolder folder = features::open_sentence_folder(require_folder(options));
  const auto& room = from_module<features::SentenceEncoder>();
  return {.key = fmt::format("sentence 1 {} {}", digest_of_files(folder.files), from_module<nn::Networks>().numerics(options.device)),
          .width = folder.shape.hidden_size,
          .fill = [&room, folder, device = options.device](const Rows& rows, const Subset& excluded, MatrixView<float> out,
                                                           const Context& context) {
            room.compute(rows, excluded, folder, device, out, context);
          }};
}

}  // namespace decant
