#include <retrograd/ops/kernels/loops/parts.h>

#include <retrograd/ops/kernels/loops/loops.h>

namespace retrograd::kernels {

namespace {

// From position to position in memory, where the channels of each lie side by side; else 0.
std::int64_t place_step(const Tensor& x) {
  const Strides& strides = x.strides();
  bool beside = strides[1] == 1 || x.shape()[1] == 1;
  for (std::size_t d = 2; d + 1 < strides.size(); ++d) {
    beside = beside && strides[d] == strides[d + 1] * x.shape()[d + 1];
  }
  return beside ? strides.back() : 0;
}

template <class To, class From>
void copy_channels(const Tensor& to, const Tensor& from, std::int64_t to_step,
                   std::int64_t from_step) {
  const std::int64_t channels = to.shape()[1];
  const std::int64_t positions = to.numel() / to.shape()[0] / channels;
  parallel_ranges(
      to.shape()[0] * positions, kGrain / channels + 1, [&](std::int64_t begin, std::int64_t end) {
        std::int64_t image = begin / positions;
        std::int64_t position = begin % positions;
        for (std::int64_t i = begin; i < end; ++i) {
          To* const target = to.raw<To>() + image * to.strides()[0] + position * to_step;
          const From* const source =
              from.raw<From>() + image * from.strides()[0] + position * from_step;
          for (std::int64_t c = 0; c < channels; ++c) {
            target[c] = convert<To>(source[c]);
          }
          if (++position == positions) {
            position = 0;
            ++image;
          }
        }
      });
}

}  // namespace

void copy_planes(const Tensor& to, const Tensor& from) {
  const std::int64_t to_step = place_step(to);
  const std::int64_t from_step = place_step(from);
  const std::int64_t channels = to.shape()[1];
  const bool has_gaps = to_step != 0 && from_step != 0 && to.numel() != 0 &&
                        (to_step != channels || from_step != channels);
  if (has_gaps && to.dtype() == float32 && from.dtype() == bfloat16) {
    copy_channels<float, BFloat16>(to, from, to_step, from_step);
  } else if (has_gaps && to.dtype() == bfloat16 && from.dtype() == float32) {
    copy_channels<BFloat16, float>(to, from, to_step, from_step);
  } else {
    copy(to, from);
  }
}

}  // namespace retrograd::kernels
