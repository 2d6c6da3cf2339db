#include "decant/comm/world.h"

#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <fmt/format.h>
#include <string>

#include "decant/base/errors.h"

namespace decant {
namespace {

namespace fs = std::filesystem;

/// What launchers tell their processes, by name; 0 when they do not.
int told(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const char* value = std::getenv(name); value != nullptr) return std::atoi(value);
  }
  return 0;
}

fs::path mpi_module(int ranks) {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  for (const fs::path& candidate : {here / "decant_mpi.so", here / "../lib/decant/decant_mpi.so"}) {
    if (fs::exists(candidate)) return candidate;
  }
  throw InputError(
      {here.string(), "",
       fmt::format("was started as one of {} ranks, but this decant was built without MPI (decant_mpi.so is not beside it)", ranks),
       "Install libopenmpi-dev and build again, or start it without mpirun"});
}

}  // namespace

std::unique_ptr<Comm> join_world() {
  const int ranks = told({"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS"});
  if (ranks <= 1) return nullptr;
  const fs::path path = mpi_module(ranks);
  // Open MPI opens parts of its own, which look for its symbols among those of the whole process.
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (handle == nullptr)
    throw InputError({path.string(), "", std::string("cannot be loaded: ") + ::dlerror(), "Install the MPI it was built with"});
  void* entry = ::dlsym(handle, kMpiEntry);
  DECANT_CHECK(entry, !=, nullptr);
  return std::unique_ptr<Comm>(reinterpret_cast<MpiEntry>(entry)());
}

int ranks_on_this_machine() {
  return std::max(1, told({"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"}));
}

}  // namespace decant
