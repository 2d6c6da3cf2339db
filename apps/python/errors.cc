// Errors of the libraries as those of decant._errors, which words them for Python.
#include "decant/base/errors.h"

#include <new>

#include "apps/python/bindings.h"

namespace decant::python {
namespace {

namespace nb = nanobind;

void raise(const char* kind, const Fault& fault) {
  const nb::object error = nb::module_::import_("decant._errors")
                               .attr("translated")(kind, fault.file.c_str(), fault.place.c_str(), fault.what.c_str(), fault.remedy.c_str());
  PyErr_SetObject(error.type().ptr(), error.ptr());
}

void translate(const std::exception_ptr& failure, void*) {
  try {
    std::rethrow_exception(failure);
  } catch (const InputError& error) {
    raise("input", error.fault());
  } catch (const IoError& error) {
    raise("io", error.fault());
  } catch (const UsageError& error) {
    raise("usage", {.what = error.what()});
  } catch (const BugError& error) {
    raise("bug", {.what = error.what()});
  } catch (const Cancelled&) {
    PyErr_SetNone(PyExc_KeyboardInterrupt);
  }
}

}  // namespace

void bind_errors(nb::module_&) {
  nb::register_exception_translator(translate);
}

}  // namespace decant::python
