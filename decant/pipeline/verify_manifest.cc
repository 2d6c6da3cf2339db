#include "decant/pipeline/verify_manifest.h"

#include <algorithm>
#include <fmt/core.h>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/parallel.h"

namespace decant {
namespace fs = std::filesystem;

void refuse_small_set(const fs::path& file, int64_t row, const std::string& what) {
  throw InputError({file.string(), row < 0 ? "" : fmt::format("row {}", row), what, "Make the small set again"});
}

std::vector<ManifestLine> read_manifest(const fs::path& file) {
  std::vector<ManifestLine> lines;
  const std::string text = read_text(file);
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    try {
      const Json line = try_parse_json(text.substr(begin, end - begin));
      lines.push_back({line.at("row"), line.at("key"), line.at("label").is_null() ? kNoLabel : line.at("label").get<int32_t>(),
                       line.at("sha256"), line.value("stored_sha256", ""), line.value("cells", 0), line.value("cells_kept", 0),
                       line.value("quality", 0), line.value("eighths", 8), line.value("annotations", ""),
                       line.value("stored_annotations", "")});
    } catch (const Json::exception&) {
      throw InputError({file.string(), fmt::format("line {}", lines.size() + 1), "is not a manifest line", "Make the small set again"});
    }
    begin = end + 1;
  }
  return lines;
}

void check_rows(const RunFolder& run, const std::vector<ManifestLine>& manifest) {
  const fs::path file = run.path / "manifest.jsonl";
  if (manifest.size() != run.kept.size())
    refuse_small_set(file, -1, fmt::format("lists {} samples, indices.npy {}", manifest.size(), run.kept.size()));
  if (run.run.kept != std::ssize(run.kept))
    refuse_small_set(run.path / "run.json", -1,
                     fmt::format("records {} kept samples, indices.npy lists {}", run.run.kept.value_or(0), run.kept.size()));
  for (size_t i = 0; i < manifest.size(); ++i) {
    if (manifest[i].row != run.kept[i]) refuse_small_set(file, manifest[i].row, "is not the row that indices.npy names here");
  }
}

void check_source(const Input& input, const std::vector<ManifestLine>& manifest, const Context& context) {
  const Rows& rows = input.dataset.train();
  Stage stage(context, "verify source", static_cast<int64_t>(manifest.size()), "rows");
  parallel_for(context, static_cast<int64_t>(manifest.size()), 256, [&](int64_t begin, int64_t end) {
    std::vector<std::byte> scratch;
    for (int64_t i = begin; i < end; ++i) {
      const ManifestLine& line = manifest[static_cast<size_t>(i)];
      if (line.row < 0 || line.row >= rows.size()) refuse_small_set(input.dataset.root, line.row, "does not exist in the source");
      if (rows.key(line.row) != line.key)
        refuse_small_set(input.dataset.root, line.row,
                         fmt::format("is {} in the source, {} in the manifest", rows.key(line.row), line.key));
      if (rows.label(line.row) != line.label) refuse_small_set(input.dataset.root, line.row, "has a different label in the source");
      if (annotation_digest(rows, line.row) != line.annotations)
        refuse_small_set(input.dataset.root, line.row, "has objects in the source that differ from the manifest");
      if (sha256(rows.bytes(line.row, scratch)) != line.sha256)
        refuse_small_set(input.dataset.root, line.row, "has bytes in the source that differ from the manifest");
    }
    stage.advance(end - begin);
  });
}

}  // namespace decant
