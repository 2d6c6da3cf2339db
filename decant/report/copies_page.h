// Clusters of copies as a page: rows of thumbnails (of records, their texts beside each other), the
// row that stays first, leaks into the test split before all else.
//
// One file that asks nothing of any network, under 4 MB however many clusters there are, the same
// bytes for the same input; names are text and never markup.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "decant/base/context.h"
#include "decant/data/dataset.h"
#include "decant/dedup/copies.h"

namespace decant::report {

/// A view: all of it must outlive render_copies().
struct CopiesInput {
  const Copies& copies;
  std::span<const CopyPair> pairs;  ///< that they were resolved from, or more
  std::optional<double> threshold;  ///< of near pairs
  std::string name;                 ///< of what was searched, as the user named it
  std::string summary;              ///< counts, a line each
  std::string version;              ///< of decant
  /// Whose training rows are the training rows, and those of the test split; null = not shown. A
  /// row is shown only where its key is the one that was recorded.
  const Dataset* train = nullptr;
  const Dataset* test = nullptr;
};

/// The page, as UTF-8 HTML. Costs a decoded picture for each thumbnail, at most 1,600. Throws
/// Cancelled.
std::string render_copies(const CopiesInput& input, const Context& context);

}  // namespace decant::report
