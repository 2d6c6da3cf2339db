// A long call of the libraries, made from Python: the work runs on a thread of its own and without
// the GIL, while the calling thread waits, looks for Ctrl-C and hands progress and messages on. So
// no thread but the caller's ever enters Python, and other Python threads run on.
#pragma once

#include <functional>
#include <nanobind/nanobind.h>
#include <optional>
#include <utility>

#include "decant/base/context.h"

namespace decant::python {

/// How a call reports: `progress(stage, done, total, unit)` and `log(level, message)`, each None or
/// a callable. An exception from either stops the work and goes on to the caller.
struct Reporting {
  int threads = 0;
  nanobind::object progress;
  nanobind::object log;
  /// Called in the calling thread, without the GIL, every second and when the work has ended, with
  /// or without an error. What it throws stops the work and goes on to the caller.
  std::function<void()> check = {};
};

/// Runs `body` and returns when it has ended, with its exception or that of Python: a
/// KeyboardInterrupt comes within some 20 ms plus the time that the work takes to stop. REQUIRES:
/// the GIL; `body` must not touch Python.
void run_work(const Reporting& reporting, const std::function<void(const Context&)>& body);

/// The same of a body that returns something.
template <class Body>
auto work(const Reporting& reporting, Body&& body) {
  std::optional<decltype(body(std::declval<const Context&>()))> result;
  run_work(reporting, [&](const Context& context) { result.emplace(body(context)); });
  return std::move(*result);
}

}  // namespace decant::python
