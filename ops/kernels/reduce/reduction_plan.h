// How a reduction walks over its input and divides its work. Internal.
#pragma once

#include <cstddef>
#include <cstdint>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/tensor/dims.h>

namespace retrograd::kernels::reduction {

// A dimension: steps in the input and in the row-major result, 0 there if it is reduced.
struct Axis {
  std::int64_t size = 1;
  std::int64_t step = 0;
  std::int64_t result = 0;
};

// Axes from the outermost inwards; never none.
struct Axes {
  void append(const Axis& axis) {
    sizes.push_back(axis.size);
    steps.push_back(axis.step);
    results.push_back(axis.result);
  }
  std::size_t size() const { return sizes.size(); }
  Axis operator[](std::size_t i) const { return {sizes[i], steps[i], results[i]}; }
  Axis inner() const { return (*this)[size() - 1]; }

  Dims sizes;
  Dims steps;
  Dims results;
};

inline constexpr std::int64_t kColumns = 512;  // totals at a time

inline constexpr std::int64_t kNarrow = 64;

// Few columns without gaps, such as the channels of an image: several rows make one longer row.
inline bool is_narrow(const Axis& columns, const Axis& rows) {
  return columns.step == 1 && rows.step == columns.size && columns.size < kNarrow &&
         rows.size * columns.size >= 2 * kColumns;
}

struct Plan {
  Axes kept;
  Axes reduced;
  bool by_rows = false;  // whether the inner loop is along the last reduced axis, not the last kept
  bool front_to_back = false;  // whether long columns follow each other in memory
};
Plan plan_of(const Tensor& x, const Shape& result, const DimMask& reduced);

// Where to divide the work: along a kept axis, or by parts of a reduced one to merge afterwards.
struct Division {
  bool kept = true;
  std::size_t axis = 0;
  std::int64_t unit = 1;   // kept: pieces are multiples of it
  std::int64_t parts = 1;  // reduced
};
// By the shape alone, so that results do not depend on the number of threads.
Division divide(const Plan& plan, std::int64_t elements);

}  // namespace retrograd::kernels::reduction
