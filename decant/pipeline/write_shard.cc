#include "decant/pipeline/write_shard.h"

#include "decant/base/json_reader.h"
#include "decant/base/output.h"
#include "decant/pipeline/run/job.h"
#include "decant/pipeline/run/written_parts.h"

namespace decant {
namespace {

ShardWritten written_before(const std::filesystem::path& file) {
  const JobRecord record = read_job(file, kWriteStage);
  ShardWritten written{.rows = 0, .bytes = 0, .has_files = true, .was_done = true};
  const JsonReader reader(*record.json, file.string());
  written.has_files = reader.flag("has_files");
  reader.each_object("files", [&](const JsonReader& one) { written.bytes += one.count("bytes"); });
  return written;
}

}  // namespace

void WriteOptions::declare(OptionTable& table) {
  Option& path = table.add("input", input.path, "PATH", "the data set");
  path.positional = path.required = true;
  table.add("rows", rows, "FILE.npy", "numbers of the rows to keep, as decant sample writes them").required = true;
  table.add("out", out, "FOLDER", "folder of this job's part").required = true;
  declare_shard(shard, table);
  table.add("labels", input.labels, "FILE", "labels of a .npy data set");
  input.fields.declare(table);
  table.add("overwrite", overwrite, "replace an existing output").effect = Effect::speed;
}

ShardWritten write_shard(const WriteOptions& options, const Context& context) {
  Job job = shard_job(kWriteStage, shard_from(options.shard), options, {"labels", "rows"});
  if (is_done(job, options.out, options.out / kPartRecord, options.overwrite)) return written_before(options.out / kPartRecord);
  OutputFolder out(options.out,
                   {.overwrite = options.overwrite,
                    .inputs = with_folders_read({options.input.path, options.rows, options.input.labels.string()}, options.input.fields),
                    .why_foreign = why_no_part});
  const Input input = opened_input(options.input, context);
  job.rows = input.rows();
  job.range = rows_of(job.shard, job.rows, options.input.path);
  const Subset rows = rows_to_write(input.dataset, read_rows_to_keep(options.rows, job.rows), job.range);
  const int64_t bytes = write_part(job, input.dataset, rows, out.path(), context);
  out.commit();
  return {.rows = std::ssize(rows), .bytes = bytes, .has_files = has_files_of_rows(input.dataset), .was_done = false};
}

}  // namespace decant
