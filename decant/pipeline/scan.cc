#include "decant/pipeline/scan.h"

#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/output.h"
#include "decant/pipeline/run/scans.h"

namespace decant {

void ScanOptions::declare(OptionTable& table) {
  Option& path = table.add("input", input.path, "PATH", "the data set");
  path.positional = path.required = true;
  table.add("out", out, "FILE.json", "file of what was found").required = true;
  declare_shard(shard, table);
  table.add("labels", input.labels, "FILE", "labels of a .npy data set");
  input.fields.declare(table);
  table.add("strict", input.strict, "stop at a file that cannot be read");
  table.add("overwrite", overwrite, "replace an existing file").effect = Effect::speed;
}

Scanned scan(const ScanOptions& options, const Context& context) {
  Job job = shard_job(kScanStage, shard_from(options.shard), options, {"labels"});
  if (is_done(job, options.out, options.out, options.overwrite)) {
    const JobRecord record = read_job(options.out, kScanStage);
    return {record.job.range.end - record.job.range.begin, std::ssize(record.json->at("bad")), true};
  }
  OutputFile out(options.out, {.overwrite = options.overwrite,
                               .inputs = with_folders_read({options.input.path, options.input.labels.string()}, options.input.fields),
                               .why_foreign = [](const auto& file) { return why_no_job(file, kScanStage); }});
  const ShardInput found = read_shard(options.input, job.shard, context);
  job.rows = found.input.rows();
  job.range = found.range;
  job.digest = found.digest;
  write_file(out.path(), json_text(scan_record(job, found)) + "\n");
  out.commit();
  return {found.rows->size(), std::ssize(found.input.excluded)};
}

}  // namespace decant
