// The pictures of a trial, decoded once for all trainings: what judges of pictures share.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <span>

#include "decant/base/json.h"
#include "decant/evaluate/judge.h"
#include "decant/loader/image_table.h"

namespace decant::evaluate {

class PictureTables {
 public:
  using Table = std::shared_ptr<const loader::ImageTable>;

  /// The common size of the pictures, as loader::training_size() has it; unknown where `data` shows
  /// none.
  void settle(const Data& data, int image_size, const Context& context) {
    if (!data.some.empty()) size_ = loader::training_size(*data.rows, data.some, image_size, context);
  }

  void prepare(std::span<const Wanted> wanted, const Rows& test, const Context& context) {
    for (const Wanted& some : wanted) tables_[some.rows] = make(*some.rows, some.subset, context);
    test_ = make(test, Subset::all(test.size()), context);
  }

  Table make(const Rows& rows, std::span<const int64_t> chosen, const Context& context) const {
    return std::make_shared<loader::ImageTable>(rows, chosen, size_, loader::kKeptBytes, context);
  }

  ImageSize size() const { return size_; }
  int side() const { return std::min(size_.width, size_.height); }
  Json size_json() const { return {size_.width, size_.height, size_.channels}; }
  /// REQUIRES: prepare() was asked for them.
  const Table& of(const Rows* rows) const { return tables_.at(rows); }
  const Table& test() const { return test_; }

 private:
  ImageSize size_;
  std::map<const Rows*, Table> tables_;
  Table test_;
};

}  // namespace decant::evaluate
