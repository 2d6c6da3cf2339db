// Reconstruction: what stands where cells were dropped, when a picture is trained on.
//
// A way of filling is one file in fills/ and one line in fills/list.h. Kept pixels are never
// touched.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decant/data/image.h"
#include "decant/data/rows.h"

namespace decant::patches {

/// A picture as it was stored, dropped cells at their mean colour.
struct Filling {
  Image* image = nullptr;
  const PatchMask* mask = nullptr;  ///< of the picture's size
};

class Filler {
 public:
  virtual ~Filler() = default;
  /// Called from several threads.
  virtual void fill(std::span<const Filling> pictures) const = 0;
};

/// "stored", "gray", "harmonic", "smooth".
std::vector<std::string> fill_names();

/// Whether a name is a file of weights: of a network that fills in pictures (fill_mae.h).
bool names_weights(const std::string& name);

/// Throws UsageError for an unknown name, with the nearest of those known and `more`. Opens no
/// file.
void require_filler(const std::string& name, const std::vector<std::string>& more = {});

/// What decides how it fills: the name, or a digest of the weights.
std::string fill_key(const std::string& name);

/// One of fill_names(), or a file of weights, FILE.safetensors. Throws UsageError for an unknown
/// name, and what opening the weights throws.
std::shared_ptr<const Filler> make_filler(const std::string& name);

/// Rows whose pictures are filled as they are decoded; the mask is gone. Those without one are as
/// they were. The bytes of a filled picture file are a PNG of it, and its key ends in .png.
class FilledRows final : public WrappedRows, public Pictures {
 public:
  /// REQUIRES: rows with pictures.
  FilledRows(std::shared_ptr<const Rows> below, std::shared_ptr<const Filler> filler);

  std::string key(int64_t row) const override;
  Bytes bytes(int64_t row, std::vector<std::byte>& scratch) const override;
  const Pictures* pictures() const override { return this; }

  void decode(int64_t row, Image& image) const override;
  std::optional<ImageSize> fixed_size() const override { return below().pictures()->fixed_size(); }
  PictureBytes stored_as() const override { return below().pictures()->stored_as(); }

 private:
  bool is_file_with_mask(int64_t row) const;

  std::shared_ptr<const Filler> filler_;
};

}  // namespace decant::patches
