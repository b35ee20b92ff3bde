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

}  // namespace retrograd::kernels::reference
