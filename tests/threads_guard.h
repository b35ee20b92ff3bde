// A number of threads until the end of a scope.
#pragma once

#include <retrograd/tensor/threads.h>

namespace test {

class Threads {
 public:
  explicit Threads(int count) : before_(retrograd::get_num_threads()) {
    retrograd::set_num_threads(count);
  }
  ~Threads() { retrograd::set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

}  // namespace test
