// Makes one call of a system function, or one allocation, fail, or the process end at a call: in
// this thread, while it lives.
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

// The process is killed (SIGKILL) before the `nth` call of any of these functions, counted from 1,
// or, if it is a write and `torn`, after half of its bytes.
class KillingCall {
 public:
  KillingCall(int nth, bool torn) noexcept;
  KillingCall(const KillingCall&) = delete;
  KillingCall& operator=(const KillingCall&) = delete;
  ~KillingCall();

  // The name of call n, counted from 1, or null if there were fewer.
  const char* name_of(int n) const noexcept;
};

// fsync() does not wait for the disk while it lives: what a killed process wrote is in the system's
// memory either way.
class SkippedSyncs {
 public:
  SkippedSyncs() noexcept;
  SkippedSyncs(const SkippedSyncs&) = delete;
  SkippedSyncs& operator=(const SkippedSyncs&) = delete;
  ~SkippedSyncs();
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
