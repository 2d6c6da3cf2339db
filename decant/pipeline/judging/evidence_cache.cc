#include "decant/pipeline/judging/evidence_cache.h"

#include "decant/base/json.h"

namespace decant {
namespace {

constexpr const char* kKind = "evidence";

CacheKey key_of_run(const std::string& identity) {
  CacheKey key(kKind);
  const Json settings = parse_json(identity);
  for (const auto& [name, value] : settings.items()) key.add(name, std::string_view(json_text(value)));
  return key;
}

}  // namespace

bool EvidenceCache::may_hold_any(const Cache& cache) {
  return cache.may_hold_any(kKind);
}

std::optional<std::string> EvidenceCache::find(const std::string& identity) {
  return cache_.find(key_of_run(identity));
}

void EvidenceCache::keep(const std::string& identity, const std::string& result) {
  cache_.keep(key_of_run(identity), result);
}

}  // namespace decant
