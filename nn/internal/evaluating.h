// Internal.
#pragma once

#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>

namespace retrograd::nn {

class Module;

namespace detail {

// Puts all modules in evaluation mode, so that a trial call changes no state in them, and back.
class RETROGRAD_API Evaluating {
 public:
  explicit Evaluating(Module& module);
  ~Evaluating();
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;

 private:
  std::vector<std::pair<Module*, bool>> modes_;
};

}  // namespace detail

}  // namespace retrograd::nn
