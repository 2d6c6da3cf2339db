#include "decant/comm/comm.h"

#include "decant/base/errors.h"

namespace decant {

void Comm::all_gather(Bytes mine, std::vector<std::byte>& all, std::vector<int64_t>& counts) {
  do_all_gather(mine, all, counts);
  DECANT_CHECK(counts.size(), ==, static_cast<size_t>(size()));
  traffic_.messages += 1;
  traffic_.bytes += static_cast<int64_t>(all.size() - mine.size());
}

void Comm::broadcast(std::span<std::byte> bytes, int from) {
  do_broadcast(bytes, from);
  traffic_.messages += 1;
  if (from != rank()) traffic_.bytes += static_cast<int64_t>(bytes.size());
}

}  // namespace decant
