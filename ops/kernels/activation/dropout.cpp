#include <retrograd/ops/kernels/activation/dropout.h>

#include <cmath>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/loops/light.h>

namespace retrograd::kernels {

using retrograd::detail::Numbers;

// One position gives two numbers of 32 bits.
Numbers take_mask(Generator& generator, const Shape& shape) {
  return retrograd::detail::take_numbers(generator, shape, 2);
}

Tensor random_mask(const Tensor& model, double kept, const Numbers& numbers) {
  Tensor mask = empty_tensor(model.shape(), uint8);
  auto* const m = mask.raw<std::uint8_t>();
  const std::int64_t count = mask.numel();
  const auto limit = static_cast<std::uint64_t>(std::ldexp(kept, 32));
  constexpr std::uint64_t kLow = 0xffffffffU;
  const auto odd = static_cast<std::int64_t>(numbers.first %
                                             2);  // the first element has the second of two numbers
  parallel_ranges((odd + count + 1) / 2, kGrain / 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::uint64_t bits =
          random_bits(numbers.start, numbers.first / 2 + static_cast<std::uint64_t>(i));
      const std::int64_t low = 2 * i - odd;
      if (low >= 0) {
        m[low] = (bits & kLow) < limit;
      }
      if (low + 1 < count) {
        m[low + 1] = (bits >> 32) < limit;
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
