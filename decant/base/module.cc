#include "decant/base/module.h"

#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <link.h>

#include "decant/base/errors.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

/// The folder of the program or library that this code is in. The loader gives the program no name
/// that can be opened from anywhere.
fs::path own_folder() {
  static const char here = 0;
  Dl_info found{};
  link_map* map = nullptr;
  const bool known = ::dladdr1(&here, &found, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP) != 0;
  const bool library = known && map != nullptr && map->l_name != nullptr && map->l_name[0] != '\0';
  // A program may have been replaced since it started; its folder still has the modules.
  return library ? fs::canonical(map->l_name).parent_path() : fs::read_symlink("/proc/self/exe").parent_path();
}

/// Empty when there is none.
fs::path find(const ModuleFile& module) {
  const fs::path here = own_folder();
  for (const fs::path& candidate : {here / module.file, here / "../lib/decant" / module.file}) {
    if (fs::exists(candidate)) return candidate;
  }
  return {};
}

/// libgomp reads this when it is loaded. Threads that wait longer than the few operations between
/// two parallel ones should sleep: spinning on, they take the time of those they wait for when the
/// machine is busy; sleeping at once, they are late at every operation (docs/training.md).
void let_threads_wait_briefly() {
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) ::setenv("GOMP_SPINCOUNT", "3000", /*overwrite=*/0);
}

/// The dynamic loader opens a file once, however often it is asked.
void* open(const ModuleFile& module, const fs::path& path) {
  if (module.before_opening != nullptr) module.before_opening();
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | (module.global ? RTLD_GLOBAL : RTLD_LOCAL));
  if (handle != nullptr) return handle;
  throw InputError(
      {path.string(), "", std::string("cannot be loaded: ") + ::dlerror(), fmt::format("Install the {} it was built with", module.links)});
}

}  // namespace

const ModuleFile kNeuralModule{.file = "decant_neural.so",
                               .offers = "networks",
                               .remedy = "Build with `./run build`, or choose features and methods that do not need a network",
                               .links = "libtorch",
                               .before_opening = let_threads_wait_briefly};

bool has_module(const ModuleFile& module) {
  return !find(module).empty();
}

void* module_symbol(const ModuleFile& module, const char* symbol) {
  const fs::path path = find(module);
  if (path.empty())
    throw InputError({own_folder().string(), "",
                      fmt::format("this build of decant has no {} ({} is not next to it)", module.offers, module.file), module.remedy});
  if (void* const found = ::dlsym(open(module, path), symbol)) return found;
  throw InputError({path.string(), "", fmt::format("is from a different version of decant: it has no '{}'", symbol),
                    "Install the program and the module from the same build"});
}

}  // namespace decant
