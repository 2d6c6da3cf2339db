#include "decant/base/module.h"

#include <cmath>
#include <dlfcn.h>
#include <gmock/gmock.h>

#include "decant/base/file.h"
#include "decant/base/test_support.h"

namespace decant {
namespace {

/// The C library's mathematics stands in for a module: an absolute path is found wherever one looks
/// from.
std::string libm() {
  Dl_info found{};
  EXPECT_NE(::dladdr(reinterpret_cast<const void*>(static_cast<double (*)(double)>(&std::cbrt)), &found), 0);
  return found.dli_fname;
}

std::string fault_of(const ModuleFile& module, const char* symbol) {
  return message_of([&] { module_symbol(module, symbol); });
}

TEST(Module, GivesWhatItHasAndNamesAnotherVersion) {
  static int prepared = 0;
  const std::string file = libm();
  const ModuleFile module{.file = file.c_str(), .offers = "roots", .remedy = "", .links = "libc", .before_opening = [] { ++prepared; }};
  EXPECT_TRUE(has_module(module));
  EXPECT_EQ(prepared, 0);
  EXPECT_EQ(reinterpret_cast<double (*)(double)>(module_symbol(module, "sqrt"))(9), 3);
  EXPECT_EQ(prepared, 1);
  expect_says(fault_of(module, "decant_trainer_v0"), {file, "a different version of decant", "decant_trainer_v0", "the same build"});
}

TEST(Module, NamesWhatIsMissingOrBroken) {
  const ModuleFile missing{.file = "decant_roots.so", .offers = "roots", .remedy = "Build with roots", .links = "libc"};
  EXPECT_FALSE(has_module(missing));
  expect_says(fault_of(missing, "cbrt"), {"has no roots", "decant_roots.so", "Build with roots"});
  const auto file = fresh_path("broken.so");
  write_file(file, "not an object");
  const std::string path = file.string();
  expect_says(fault_of({.file = path.c_str(), .offers = "roots", .remedy = "", .links = "libroots"}, "cbrt"),
              {path, "cannot be loaded", "Install the libroots it was built with"});
}

struct Roots {
  static constexpr ModuleFile kModule{.file = "libm.so.6", .offers = "roots", .remedy = "Build with roots", .links = "libc"};
  static constexpr const char* kSymbol = "decant_roots_v1";
};

TEST(Module, ARoomThatIsNotThereIsReportedAtEveryCall) {
  for (int i = 0; i < 2; ++i) expect_says(message_of([] { from_module<Roots>(); }), {"has no roots"});
}

}  // namespace
}  // namespace decant
