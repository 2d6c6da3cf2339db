// Batches made where they are used: the pictures of a table lie on the device as bytes, and a batch
// is gathered, cut, mirrored and normalised there.
//
// A cut is a shift (augment.h): line y of the output shows line fold(y + dy) of the input, column x
// shows column fold(x + dx), and a mirrored picture reads its columns from the other end. There are
// 2·crop + 1 shifts each way, so all that can happen is written down once, as rows of two small
// tables: where each line begins, (2·crop + 1, height), and which columns show, (2 · (2·crop + 1),
// width). Pixel (y, x) of a batch's picture is then pixel
//
//     origin + lines[dy][y] + columns[dx, mirror][x]
//
// of the table: two gathers of table rows, two sums that broadcast, one gather of pixels. The
// floats are byte · scale, rounded, then
// + bias, rounded: the loader's two operations in its order, so that batches are the loader's bit
// for bit wherever float32 products and sums are rounded as IEEE 754 says.
//
// A resized crop shows places between pixels: where they lie is computed there from the box, in
// float64 as the loader does, and four gathers of pixels take the place of one.
//
// What goes over the bus is four whole numbers per picture (origin, line row, column row, class):
// 32 bytes, and as many for a box, instead of 12 KB for a 32×32 colour picture as floats. They are
// drawn on the CPU by the loader's rules, and go over for many batches at once, since each such
// copy waits for the device.
#pragma once

#include <vector>

#include "decant/loader/batches.h"
#include "decant/train/torch/task.h"

namespace decant::train {

class DeviceBatches final : public BatchSource {
 public:
  /// As Batches (batches.h), without workers. The first one for a table and a device copies the
  /// table's pictures there; the copy is kept with the table (ImageTable::attached) and shared by
  /// all that follow. `device` may be the CPU, which is for tests: the loader is faster there.
  /// REQUIRES: table.kept(). The table must outlive this.
  ///
  /// Memory on the device: the table, once; while a batch is made, 8 bytes per pixel of indices and
  /// 5 a value of it; of resized crops four times as much.
  DeviceBatches(const loader::ImageTable& table, std::span<const int64_t> subset, const loader::BatchOptions& options, c10::Device device,
                const Context& context);

  const Batch* next() override;
  double waited() const override { return waited_; }

 private:
  /// What is drawn for some samples ahead.
  struct Plan {
    int64_t begin = 0;  ///< its first sample, counted from options.first
    int64_t end = 0;
    std::vector<int64_t> rows;
    at::Tensor numbers;  ///< int64 (4, end − begin), on the device: origin, line row, column row, class
    at::Tensor boxes;    ///< float64 (4, end − begin), there: left, top, width, height; of resized crops
  };

  /// The pixels between which a side's places lie, (count, size) each, counted along that side.
  struct Blends {
    at::Tensor low, high;  ///< int64
    at::Tensor share;      ///< float32
  };

  void plan_ahead(int64_t begin);
  void fill(Batch& batch);
  at::Tensor pictures(const at::Tensor& numbers) const;
  at::Tensor enlarged_pictures(const at::Tensor& numbers, const at::Tensor& boxes) const;
  Blends blends(const at::Tensor& begin, const at::Tensor& extent, int size) const;
  at::Tensor shown(const at::Tensor& origins, const at::Tensor& lines, const at::Tensor& columns) const;
  bool resizes() const { return options_.augmentation.resized_crop > 0; }

  const loader::ImageTable& table_;
  const std::vector<int64_t> subset_;
  const loader::BatchOptions options_;
  const c10::Device device_;
  const Context context_;
  loader::SampleOrder order_;
  at::Tensor pixels_;   ///< uint8 (pixels of all pictures, channels)
  at::Tensor lines_;    ///< int64 (2·crop + 1, height): where a line begins, in pixels from the picture's first
  at::Tensor columns_;  ///< int64 (2 · (2·crop + 1), width): columns; the mirrored ones follow the others
  at::Tensor scale_;    ///< float32 (channels)
  at::Tensor bias_;
  Plan plan_;
  Batch batch_;
  int64_t done_ = 0;  ///< samples handed out
  double waited_ = 0;
};

}  // namespace decant::train
