#include "decant/pipeline/run/content_record.h"

#include <algorithm>
#include <span>
#include <vector>

#include "decant/base/parallel.h"
#include "decant/data/class_amounts.h"

namespace decant {
namespace {

/// What --min-objects wants of each class: no more than the rows hold that can be kept.
void add_floors(const KeptContent& of, const ClassAmounts& amounts, ContentRecord& content) {
  const std::vector<int64_t> usable = totals_of(amounts, of.input.usable_rows().rows());
  for (size_t label = 0; label < content.classes.size(); ++label) content.classes[label].least = std::min(usable[label], of.min_objects);
}

/// What the rows of `amounts` hold that are kept, and of those whose pictures lost cells what still
/// counts.
void add_kept(const KeptContent& of, const ClassAmounts& amounts, ContentRecord& content, const Context& context) {
  const Rows* const written = of.written != nullptr && amounts.unit == CountedIn::pixels ? of.written : nullptr;
  std::vector<std::vector<ClassCount>> counts(written != nullptr ? of.kept.size() : 0);
  parallel_for(context, std::ssize(counts), 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) written->targets()->counts(of.kept[static_cast<size_t>(i)], counts[static_cast<size_t>(i)]);
  });
  for (size_t i = 0; i < of.kept.size(); ++i) {
    const auto of_source = amounts.of(of.kept[i]);
    const auto held = counts.empty() ? of_source : std::span<const ClassCount>(counts[i]);
    content.background_kept += held.empty() ? 1 : 0;
    for (const ClassCount& entry : of_source) content.classes[static_cast<size_t>(entry.label)].amount_ignored += entry.count;
    for (const ClassCount& entry : held) {
      ContentRecord::OfClass& its = content.classes[static_cast<size_t>(entry.label)];
      its.amount_kept += entry.count;
      its.amount_ignored -= entry.count;
      ++its.rows_kept;
    }
  }
}

}  // namespace

std::optional<ContentRecord> content_record(const KeptContent& of, const Context& context) {
  const Targets* const targets = of.input.dataset.train().targets();
  if (targets == nullptr || targets->counted_in() == CountedIn::rows) return std::nullopt;
  const ClassAmounts amounts = amounts_of(of.input.dataset.train(), of.input.classes, context);
  ContentRecord content{.unit = name_of(amounts.unit), .background = amounts.background()};
  for (size_t label = 0; label < amounts.totals.size(); ++label)
    content.classes.push_back(
        {.name = of.input.class_name(static_cast<int32_t>(label)), .amount = amounts.totals[label], .rows = amounts.rows_with[label]});
  if (of.min_objects > 0) add_floors(of, amounts, content);
  add_kept(of, amounts, content, context);
  return content;
}

}  // namespace decant
