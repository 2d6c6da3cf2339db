#include "apps/python/row_sample.h"

#include <algorithm>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/text.h"

namespace decant::python {
namespace {

constexpr int64_t kRows = 1024;

uint64_t hash_of(const Features& features, int64_t row) {
  const auto [block, in_block] = features.place_of(row);
  const int64_t bytes = value_bytes(block->type);
  const auto* const begin = reinterpret_cast<const char*>(block->data + in_block * block->stride * bytes);
  return hash64({begin, static_cast<size_t>(block->width * bytes)});
}

}  // namespace

RowSample::RowSample(Features features, std::string name)
    : features_(std::move(features)), name_(std::move(name)), step_(std::max<int64_t>(1, features_.count() / kRows)) {
  for (int64_t row = 0; row < features_.count(); row += step_) hashes_.push_back(hash_of(features_, row));
}

void RowSample::require_unchanged() const {
  for (size_t i = 0; i < hashes_.size(); ++i) {
    const int64_t row = static_cast<int64_t>(i) * step_;
    if (hash_of(features_, row) == hashes_[i]) continue;
    throw InputError({name_, fmt::format("row {}", human_count(row)), "was changed while rows were being selected",
                      "Change it before or afterwards, or give a copy"});
  }
}

}  // namespace decant::python
