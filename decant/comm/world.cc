#include "decant/comm/world.h"

#include <cstdlib>

#include "decant/base/module.h"

namespace decant {
namespace {

/// What launchers tell their processes, by name; 0 when they do not.
int env_int(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const char* value = std::getenv(name); value != nullptr) return std::atoi(value);
  }
  return 0;
}

// Open MPI opens parts of its own, which look for its symbols among those of the whole process.
constexpr ModuleFile kMpiModule{.file = "decant_mpi.so",
                                .offers = "MPI",
                                .remedy = "Install libopenmpi-dev and build again, or start it without mpirun",
                                .links = "MPI",
                                .global = true};

}  // namespace

std::unique_ptr<Comm> join_world() {
  const int ranks = env_int({"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS"});
  if (ranks <= 1) return nullptr;
  return std::unique_ptr<Comm>(reinterpret_cast<MpiEntry>(module_symbol(kMpiModule, kMpiEntry))());
}

int ranks_on_this_machine() {
  return std::max(1, env_int({"OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"}));
}

}  // namespace decant
