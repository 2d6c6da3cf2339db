#include "decant/base/json.h"
#include "decant/base/text.h"
#include "decant/pipeline/write_shard.h"

#include "apps/cli/elsewhere_of_jobs.h"
#include "apps/cli/verb.h"

namespace decant::cli {
namespace {

/// What the part holds of its rows.
std::string part_text(const ShardWritten& written) {
  return written.has_files ? human_bytes(written.bytes) : "hashes; decant finish writes the rows";
}

std::string run_write(WriteOptions& options, const Call& call) {
  const std::string out = options.out.string();
  if (call.globals.dry_run)
    return dry_run(
        call, "write",
        fmt::format("write job {} of the rows of {} that {} lists into {}", options.shard, options.input.path, options.rows, out),
        {{"input", options.input.path}, {"rows", options.rows}, {"shard", options.shard}, {"out", out}});
  const ShardWritten written = write_shard(options, call.context);
  if (call.globals.json)
    return printed({{"folder", out},
                    {"shard", options.shard},
                    {"rows", written.rows},
                    {"bytes", written.bytes},
                    {"has_files", written.has_files},
                    {"was_done", written.was_done}});
  if (written.was_done) return fmt::format("{}: {}; it was there already\n", out, part_text(written));
  return fmt::format("{}: {} rows, {}\n", out, human_count(written.rows), part_text(written));
}

}  // namespace

Verb write_verb() {
  return with_options<WriteOptions>({.name = "write",
                                     .summary = "write the kept rows of one job, for many jobs on one data set",
                                     .examples = {"decant write photos/ --rows rows.npy --shard 3/8 -o part-3"},
                                     .everyday = {"shard", "labels", "overwrite"},
                                     .elsewhere = elsewhere_of_jobs("give it to decant finish, which then writes the rows")},
                                    run_write);
}

}  // namespace decant::cli
