// Axes: from values to positions, and ticks.
#pragma once

#include <string>
#include <vector>

#include <retrograd/tensor/api.h>

namespace retrograd::logging::detail {

struct Tick {
  double value;
  std::string label;
};

// An axis from `low` to `high`, which differ.
class RETROGRAD_API Axis {
 public:
  // For these values; those that have no position are ignored. A `rounded` axis ends in ticks.
  Axis(const std::vector<double>& values, bool logarithmic, bool rounded);

  double low() const noexcept { return low_; }
  double high() const noexcept { return high_; }
  // Whether the value has a position.
  bool holds(double value) const noexcept;
  // The position of a value as a part of the axis, from 0 to 1.
  double part(double value) const noexcept;
  // At most 8 or so, with labels that differ.
  std::vector<Tick> ticks() const;

 private:
  std::vector<Tick> decades() const;

  bool logarithmic_;
  double low_ = 0;
  double high_ = 1;
};

}  // namespace retrograd::logging::detail
