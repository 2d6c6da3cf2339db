// Results of single trainings in the cache (base/cache.h), each under the run's identity
// (evaluate/plan.h). One is written as soon as its run ends, so an interrupted evaluation goes on,
// and a baseline that was trained once is known to every evaluation after it.
#pragma once

#include "decant/base/cache.h"
#include "decant/evaluate/plan.h"

namespace decant {

class EvidenceCache final : public evaluate::Store {
 public:
  explicit EvidenceCache(Cache cache) : cache_(std::move(cache)) {}
  /// False where nothing was ever kept. Cheap.
  static bool may_hold_any(const Cache& cache);
  std::optional<std::string> find(const std::string& identity) override;
  void keep(const std::string& identity, const std::string& result) override;

 private:
  Cache cache_;
};

}  // namespace decant
