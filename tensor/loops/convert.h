// Runs of values from one dtype to another. Internal.
#pragma once

#include <cstdint>

#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// Where a run lies: its first element, and how many elements on the next one is.
struct Run {
  void* at;
  DType dtype;
  std::int64_t step;
};
struct ConstRun {
  const void* at;
  DType dtype;
  std::int64_t step;
};

// to = from, converted, for n values.
void convert_run(Run to, ConstRun from, std::int64_t n);

// The run of a tensor that begins `offset` elements after its first.
inline Run run_of(const Tensor& x, std::int64_t offset, std::int64_t step) {
  return {x.raw_bytes() + offset * static_cast<std::int64_t>(item_size(x.dtype())), x.dtype(),
          step};
}
inline ConstRun const_run_of(const Tensor& x, std::int64_t offset, std::int64_t step) {
  const Run run = run_of(x, offset, step);
  return {run.at, run.dtype, run.step};
}

}  // namespace retrograd::detail
