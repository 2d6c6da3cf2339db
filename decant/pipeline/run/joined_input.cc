#include "decant/pipeline/run/joined_input.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/printable.h"
#include "decant/data/rows_view.h"
#include "decant/dedup/equal_rows.h"
#include "decant/dedup/joined_rows.h"
#include "decant/formats/joined_set.h"
#include "decant/pipeline/run/run_folder.h"

namespace decant {
namespace {

std::string name_of_part(const Input& part) {
  return part.dataset.root.string();
}

void require_alike(const Input& first, const Input& part) {
  const auto refuse = [&](const std::string& what, const std::string& remedy) { throw InputError({name_of_part(part), "", what, remedy}); };
  const std::string before = name_of_part(first);
  if (part.dataset.format != first.dataset.format)
    refuse(fmt::format("is read as {}, and {} as {}", part.dataset.format, before, first.dataset.format),
           "Give more data of the same format");
  if (!part.dataset.training.empty()) refuse("was synthesised, and has no rows to choose from", "Give a data set of samples");
  const Rows& rows = part.dataset.train();
  const Features* const matrix = rows.features();
  if (matrix != nullptr && matrix->width() != first.dataset.train().features()->width())
    refuse(fmt::format("has {} columns, and {} has {}", matrix->width(), before, first.dataset.train().features()->width()),
           "Give rows of the same features");
  if (rows.texts() != nullptr && first.dataset.train().texts() != nullptr &&
      rows.texts()->schema() != first.dataset.train().texts()->schema())
    refuse(fmt::format("is read as {}, and {} as {}", rows.texts()->schema(), before, first.dataset.train().texts()->schema()),
           "Give records of the same fields");
  if (part.labelled() != first.labelled())
    refuse(part.labelled() ? fmt::format("has labels, and {} has none", before)
                           : fmt::format("has rows without labels, and {} has labels", before),
           "Label both or neither");
}

bool names_classes(const Dataset& set) {
  return !set.classes.empty();
}

void require_names_alike(const Input& first, const Input& part) {
  if (!first.labelled() || names_classes(first.dataset) == names_classes(part.dataset)) return;
  const char* const what =
      names_classes(part.dataset) ? "names its classes, and {} numbers them" : "numbers its classes, and {} names them";
  throw InputError({name_of_part(part), "", fmt::format(fmt::runtime(what), name_of_part(first)), "Give labels of the same kind"});
}

/// The number of each of the part's classes among `names`, behind which those that are not there
/// are put. Where classes have no names they are numbers already.
std::vector<int32_t> numbers_in(std::vector<std::string>& names, const Dataset& part) {
  std::vector<int32_t> numbers(static_cast<size_t>(class_count(part)));
  std::iota(numbers.begin(), numbers.end(), 0);
  for (size_t label = 0; label < part.classes.size(); ++label) {
    const auto found = std::ranges::find(names, part.classes[label]);
    numbers[label] = static_cast<int32_t>(found - names.begin());
    if (found == names.end()) names.push_back(part.classes[label]);
  }
  return numbers;
}

bool is_identity(const std::vector<int32_t>& numbers) {
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] != kNoLabel && numbers[i] != static_cast<int32_t>(i)) return false;
  }
  return true;
}

std::shared_ptr<const Rows> with_numbers(const std::shared_ptr<const Rows>& rows, const std::vector<int32_t>& numbers) {
  if (is_identity(numbers)) return rows;
  return std::make_shared<RowsView>(rows, Subset::all(rows->size()).rows(), numbers);
}

SourceRecord source_of_part(const Input& part) {
  const auto labels = part.labels_file.empty() ? part.labels_file : std::filesystem::absolute(part.labels_file);
  return {input_record(part).path, labels.string(), part.digest, part.rows()};
}

}  // namespace

Input joined_input(std::vector<Input> parts) {
  DECANT_CHECK(parts.size(), >=, size_t{2});
  const Input& first = parts.front();
  Input joined = first;
  joined.sources = {source_of_part(first)};
  std::vector<Dataset> sets = {first.dataset};
  bool same_numbers = true;
  std::shared_ptr<const Rows> rows = first.dataset.splits.at(Split::train);
  for (size_t i = 1; i < parts.size(); ++i) {
    const Input& part = parts[i];
    require_alike(first, part);
    require_names_alike(first, part);
    const size_t before = joined.dataset.classes.size();
    const std::vector<int32_t> numbers = numbers_in(joined.dataset.classes, part.dataset);
    same_numbers = same_numbers && is_identity(numbers) && joined.dataset.classes.size() == before;
    const std::string prefix = fmt::format("more {}: ", i);
    for (const Excluded& bad : part.excluded) joined.excluded.push_back({rows->size() + bad.row, prefix + bad.key, bad.text, bad.why});
    rows = std::make_shared<JoinedRows>(rows, with_numbers(part.dataset.splits.at(Split::train), numbers), name_of_part(part), prefix);
    joined.digest = Digest().add(joined.digest).add("and more").add(part.digest).hex();
    joined.sources.push_back(source_of_part(part));
    sets.push_back(part.dataset);
  }
  joined.labels = label_column(*rows);
  joined.dataset.splits[Split::train] = rows;
  joined.classes = class_count(joined.dataset);
  for (Dataset& set : sets) set.classes = joined.dataset.classes;
  joined.dataset.writer = can_join(first.dataset.format) ? joined_writer(std::move(sets), rows, same_numbers) : nullptr;
  return joined;
}

std::vector<DroppedRow> rows_repeated(const Input& joined, const Context& context) {
  std::vector<int64_t> ends;
  for (const SourceRecord& source : joined.sources) ends.push_back((ends.empty() ? 0 : ends.back()) + source.rows);
  const auto part_of = [&](int64_t row) { return std::ranges::upper_bound(ends, row) - ends.begin(); };
  const Rows& rows = joined.dataset.train();
  std::vector<DroppedRow> repeated;
  for (const auto& group : equal_rows(rows, joined.usable_rows(), Content::meant, context)) {
    const int64_t first = group.front();
    for (const int64_t row : group) {
      if (part_of(row) == part_of(first)) continue;
      const bool bytes = are_equal(rows, first, row, Content::stored);
      repeated.push_back({.dropped = {.row = row, .key = rows.key(row)},
                          .repeats = {.row = first, .key = rows.key(first)},
                          .how = bytes ? Sameness::bytes : Sameness::content});
    }
  }
  std::ranges::sort(repeated, {}, [](const DroppedRow& one) { return one.dropped.row; });
  return repeated;
}

int64_t rows_before_last(const Input& joined) {
  return joined.rows() - joined.sources.back().rows;
}

}  // namespace decant
