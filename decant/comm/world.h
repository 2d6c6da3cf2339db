// The ranks that a launcher has started: `mpirun -n 4 decant bins …`.
#pragma once

#include <memory>

#include "decant/comm/comm.h"

namespace decant {

/// The ranks of the job that this process was started in, null when it was started alone. MPI is
/// reached through a module, decant_mpi.so, opened here only, so a build without MPI has none of it
/// and a run alone does not start it. Throws InputError when the process was started as one of
/// several ranks but this build has no MPI: each would do all of the work.
std::unique_ptr<Comm> join_world();

/// Ranks of that job on this machine; 1 when alone.
int ranks_on_this_machine();

/// The symbol that the module exports. Owned by the caller.
inline constexpr const char* kMpiEntry = "decant_mpi_v1";
using MpiEntry = Comm* (*)();

}  // namespace decant
