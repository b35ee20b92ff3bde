#include <retrograd/ops/kernels/activation/dropout.h>

#include <cmath>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/loops/light.h>

namespace retrograd::kernels {

// One position gives two numbers of 32 bits.
std::uint64_t positions_of_mask(std::uint64_t count) {
  return (count + 1) / 2;
}

Tensor random_mask(const Tensor& model, double kept, Generator::State state) {
  Tensor mask = empty_tensor(model.shape(), uint8);
  auto* const m = mask.raw<std::uint8_t>();
  const std::int64_t count = mask.numel();
  const auto limit = static_cast<std::uint64_t>(std::ldexp(kept, 32));
  constexpr std::uint64_t kLow = 0xffffffffU;
  parallel_ranges((count + 1) / 2, kGrain / 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::uint64_t bits = random_bits(state, static_cast<std::uint64_t>(i));
      m[2 * i] = (bits & kLow) < limit;
      if (2 * i + 1 < count) {
        m[2 * i + 1] = (bits >> 32) < limit;
      }
    }
  });
  Tensor laid_out = empty_as(model, uint8);
  if (laid_out.strides() == mask.strides()) {
    return mask;
  }
  copy(laid_out, mask);
  return laid_out;
}

Tensor masked_product(const Tensor& x, const Tensor& mask, double scale) {
  if (const auto reference = reference_of(&ReferenceTable::masked_product)) {
    return reference(x, mask, scale);
  }
  Tensor out = empty_as(x, x.dtype());
  detail::for_floating_element(x.dtype(), [&]<class C>() {
    const auto factor = static_cast<C>(scale);
    detail::light_map<C, C, std::uint8_t>(
        out, detail::reads<C>(x), detail::reads<std::uint8_t>(mask),
        [factor](C value, std::uint8_t kept) { return kept != 0 ? value * factor : C{0}; });
  });
  return out;
}

}  // namespace retrograd::kernels
