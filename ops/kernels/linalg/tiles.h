// Products of bfloat16 matrices in the tiles of AMX, added in float32, and how their sides are laid
// out. Only where detail::fast_tiles(). Internal.
//
// All sizes are multiples of kStep, of rows that are multiplied of kFewRows; all memory begins
// lines of the cache.
#pragma once

#include <cstdint>

#include <retrograd/ops/kernels/linalg/gemm.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/dtype.h>

namespace retrograd::kernels::tiles {

inline constexpr std::int64_t kStep = 32;
inline constexpr std::int64_t kFewRows = 16;

// Tiles for multiply(), in the calling thread while this lives. oneDNN may change them: make none
// of its calls meanwhile.
class RETROGRAD_API Configured {
 public:
  Configured();
  ~Configured();
  Configured(const Configured&) = delete;
  Configured& operator=(const Configured&) = delete;
};

// A matrix whose rows are `step` elements apart.
template <class T>
struct Rows {
  T* at;
  std::int64_t step;
};

// The right side of a product: panels of kStep columns, each with the two elements of a pair of
// rows side by side.
struct Right {
  BFloat16* at;
  std::int64_t depth;

  // What begins with row k, of as many panels.
  Right from_row(std::int64_t k) const { return {at + k * kStep, depth}; }
  Right panel(std::int64_t j) const { return {at + j * depth * kStep, depth}; }
};

// c (rows, columns) = a (rows, depth) . b (depth, columns), or c + a . b.
RETROGRAD_API void multiply(std::int64_t rows, std::int64_t columns, std::int64_t depth,
                            Rows<BFloat16> a, Right b, Rows<float> c, Target target);

// Rounds x (rows, columns), of any number of rows as a left side.
RETROGRAD_API void round_left(std::int64_t rows, std::int64_t columns, Rows<const float> x,
                              Rows<BFloat16> to);
RETROGRAD_API void round_right(std::int64_t rows, std::int64_t columns, Rows<const float> x,
                               Right to);

// Copies x (rows, columns), of any size and memory, or its transpose (columns, rows), with zeros up
// to multiples of kStep.
RETROGRAD_API void copy_left(std::int64_t rows, std::int64_t columns, Rows<const BFloat16> x,
                             Rows<BFloat16> to);
RETROGRAD_API void copy_right(std::int64_t rows, std::int64_t columns, Rows<const BFloat16> x,
                              Right to);
RETROGRAD_API void transpose_left(std::int64_t rows, std::int64_t columns, Rows<const BFloat16> x,
                                  Rows<BFloat16> to);
RETROGRAD_API void transpose_right(std::int64_t rows, std::int64_t columns, Rows<const BFloat16> x,
                                   Right to);

// The transpose of x (rows, columns), multiples of kStep.
RETROGRAD_API void transpose(std::int64_t rows, std::int64_t columns, Rows<float> x,
                             Rows<float> to);

}  // namespace retrograd::kernels::tiles
