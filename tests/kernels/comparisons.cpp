#include "comparisons.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <random>

namespace rg = retrograd;

namespace kernel_tests {

Tensor numbers(const rg::Shape& shape, rg::DType dtype, unsigned seed, double scale) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, scale);
  Tensor result = rg::empty(shape, {.dtype = rg::float64});
  double* const values = result.data<double>();
  for (std::int64_t i = 0; i < result.numel(); ++i) {
    values[i] = normal(random);
  }
  return result.to(dtype);
}

std::string about(rg::DType dtype, const Named& named) {
  return std::string(rg::name(dtype)) + ' ' + named.name;
}

namespace {

Tensor laid_out(const Tensor& values, const rg::Dims& order) {
  rg::Dims back = order;
  for (std::size_t d = 0; d < order.size(); ++d) {
    back[static_cast<std::size_t>(order[d])] = static_cast<std::int64_t>(d);
  }
  return rg::permute(rg::permute(values, order).contiguous(), back);
}

Tensor every_second(const Tensor& x) {
  return rg::select(rg::stack({x, x}, -1).contiguous(), -1, 0);
}

}  // namespace

std::vector<Named> layouts(const Tensor& values) {
  std::vector<Named> all{{"contiguous", values}};
  const std::int64_t rank = values.dim();
  if (rank >= 2) {
    rg::Dims reversed;
    rg::Dims channels_last{0};
    for (std::int64_t d = 0; d < rank; ++d) {
      reversed.push_back(rank - 1 - d);
      if (d >= 2) {
        channels_last.push_back(d);
      }
    }
    channels_last.push_back(1);
    all.push_back({"transposed", laid_out(values, reversed)});
    all.push_back({"channels-last", laid_out(values, channels_last)});
  }
  all.push_back({"every second", every_second(values)});
  for (std::int64_t d = 0; d < rank; ++d) {
    all.push_back({"part along " + std::to_string(d),
                   rg::narrow(rg::cat({values, values}, d), d, values.size(d), values.size(d))});
    if (values.size(d) > 0) {
      all.push_back({"expanded along " + std::to_string(d),
                     rg::expand(rg::narrow(values, d, 0, 1), values.shape())});
    }
  }
  return all;
}

std::vector<Named> family(const std::function<Tensor(const rg::Shape&)>& make) {
  std::vector<Named> all;
  for (const rg::Shape& shape : std::vector<rg::Shape>{
           {}, {1}, {19}, {5, 7}, {3, 4, 5}, {2, 3, 4, 5}, {0}, {3, 0, 2}, {67, 53, 11}}) {
    for (Named& one : layouts(make(shape))) {
      const bool quick = one.tensor.numel() < 1000 || one.tensor.is_contiguous() ||
                         one.name == "transposed" || one.name == "part along 1";
      if (quick) {
        all.push_back({to_string(shape) + ' ' + one.name, std::move(one.tensor)});
      }
    }
  }
  return all;
}

double rounding(rg::DType dtype) {
  return dtype == rg::float64 ? 0x1p-53 : (dtype == rg::bfloat16 ? 0x1p-8 : 0x1p-24);
}

double rounding_within(rg::DType dtype) {
  return dtype == rg::float64 ? 0x1p-53 : 0x1p-24;
}

namespace {

bool same_kind(const Tensor& a, const Tensor& b) {
  CHECK(a.dtype() == b.dtype());
  CHECK(a.shape() == b.shape());
  return a.dtype() == b.dtype() && a.shape() == b.shape();
}

}  // namespace

void Comparisons::exact(const Tensor& kernel, const Tensor& reference) {
  ++exact_;
  if (!same_kind(kernel, reference)) {
    return;
  }
  const auto a = kernel.to_vector<double>();
  const auto b = reference.to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && !(std::isnan(a[i]) && std::isnan(b[i]))) {
      FAIL_CHECK("element " << i << " is " << a[i] << ", by the reference " << b[i]);
      return;
    }
  }
}

void Comparisons::within(const Tensor& kernel, const Tensor& reference, double steps,
                         const Tensor& scale) {
  ++rounded_;
  if (!same_kind(kernel, reference)) {
    return;
  }
  const rg::DType dtype = reference.dtype();
  const double both = dtype == rg::float64 ? 2 : 1;
  const double smallest =
      dtype == rg::float64 ? std::numeric_limits<double>::min() : std::numeric_limits<float>::min();
  const auto a = kernel.to_vector<double>();
  const auto b = reference.to_vector<double>();
  const auto size = rg::expand(scale, reference.shape()).to_vector<double>();
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double allowed = 2 * rounding(dtype) * std::fabs(b[i]) +
                           both * steps * rounding_within(dtype) * std::fabs(size[i]) + smallest;
    if (a[i] != b[i] && !(std::fabs(a[i] - b[i]) <= allowed) &&
        !(std::isnan(a[i]) && std::isnan(b[i]))) {
      FAIL_CHECK("element " << i << " is " << a[i] << ", by the reference " << b[i] << ", "
                            << std::fabs(a[i] - b[i]) / allowed << " times what rounding allows");
      return;
    }
  }
}

std::string Comparisons::summary() const {
  return std::to_string(exact_) + " exact comparisons with references, " +
         std::to_string(rounded_) + " within rounding";
}

}  // namespace kernel_tests
