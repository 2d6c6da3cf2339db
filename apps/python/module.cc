#include "decant/base/version.h"

#include "apps/python/bindings.h"
#include "apps/python/own_blas.h"

NB_MODULE(_core, core) {
  decant::python::use_better_kernels();
  core.doc() = "The C++ part of decant; use the package.";
  core.attr("version") = decant::kVersion;
  decant::python::bind_errors(core);
  decant::python::bind_verbs(core);
  decant::python::bind_selection(core);
  decant::python::bind_dataset(core);
  decant::python::bind_watch(core);
}
