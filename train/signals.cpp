#include <array>
#include <atomic>
#include <csignal>
#include <mutex>

#include <retrograd/train/detail/signals.h>

namespace retrograd::train::detail {

namespace {

std::atomic<int> signals_so_far = 0;
static_assert(std::atomic<int>::is_always_lock_free, "or a handler must not use it");

extern "C" void count_signal(int /*signal*/) {
  signals_so_far.fetch_add(1, std::memory_order_relaxed);
}

struct Handled {
  int signal;
  bool is_ours = false;
  struct sigaction before = {};
};

std::mutex mutex;
int watches = 0;
std::array<Handled, 2> handled = {Handled{SIGTERM}, Handled{SIGINT}};

void install(Handled& each) noexcept {
  struct sigaction ours = {};
  ours.sa_handler = count_signal;
  ours.sa_flags = SA_RESTART;
  ::sigemptyset(&ours.sa_mask);
  each.is_ours = ::sigaction(each.signal, nullptr, &each.before) == 0 &&
                 each.before.sa_handler != SIG_IGN &&
                 ::sigaction(each.signal, &ours, &each.before) == 0;
}

// A handler that was installed after ours stays.
void restore(Handled& each) noexcept {
  struct sigaction present = {};
  if (each.is_ours && ::sigaction(each.signal, nullptr, &present) == 0 &&
      present.sa_handler == count_signal) {
    ::sigaction(each.signal, &each.before, nullptr);
  }
  each.is_ours = false;
}

}  // namespace

SignalWatch::SignalWatch() : before_(signals_so_far.load()) {
  const std::lock_guard lock(mutex);
  if (watches++ == 0) {
    for (Handled& each : handled) {
      install(each);
    }
  }
}

SignalWatch::~SignalWatch() {
  const std::lock_guard lock(mutex);
  if (--watches == 0) {
    for (Handled& each : handled) {
      restore(each);
    }
  }
}

bool SignalWatch::came() const noexcept {
  return signals_so_far.load(std::memory_order_relaxed) != before_;
}

}  // namespace retrograd::train::detail
