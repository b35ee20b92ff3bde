// Max pooling by 2x2 windows: no table of windows, no list of taps.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <retrograd/ops/kernels/loops/lanes.h>
#include <retrograd/ops/kernels/pool/pool_windows.h>
#include <retrograd/tensor/loops/instructions.h>

namespace retrograd::kernels {

// Whether all windows have 2x2 taps inside the input.
inline bool are_squares(const PoolGeometry& geometry) {
  using Sizes = std::array<std::int64_t, 3>;
  const auto fits = [&](std::size_t d) {
    return (geometry.output[d] - 1) * geometry.stride[d] + 2 <= geometry.input[d];
  };
  return !geometry.adaptive && geometry.kernel == Sizes{1, 2, 2} &&
         geometry.padding == Sizes{0, 0, 0} && geometry.dilation == Sizes{1, 1, 1} &&
         geometry.stride[0] == 1 && geometry.input[0] == geometry.output[0] && fits(1) && fits(2);
}

// Squares in a line of a channels-last input, whose taps are `at` from their first.
struct SquaresInLine {
  std::array<std::int64_t, 4> at;
  std::int64_t step;  // between squares
  std::int64_t channels;

  // The first largest value of the taps for a block of channels, and with `winners` which tap that
  // is; `sums` are NaN if a tap is.
  template <bool wanted, class Block, class S>
  void pool(const Block& block, const S* in, S* out, std::uint8_t* winners,
            std::array<typename Block::Vector, Block::vectors>& sums) const {
    std::array<typename Block::Ints, Block::vectors> ids{};
    block.each([&](std::size_t v) {
      auto best = block.load(in + at[0], v);
      sums[v] += best;
      for (std::size_t i = 1; i < at.size(); ++i) {
        const auto value = block.load(in + at[i], v);
        sums[v] += value;
        const auto better = value > best;
        best = better ? value : best;
        if (wanted) {
          ids[v] = better ? Block::bytes_of(static_cast<std::uint8_t>(i)) : ids[v];
        }
      }
      block.store(out, v, best);
    });
    if (wanted) {
      block.store_bytes(winners, ids);
    }
  }

  // Pools `count` squares, where `in_left` and `out_left` elements may be touched. Returns whether
  // no value was NaN; otherwise the results are wrong. Blocks may touch what lies behind the
  // channels of a square: the next square overwrites that.
  template <class T, bool wanted, class S>
  bool pool_line(const S* in, S* out, std::uint8_t* winners, std::int64_t count,
                 std::int64_t in_left, std::int64_t out_left) const {
    using Whole = Block<T, 2>;
    constexpr auto length = static_cast<std::int64_t>(Whole::lanes * Whole::vectors);
    const std::int64_t touched = (channels + length - 1) / length * length;
    std::array<typename Whole::Vector, Whole::vectors> sums{};
    bool is_number = true;
    for (; count > 0; --count, in += step, out += channels, winners += wanted ? channels : 0) {
      const std::int64_t left = std::min(in_left - at[3], out_left);
      if (left >= touched) [[likely]] {
        for (std::int64_t c = 0; c < channels; c += length) {
          pool<wanted>(Whole{c, static_cast<std::size_t>(length)}, in, out, winners, sums);
        }
      } else {
        for_each_block<T, 2>(channels, left, [&]<class Part>(const Part& block) {
          std::array<typename Part::Vector, Part::vectors> part{};
          pool<wanted>(block, in, out, winners, part);
          is_number = is_number && !Part::any_nan(part);
        });
      }
      in_left -= step;
      out_left -= channels;
    }
    return is_number && !Whole::any_nan(sums);
  }
};

// The largest values of all squares of a channels-last input, and their taps if these are wanted;
// undefined where a value is NaN.
template <class S, bool wanted>
Pooled max_of_squares(const Tensor& x, const PoolGeometry& geometry) {
  using T = compute_t<S>;
  const std::int64_t channels = x.shape()[1];
  const Shape shape = pool_shape({x.shape()[0], channels}, geometry.output, geometry.spatial_rank);
  const Tensor out = empty_strided(shape, channels_last_strides(shape), x.dtype());
  const Tensor winners =
      wanted ? empty_strided(shape, channels_last_strides(shape), uint8) : Tensor();
  std::uint8_t* const taps = wanted ? winners.raw<std::uint8_t>() : nullptr;
  const std::int64_t in_row = geometry.input[2] * channels;
  const std::int64_t out_row = geometry.output[2] * channels;
  const SquaresInLine squares{
      {0, channels, in_row, in_row + channels}, geometry.stride[2] * channels, channels};
  const std::int64_t in_end = x.numel();
  const std::int64_t lines =
      out.numel() > 0 ? x.shape()[0] * geometry.input[0] * geometry.output[1] : 0;
  const std::int64_t pieces = detail::pieces_of(lines, kGrain / (2 * in_row + 1) + 1);
  std::atomic<bool> is_number{true};
  detail::for_pieces(lines, pieces, detail::lanes_for(pieces),
                     [&](std::int64_t begin, std::int64_t end, int /*lane*/) {
                       bool all = true;
                       retrograd::detail::vectorised([&] {
                         for (std::int64_t line = begin; line < end; ++line) {
                           const std::int64_t row = line / geometry.output[1] * geometry.input[1] +
                                                    line % geometry.output[1] * geometry.stride[1];
                           all &= squares.pool_line<T, wanted>(
                               x.raw<S>() + row * in_row, out.raw<S>() + line * out_row,
                               taps + (wanted ? line * out_row : 0), geometry.output[2],
                               in_end - row * in_row, (end - line) * out_row);
                         }
                       });
                       if (!all) {
                         is_number = false;
                       }
                     });
  return is_number ? Pooled{out, winners} : Pooled{};
}

}  // namespace retrograd::kernels
