// inspect: what is there, before anything is done.
#pragma once

#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/json_fwd.h"
#include "decant/base/options.h"

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

}  // namespace decant
