#include "decant/base/errors.h"

#include <cerrno>
#include <system_error>

#include "decant/base/printable.h"

namespace decant {

Error::Error(std::string_view text) : std::runtime_error(printable(text)) {}

std::string describe(const Fault& fault) {
  std::string text;
  for (const std::string* part : {&fault.file, &fault.place}) {
    if (!part->empty()) text += *part + ": ";
  }
  text += fault.what;
  if (!fault.remedy.empty()) text += ". " + fault.remedy;
  return text;
}

namespace {

std::string remedy_for(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
      return "Free some disk space, or choose another location";
    case EACCES:
    case EPERM:
    case EROFS:
      return "Check the permissions, or choose another location";
    case ENOENT:
      return "Check the path";
    case EMFILE:
      return "Raise the limit on open files (ulimit -n)";
    default:
      return "";
  }
}

}  // namespace

void throw_errno(const std::string& file, std::string_view doing) {
  const int code = errno;
  throw IoError({file, "", fmt::format("{}: {}", doing, std::generic_category().message(code)), remedy_for(code)});
}

}  // namespace decant
