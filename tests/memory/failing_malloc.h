// malloc and its kin in this program, which fail when a test wants it.
#pragma once

namespace failing_malloc {

// While one is alive, the allocation with this number fails, counted from 1, in any thread and in
// libraries too; with `lasting`, so do all after it.
class Guard {
 public:
  explicit Guard(long number, bool lasting = false) noexcept;
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // How many failed so far.
  static long failed() noexcept;
};

}  // namespace failing_malloc
