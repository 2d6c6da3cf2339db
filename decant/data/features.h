// Features: one float32 row per sample, rows × width, usually a memory-mapped .npy.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "decant/base/matrix.h"

namespace decant {

/// A view with a share in whatever keeps the memory alive. Copies are cheap.
struct Features {
  MatrixView<const float> rows;
  std::shared_ptr<const void> owner;

  int64_t count() const { return rows.rows; }
  int64_t width() const { return rows.cols; }
};

/// Throws InputError naming the first row that holds a NaN or an infinity. `name`: the file, for the message. One pass.
/// `skip`: rows that may hold anything, as one flag a row; empty = none.
void require_finite(const Features& features, const std::string& name, const std::vector<bool>& skip = {});

}  // namespace decant
