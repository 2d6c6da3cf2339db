#include "decant/pipeline/judging/leaked_rows.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/text.h"
#include "decant/data/rows_view.h"
#include "decant/pipeline/choosing/repeats.h"
#include "decant/pipeline/run/equal_counts.h"

namespace decant {
namespace {

/// Test rows with a copy, ascending, and which share of the near ones was found.
struct Found {
  std::vector<int64_t> rows;
  double recall = 1;
};

std::vector<int64_t> equal_test_rows(const JudgedTest& test, const Input& training, Content equal, const Context& context) {
  const std::shared_ptr<const Rows> others[] = {test.rows};
  return count_equal(training.dataset.splits.at(Split::train), training.usable_rows(), others, equal, context).leaked.front();
}

Found near_test_rows(const JudgedTest& test, const Input& training, const EvaluateOptions& options, const CopyKind& kind,
                     const Context& context) {
  const TestSplit split{
      .rows = test.rows, .path = options.test.empty() ? options.full : options.test, .split = "test", .digest = test.digest};
  require_features_of_both(split, options.features, "--clean-test");
  const FoundCopies found = find_copies(training, split, {.floor = kind.cosine}, options.features, options.seed, context, kind.equal);
  return {resolve_copies(found.pairs, {.threshold = kind.cosine}).leaked, recall_at(found.recalls, *kind.cosine)};
}

void warn_of_copies(const JudgedTest& test, const Input& training, const Context& context) {
  const std::vector<int64_t> equal = equal_test_rows(test, training, Content::stored, context);
  if (equal.empty()) return;
  context.warn(fmt::format("{} of {} test rows are equal to a training row, first {}; --clean-test exact leaves them out",
                           human_count(std::ssize(equal)), human_count(test.rows->size()), test.rows->key(equal.front())));
}

}  // namespace

void leave_out_leaked(JudgedTest& test, const Input& full, const EvaluateOptions& options, const Context& context) {
  const Input training = without_held_out(full, test.held_out);
  if (options.clean_test.empty()) return warn_of_copies(test, training, context);
  const CopyKind kind = copy_kind(options.clean_test, full.dataset.train(), "--clean-test");
  const Found found =
      kind.cosine ? near_test_rows(test, training, options, kind, context) : Found{equal_test_rows(test, training, kind.equal, context)};
  test.left_out = std::ssize(found.rows);
  test.note += fmt::format("; {} of {} test rows left out, which have a copy in training (--clean-test {}{})", human_count(*test.left_out),
                           human_count(test.rows->size()), options.clean_test,
                           found.recall < 1 ? ", an estimated " + percent_text(found.recall) + " of near ones found" : "");
  if (found.rows.empty()) return;
  Subset left = Subset::all(test.rows->size()).without(Subset(found.rows));
  if (left.empty())
    throw InputError({options.test.empty() ? options.full : options.test, test.rows->key(0),
                      "has a copy in training, and so has every other test row",
                      "Give other test rows with --test, or leave out --clean-test"});
  test.digest = Digest().add(test.digest).add("without").add(std::as_bytes(std::span(found.rows))).hex();
  test.rows = std::make_shared<RowsView>(std::move(test.rows), left.rows());
}

}  // namespace decant
