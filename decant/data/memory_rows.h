// Rows whose pictures are in memory: for synthesised sets, tests and benchmarks.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/data/dataset.h"

namespace decant {

/// Row i is pictures[i] with labels[i]; its key is "i". A picture without pixels stands for one
/// that does not decode.
class MemoryRows : public Rows, public Pictures, public Targets {
 public:
  MemoryRows(std::vector<Image> pictures, std::vector<int32_t> labels) : pictures_(std::move(pictures)), labels_(std::move(labels)) {}

  int64_t size() const override { return static_cast<int64_t>(pictures_.size()); }
  std::string key(int64_t row) const override { return std::to_string(row); }
  int32_t label(int64_t row) const override { return labels_[static_cast<size_t>(row)]; }
  Bytes bytes(int64_t row, std::vector<std::byte>&) const override { return std::as_bytes(std::span(picture(row).pixels)); }
  void decode(int64_t row, Image& image) const override {
    if (picture(row).pixels.empty()) throw InputError({"memory", key(row), "no picture", "Leave it out"});
    image = picture(row);
  }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }
  int64_t stored_bytes() const override {
    int64_t sum = 0;
    for (const Image& image : pictures_) sum += image.size.bytes();
    return sum;
  }

 private:
  const Image& picture(int64_t row) const { return pictures_[static_cast<size_t>(row)]; }

  std::vector<Image> pictures_;
  std::vector<int32_t> labels_;
};

}  // namespace decant
