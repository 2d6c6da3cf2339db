// dynamics.json: how training dynamics were recorded, and with what result.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "decant/base/json_fwd.h"

namespace decant {

struct DynamicsRecord {
  std::string input;  ///< digest of the rows and of what they were taught as
  int64_t rows = 0;
  std::string net;
  int64_t epochs = 0;
  int64_t batch = 0;
  int64_t steps = 0;
  uint64_t seed = 0;
  double seconds = 0;
  std::vector<double> accuracy;  ///< 0…1, of every epoch on the rows it observed; not empty

  // In a folder that `decant scores` wrote.
  std::vector<std::string> scores;  ///< names of the columns next to the record
  std::string command;
};

Json to_json(const DynamicsRecord& record);

/// Throws InputError that names `file` and the field; input, net and accuracy are required.
DynamicsRecord dynamics_record_from(const Json& json, const std::string& file);

}  // namespace decant
