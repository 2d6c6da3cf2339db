// What sets take of a budget of bytes whose rows teach labels of views: pictures and labels.
#pragma once

#include <cstdint>

#include "decant/pipeline/labelling/labelling.h"
#include "decant/pipeline/patching/set_sizes.h"

namespace decant {

class LabelledSizes final : public SetSizes {
 public:
  /// `pictures`: what the pictures take. `job`: but for its rows. All of them must outlive this.
  LabelledSizes(SetSizes& pictures, const LabelJob& job, const train::Teacher& teacher)
      : pictures_(pictures), job_(job), teacher_(teacher) {}

  int64_t about(int64_t budget) override;
  int64_t total(const Subset& rows) override { return pictures_.total(rows) + bytes_of_labels(job_, std::ssize(rows), teacher_); }
  int64_t most_rows() const override { return pictures_.most_rows(); }

 private:
  [[noreturn]] void refuse(int64_t budget, int64_t least_rows, int64_t needed) const override;

  SetSizes& pictures_;
  const LabelJob& job_;
  const train::Teacher& teacher_;
};

}  // namespace decant
