#include <retrograd/ops/kernels/conv/winograd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>

#include <retrograd/ops/kernels/conv/winograd_loops.h>
#include <retrograd/ops/kernels/conv/winograd_narrow.h>
#include <retrograd/ops/kernels/conv/winograd_tiles.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/linalg/gemm_packed.h>
#include <retrograd/ops/kernels/loops/lane_scratch.h>
#include <retrograd/ops/kernels/loops/relu.h>
#include <retrograd/ops/kernels/loops/vectors.h>
#include <retrograd/ops/kernels/prepared_weights.h>
#include <retrograd/ops/kernels/shape/channels_last.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::winograd {

namespace {

template <std::size_t kBytes>
[[gnu::always_inline]] inline void write_results(Positions from, int64_t begin, int64_t end,
                                                 const Tiling& s, const float* bias, float limit,
                                                 float* outside, float* results) {
  Corner corner(begin, s);
  for (int64_t t = begin; t < end; ++t, corner.to_next(s), from.at += from.row) {
    each_vector<kBytes, OfResult>(s.filters, from.at, from.position, bias, limit,
                                  results_of(results, corner, s, outside));
  }
}

// Of a weight (O, C, 3, 3), where a filter of the convolution finds its channels.
struct FilterLayout {
  int64_t filter;   // from one filter to the next
  int64_t channel;  // from one channel to the next
  bool turned;      // by 180 degrees
  bool operator==(const FilterLayout&) const = default;
};

// The transformed filters: 16 matrices (channels, filters), ready to be multiplied.
class Filters {
 public:
  Filters(const Tensor& weight, const Tiling& s, FilterLayout layout)
      : matrices_(empty_tensor({kPositions, s.channels, s.filters}, float32)) {
    const Tensor plain = as_contiguous(weight);
    const float* const from = plain.raw<float>();
    float* const to = matrices_.raw<float>();
    const int64_t matrix = s.channels * s.filters;
    detail::parallel_ranges(s.channels, detail::kGrain / (16 * s.filters) + 1,
                            [&](int64_t begin, int64_t end) {
                              with_vectors([&]<std::size_t kBytes>() RETROGRAD_INLINE {
                                transform<kBytes>(from, begin, end, s, layout, to);
                              });
                            });
    detail::parallel_parts(kPositions, matrix * kPositions > 2 * detail::kGrain, [&](int64_t i) {
      packed_[static_cast<std::size_t>(i)].emplace(s.filters, s.channels,
                                                   Matrix<float>{to + i * matrix, s.filters});
    });
  }
  const float* matrices() const { return matrices_.raw<float>(); }
  const PackedRight<float>& operator[](int64_t position) const {
    return *packed_[static_cast<std::size_t>(position)];
  }

 private:
  template <std::size_t kBytes>
  [[gnu::always_inline]] static inline void transform(const float* from, int64_t begin, int64_t end,
                                                      const Tiling& s, FilterLayout layout,
                                                      float* to) {
    constexpr int64_t kFilters = 16;
    constexpr int64_t kWeights = 9;
    float block[kWeights * kFilters];  // weights of some filters
    for (int64_t c = begin; c < end; ++c) {
      for (int64_t first = 0; first < s.filters; first += kFilters) {
        const int64_t count = std::min(kFilters, s.filters - first);
        for (int64_t f = 0; f < count; ++f) {
          const float* const filter = from + (first + f) * layout.filter + c * layout.channel;
          for (int64_t k = 0; k < kWeights; ++k) {
            block[k * kFilters + f] = filter[layout.turned ? kWeights - 1 - k : k];
          }
        }
        each_vector<kBytes, OfFilter>(count, static_cast<const float*>(block), kFilters,
                                      to + c * s.filters + first, s.channels * s.filters);
      }
    }
  }

  Tensor matrices_;
  std::array<std::optional<PackedRight<float>>, kPositions> packed_;
};

std::shared_ptr<const Filters> filters_of(const Tensor& weight, const Tiling& s,
                                          FilterLayout layout) {
  return PreparedWeights::laid_out(
      weight, layout, [&] { return std::make_shared<const Filters>(weight, s, layout); });
}

Tensor convolved(const Tensor& images, const Filters& filters, const Tensor& bias, bool relu,
                 const Tiling& s, const Shape& shape) {
  Tensor out = empty_channels_last(shape, float32);
  const int64_t together = tiles_together(s);
  const int64_t pieces = detail::divided_up(s.tiles(), together);
  const int64_t work = s.tiles() * kPositions * s.channels * s.filters;
  const int lanes = work > detail::worth(int64_t{1} << 20) ? detail::lanes_for(pieces) : 1;
  const bool narrow = is_narrow(s);
  const int64_t block = narrow ? kNarrow : together;
  const int64_t of_images = Positions::size(block, s.channels);
  const int64_t of_results = Positions::size(block, s.filters);
  const LaneScratch scratch((of_images + of_results + s.filters) * kFloat, lanes);
  const Tensor zeros = zeros_of(kSide * s.channels);
  const auto limit = lower_limit<float>(relu);
  const Tensor b = bias.defined() ? as_contiguous(bias) : zeros_of(s.filters);
  detail::for_each_piece_of(pieces, lanes, [&](int64_t piece, int lane) {
    const int64_t last = std::min((piece + 1) * together, s.tiles());
    float* const memory = scratch.of_lane<float>(lane);
    const Positions left(memory, block, s.channels);
    const Positions product(narrow ? memory : memory + of_images, block, s.filters);
    for (int64_t begin = piece * together; begin < last; begin += block) {
      const int64_t end = std::min(begin + block, last);
      if (narrow && end - begin < block) {
        std::fill_n(memory, of_images, 0.0F);
      }
      with_vectors([&]<std::size_t kBytes>() RETROGRAD_INLINE {
        read_images<kBytes>(images.raw<float>(), begin, end, s, zeros.raw<float>(), left);
        if constexpr (kBytes == 64) {
          if (narrow) {
            multiply_narrow(left, filters.matrices());
          }
        }
      });
      for (int64_t i = 0; i < kPositions && !narrow; ++i) {
        filters[i].multiply(end - begin, {left.at + i * left.position, left.row},
                            product.at + i * product.position, product.row);
      }
      with_vectors([&]<std::size_t kBytes>() RETROGRAD_INLINE {
        write_results<kBytes>(product, begin, end, s, b.raw<float>(), limit,
                              memory + of_images + of_results, out.raw<float>());
      });
    }
  });
  return out;
}

}  // namespace

bool suits(onednn::Pass pass, const ConvGeometry& g) {
  const Spatial ones{1, 1, 1};
  if (g.dtype != float32 || g.spatial_rank != 2 || g.groups != 1 || !has_packed_gemm() ||
      g.kernel != Spatial{1, 3, 3} || g.stride != ones || g.dilation != ones) {
    return false;
  }
  // Measured against oneDNN: fewer channels take longer to transform than to multiply, few tiles
  // do not pay for the transform of the filters.
  constexpr int64_t kChannels = 16;
  constexpr int64_t kBoth = 48;
  constexpr int64_t kTiles = 128;
  const Tiling s = pass == onednn::Pass::input_grad ? input_grad_tiling(g) : forward_tiling(g);
  const bool has_channels = std::min(s.channels, s.filters) >= kChannels &&
                            (s.channels + s.filters >= kBoth || has_narrow_sizes(s));
  const int64_t results = s.batch * s.rows * s.columns;
  return has_channels && s.tiles() >= kTiles && 10 * results >= 7 * 4 * s.tiles();
}

Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvGeometry& geometry,
            bool relu) {
  const Tiling s = forward_tiling(geometry);
  const Tensor images = as_channels_last(x);
  return convolved(images, *filters_of(weight, s, {9 * s.channels, 9, false}), bias, relu, s,
                   geometry.output_shape());
}

Tensor conv_input_grad(const Tensor& grad, const Tensor& weight, const ConvGeometry& geometry) {
  const Tiling s = input_grad_tiling(geometry);
  const Tensor images = as_channels_last(grad);
  return convolved(images, *filters_of(weight, s, {9, 9 * s.filters, true}), {}, false, s,
                   geometry.input_shape());
}

}  // namespace retrograd::kernels::winograd
