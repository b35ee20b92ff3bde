/// @file
/// Loops over several strided operands of one shape, in runs along the innermost dimension.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <retrograd/tensor/dims.h>

namespace retrograd::detail {

// The loop nest for N operands: dimensions of length 1 dropped, ordered so that the first operand
// moves least in the innermost one, neighbours merged where every operand allows it.
template <std::size_t N>
struct LoopPlan {
  Shape shape;
  std::array<Strides, N> strides;

  LoopPlan(const Shape& full, const std::array<const Strides*, N>& given) {
    for (std::size_t d = 0; d < full.size(); ++d) {
      if (full[d] == 1) {
        continue;
      }
      std::size_t at = shape.size();
      while (at > 0 && belongs_outside(given, d, at - 1)) {
        --at;
      }
      shape.insert(at, full[d]);
      for (std::size_t n = 0; n < N; ++n) {
        strides[n].insert(at, (*given[n])[d]);
      }
    }
    merge();
  }

 private:
  // Whether dimension `later` of the given operands belongs outside position `at` of the plan.
  bool belongs_outside(const std::array<const Strides*, N>& given, std::size_t later,
                       std::size_t at) const {
    for (std::size_t n = 0; n < N; ++n) {
      const std::int64_t here = strides[n][at];
      const std::int64_t there = (*given[n])[later];
      if (here != there && here != 0 && there != 0) {
        return (there < 0 ? -there : there) > (here < 0 ? -here : here);
      }
    }
    return false;
  }
  void merge() {
    for (std::size_t d = shape.size(); d-- > 1;) {
      bool joined = true;
      for (std::size_t n = 0; n < N; ++n) {
        joined = joined && strides[n][d - 1] == strides[n][d] * shape[d];
      }
      if (joined) {
        shape[d - 1] *= shape[d];
        shape.erase(d);
        for (std::size_t n = 0; n < N; ++n) {
          strides[n][d - 1] = strides[n][d];
          strides[n].erase(d);
        }
      }
    }
  }
};

// Calls run(offsets, length, steps) for every innermost run: `offsets` of each operand's first
// element, `steps` between elements. Shapes with a size of 0 give no runs.
template <std::size_t N, class Run>
void for_each_run(const Shape& full, const std::array<const Strides*, N>& given, Run&& run) {
  for (const std::int64_t size : full) {
    if (size == 0) {
      return;
    }
  }
  const LoopPlan<N> plan(full, given);
  std::array<std::int64_t, N> offsets{};
  std::array<std::int64_t, N> steps{};
  if (plan.shape.empty()) {
    run(offsets, std::int64_t{1}, steps);
    return;
  }
  const std::size_t last = plan.shape.size() - 1;
  for (std::size_t n = 0; n < N; ++n) {
    steps[n] = plan.strides[n][last];
  }
  Dims index = Dims::filled(last, 0);
  while (true) {
    run(offsets, plan.shape[last], steps);
    std::size_t d = last;
    while (d-- > 0) {
      for (std::size_t n = 0; n < N; ++n) {
        offsets[n] += plan.strides[n][d];
      }
      if (++index[d] < plan.shape[d]) {
        break;
      }
      for (std::size_t n = 0; n < N; ++n) {
        offsets[n] -= plan.strides[n][d] * plan.shape[d];
      }
      index[d] = 0;
    }
    if (d == static_cast<std::size_t>(-1)) {
      return;
    }
  }
}

// Visits the elements in row-major order whatever the strides: f(offset of the element).
template <class F>
void for_each_element(const Shape& shape, const Strides& strides, F&& f) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    count *= size;
  }
  Dims index = Dims::filled(shape.size(), 0);
  std::int64_t offset = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    f(offset);
    for (std::size_t d = shape.size(); d-- > 0;) {
      offset += strides[d];
      if (++index[d] < shape[d]) {
        break;
      }
      offset -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
}

// Returns whether two elements may share memory. Never false if they do.
inline bool may_overlap(const Shape& shape, const Strides& strides) {
  Shape sizes;  // by ascending steps
  Strides steps;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 0) {
      return false;
    }
    if (shape[d] > 1) {
      const std::int64_t step = strides[d] < 0 ? -strides[d] : strides[d];
      std::size_t at = 0;
      while (at < steps.size() && steps[at] < step) {
        ++at;
      }
      sizes.insert(at, shape[d]);
      steps.insert(at, step);
    }
  }
  std::int64_t reach = 0;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (steps[d] <= reach) {
      return true;
    }
    reach += steps[d] * (sizes[d] - 1);
  }
  return false;
}

}  // namespace retrograd::detail
