#include "decant/pipeline/choosing/repeats.h"

#include <algorithm>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/dedup/equal_rows.h"
#include "decant/formats/npy/npy_shards.h"

namespace decant {
namespace {

/// The cosine from which rows are copies; nothing for equal rows alone.
std::optional<double> cosine_of(const std::string& dedup) {
  return dedup == "content" ? std::nullopt : similarity_from(dedup, "--dedup");
}

Content content_of(const std::string& dedup, const Rows& rows) {
  if (rows.texts() != nullptr) return Content::folded;
  return dedup == "exact" ? Content::stored : Content::meant;
}

void require_features_of_both(const TestSplit& test, const FeatureOptions& features) {
  if (test.rows == nullptr || !names_npy(features.features)) return;
  throw InputError({features.features, "", "holds features of the training rows alone, and --dedup compares them with the test split",
                    "Use --dedup exact or content, or the rows that decant duplicates --test-features lets stay"});
}

}  // namespace

void require_dedup(const DedupOptions& dedup) {
  const bool near = !dedup.how.empty() && cosine_of(dedup.how);
  if (dedup.search != PairSearch::automatic && !near) throw UsageError("--dedup-search has no effect without --dedup and a cosine");
}

Repeats find_repeats(const Input& input, const DedupOptions& dedup, const FeatureOptions& features, const FieldOptions& fields,
                     uint64_t seed, const Context& context) {
  const auto cosine = cosine_of(dedup.how);
  const TestSplit test = open_test_split(input, "", fields, context);
  if (cosine) require_features_of_both(test, features);
  const FoundCopies found =
      find_copies(input, test, {cosine, dedup.search}, features, seed, context, content_of(dedup.how, input.dataset.train()));
  Copies copies = resolve_copies(found.pairs, {.threshold = cosine});
  Repeats repeats{.dropped = std::move(copies.dropped)};
  const auto is_equal = [](const DroppedRow& row) { return row.how != Sameness::near; };
  repeats.record = {.dedup = dedup.how,
                    .dropped = std::ssize(repeats.dropped),
                    .equal = std::ranges::count_if(repeats.dropped, is_equal),
                    .leaking = std::ssize(copies.leaking),
                    .contradicting = std::ssize(copies.contradicting),
                    .recall = cosine ? recall_at(found.recalls, *cosine) : 1};
  return repeats;
}

Input without_repeats(Input input, const Repeats& repeats) {
  if (repeats.dropped.empty()) return input;
  std::vector<int64_t> rows;
  for (const DroppedRow& row : repeats.dropped) {
    const std::string other = (row.repeats.in_test ? "test row " : "row ") + std::to_string(row.repeats.row);
    input.excluded.push_back({row.dropped.row, row.dropped.key, "repeats " + other, Excluded::Why::repeat});
    rows.push_back(row.dropped.row);
  }
  std::ranges::sort(input.excluded, {}, &Excluded::row);
  input.source_digest = input.digest;
  input.digest = Digest().add(input.digest).add("without").add(std::as_bytes(std::span(rows))).hex();
  return input;
}

}  // namespace decant
