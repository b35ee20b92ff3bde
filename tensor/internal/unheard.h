// Calls that no trace records. Internal.
#pragma once

#include <utility>

#include <retrograd/tensor/frame.h>

namespace retrograd::detail {

// This thread's calls are not told to a listener while one lives.
class Unheard {
 public:
  Unheard() noexcept { std::swap(listener_, thread_calls.listener); }
  ~Unheard() { std::swap(listener_, thread_calls.listener); }
  Unheard(const Unheard&) = delete;
  Unheard& operator=(const Unheard&) = delete;

 private:
  CallListener* listener_ = nullptr;
};

}  // namespace retrograd::detail
