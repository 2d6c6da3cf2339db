#include "decant/trials/clients.h"

#include <algorithm>
#include <cmath>

#include "decant/base/random.h"
#include "decant/trials/dirichlet.h"

namespace decant::trials {

std::vector<Subset> clients_of(const Source& source, const Sharing& sharing, uint64_t seed) {
  std::vector<std::vector<int64_t>> of_class = rows_by_class(source);
  std::vector<std::vector<int64_t>> rows(static_cast<size_t>(sharing.clients));
  for (size_t label = 0; label < of_class.size(); ++label) {
    std::vector<int64_t>& own = of_class[label];
    Random(seed, "rows of clients", label).shuffle(std::span(own));
    own.resize(std::min(own.size(), static_cast<size_t>(sharing.per_class)));
    const std::vector<double> shares = dirichlet(sharing.alpha, sharing.clients, Random(seed, "clients", label));
    double sum = 0;
    ptrdiff_t begin = 0;
    for (size_t client = 0; client < rows.size(); ++client) {
      sum += shares[client];
      const bool last = client + 1 == rows.size();
      const ptrdiff_t end = last ? std::ssize(own) : static_cast<ptrdiff_t>(std::llround(sum * static_cast<double>(own.size())));
      rows[client].insert(rows[client].end(), own.begin() + begin, own.begin() + end);
      begin = end;
    }
  }
  std::vector<Subset> subsets;
  for (auto& of_client : rows) {
    std::ranges::sort(of_client);
    subsets.emplace_back(std::move(of_client));
  }
  return subsets;
}

}  // namespace decant::trials
