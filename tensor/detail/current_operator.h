// Which operator this thread computes, for the messages of OutOfMemory. Internal.
#pragma once

#include <cstddef>

#include <retrograd/tensor/detail/hot_tls.h>
#include <retrograd/tensor/where.h>

namespace retrograd::detail {

// The public function that began last: operators begin with their checks.
struct CurrentOperator {
  const char* name = nullptr;  // null before the first
  Where where{"", 0};
  const char* backward_of = nullptr;  // the operator whose backward runs, or null
  Where backward_at{"", 0};
};

RETROGRAD_HOT_TLS extern constinit thread_local CurrentOperator current_operator;

inline void begin_operator(const char* name, Where where) noexcept {
  current_operator.name = name;
  current_operator.where = where;
}

// memory::allocate() for that operator: the message names it.
void* allocate_for_operator(std::size_t bytes);

// The backward of a recorded operator runs in this scope.
class InBackward {
 public:
  InBackward(const char* op, Where where) noexcept : previous_(current_operator) {
    current_operator = {op, where, op, where};
  }
  ~InBackward() { current_operator = previous_; }
  InBackward(const InBackward&) = delete;
  InBackward& operator=(const InBackward&) = delete;

 private:
  CurrentOperator previous_;
};

}  // namespace retrograd::detail
