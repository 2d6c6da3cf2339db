// view_labels.bin: the labels of a set's views, next to run.json (docs/formats/view-labels.md has a
// worked example).
//
// Eight bytes give the length of a JSON header, the header says what follows, and then every row
// takes the same number of bytes: its views one after another (view_codec.h), filled up to a whole
// byte. So a row is read without the others. Nothing else is stored: which cut a view is follows
// from the header's seed and the numbers of row and view.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "decant/data/dataset.h"
#include "decant/data/view_labels.h"
#include "decant/formats/soft_labels/view_codec.h"

namespace decant {

inline constexpr const char* kViewLabelsFile = "view_labels.bin";

/// What the header says.
struct ViewLabelsHeader {
  ViewRecipe recipe;
  ViewShape shape;
  int64_t rows = 0;
  std::vector<std::string> class_names;  ///< as many as shape.classes, in the order of the logits
  std::string teacher;                   ///< in words: what net it was, how it was trained
  std::string teacher_digest;            ///< of its weights
};

/// Bytes of one row.
int64_t bytes_of_row(const ViewRecipe& recipe, const ViewShape& shape);

/// Labels in memory, as they are stored: what is read back is what was put in, rounded.
class StoredViewLabels final : public ViewLabels {
 public:
  explicit StoredViewLabels(ViewLabelsHeader header);
  StoredViewLabels(ViewLabelsHeader header, std::vector<std::byte> rows);

  const ViewLabelsHeader& header() const { return header_; }
  const ViewRecipe& recipe() const override { return header_.recipe; }
  int64_t classes() const override { return header_.shape.classes; }
  void logits(int64_t row, int64_t view, std::span<float> out) const override;
  std::string digest() const override;
  /// Stores a view, once. `logits`: finite. Different rows may be put at the same time.
  void put(int64_t row, int64_t view, std::span<const float> logits);
  /// The bytes of all rows.
  Bytes rows() const { return rows_; }
  /// Of the file.
  int64_t file_bytes() const;

 private:
  ViewLabelsHeader header_;
  int64_t row_bytes_;
  std::vector<std::byte> rows_;
};

/// Bytes written. Throws IoError.
int64_t write_view_labels(const StoredViewLabels& labels, const std::filesystem::path& file);

/// A whole file in memory; `name` is for messages. Throws InputError: another version, a header
/// that says what cannot be, more or fewer bytes than it says, another checksum, a view that is not
/// sound.
std::unique_ptr<StoredViewLabels> parse_view_labels(Bytes file, const std::string& name);

/// Gives the training rows the labels in `file`. Throws InputError for labels of another number of
/// rows or of other classes, and what parse_view_labels() throws.
void attach_view_labels(Dataset& dataset, const std::filesystem::path& file);

/// Rows whose views have labels: row i those of row i.
std::shared_ptr<const Rows> with_view_labels(std::shared_ptr<const Rows> rows, std::shared_ptr<const ViewLabels> labels);

}  // namespace decant
