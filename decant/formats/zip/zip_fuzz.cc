// Any bytes as an archive: what its members give is as long as they say.
#include <cstdlib>

#include "decant/base/errors.h"
#include "decant/formats/zip/zip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<std::byte> scratch;
  try {
    for (const decant::ZipMember& member : decant::zip_members(std::as_bytes(std::span(data, size)), "fuzz")) {
      try {
        if (std::ssize(decant::zip_bytes(member, "fuzz", scratch)) != member.size) std::abort();
      } catch (const decant::InputError&) {
      }
    }
  } catch (const decant::InputError&) {
  }
  return 0;
}
