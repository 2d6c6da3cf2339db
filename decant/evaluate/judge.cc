#include "decant/evaluate/judge.h"

#include <algorithm>

namespace decant::evaluate {
namespace {

constexpr size_t kTimedRows = 1024;

}  // namespace

void Judge::prepare(std::span<const Wanted>, const Rows&, const Context&) {}

double Judge::timing_work() const {
  return work(kTimedRows);
}

double Judge::time(const Case& one, int, double, const Context& context) const {
  const Subset rows = some_of(one.subset, kTimedRows);
  Case shorter = one;
  shorter.subset = rows;
  shorter.test = nullptr;
  return judge(shorter, context).seconds / work(std::ssize(rows));
}

}  // namespace decant::evaluate
