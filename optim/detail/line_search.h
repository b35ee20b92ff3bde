// A search along a direction for a point that satisfies the strong Wolfe conditions. Internal.
#pragma once

#include <functional>
#include <vector>

namespace retrograd::optim::detail {

// A point on the line: the step size, the loss, its gradient and the slope along the direction.
struct LinePoint {
  double at = 0;
  double loss = 0;
  std::vector<double> gradient;
  double slope = 0;
};

struct LineSearchResult {
  LinePoint best;
  int evaluations = 0;
};

// Nocedal and Wright, algorithms 3.5 and 3.6, with the safeguards of minFunc, as PyTorch has it.
// `width` is the largest component of the direction; the search ends when the bracket times it is
// below `tolerance`.
LineSearchResult strong_wolfe(const std::function<LinePoint(double)>& evaluate,
                              const LinePoint& start, double first_step, double width,
                              double tolerance);

}  // namespace retrograd::optim::detail
