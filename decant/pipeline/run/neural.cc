#include "decant/pipeline/run/neural.h"

#include <cstdlib>
#include <dlfcn.h>

#include "decant/base/errors.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

fs::path program_folder() {
  return fs::read_symlink("/proc/self/exe").parent_path();
}

/// Empty when there is none.
fs::path find_module() {
  const fs::path here = program_folder();
  for (const fs::path& candidate : {here / "decant_neural.so", here / "../lib/decant/decant_neural.so"}) {
    if (fs::exists(candidate)) return candidate;
  }
  return {};
}

fs::path module_path() {
  if (const fs::path found = find_module(); !found.empty()) return found;
  const fs::path here = program_folder();
  throw InputError({here.string(), "", "this decant was built without networks (decant_neural.so is not beside it)",
                    "Build with `./run build`, or choose features and methods that need no network"});
}

/// libgomp reads this when it is loaded. Threads that wait longer than the few operations between two parallel ones should sleep: spinning on,
/// they take the time of those they wait for when the machine is busy; sleeping at once, they are late at every operation (docs/training.md).
void let_threads_wait_briefly() {
  if (std::getenv("OMP_WAIT_POLICY") == nullptr) ::setenv("GOMP_SPINCOUNT", "3000", /*overwrite=*/0);
}

const Neural* open_module() {
  const fs::path path = module_path();
  let_threads_wait_briefly();
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    throw InputError({path.string(), "", std::string("cannot be loaded: ") + ::dlerror(), "Install the libtorch it was built with"});
  void* entry = ::dlsym(handle, kNeuralEntry);
  DECANT_CHECK(entry, !=, nullptr);
  return reinterpret_cast<NeuralEntry>(entry)();
}

}  // namespace

bool has_neural() {
  return !find_module().empty();
}

const Neural& neural() {
  static const Neural* const module = open_module();
  return *module;
}

}  // namespace decant
