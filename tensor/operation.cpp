#include <retrograd/tensor/operation.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

#include <retrograd/tensor/call_listener.h>

namespace retrograd {

void Operation::tell_given(const detail::GivenArgument* given, std::size_t count) const noexcept {
  CallListener* const listener = detail::thread_calls.listener;
  if (listener == nullptr) {
    return;
  }
  try {
    Arguments all;
    all.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      given[i].write(all, given[i].value);
    }
    listener->given(*this, std::move(all));
  } catch (...) {  // no memory: said when the trace is read
    listener->failed();
  }
}

void Operation::check_ended() const noexcept {
  if (!ended_ && std::uncaught_exceptions() == 0) {
    std::fprintf(stderr, "retrograd: %s returned without result() or record()\n", name());
    std::abort();
  }
}

void Operation::tell(const Tensor* outputs, std::size_t count, bool itself) const noexcept {
  if (CallListener* const listener = detail::thread_calls.listener) {
    listener->returned(*this, outputs, count, itself);
  }
}

}  // namespace retrograd
