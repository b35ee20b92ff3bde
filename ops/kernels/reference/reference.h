// The specification of each kernel, as a formula in xtensor. Tests hold the kernels to it.
#pragma once

#include <retrograd/ops/kernels/reference_table.h>

namespace retrograd::kernels::reference {

// Makes threads with a ReferenceKernelsGuard compute with the references until the end of the
// scope, in all threads of the process.
class Installed {
 public:
  Installed() noexcept;
  ~Installed();
  Installed(const Installed&) = delete;
  Installed& operator=(const Installed&) = delete;

 private:
  const ReferenceTable* previous_;
};

// Each has the signature of the kernel of its name, takes all floating dtypes, computes in float64
// and rounds its result once.
decltype(kernels::conv) conv;
decltype(kernels::conv_input_grad) conv_input_grad;
decltype(kernels::conv_weight_grad) conv_weight_grad;
decltype(kernels::max_pool) max_pool;
decltype(kernels::max_pool_positions) max_pool_positions;
decltype(kernels::max_pool_scatter) max_pool_scatter;
decltype(kernels::max_pool_gather) max_pool_gather;
decltype(kernels::avg_pool) avg_pool;
decltype(kernels::avg_pool_input_grad) avg_pool_input_grad;
decltype(kernels::last_of_equals) last_of_equals;
decltype(kernels::standardise) standardise;
decltype(kernels::standardise_by) standardise_by;
decltype(kernels::moved_running) moved_running;
decltype(kernels::standardise_backward) standardise_backward;

}  // namespace retrograd::kernels::reference
