#include "decant/features/cache.h"

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/formats/npy/npy.h"

namespace decant::features {
namespace fs = std::filesystem;
namespace {

fs::path numbers(const fs::path& folder) {
  return folder / "features.npy";
}
fs::path sidecar(const fs::path& folder) {
  return folder / "features.json";
}

std::string stored_digest(const fs::path& folder) {
  const Json json = try_parse_json(read_text(sidecar(folder)));
  const auto digest = json.is_object() ? json.find("digest") : json.end();
  return digest != json.end() && digest->is_string() ? digest->get<std::string>() : std::string();
}

}  // namespace

std::string FeatureKey::digest() const {
  return Digest().add(input).add(extractor).add(options).add(numerics).hex();
}

std::optional<Features> find_features(const fs::path& folder, const FeatureKey& key, int64_t rows, int64_t columns) {
  if (!fs::is_regular_file(sidecar(folder)) || !fs::is_regular_file(numbers(folder))) return std::nullopt;
  if (stored_digest(folder) != key.digest()) return std::nullopt;
  try {
    Features features = read_features(numbers(folder).string());
    if (features.count() == rows && features.width() == columns && features.is_matrix()) return features;
  } catch (const InputError&) {  // damaged: as good as absent
  }
  return std::nullopt;
}

Features store_features(const fs::path& folder, const FeatureKey& key, int64_t rows, int64_t columns,
                        const std::function<void(MatrixView<float>)>& fill) {
  fs::remove(sidecar(folder));
  NpyWriter writer(numbers(folder), rows, columns);
  fill(writer.rows());
  writer.commit();
  const Json json = {{"digest", key.digest()},   {"input", key.input}, {"extractor", key.extractor}, {"options", key.options},
                     {"numerics", key.numerics}, {"rows", rows},       {"columns", columns}};
  write_file(sidecar(folder), json_text(json, 2) + "\n");
  return read_features(numbers(folder).string());
}

}  // namespace decant::features
