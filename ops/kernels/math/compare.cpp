#include <cstdint>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/elementwise_types.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/loops/light.h>

namespace retrograd::kernels {

namespace {

template <class C, class F>
void with_compare(Compare op, F&& f) {
  switch (op) {
    case Compare::eq: return f([](C a, C b) { return a == b; });
    case Compare::ne: return f([](C a, C b) { return a != b; });
    case Compare::lt: return f([](C a, C b) { return a < b; });
    case Compare::le: return f([](C a, C b) { return a <= b; });
    case Compare::gt: return f([](C a, C b) { return a > b; });
    case Compare::ge: return f([](C a, C b) { return a >= b; });
  }
}

// a op b, the number in b's place if that is none.
Tensor compare(Compare op, const Tensor& model, const Tensor& a, const Tensor* b, Scalar number) {
  const detail::KernelTimer timer("compare", a);
  Tensor out = empty_as(model, boolean);
  detail::for_element_type(a.dtype(), [&]<class C>() {
    const C value = number.to<C>();
    const auto operand = b != nullptr ? detail::reads<C>(*b) : detail::repeats(value);
    with_compare<C>(op, [&](auto f) { map<bool, C, C>(out, detail::reads<C>(a), operand, f); });
  });
  return out;
}

}  // namespace

Tensor compare(Compare op, const Tensor& a, const Tensor& b) {
  if (const auto reference = reference_of(&ReferenceTable::compare)) {
    return reference(op, a, b);
  }
  return compare(op, layout_model(a, b), a, &b, {});
}

Tensor compare(Compare op, const Tensor& a, Scalar b) {
  if (const auto reference = reference_of(&ReferenceTable::compare_number)) {
    return reference(op, a, b);
  }
  return compare(op, a, a, nullptr, b);
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  const detail::KernelTimer timer("where", a, b);
  if (const auto reference = reference_of(&ReferenceTable::where)) {
    return reference(condition, a, b);
  }
  Tensor out = empty_as(layout_model(a, b), a.dtype());
  detail::for_element_type(a.dtype(), [&]<class C>() {
    // GCC turns this into vector code for bytes, not for bool.
    detail::light_map<C, std::uint8_t, C, C>(
        out, condition, a, b, [](std::uint8_t c, C x, C y) { return c != 0 ? x : y; });
  });
  return out;
}

}  // namespace retrograd::kernels
