#include <retrograd/tensor/loops/add.h>

#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/loops/elementwise.h>
#include <retrograd/tensor/loops/light.h>

namespace retrograd::detail {

namespace {

void add_into(const Tensor& out, const Tensor& a, const Tensor& b) {
  for_floating_element(out.dtype(), [&]<class C>() {
    light_map<C, C, C>(out, reads<C>(a), reads<C>(b), [](C x, C y) { return x + y; });
  });
}

}  // namespace

Tensor added(const Tensor& a, const Tensor& b) {
  const KernelTimer timer("add", a, b);
  Tensor out = empty_as(layout_model(a, b), a.dtype());
  add_into(out, a, b);
  return out;
}

void add_in_place(const Tensor& a, const Tensor& b) {
  const KernelTimer timer("add", a, b);
  add_into(a, a, b);
}

}  // namespace retrograd::detail
