#include "decant/pipeline/judging/evidence_cache.h"

#include "decant/base/digest.h"
#include "decant/base/file.h"
#include "decant/base/json.h"

namespace decant {
namespace fs = std::filesystem;

fs::path EvidenceCache::file_of(const std::string& identity) const {
  return folder_ / (Digest().add(identity).hex() + ".json");
}

std::optional<std::string> EvidenceCache::find(const std::string& identity) {
  const fs::path file = file_of(identity);
  if (!fs::is_regular_file(file)) return std::nullopt;
  const Json json = try_parse_json(read_text(file));
  if (!json.is_object() || !json.contains("what") || !json.contains("result") || json_text(json["what"]) != identity) return std::nullopt;
  return json_text(json["result"]);
}

void EvidenceCache::keep(const std::string& identity, const std::string& result) {
  fs::create_directories(folder_);
  const Json json = {{"what", parse_json(identity)}, {"result", parse_json(result)}};
  write_file(file_of(identity), json_text(json, 2) + "\n");
}

}  // namespace decant
