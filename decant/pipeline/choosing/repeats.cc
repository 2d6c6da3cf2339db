#include "decant/pipeline/choosing/repeats.h"

#include <algorithm>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/dedup/equal_rows.h"
#include "decant/formats/npy/npy_shards.h"
#include "decant/pipeline/run/joined_input.h"

namespace decant {
namespace {

/// The cosine from which rows are copies; nothing for equal rows alone.
std::optional<double> cosine_of(const std::string& how, const std::string& option) {
  return how == "content" ? std::nullopt : similarity_from(how, option);
}

RepeatsRecord record_of_dropped(const std::vector<DroppedRow>& dropped, const std::string& how) {
  const auto is_equal = [](const DroppedRow& row) { return row.how != Sameness::near; };
  return {.dedup = how, .dropped = std::ssize(dropped), .equal = std::ranges::count_if(dropped, is_equal)};
}

}  // namespace

void DedupOptions::declare(OptionTable& table) {
  table.add(
      "dedup", how, "HOW",
      "first leave out rows that repeat others: exact, content (equal pixels), or a cosine such as 0.95; --keep stays a share of all rows");
  table.add_choice(
      "dedup-search", pair_search_names(), [this](size_t at) { search = static_cast<PairSearch>(at); },
      [this] { return static_cast<size_t>(search); }, "HOW",
      "how rows near by --dedup are looked for: exact, approximate, or auto (exact unless it takes many minutes)");
}

CopyKind copy_kind(const std::string& how, const Rows& rows, const std::string& option) {
  const bool stored = how == "exact" && rows.texts() == nullptr;
  return {cosine_of(how, option), stored ? Content::stored : Content::meant};
}

void require_copy_kind(const std::string& how, const std::string& option) {
  cosine_of(how, option);
}

void require_features_of_both(const TestSplit& test, const FeatureOptions& features, const std::string& option) {
  if (test.rows == nullptr || !names_npy(features.features)) return;
  throw InputError({features.features, "",
                    fmt::format("holds features of the training rows alone, and {} compares them with the test split", option),
                    fmt::format("Use {} exact or content, or what decant duplicates --test-features finds", option)});
}

void require_dedup(const DedupOptions& dedup) {
  const bool near = !dedup.how.empty() && cosine_of(dedup.how, "--dedup");
  if (dedup.search != PairSearch::automatic && !near) throw UsageError("--dedup-search has no effect without --dedup and a cosine");
}

Repeats find_repeats(const Input& input, const DedupOptions& dedup, const FeatureOptions& features, const FieldOptions& fields,
                     uint64_t seed, const Context& context) {
  const CopyKind kind = copy_kind(dedup.how, input.dataset.train(), "--dedup");
  const TestSplit test = open_test_split(input, "", fields, context);
  if (kind.cosine) require_features_of_both(test, features, "--dedup");
  const FoundCopies found = find_copies(input, test, {kind.cosine, dedup.search}, features, seed, context, kind.equal);
  Copies copies = resolve_copies(found.pairs, {.threshold = kind.cosine});
  Repeats repeats{.dropped = std::move(copies.dropped)};
  repeats.record = record_of_dropped(repeats.dropped, dedup.how);
  repeats.record.leaking = std::ssize(copies.leaking);
  repeats.record.contradicting = std::ssize(copies.contradicting);
  if (kind.cosine) repeats.record.recall = recall_at(found.recalls, *kind.cosine);
  return repeats;
}

std::vector<DroppedRow> recorded_repeats(const std::filesystem::path& run, int64_t rows) {
  const std::filesystem::path file = run / "repeats.jsonl";
  return std::filesystem::exists(file) ? read_dropped(read_text(file), rows, file.string()) : std::vector<DroppedRow>();
}

Repeats repeats_of_grown(const Input& joined, const std::vector<DroppedRow>& before, const DedupOptions& dedup,
                         const FeatureOptions& features, const FieldOptions& fields, uint64_t seed, const Context& context) {
  Repeats repeats = find_repeats(joined, dedup, features, fields, seed, context);
  const int64_t old = rows_before_last(joined);
  std::erase_if(repeats.dropped, [&](const DroppedRow& row) { return row.dropped.row < old; });
  repeats.dropped.insert(repeats.dropped.begin(), before.begin(), before.end());
  const RepeatsRecord all = record_of_dropped(repeats.dropped, dedup.how);
  repeats.record.dropped = all.dropped;
  repeats.record.equal = all.equal;
  return repeats;
}

Input without_repeats(Input input, const std::vector<DroppedRow>& dropped) {
  if (dropped.empty()) return input;
  std::vector<int64_t> rows;
  for (const DroppedRow& row : dropped) {
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
