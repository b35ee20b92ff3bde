// Threads of the library beside those that share loops. Internal.
#pragma once

#include <functional>
#include <thread>

#include <retrograd/tensor/api.h>

namespace retrograd::detail {

// Starts a thread that computes alone: its loops are shared with no other thread. It gets none of
// the program's signals, and treats denormal numbers as the calling thread does. `work` must not
// throw. Throws std::system_error where the system makes no more threads.
RETROGRAD_API std::thread start_helper(std::function<void()> work);

}  // namespace retrograd::detail
