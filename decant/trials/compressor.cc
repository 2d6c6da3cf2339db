#include "decant/trials/compressor.h"

#include <numeric>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/data/rows_view.h"

namespace decant::trials {

int64_t SmallSet::total_bytes() const {
  return std::accumulate(bytes.begin(), bytes.end(), int64_t{0});
}

std::vector<std::vector<int64_t>> rows_by_class(const Source& source) {
  std::vector<std::vector<int64_t>> of_class(static_cast<size_t>(source.classes));
  for (const int64_t row : source.usable) of_class[static_cast<size_t>(source.rows->label(row))].push_back(row);
  return of_class;
}

SmallSet make_small(const Compressor& compressor, const Source& source, const Subset& from, Size size, uint64_t seed,
                    const Context& context, const train::Teacher* learner) {
  DECANT_CHECK(from.empty(), ==, false);
  const Part part{.rows = std::make_shared<RowsView>(source.rows, from.rows()),
                  .classes = source.classes,
                  .digest = Digest().add(source.digest).add(std::as_bytes(std::span(from))).hex(),
                  .learner = learner};
  SmallSet made = compressor.make(part, size, seed, context);
  DECANT_CHECK(made.order.empty(), ==, false);
  DECANT_CHECK(made.order.size(), ==, made.bytes.size());
  const auto number = [&](int64_t& row) { row = from[static_cast<size_t>(row)]; };
  for (int64_t& row : made.origins) number(row);
  if (made.rows == part.rows) {
    for (int64_t& row : made.order) number(row);
    made.rows = source.rows;
  }
  return made;
}

}  // namespace decant::trials
