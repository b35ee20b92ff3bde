// What the system lets this program use. Internal.
#pragma once

namespace retrograd::detail {

// How many threads can run at once: OMP_NUM_THREADS where it is set; else the processors that the
// program may run on, and no more than its control group has time for (a quota of 1.5 processors
// counts as 2).
int usable_processors() noexcept;

// Whether an idle thread may wait by looking again and again: not with OMP_WAIT_POLICY=passive.
bool may_wait_busily() noexcept;

}  // namespace retrograd::detail
