// Who has which rows: each class is shared among clients by a draw from Dirichlet(alpha), so that
// clients are not alike.
#pragma once

#include <cstdint>
#include <vector>

#include "decant/trials/compressor.h"

namespace decant::trials {

struct Sharing {
  int clients = 10;
  double alpha = 0.1;     ///< the smaller, the fewer classes a client has
  int64_t per_class = 0;  ///< rows of each class that are shared, drawn by the seed; fewer where there are fewer
};

/// Rows of every client, distinct between them; a client may have none. REQUIRES: alpha above 0.
std::vector<Subset> clients_of(const Source& source, const Sharing& sharing, uint64_t seed);

}  // namespace decant::trials
