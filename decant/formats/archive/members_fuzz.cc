// Any bytes as a .zip or a .tar: files lie under safe names, or it is an InputError; both walks see
// the same files.
#include <cstdlib>

#include "decant/base/errors.h"
#include "decant/formats/archive/members.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const decant::Bytes archive = std::as_bytes(std::span(data, size));
  try {
    decant::archive::each_file(archive, "fuzz", [&](std::string_view name, decant::Bytes) {
      if (!decant::is_safe_relative(name)) std::abort();
    });
    if (decant::archive::archive_kind(archive) == decant::archive::Kind::tar) decant::archive::shape_of_tar(archive, "fuzz");
  } catch (const decant::InputError&) {
  }
  return 0;
}
