// Which operator this thread computes, for the messages of OutOfMemory. Internal.
#pragma once

#include <cstddef>

#include <retrograd/tensor/internal/hot_tls.h>
#include <retrograd/tensor/where.h>

namespace retrograd::detail {

class InBackward;

// The public function that began last: operators begin with their checks.
struct CurrentOperator {
  const char* name = nullptr;  // null before the first
  Where where = Where::at("", 0);
  const InBackward* backward = nullptr;  // the innermost
};

RETROGRAD_HOT_TLS extern constinit thread_local CurrentOperator current_operator;

inline void begin_operator(const char* name, Where where) noexcept {
  current_operator.name = name;
  current_operator.where = where;
}

// memory::allocate() for that operator: the message names it.
void* allocate_for_operator(std::size_t bytes);

// A backward pass, or the backward of one recorded operator, runs in this scope.
class InBackward {
 public:
  InBackward(const char* op, Where where) noexcept
      : op_(op), where_(where), outer_(current_operator.backward) {
    current_operator.name = op;
    current_operator.backward = this;
  }
  ~InBackward() {
    current_operator.backward = outer_;
    current_operator.name = outer_ != nullptr ? outer_->op_ : nullptr;
  }
  InBackward(const InBackward&) = delete;
  InBackward& operator=(const InBackward&) = delete;

  const char* op() const noexcept { return op_; }
  Where where() const noexcept { return where_; }

 private:
  const char* op_;
  Where where_;
  const InBackward* outer_;
};

}  // namespace retrograd::detail
