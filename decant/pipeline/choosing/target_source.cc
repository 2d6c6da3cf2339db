#include "decant/pipeline/choosing/target_source.h"

#include <memory>

#include "decant/base/matrix.h"
#include "decant/select/pools/pools.h"

namespace decant {
namespace {

/// Some rows of features, as a matrix of their own.
Features copied(const Features& features, const Subset& rows) {
  const auto owner = std::make_shared<Matrix<float>>(std::ssize(rows.rows()), features.width());
  for (int64_t i = 0; i < owner->rows(); ++i) features.copy_row(rows[static_cast<size_t>(i)], (*owner)[i]);
  return {owner->view(), owner};
}

}  // namespace

FeatureSet obtain_targets(const std::string& path, const Input& input, const FeatureSet& of_input, const FeatureOptions& options,
                          uint64_t seed, const Context& context) {
  FieldOptions fields = input.fields;
  fields.images.clear();  // those are of the other set
  fields.colours.clear();
  fields.ignore.clear();
  const Input targets = read_input({.path = path, .fields = fields}, context);
  FeatureSet set = obtain_features_of_others(targets, input, of_input, options, seed, context);
  set.features = copied(set.features, targets.usable_rows());
  require_finite(set.features, set.file, {}, {}, context);
  return set;
}

}  // namespace decant
