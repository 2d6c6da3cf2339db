// Real rows in memory, as rows for those who train on such: nothing is decoded again.
#pragma once

#include <numeric>
#include <string>
#include <vector>

#include "decant/base/errors.h"
#include "decant/data/dataset.h"
#include "decant/distill/torch/real_rows.h"

namespace decant::distill {

/// Row i is number i of `real`, which must outlive it; its key is "i".
class DecodedRows final : public Rows, public Pictures, public Targets {
 public:
  explicit DecodedRows(const RealRows& real) : size_(real.picture_size()) {
    std::vector<int64_t> all(static_cast<size_t>(real.size()));
    std::iota(all.begin(), all.end(), int64_t{0});
    bytes_ = real.bytes(all).to(at::kCPU).contiguous();
    labels_ = real.labels().to(at::kCPU).contiguous();
  }

  int64_t size() const override { return labels_.size(0); }
  std::string key(int64_t row) const override { return std::to_string(row); }
  int32_t label(int64_t row) const override { return static_cast<int32_t>(labels_.data_ptr<int64_t>()[row]); }
  Bytes bytes(int64_t row, std::vector<std::byte>&) const override { return std::as_bytes(pixels(row)); }
  void decode(int64_t row, Image& image) const override {
    image.resize(size_);
    std::ranges::copy(pixels(row), image.pixels.begin());
  }
  std::optional<ImageSize> fixed_size() const override { return size_; }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }
  int64_t stored_bytes() const override { return bytes_.numel(); }

 private:
  std::span<const uint8_t> pixels(int64_t row) const {
    const auto each = static_cast<size_t>(size_.bytes());
    return std::span(bytes_.data_ptr<uint8_t>() + static_cast<size_t>(row) * each, each);
  }

  ImageSize size_;
  Tensor bytes_;
  Tensor labels_;
};

}  // namespace decant::distill
