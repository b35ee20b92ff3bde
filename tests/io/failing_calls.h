// Makes one call of a system function, or one allocation, fail: in this thread, while it lives.
#pragma once

namespace test {

inline constexpr int kEvery = -1;    // for `nth`
inline constexpr int kHalf = 0;      // for `error`: a read or write of half the bytes
inline constexpr int kNothing = -1;  // for `error`: it does nothing, and returns 0

// The `nth` call of `name`, counted from 1, fails and sets errno to `error`.
class FailingCall {
 public:
  FailingCall(const char* name, int nth, int error) noexcept;
  FailingCall(const FailingCall&) = delete;
  FailingCall& operator=(const FailingCall&) = delete;
  ~FailingCall();

  // Whether there were so many calls.
  bool happened() const noexcept;
};

// The `nth` use of operator new throws std::bad_alloc.
class FailingAllocation {
 public:
  explicit FailingAllocation(int nth) noexcept;
  FailingAllocation(const FailingAllocation&) = delete;
  FailingAllocation& operator=(const FailingAllocation&) = delete;
  ~FailingAllocation();

  bool happened() const noexcept;
};

}  // namespace test
