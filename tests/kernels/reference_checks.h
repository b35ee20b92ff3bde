// What the tests of kernels against references share.
#pragma once

#include <doctest/doctest.h>

#include <retrograd/ops/kernels/reference/reference.h>
#include <retrograd/retrograd.h>

namespace kernel_tests {

// Equal bit by bit, except that all NaN are equal.
bool same(const retrograd::Tensor& a, const retrograd::Tensor& b);

// Whether two tensors of one dtype differ by at most one rounding of each element and by
// `roundings` of 1 in the type that kernels compute in, which is float32 for bfloat16.
bool within(const retrograd::Tensor& actual, const retrograd::Tensor& expected, double roundings);

// The result of f by references, of which at least `kernels` run.
template <class F>
auto by_reference(long long kernels, const F& f) {
  const retrograd::kernels::reference::Installed references;
  const retrograd::ReferenceKernelsGuard guard;
  const long long before = retrograd::kernel_counts().reference;
  auto result = f();
  CHECK(retrograd::kernel_counts().reference >= before + kernels);
  return result;
}

}  // namespace kernel_tests
