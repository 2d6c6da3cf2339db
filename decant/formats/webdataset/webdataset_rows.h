// The samples of all archives of a split, as rows.
#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/recode.h"
#include "decant/formats/webdataset/shard.h"

namespace decant::webdataset {

/// In the order of the archives, and in each of its samples.
class WebDatasetRows final : public Rows, public Pictures, public Targets {
 public:
  WebDatasetRows(std::filesystem::path base, std::vector<Shard> shards) : base_(std::move(base)), shards_(std::move(shards)) {
    for (const Shard& shard : shards_) {
      first_.push_back(first_.back() + static_cast<int64_t>(shard.samples.size()));
      labelled_ = labelled_ || std::ranges::any_of(shard.samples, [](const Sample& sample) { return sample.label != kNoLabel; });
    }
  }

  int64_t size() const override { return first_.back(); }
  int32_t label(int64_t row) const override { return at(row).sample.label; }

  std::string key(int64_t row) const override {
    const auto [shard, sample] = at(row);
    return shard.name + "/" + std::string(shard.name_of(sample));
  }

  Bytes bytes(int64_t row, std::vector<std::byte>&) const override {
    const auto [shard, sample] = at(row);
    return shard.part(sample.data, sample.size);
  }

  void decode(int64_t row, Image& image) const override {
    const std::string name = (base_ / key(row)).string();
    decode_image(picture(row, name), name, image);
  }

  std::optional<PatchMask> mask(int64_t row) const override {
    const std::string name = (base_ / key(row)).string();
    return stored_mask(picture(row, name), name);
  }

  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override {
    const auto holds_one = [](const Shard& shard) { return shard.faults.size() < shard.samples.size(); };
    return std::ranges::any_of(shards_, holds_one) ? this : nullptr;
  }
  const Targets* targets() const override { return labelled_ ? this : nullptr; }

  std::vector<int64_t> known_faults() const override {
    std::vector<int64_t> rows;
    for (size_t i = 0; i < shards_.size(); ++i) {
      for (const auto& [sample, fault] : shards_[i].faults) rows.push_back(first_[i] + sample);
    }
    return rows;
  }

  std::string known_fault(int64_t row) const override {
    const size_t i = shard_of(row);
    const auto found = shards_[i].faults.find(row - first_[i]);
    return found == shards_[i].faults.end() ? std::string() : found->second;
  }

  int64_t stored_bytes() const override {
    int64_t sum = 0;
    for (const Shard& shard : shards_) {
      for (const Sample& sample : shard.samples) sum += sample.end - sample.begin;
    }
    return sum;
  }

  const std::vector<Shard>& shards() const { return shards_; }
  size_t shard_of(int64_t row) const {
    return static_cast<size_t>(std::upper_bound(first_.begin(), first_.end(), row) - first_.begin()) - 1;
  }
  int64_t first_row(size_t shard) const { return first_[shard]; }

 private:
  struct Place {
    const Shard& shard;
    const Sample& sample;
  };
  Place at(int64_t row) const {
    const size_t i = shard_of(row);
    return {shards_[i], shards_[i].samples[static_cast<size_t>(row - first_[i])]};
  }

  Bytes picture(int64_t row, const std::string& name) const {
    if (const std::string fault = known_fault(row); !fault.empty()) throw InputError({name, "", fault, ""});
    const auto [shard, sample] = at(row);
    return shard.part(sample.data, sample.size);
  }

  std::filesystem::path base_;
  std::vector<Shard> shards_;
  std::vector<int64_t> first_ = {0};  ///< first row of each shard, and the number of rows at the end
  bool labelled_ = false;             ///< whether any row is
};

}  // namespace decant::webdataset
