#include "decant/train/torch/frozen_levels.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <any>
#include <c10/core/GradMode.h>
#include <fmt/ranges.h>

#include "decant/base/errors.h"
#include "decant/nn/weights.h"

namespace decant::train {
namespace {

constexpr int kFrozenBatch = 16;
constexpr int64_t kHalfBytes = 2;

/// (count, h · w · channels) of a map: rows that can be gathered.
at::Tensor as_rows(const at::Tensor& map) {
  return map.permute({0, 2, 3, 1}).contiguous().flatten(1);
}

}  // namespace

at::Tensor images_of(const loader::SceneBatch& batch, ImageSize frame, at::Device device) {
  void* const pixels = const_cast<float*>(batch.images.data());  // from_blob asks for it; nothing is written
  const at::Tensor images = at::from_blob(pixels, {batch.count, frame.height, frame.width, frame.channels}, at::kFloat);
  return images.permute({0, 3, 1, 2}).to(device);
}

FrozenLevels::FrozenLevels(FrozenBackbone spec, std::unique_ptr<const nn::Classifier> network)
    : spec_(std::move(spec)), network_(std::move(network)), state_(nn::load_weights(*network_, spec_.weights, spec_.device)) {
  for (at::Tensor& parameter : state_.parameters) {
    if (parameter.dim() == 4) parameter = parameter.contiguous(at::MemoryFormat::ChannelsLast);
  }
}

int64_t FrozenLevels::bytes_of(const loader::SceneTable& table, bool mirrored) const {
  const std::vector<nn::Level> levels = network_->levels();
  int64_t values = 0;
  for (const size_t level : spec_.reads) {
    const int64_t stride = nn::kFirstLevelStride << level;
    const auto places = [&](int side) { return (side + stride - 1) / stride; };
    values += levels[level].channels * places(table.frame().width) * places(table.frame().height);
  }
  return values * kHalfBytes * std::ssize(table.chosen()) * (mirrored ? 2 : 1);
}

bool FrozenLevels::keeps(const loader::SceneTable& table, bool mirrored) const {
  return bytes_of(table, mirrored) <= kKeptLevelBytes;
}

nn::Tensors FrozenLevels::compute(const at::Tensor& images) {
  const c10::NoGradGuard no_grad;
  const nn::Tensors all = nn::level_maps(*network_, {state_.parameters, state_.buffers}, images);
  nn::Tensors wanted;
  for (const size_t level : spec_.reads) wanted.push_back(all[level].to(at::kHalf));
  return wanted;
}

/// Row 2i is picture i of the table, row 2i + 1 its mirror image; row i where no mirror images are
/// wanted. After the levels, their sides: (levels, 3) of channels, height and width.
nn::Tensors FrozenLevels::compute_all(const loader::SceneTable& table, bool mirrored, const Context& context) {
  const int64_t pictures = std::ssize(table.chosen()), each = mirrored ? 2 : 1;
  loader::SceneBatches batches(table, table.chosen(),
                               {.batch = kFrozenBatch, .samples = pictures, .normalisation = spec_.normalisation, .workers = 1}, context);
  Stage stage(context, "backbone", pictures, "images");
  nn::Tensors rows;
  at::Tensor sides;
  int64_t done = 0;
  while (const loader::SceneBatch* batch = batches.next()) {
    context.check_cancelled();
    const at::Tensor images = images_of(*batch, table.frame(), spec_.device);
    for (int64_t mirror = 0; mirror < each; ++mirror) {
      const nn::Tensors maps = compute(mirror == 0 ? images : images.flip(3).contiguous(at::MemoryFormat::ChannelsLast));
      for (size_t i = 0; i < maps.size(); ++i) {
        const at::Tensor values = as_rows(maps[i]);
        if (i == rows.size()) rows.push_back(at::empty({pictures * each, values.size(1)}, values.options()));
        rows[i].slice(0, done * each + mirror, (done + batch->count) * each, each).copy_(values);
      }
      if (!sides.defined()) {
        sides = at::empty({std::ssize(maps), 3}, at::kLong);
        for (size_t i = 0; i < maps.size(); ++i) {
          for (int64_t k = 0; k < 3; ++k) sides.data_ptr<int64_t>()[3 * i + static_cast<size_t>(k)] = maps[i].size(k + 1);
        }
      }
    }
    done += batch->count;
    stage.advance(batch->count);
  }
  rows.push_back(sides);
  return rows;
}

nn::Tensors FrozenLevels::of(const loader::SceneTable& table, const loader::SceneBatch& batch, bool mirrored, const Context& context) {
  nn::Tensors levels;
  if (!keeps(table, mirrored)) {
    for (const at::Tensor& map : compute(images_of(batch, table.frame(), spec_.device))) levels.push_back(map.to(at::kFloat));
    return levels;
  }
  const std::string name = fmt::format("levels {} of {} by {} on {}{}", fmt::join(spec_.reads, " "), spec_.net, spec_.weights.string(),
                                       spec_.device.str(), mirrored ? ", mirrored too" : "");
  const auto rows = std::any_cast<nn::Tensors>(table.attached(name, [&] { return compute_all(table, mirrored, context); }));
  const at::Tensor which = at::empty({batch.count}, at::kLong);
  for (int64_t i = 0; i < batch.count; ++i) {
    const auto at = static_cast<size_t>(i);
    const int64_t slot = table.slot(batch.rows[at]);
    which.data_ptr<int64_t>()[i] = mirrored ? 2 * slot + (batch.placements[at].mirror ? 1 : 0) : slot;
  }
  const at::Tensor index = which.to(spec_.device);
  const int64_t* sides = rows.back().data_ptr<int64_t>();
  for (size_t i = 0; i + 1 < rows.size(); ++i, sides += 3)
    levels.push_back(rows[i].index_select(0, index).to(at::kFloat).view({batch.count, sides[1], sides[2], sides[0]}).permute({0, 3, 1, 2}));
  return levels;
}

}  // namespace decant::train
