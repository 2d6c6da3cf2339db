// The parts of decant._core, one file each. Glue alone: arguments in, a call of the libraries, the
// result out. What is friendly to type is the Python package's.
#pragma once

#include <nanobind/nanobind.h>

namespace decant::python {

void bind_errors(nanobind::module_& core);
void bind_verbs(nanobind::module_& core);
void bind_selection(nanobind::module_& core);
void bind_dataset(nanobind::module_& core);
void bind_watch(nanobind::module_& core);

}  // namespace decant::python
