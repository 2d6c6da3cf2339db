// unpack: pictures with dropped cells in, ordinary pictures out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "decant/base/context.h"
#include "decant/base/options.h"
#include "decant/pipeline/run/input.h"

namespace decant {

struct UnpackOptions {
  InputOptions input = {.fill = "smooth"};
  std::filesystem::path out;
  std::string to = "imagefolder";

  void declare(OptionTable& table);
};

struct Unpacked {
  int64_t rows = 0;
  int64_t filled = 0;  ///< of these, pictures from which cells were dropped
  int64_t bytes = 0;
};

/// Writes the training pictures, dropped cells filled; those that are whole keep their bytes,
/// filled ones are PNGs, which lose nothing more. Packed pictures can become the binary files again
/// that they came from (formats/raw_files.h). OUT is a plain data set: nothing in it says that
/// decant made it, so an OUT that exists is never replaced. Throws InputError, UsageError, IoError.
Unpacked unpack(const UnpackOptions& options, const Context& context);

}  // namespace decant
