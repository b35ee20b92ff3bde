#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <retrograd/log/detail/axis.h>

namespace retrograd::logging::detail {

namespace {

constexpr double kMostTicks = 7;

// The least of 1, 2 and 5 times a power of ten that divides the length into few parts.
double step_for(double length) {
  const double least = length / kMostTicks;
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least * (1 - 1e-9)) {
      return factor * power;
    }
  }
  return 10 * power;
}

// A number with as many digits as ticks with this step between them need.
std::string label_of(double value, double step) {
  if (std::abs(value) < step / 2) {
    return "0";
  }
  const double size = std::abs(value);
  if (size >= 1e6 || step < 1e-4) {
    const double digits =
        std::max(1.0, std::floor(std::log10(size)) - std::floor(std::log10(step)) + 1);
    return fmt::format("{:.{}g}", value, static_cast<int>(std::min(digits, 17.0)));
  }
  const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  return fmt::format("{:.{}f}", value, decimals);
}

}  // namespace

Axis::Axis(const std::vector<double>& values, bool logarithmic, bool rounded)
    : logarithmic_(logarithmic) {
  bool any = false;
  for (const double value : values) {
    if (holds(value)) {
      low_ = any ? std::min(low_, value) : value;
      high_ = any ? std::max(high_, value) : value;
      any = true;
    }
  }
  if (!any) {
    low_ = logarithmic ? 0.1 : 0;
    high_ = 1;
  }
  constexpr double limit = 1e300;
  if (logarithmic) {
    low_ = std::clamp(low_, 1 / limit, limit);
    high_ = std::clamp(high_, 1 / limit, limit);
    if (high_ / low_ < 1 + 1e-9) {
      low_ /= 2;
      high_ *= 2;
    }
    return;
  }
  // Within these, lengths and steps are finite.
  low_ = std::clamp(low_, -limit, limit);
  high_ = std::clamp(high_, -limit, limit);
  const double least = 1e-9 * std::max(std::abs(low_), std::abs(high_)) + 1e-290;
  if (high_ - low_ < least) {
    const double around = std::max(low_ == 0 ? 1.0 : std::abs(low_) / 10, least);
    low_ -= around;
    high_ += around;
  }
  if (rounded) {
    const double step = step_for(high_ - low_);
    low_ = std::floor(low_ / step + 1e-9) * step;
    high_ = std::ceil(high_ / step - 1e-9) * step;
  }
}

bool Axis::holds(double value) const noexcept {
  return std::isfinite(value) && (!logarithmic_ || value > 0);
}

double Axis::part(double value) const noexcept {
  const double part = logarithmic_
                          ? (std::log(value) - std::log(low_)) / (std::log(high_) - std::log(low_))
                          : (value - low_) / (high_ - low_);
  return std::clamp(part, 0.0, 1.0);
}

std::vector<Tick> Axis::ticks() const {
  if (logarithmic_) {
    std::vector<Tick> ticks = decades();
    if (ticks.size() >= 2) {
      return ticks;
    }
  }
  const double step = step_for(high_ - low_);
  std::vector<Tick> ticks;
  for (double i = std::ceil(low_ / step - 1e-9); i * step <= high_ + 1e-9 * step; ++i) {
    ticks.push_back({i * step, label_of(i * step, step)});
  }
  return ticks;
}

// Powers of ten, and 2 and 5 times these where there are few.
std::vector<Tick> Axis::decades() const {
  const int first = static_cast<int>(std::floor(std::log10(low_)));
  const int last = static_cast<int>(std::ceil(std::log10(high_)));
  const int each = std::max(1, static_cast<int>(std::ceil((last - first) / kMostTicks)));
  const bool few = last - first <= 3;
  std::vector<Tick> ticks;
  for (int power = first; power <= last; power += each) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double value = factor * std::pow(10.0, power);
      if ((few || factor == 1) && value >= low_ * (1 - 1e-9) && value <= high_ * (1 + 1e-9)) {
        ticks.push_back({value, fmt::format("{:g}", value)});
      }
    }
  }
  return ticks;
}

}  // namespace retrograd::logging::detail
