// inspect and plan: what is there, and what a run would cost, before anything is done.
#pragma once

#include <string>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"
#include "decant/pipeline/compress.h"

namespace decant {

struct InspectOptions {
  std::string path;
  std::filesystem::path labels;
  bool deep = false;  ///< decode every picture, not only look at headers

  void declare(OptionTable& table);
};

/// Without `deep`, headers of at most 20,000 evenly spread rows are looked at ("files_checked"), so that inspecting stays instant.
/// {"format","rows","classes","bad_files","files_checked","bytes","labelled","splits","class_names","class_rows","image_sizes","oddities","bad"}.
Json inspect(const InspectOptions& options, const Context& context);
std::string inspect_text(const Json& found);

/// What `compress` with these options will need: {"rows","kept","memory_bytes","disk_bytes","cache_bytes","seconds","stages"}.
/// Counts of operations times costs measured on one core of 2.5 to 2.8 GHz that nobody else uses (docs/benchmarks.md); good to a factor of
/// about two, for conv-kmeans features or none. Memory leaves out the mapped input, which the system can drop.
Json plan(const CompressOptions& options, const Context& context);
std::string plan_text(const Json& planned);

}  // namespace decant
