// The loops of conv_direct.cpp over one image. All tensors are channels-last, so that what one
// filter row sees, KW pixels of C channels, is one run of values in memory. Each kernel holds a
// tile of results in registers, a vector along the channels (or along the run), and goes through
// the rows of the filter:
//   forward           y[p, o]    += x[p + r] w[r, o]     a tile of positions p
//   gradient of w     dw[r, o]   += x[p + r] g[p, o]     a tile of the run r
//   gradient of x     dx[p + r]  += w[r, o] g[p, o]      the run r, of some rows of positions
// Padding is written out, as zeros around the image.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::direct {

using std::int64_t;

constexpr int kLanes = 8;
using Vector [[gnu::vector_size(kLanes * sizeof(float))]] = float;
constexpr int kMostTile = 8;  // results held at once, so that two instructions a cycle can start
constexpr int64_t kShortSum = 256;

using retrograd::detail::rounded_up;

// A ConvGeometry of two spatial dimensions, in the terms of the loops. Lengths are in values.
struct Sizes {
  explicit Sizes(const ConvGeometry& s)
      : batch(s.batch),
        in(s.in_channels),
        out(s.out_channels),
        height(s.input[1]),
        width(s.input[2]),
        rows(s.output[1]),
        columns(s.output[2]),
        filter_rows(s.kernel[1]),
        filter_columns(s.kernel[2]),
        run(s.kernel[2] * s.in_channels),
        top(s.pad_before[1]),
        left(s.pad_before[2]),
        is_padded(s.pad_before[1] + s.pad_after[1] + s.pad_before[2] + s.pad_after[2] > 0),
        padded_height(s.input[1] + s.pad_before[1] + s.pad_after[1]),
        line((s.input[2] + s.pad_before[2] + s.pad_after[2]) * s.in_channels),
        step(s.stride[2] * s.in_channels),
        row_step(s.stride[1] * line),
        filter_row_step(s.dilation[1] * line) {}

  int64_t padded_image() const { return padded_height * line; }

  int64_t batch, in, out;
  int64_t height, width;  // of the input
  int64_t rows, columns;  // of the output
  int64_t filter_rows, filter_columns;
  int64_t run;        // one filter row
  int64_t top, left;  // padding
  bool is_padded;
  int64_t padded_height, line;        // an image with its padding
  int64_t step;                       // from one output column's run to the next
  int64_t row_step, filter_row_step;  // from one output row, or filter row, to the next
};

// Calls f.operator()<n>() with n = count, which lies from kFrom to kTo.
template <int kFrom, int kTo, class F>
void with_constant(int64_t count, const F& f) {
  if constexpr (kFrom < kTo) {
    if (count != kFrom) {
      return with_constant<kFrom + 1, kTo>(count, f);
    }
  }
  f.template operator()<kFrom>();
}

// The width of tiles that cover `count` with the least overlap.
inline int64_t tile_for(int64_t count) {
  const int64_t tiles = (count + kMostTile - 1) / kMostTile;
  return (count + tiles - 1) / tiles;
}

// Calls f(begin) for tiles of `tile` that cover [0, count); the last may overlap the one before.
template <class F>
void for_each_tile(int64_t count, int64_t tile, const F& f) {
  for (int64_t at = 0; at < count; at += tile) {
    f(std::min(at, count - tile));
  }
}

// By reference: how a vector is returned depends on the instructions that a caller may use.
template <class V>
void load(V& to, const float* from) {
  std::memcpy(&to, from, sizeof to);
}
template <class V>
void store(float* to, const V& from) {
  std::memcpy(to, &from, sizeof from);
}

// --- forward ---

// kTile neighbouring positions of up to kLanes filters. What is stored beyond `lanes` is stored
// again by the positions that follow; the last ones must not.
template <int kTile>
void forward_tile(const float* x, const float* w, const float* bias, float limit, float* y,
                  int64_t lanes, const Sizes& s) {
  Vector sums[kTile];
  Vector filters;
  load(filters, bias);
  std::fill_n(sums, kTile, filters);
  for (int64_t kh = 0; kh < s.filter_rows; ++kh) {
    const float* const row = x + kh * s.filter_row_step;
    for (int64_t r = 0; r < s.run; ++r) {
      load(filters, w + (kh * s.run + r) * kLanes);
      for (int p = 0; p < kTile; ++p) {
        sums[p] += filters * row[p * s.step + r];
      }
    }
  }
  for (int p = 0; p < kTile; ++p) {
    sums[p] = sums[p] < limit ? Vector{} : sums[p];
    const bool ends_in_tile = s.out == lanes && p * s.out + kLanes <= kTile * s.out;
    if (lanes == kLanes || ends_in_tile) {
      store(y + p * s.out, sums[p]);
    } else {
      for (int64_t i = 0; i < lanes; ++i) {
        y[p * s.out + i] = sums[p][i];
      }
    }
  }
}

// Results below the limit become 0.
inline void forward_image(const float* x, const float* w, const float* bias, float limit, float* y,
                          const Sizes& s) {
  with_constant<1, kMostTile>(tile_for(s.columns), [&]<int kTile>() {
    const int64_t block_size = s.filter_rows * s.run * kLanes;
    for (int64_t o = 0; o < s.out; o += kLanes) {
      for (int64_t row = 0; row < s.rows; ++row) {
        for_each_tile(s.columns, kTile, [&](int64_t column) {
          forward_tile<kTile>(x + row * s.row_step + column * s.step, w + o / kLanes * block_size,
                              bias + o, limit, y + (row * s.columns + column) * s.out + o,
                              std::min<int64_t>(s.out - o, kLanes), s);
        });
      }
    }
  });
}

// --- gradient of the weight ---

// Adds to kTile vectors of the gradient, (run, kLanes), what all positions of an image give. The
// gradient of position p may be read as a whole vector when p < `safe`.
template <int kTile>
void weight_tile(const float* x, const float* grad, float* w, int64_t lanes, int64_t safe,
                 const Sizes& s) {
  // A narrow tile sums every second position apart, for two instructions a cycle to start.
  constexpr int kApart = 2 * kTile <= kMostTile + 2 ? 2 : 1;
  // Short sums first, then their total: one long sum of small terms would lose digits.
  const int64_t rows_at_once = kShortSum / s.columns + 1;
  for (int64_t first = 0; first < s.rows; first += rows_at_once) {
    Vector sums[kApart][kTile] = {};
    const auto add = [&sums](int part, const Vector& g, const float* xs) {
      for (int r = 0; r < kTile; ++r) {
        sums[part][r] += g * xs[r];
      }
    };
    for (int64_t row = first; row < std::min(first + rows_at_once, s.rows); ++row) {
      const float* xs = x + row * s.row_step;
      const float* gs = grad + row * s.columns * s.out;
      const int64_t whole = std::clamp<int64_t>(safe - row * s.columns, 0, s.columns);
      int64_t column = 0;
      for (; column + kApart <= whole; column += kApart) {
        for (int part = 0; part < kApart; ++part) {
          Vector g;
          load(g, gs + part * s.out);
          add(part, g, xs + part * s.step);
        }
        xs += kApart * s.step;
        gs += kApart * s.out;
      }
      for (; column < s.columns; ++column) {
        Vector g{};
        if (column < whole) {
          load(g, gs);
        } else {
          for (int64_t i = 0; i < lanes; ++i) {
            g[i] = gs[i];
          }
        }
        add(0, g, xs);
        xs += s.step;
        gs += s.out;
      }
    }
    for (int r = 0; r < kTile; ++r) {
      Vector total;
      load(total, w + r * kLanes);
      for (int part = 0; part < kApart; ++part) {
        total += sums[part][r];
      }
      store(w + r * kLanes, total);
    }
  }
}

inline void weight_image(const float* x, const float* grad, float* w, int64_t images_after,
                         const Sizes& s) {
  const int64_t positions = s.rows * s.columns;
  const int64_t tile = tile_for(s.run);
  for (int64_t o = 0; o < s.out; o += kLanes) {
    // A whole vector at position p takes p out + kLanes of the values from here on.
    const int64_t readable = (1 + images_after) * positions * s.out - o;
    const int64_t safe = readable < kLanes ? 0 : (readable - kLanes) / s.out + 1;
    for (int64_t kh = 0; kh < s.filter_rows; ++kh) {
      for (int64_t r = 0; r < s.run; r += tile) {
        with_constant<1, kMostTile>(std::min(tile, s.run - r), [&]<int kTile>() {
          weight_tile<kTile>(x + kh * s.filter_row_step + r, grad + o,
                             w + ((o / kLanes * s.filter_rows + kh) * s.run + r) * kLanes,
                             std::min<int64_t>(s.out - o, kLanes), safe, s);
        });
      }
    }
  }
}

}  // namespace retrograd::kernels::direct
