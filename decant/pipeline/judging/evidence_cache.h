// Results of single trainings, each in a file of its own: FOLDER/KEY.json, the key a digest of the run's identity (evaluate/plan.h). A file
// is written as soon as its run ends, under its name at once and whole, so an interrupted evaluation goes on, and a baseline that was
// trained once is known to every evaluation after it. The identity is in the file too, and is compared when it is read.
#pragma once

#include <filesystem>

#include "decant/evaluate/plan.h"

namespace decant {

class EvidenceCache final : public evaluate::Store {
 public:
  /// The folder is made when the first result comes.
  explicit EvidenceCache(std::filesystem::path folder) : folder_(std::move(folder)) {}
  /// Nothing also for a file that is damaged.
  std::optional<std::string> find(const std::string& identity) override;
  /// Throws IoError.
  void keep(const std::string& identity, const std::string& result) override;

 private:
  std::filesystem::path file_of(const std::string& identity) const;
  std::filesystem::path folder_;
};

}  // namespace decant
