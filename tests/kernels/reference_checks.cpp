#include "reference_checks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kernel_tests {

namespace rg = retrograd;

namespace {

template <class Equal>
bool all_equal(const rg::Tensor& a, const rg::Tensor& b, const Equal& equal) {
  const auto x = a.to_vector<double>();
  const auto y = b.to_vector<double>();
  return a.shape() == b.shape() && a.dtype() == b.dtype() &&
         std::equal(x.begin(), x.end(), y.begin(), y.end(), [&](double p, double q) {
           return p == q || (std::isnan(p) && std::isnan(q)) || equal(p, q);
         });
}

}  // namespace

bool same(const rg::Tensor& a, const rg::Tensor& b) {
  return all_equal(a, b, [](double, double) { return false; });
}

bool within(const rg::Tensor& actual, const rg::Tensor& expected, double roundings) {
  const double unit = (expected.dtype() == rg::float64 ? std::numeric_limits<double>::epsilon()
                                                       : std::numeric_limits<float>::epsilon()) /
                      2;
  const double last_digit = expected.dtype() == rg::bfloat16 ? 1.0 / 128 : 2 * unit;
  return all_equal(actual, expected, [=](double p, double q) {
    return std::abs(p - q) <= roundings * unit + last_digit * std::abs(q);
  });
}

}  // namespace kernel_tests
