#include <retrograd/ops/kernels/linalg/tiles.h>
#include <retrograd/tensor/loops/instructions.h>

#if RETROGRAD_INSTRUCTIONS

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include <retrograd/ops/kernels/linalg/gemm_pack.h>

#define RETROGRAD_TILES [[gnu::target("amx-tile,amx-bf16")]]
#define RETROGRAD_ROUNDS [[gnu::target(RETROGRAD_AVX512 ",avx512bf16"), gnu::flatten]]

namespace retrograd::kernels::tiles {

namespace {

using std::int64_t;

constexpr int64_t kHalf = kStep / 2;  // rows of a tile, and pairs of values in each
constexpr int64_t kPair = 2 * kStep * static_cast<int64_t>(sizeof(BFloat16));  // bytes in a panel

struct alignas(64) Configuration {
  std::uint8_t palette = 1;
  std::uint8_t start = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {kHalf, kHalf, kHalf, kHalf, kHalf, kHalf, kHalf, kHalf};
};

// Not a local variable: GCC 12 does not know that it is read.
constexpr Configuration kConfiguration;

// GCC ignores the attribute of a constructor.
RETROGRAD_TILES void load_configuration() {
  _tile_loadconfig(&kConfiguration);
}
RETROGRAD_TILES void release() {
  _tile_release();
}

// GCC 12 does not know that loads of tiles read memory either.
inline void all_is_written() {
  asm volatile("" ::: "memory");
}

// Two by two tiles of c.
RETROGRAD_TILES inline void multiply_four(int64_t depth, const BFloat16* a, int64_t a_step,
                                          const BFloat16* b, Rows<float> c, bool added) {
  const auto c_bytes = c.step * static_cast<int64_t>(sizeof(float));
  const auto a_bytes = a_step * static_cast<int64_t>(sizeof(BFloat16));
  float* const below = c.at + kHalf * c.step;
  if (added) {
    _tile_loadd(0, c.at, c_bytes);
    _tile_loadd(1, c.at + kHalf, c_bytes);
    _tile_loadd(2, below, c_bytes);
    _tile_loadd(3, below + kHalf, c_bytes);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  for (int64_t k = 0; k < depth; k += kStep) {
    _tile_loadd(4, a, a_bytes);
    _tile_loadd(6, b, kPair);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, b + kStep, kPair);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, a + kHalf * a_step, a_bytes);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
    a += kStep;
    b += kStep * kStep;
  }
  _tile_stored(0, c.at, c_bytes);
  _tile_stored(1, c.at + kHalf, c_bytes);
  _tile_stored(2, below, c_bytes);
  _tile_stored(3, below + kHalf, c_bytes);
}

// One by two tiles of c.
RETROGRAD_TILES inline void multiply_two(int64_t depth, const BFloat16* a, int64_t a_step,
                                         const BFloat16* b, Rows<float> c, bool added) {
  const auto c_bytes = c.step * static_cast<int64_t>(sizeof(float));
  const auto a_bytes = a_step * static_cast<int64_t>(sizeof(BFloat16));
  if (added) {
    _tile_loadd(0, c.at, c_bytes);
    _tile_loadd(1, c.at + kHalf, c_bytes);
  } else {
    _tile_zero(0);
    _tile_zero(1);
  }
  for (int64_t k = 0; k < depth; k += kStep) {
    _tile_loadd(4, a, a_bytes);
    _tile_loadd(6, b, kPair);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, b + kStep, kPair);
    _tile_dpbf16ps(1, 4, 7);
    a += kStep;
    b += kStep * kStep;
  }
  _tile_stored(0, c.at, c_bytes);
  _tile_stored(1, c.at + kHalf, c_bytes);
}

// 32 values of row i from column j on, zeros beyond (rows, columns).
RETROGRAD_ROUNDS inline __m512i values(int64_t rows, int64_t columns, Rows<const BFloat16> x,
                                       int64_t i, int64_t j) {
  const int64_t count = i < rows ? std::min(columns - j, kStep) : 0;
  const auto mask = static_cast<__mmask32>((std::uint64_t{1} << count) - 1);
  return _mm512_maskz_loadu_epi16(mask, x.at + i * x.step + j);
}

// Puts values i and i + `apart` side by side, from i = `first` on.
constexpr auto pair_order(int first, int apart) {
  std::array<std::uint16_t, kStep> order{};
  for (int i = 0; i < kStep; ++i) {
    order[static_cast<std::size_t>(i)] =
        static_cast<std::uint16_t>(first + i / 2 + apart * (i % 2));
  }
  return order;
}
RETROGRAD_ROUNDS inline __m512i first_pairs(__m512i a, __m512i b) {
  static constexpr auto kOrder = pair_order(0, kStep);
  return _mm512_permutex2var_epi16(a, _mm512_loadu_si512(kOrder.data()), b);
}
RETROGRAD_ROUNDS inline __m512i last_pairs(__m512i a, __m512i b) {
  static constexpr auto kOrder = pair_order(kHalf, kStep);
  return _mm512_permutex2var_epi16(a, _mm512_loadu_si512(kOrder.data()), b);
}
RETROGRAD_ROUNDS inline __m512i halves_paired(__m512i a) {
  static constexpr auto kOrder = pair_order(0, kHalf);
  return _mm512_permutexvar_epi16(_mm512_loadu_si512(kOrder.data()), a);
}

// The 16 vectors of `block` as a matrix of 16 pairs each, transposed, to rows of `to`.
RETROGRAD_ROUNDS inline void put_transposed(const __m512i (&block)[16], Rows<BFloat16> to) {
  using Vector = gemm_tile::Vectors<float, 64>::Vector;
  Vector rows[16];
  for (std::size_t i = 0; i < 16; ++i) {
    rows[i] = reinterpret_cast<Vector>(block[i]);
  }
  gemm_tile::transpose<float, 16>(rows);
  for (std::size_t i = 0; i < 16; ++i) {
    _mm512_storeu_ps(to.at + static_cast<int64_t>(i) * to.step, reinterpret_cast<__m512>(rows[i]));
  }
}

}  // namespace

Configured::Configured() {
  load_configuration();
}
Configured::~Configured() {
  release();
}

RETROGRAD_TILES void multiply(int64_t rows, int64_t columns, int64_t depth, Rows<BFloat16> a,
                              Right b, Rows<float> c, Target target) {
  all_is_written();
  for (int64_t j = 0; j < columns; j += kStep) {
    const BFloat16* const panel = b.panel(j / kStep).at;
    const bool added = target == Target::added_to;
    int64_t i = 0;
    for (; i + kStep <= rows; i += kStep) {
      multiply_four(depth, a.at + i * a.step, a.step, panel, {c.at + i * c.step + j, c.step},
                    added);
    }
    if (i < rows) {
      multiply_two(depth, a.at + i * a.step, a.step, panel, {c.at + i * c.step + j, c.step}, added);
    }
  }
  all_is_written();
}

RETROGRAD_ROUNDS void round_left(int64_t rows, int64_t columns, Rows<const float> x,
                                 Rows<BFloat16> to) {
  for (int64_t i = 0; i < rows; ++i) {
    const float* const from = x.at + i * x.step;
    for (int64_t j = 0; j < columns; j += kStep) {
      const auto rounded =
          _mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + j + kHalf), _mm512_loadu_ps(from + j));
      _mm512_storeu_si512(to.at + i * to.step + j, reinterpret_cast<__m512i>(rounded));
    }
  }
}

RETROGRAD_ROUNDS void round_right(int64_t rows, int64_t columns, Rows<const float> x, Right to) {
  for (int64_t i = 0; i < rows; i += 2) {
    const float* const from = x.at + i * x.step;
    for (int64_t j = 0; j < columns; j += kHalf) {
      const auto rounded = reinterpret_cast<__m512i>(
          _mm512_cvtne2ps_pbh(_mm512_loadu_ps(from + x.step + j), _mm512_loadu_ps(from + j)));
      const __m512i paired = halves_paired(rounded);
      _mm512_storeu_si512(to.from_row(i).panel(j / kStep).at + 2 * (j % kStep), paired);
    }
  }
}

RETROGRAD_ROUNDS void copy_left(int64_t rows, int64_t columns, Rows<const BFloat16> x,
                                Rows<BFloat16> to) {
  for (int64_t i = 0; i < detail::rounded_up(rows, kStep); ++i) {
    for (int64_t j = 0; j < columns; j += kStep) {
      const __m512i own = values(rows, columns, x, i, j);
      _mm512_storeu_si512(to.at + i * to.step + j, own);
    }
  }
}

RETROGRAD_ROUNDS void copy_right(int64_t rows, int64_t columns, Rows<const BFloat16> x, Right to) {
  for (int64_t i = 0; i < detail::rounded_up(rows, kStep); i += 2) {
    for (int64_t j = 0; j < columns; j += kStep) {
      const __m512i even = values(rows, columns, x, i, j);
      const __m512i odd = values(rows, columns, x, i + 1, j);
      BFloat16* const own = to.from_row(i).panel(j / kStep).at;
      _mm512_storeu_si512(own, first_pairs(even, odd));
      _mm512_storeu_si512(own + kStep, last_pairs(even, odd));
    }
  }
}

RETROGRAD_ROUNDS void transpose_left(int64_t rows, int64_t columns, Rows<const BFloat16> x,
                                     Rows<BFloat16> to) {
  for (int64_t i = 0; i < rows; i += kStep) {
    for (int64_t j = 0; j < columns; j += kStep) {
      __m512i first[16];
      __m512i last[16];
      for (std::size_t pair = 0; pair < 16; ++pair) {
        const int64_t row = i + 2 * static_cast<int64_t>(pair);
        const __m512i even = values(rows, columns, x, row, j);
        const __m512i odd = values(rows, columns, x, row + 1, j);
        first[pair] = first_pairs(even, odd);
        last[pair] = last_pairs(even, odd);
      }
      put_transposed(first, {to.at + j * to.step + i, to.step});
      put_transposed(last, {to.at + (j + kHalf) * to.step + i, to.step});
    }
  }
}

RETROGRAD_ROUNDS void transpose_right(int64_t rows, int64_t columns, Rows<const BFloat16> x,
                                      Right to) {
  for (int64_t i = 0; i < detail::rounded_up(rows, kStep); i += kHalf) {
    for (int64_t j = 0; j < columns; j += kStep) {
      __m512i block[16];
      for (std::size_t row = 0; row < 16; ++row) {
        block[row] = values(rows, columns, x, i + static_cast<int64_t>(row), j);
      }
      put_transposed(block, {to.from_row(j).panel(i / kStep).at + 2 * (i % kStep), 2 * kStep});
    }
  }
}

RETROGRAD_ROUNDS void transpose(int64_t rows, int64_t columns, Rows<float> x, Rows<float> to) {
  for (int64_t i = 0; i < rows; i += kHalf) {
    gemm_tile::pack_transposed<float, 16>(x.at + i * x.step, x.step, kHalf, columns, to.at + i,
                                          to.step);
  }
}

}  // namespace retrograd::kernels::tiles

#endif
