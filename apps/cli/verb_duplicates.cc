#include "decant/base/json.h"
#include "decant/pipeline/duplicates.h"

#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

std::string run_duplicates(DuplicatesOptions& options, const Call& call) {
  const std::string out = options.out.string();
  if (call.globals.dry_run)
    return dry_run(call, "duplicates", fmt::format("look for duplicates in {} and write {}", options.input.path, out),
                   {{"input", options.input.path}, {"out", out}, {"threshold", with_usual_thresholds(options).threshold}});
  options.command = call.command;
  const Duplicates found = find_duplicates(options, call.context);
  call.found = reason_to_fail(options, found);
  if (call.globals.json) return printed(to_json(found));
  return duplicates_text(found) + fmt::format("written   {} (indices.npy: the rows that stay)\n", out);
}

}  // namespace

Verb duplicates_verb() {
  return with_options<DuplicatesOptions>(
      {.name = "duplicates",
       .summary = "find rows that repeat others, and training rows that are in the test set",
       .examples = {"decant duplicates photos/ -o dup/", "decant duplicates photos/ --threshold exact -o dup/",
                    "decant duplicates dup/ --threshold 0.98 -o dup98/   # nothing is computed again",
                    "decant duplicates train/ --test test/ --fail-on leak -o dup/",
                    "decant duplicates chats.jsonl --near minhash --threshold 0.7 -o dup/"},
       .everyday = {"threshold", "near", "test", "stays", "fail-on", "features", "overwrite"}},
      run_duplicates);
}

}  // namespace decant::cli
