// Any bytes as an archive: members lie inside it, in order, without overlap, under safe names; or
// it is an InputError. Checksums are fixed in a second try, since bytes that a fuzzer changed never
// pass them.
#include <string>
#include <vector>

#include "decant/base/errors.h"
#include "decant/formats/webdataset/tar.h"

namespace {

using namespace decant;

void walk(Bytes archive) {
  int64_t last = 0;
  try {
    walk_tar(archive, "fuzz", [&](const TarMember& member) {
      DECANT_CHECK(member.begin, >=, last);
      DECANT_CHECK(member.data, >, member.begin);
      DECANT_CHECK(member.size, >=, 0);
      DECANT_CHECK(member.end, >=, member.data + member.size);
      DECANT_CHECK(member.end, <=, static_cast<int64_t>(archive.size()));
      DECANT_CHECK(is_safe_relative(member.name), ==, true);
      last = member.end;
    });
  } catch (const InputError&) {
  }
}

std::string with_checksums(Bytes archive) {
  std::string mended(as_text(archive));
  for (size_t at = 0; at + kTarBlock <= mended.size(); at += kTarBlock) {
    int sum = 8 * ' ';
    for (size_t i = 0; i < kTarBlock; ++i) sum += i >= 148 && i < 156 ? 0 : static_cast<unsigned char>(mended[at + i]);
    if (sum != 8 * ' ') mended.replace(at + 148, 7, fmt::format("{:06o}", sum) + '\0');
  }
  return mended;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes archive = std::as_bytes(std::span(data, size));
  walk(archive);
  walk(as_bytes(with_checksums(archive)));
  return 0;
}
