#include "decant/base/context.h"

#include <algorithm>
#include <thread>

#include "decant/base/errors.h"
#include "decant/base/printable.h"

namespace decant {

int Context::thread_count() const {
  if (threads > 0) return threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void Context::check_cancelled() const {
  if (cancel != nullptr && cancel->load(std::memory_order_relaxed)) throw Cancelled();
}

void Context::info(std::string_view message) const {
  if (log != nullptr) log->log(LogLevel::info, printable(message));
}

void Context::warn(std::string_view message) const {
  if (log != nullptr) log->log(LogLevel::warning, printable(message));
}

Stage::Stage(const Context& context, std::string_view name, int64_t total, std::string_view unit) : context_(context) {
  context_.check_cancelled();
  if (context_.progress != nullptr) context_.progress->begin(name, total, unit);
}

Stage::~Stage() {
  if (context_.progress != nullptr) context_.progress->end();
}

void Stage::advance(int64_t done) {
  context_.check_cancelled();
  if (context_.progress != nullptr) context_.progress->advance(done);
}

void Stage::skip(int64_t done) {
  context_.check_cancelled();
  if (context_.progress != nullptr) context_.progress->skip(done);
}

}  // namespace decant
