#include <algorithm>
#include <cmath>
#include <utility>

#include <retrograd/optim/detail/line_search.h>

namespace retrograd::optim::detail {

namespace {

constexpr double kArmijo = 1e-4;
constexpr double kCurvature = 0.9;
constexpr int kMostEvaluations = 25;

// The minimum of the cubic through two points with these slopes, within [least, most].
double cubic_minimum(const LinePoint& a, const LinePoint& b, double least, double most) {
  const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.at - b.at);
  const double square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) {
    return (least + most) / 2;
  }
  const double d2 = std::sqrt(square);
  const LinePoint& left = a.at <= b.at ? a : b;
  const LinePoint& right = a.at <= b.at ? b : a;
  const double found = right.at - (right.at - left.at) * ((right.slope + d2 - d1) /
                                                          (right.slope - left.slope + 2 * d2));
  return std::min(std::max(found, least), most);
}

}  // namespace

LineSearchResult strong_wolfe(const std::function<LinePoint(double)>& evaluate,
                              const LinePoint& start, double first_step, double width,
                              double tolerance) {
  const auto too_high = [&](const LinePoint& x) {
    return x.loss > start.loss + kArmijo * x.at * start.slope;
  };
  const auto flat_enough = [&](const LinePoint& x) {
    return std::abs(x.slope) <= -kCurvature * start.slope;
  };
  LinePoint previous = start;
  LinePoint now = evaluate(first_step);
  int evaluations = 1;
  int iteration = 0;
  LinePoint low;
  LinePoint high;
  bool bracketed = false;
  for (; iteration < kMostEvaluations; ++iteration) {
    if (too_high(now) || (iteration > 1 && now.loss >= previous.loss)) {
      bracketed = true;
      break;
    }
    if (flat_enough(now)) {
      return {std::move(now), evaluations};
    }
    if (now.slope >= 0) {
      bracketed = true;
      break;
    }
    const double least = now.at + 0.01 * (now.at - previous.at);
    const double next = cubic_minimum(previous, now, least, now.at * 10);
    previous = std::move(now);
    now = evaluate(next);
    ++evaluations;
  }
  if (bracketed) {
    low = std::move(previous);
  } else {
    low = start;
  }
  high = std::move(now);
  // `low` has the lower loss; the two may lie in either order.
  if (low.loss > high.loss) {
    std::swap(low, high);
  }
  bool slow = false;  // whether the last trial was close to an end already
  for (; iteration < kMostEvaluations; ++iteration) {
    if (std::abs(high.at - low.at) * width < tolerance) {
      break;
    }
    const auto [left, right] = std::minmax(low.at, high.at);
    double trial = cubic_minimum(low, high, left, right);
    const double margin = 0.1 * (right - left);
    if (std::min(right - trial, trial - left) < margin) {
      if (slow || trial >= right || trial <= left) {
        trial = right - trial < trial - left ? right - margin : left + margin;
        slow = false;
      } else {
        slow = true;
      }
    } else {
      slow = false;
    }
    now = evaluate(trial);
    ++evaluations;
    if (too_high(now) || now.loss >= low.loss) {
      high = std::move(now);
      if (low.loss > high.loss) {
        std::swap(low, high);
      }
      continue;
    }
    const bool done = flat_enough(now);
    if (!done && now.slope * (high.at - low.at) >= 0) {
      high = std::move(low);
    }
    low = std::move(now);
    if (done) {
      break;
    }
  }
  return {std::move(low), evaluations};
}

}  // namespace retrograd::optim::detail
