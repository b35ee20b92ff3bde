// Readers and writers under calls that fail, one after the other.
#pragma once

#include <cerrno>
#include <cstring>
#include <new>
#include <string>

#include <doctest/doctest.h>

#include "io/failing_calls.h"
#include "unit/io_temp_files.h"

namespace test {

// Each allocation of f in turn fails, then each `call` of the C library: f says so, and nothing
// else.
template <class F>
void check_each_failure(const char* call, F&& f) {
  bool happened = true;
  for (int nth = 1; happened; ++nth) {
    bool thrown = false;
    {
      const FailingAllocation failing(nth);
      try {
        f();
      } catch (const std::bad_alloc&) {
        thrown = true;
      }
      happened = failing.happened();
    }
    CAPTURE(nth);
    CHECK(thrown == happened);
  }
  happened = true;
  for (int nth = 1; happened; ++nth) {
    std::string message;
    {
      const FailingCall failing(call, nth, EIO);
      message = message_of<retrograd::IoError>(f);
      happened = failing.happened();
    }
    CHECK((message.find(std::strerror(EIO)) != std::string::npos) == happened);
  }
}

}  // namespace test
