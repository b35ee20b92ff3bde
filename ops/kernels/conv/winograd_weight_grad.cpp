#include <retrograd/ops/kernels/conv/winograd.h>

#include <algorithm>
#include <cstddef>

#include <retrograd/ops/kernels/conv/winograd_loops.h>
#include <retrograd/ops/kernels/conv/winograd_tiles.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/linalg/gemm_packed.h>
#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/loops/tree.h>
#include <retrograd/ops/kernels/loops/vectors.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::winograd {

namespace {

template <std::size_t kBytes>
[[gnu::always_inline]] inline void read_grads(const float* grads, int64_t begin, int64_t end,
                                              const Tiling& s, const float* zeros, Positions to) {
  Corner corner(begin, s);
  for (int64_t t = begin; t < end; ++t, corner.to_next(s), to.at += to.row) {
    each_vector<kBytes, OfGrad>(s.filters, results_of(grads, corner, s, zeros), to.at, to.position);
  }
}

// The gradients (O, C, 3, 3) of channels begin to end - 1, of their transform's.
template <std::size_t kBytes>
[[gnu::always_inline]] inline void write_filters(const float* from, int64_t begin, int64_t end,
                                                 const Tiling& s, float* to) {
  constexpr int64_t kFilters = 16;
  constexpr int64_t kWeights = 9;
  float block[kWeights * kFilters];
  for (int64_t c = begin; c < end; ++c) {
    for (int64_t first = 0; first < s.filters; first += kFilters) {
      const int64_t count = std::min(kFilters, s.filters - first);
      each_vector<kBytes, OfFilterGrad>(count, from + c * s.filters + first, s.channels * s.filters,
                                        static_cast<float*>(block), kFilters);
      for (int64_t f = 0; f < count; ++f) {
        float* const filter = to + ((first + f) * s.channels + c) * kWeights;
        for (int64_t k = 0; k < kWeights; ++k) {
          filter[k] = block[k * kFilters + f];
        }
      }
    }
  }
}

}  // namespace

Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry) {
  // Sums of each part of the tiles, then of the parts.
  const Tiling s = forward_tiling(geometry);
  const Tensor images = as_channels_last(x);
  const Tensor grads = as_channels_last(grad);
  const bool narrow = is_narrow(s);
  const int64_t together = narrow ? kNarrow : tiles_together(s);
  const int64_t blocks = detail::divided_up(s.tiles(), together);
  const int64_t matrix = s.channels * s.filters;
  const int64_t most = matrix * kPositions > s.tiles() * (s.channels + s.filters) ? 2 : 8;
  const int64_t parts = std::clamp<int64_t>(blocks / 2, 1, most);
  const Tensor sums = empty_tensor({parts, kPositions, s.channels, s.filters}, float32);
  const int64_t work = s.tiles() * kPositions * matrix;
  const int lanes = work > detail::worth(int64_t{1} << 20) ? detail::lanes_for(parts) : 1;
  const int64_t of_images = Positions::size(together, s.channels);
  const int64_t of_grads = Positions::size(together, s.filters);
  const LaneScratch scratch((of_images + of_grads) * kFloat, lanes);
  const Tensor zeros = zeros_of(std::max(kSide * s.channels, s.filters));
  detail::for_each_piece_of(parts, lanes, [&](int64_t part, int lane) {
    float* const memory = scratch.of_lane<float>(lane);
    const Positions left(memory, together, s.channels);
    const Positions right(memory + of_images, together, s.filters);
    float* const own = sums.raw<float>() + part * kPositions * matrix;
    const int64_t first = blocks * part / parts;
    for (int64_t block = first; block < blocks * (part + 1) / parts; ++block) {
      const int64_t begin = block * together;
      const int64_t end = std::min(begin + together, s.tiles());
      with_vectors([&]<std::size_t kBytes>() RETROGRAD_INLINE {
        read_images<kBytes>(images.raw<float>(), begin, end, s, zeros.raw<float>(), left);
        read_grads<kBytes>(grads.raw<float>(), begin, end, s, zeros.raw<float>(), right);
        if constexpr (kBytes == 64) {
          if (narrow) {
            add_narrow_grads(left, right, end - begin, block == first, own);
          }
        }
      });
      for (int64_t i = 0; i < kPositions && !narrow; ++i) {
        gemm_here<float>(s.channels, s.filters, end - begin,
                         {left.at + i * left.position, left.row, true},
                         {right.at + i * right.position, right.row}, own + i * matrix, s.filters,
                         block == first ? Target::overwritten : Target::added_to);
      }
    }
  });
  float* const total = sums.raw<float>();
  add_in_tree(total, parts, kPositions * matrix);
  Tensor result = empty_tensor(geometry.weight_shape(), float32);
  detail::parallel_ranges(s.channels, detail::kGrain / (16 * s.filters) + 1,
                          [&](int64_t begin, int64_t end) {
                            with_vectors([&]<std::size_t kBytes>() RETROGRAD_INLINE {
                              write_filters<kBytes>(total, begin, end, s, result.raw<float>());
                            });
                          });
  return result;
}

}  // namespace retrograd::kernels::winograd
