// Softmax and cross entropy against their formulas.
//
// Of a line of n numbers, let z be their distances from the largest, p their softmax and L the
// logarithm of the sum of exp(z). In units of one rounding, z is off by |z|, exp by 4 more
// (float32), the sum relatively by the mean M of |z| under p and by 5 more, and by n where it is
// added in the dtype itself. What follows from that is beside each comparison.
#include <cmath>

#include "comparisons.h"

namespace rg = retrograd;
using namespace kernel_tests;

namespace {

struct Line {
  Tensor z, p, L, M;

  Line(const Tensor& x, std::int64_t dim) {
    const Tensor wide = x.to(rg::float64);
    z = rg::abs(wide - rg::amax(wide, {dim}, true));
    p = rg::softmax(wide, dim);
    L = rg::log(rg::sum(rg::exp(-z), {dim}, true));
    M = rg::sum(p * z, {dim}, true) + 5.0;
    if (x.dtype() == rg::float64) {
      M = M + static_cast<double>(x.size(dim));
    }
  }
};

// How many roundings while computing a rounding of a result is.
double stored(rg::DType dtype) {
  return rounding(dtype) / rounding_within(dtype);
}

std::vector<Named> lines_of(rg::DType dtype, unsigned seed, double scale) {
  std::vector<Named> all;
  for (Named& x :
       family([&](const rg::Shape& shape) { return numbers(shape, dtype, seed, scale); })) {
    if (x.tensor.dim() > 0 && x.tensor.numel() > 0) {
      all.push_back(std::move(x));
    }
  }
  return all;
}

template <class F>
auto gradient(const F& f, const Tensor& x, const Tensor& seed) {
  return [&f, x, seed] {
    const Tensor at = x.detach().set_requires_grad(true);
    return rg::grad({f(at)}, {at}, {.grad_outputs = {seed}})[0];
  };
}

}  // namespace

TEST_CASE("softmax and log_softmax are their formulas, rounded") {
  Comparisons comparisons;
  for (const rg::DType dtype : kFloating) {
    for (const Named& named : lines_of(dtype, 1, 3)) {
      const Tensor& x = named.tensor;
      const Tensor seed = numbers(x.shape(), dtype, 2);
      const Tensor g = rg::abs(seed.to(rg::float64));
      for (const std::int64_t dim : {std::int64_t{0}, x.dim() - 1}) {
        INFO(about(dtype, named) << " along " << dim);
        const Line line(x, dim);
        const auto softmax = [dim](const Tensor& at) { return rg::softmax(at, dim); };
        const auto log_softmax = [dim](const Tensor& at) { return rg::log_softmax(at, dim); };
        const auto value = [&] { return softmax(x); };
        const auto log_value = [&] { return log_softmax(x); };
        // exp(z) / sum
        const Tensor off = line.z + line.M + 6.0;
        comparisons.within(value(), by_reference(1, value), 1, line.p * off);
        // z - log(sum)
        const Tensor log_off = 2.0 * line.z + line.M + 3.0 * rg::abs(line.L);
        comparisons.within(log_value(), by_reference(1, log_value), 1, log_off);
        // y (g - sum of g y), with y as it was stored
        const Tensor size = line.p * (g + rg::sum(g * line.p, {dim}, true));
        comparisons.within(gradient(softmax, x, seed)(),
                           by_reference(1, gradient(softmax, x, seed)), 1,
                           size * (2.0 * (off + rg::amax(off, {dim}, true)) + 4.0 * stored(dtype)));
        // g - exp(y) sum of g, with y as it was stored
        const Tensor stored_off = log_off + stored(dtype) * (line.z + rg::abs(line.L));
        comparisons.within(gradient(log_softmax, x, seed)(),
                           by_reference(1, gradient(log_softmax, x, seed)), 1,
                           g + line.p * rg::sum(g, {dim}, true) * (stored_off + line.M + 6.0));
      }
    }
    // Lines of equal numbers, as many as a power of two.
    for (const Named& x : layouts(rg::full({4, 8, 2}, 3, {.dtype = dtype}))) {
      INFO(about(dtype, x));
      comparisons.exact_of([&] { return rg::softmax(x.tensor, 1); });
    }
  }
  MESSAGE(comparisons.summary());
}

TEST_CASE("cross entropy is its formula, rounded, in all its forms") {
  Comparisons comparisons;
  for (const rg::DType dtype : kFloating) {
    for (const rg::Shape& shape :
         std::vector<rg::Shape>{{6, 5}, {3, 7, 4}, {2, 3, 4, 5}, {2, 5, 0}, {4, 1}, {300, 120}}) {
      rg::Shape target_shape = shape;
      target_shape.erase(1);
      const std::int64_t classes = shape[1];
      const Tensor target = rg::remainder(integers(target_shape, rg::int64, 3) * 5 + 40, classes);
      const Tensor seed = numbers(target_shape, dtype, 4);
      const Tensor weight = rg::abs(numbers({classes}, dtype, 5)) + 0.5;
      for (const Named& x : layouts(numbers(shape, dtype, 6, 3))) {
        for (const rg::CrossEntropyLossOptions& options : std::vector<rg::CrossEntropyLossOptions>{
                 {.reduction = rg::Reduction::none},
                 {.weight = weight, .reduction = rg::Reduction::none},
                 {.ignore_index = 0, .reduction = rg::Reduction::none},
                 {.weight = weight,
                 .ignore_index = 0,
                 .reduction = rg::Reduction::none,
                 .label_smoothing = 0.25}}) {
          INFO(rg::name(dtype) << " " << rg::to_string(shape) << " " << x.name << ' '
                               << options.weight.defined() << options.ignore_index);
          const auto loss = [&](const Tensor& at) {
            return rg::cross_entropy(at, target, options);
          };
          const auto value = [&] { return loss(x.tensor); };
          if (x.tensor.numel() == 0) {
            comparisons.exact_of(value);
            continue;
          }
          const Line line(x.tensor, 1);
          const Tensor weights = options.weight.defined()
                                     ? rg::amax(weight.to(rg::float64))
                                     : 1.0 + rg::zeros({}, {.dtype = rg::float64});
          // The sum of weight (z + L) over the classes, with weights of 1 altogether.
          const Tensor off =
              3.0 * rg::amax(line.z, {1}) + rg::squeeze(line.M + 4.0 * rg::abs(line.L), {1}) + 4.0;
          const Tensor terms = off + (dtype == rg::float64 ? static_cast<double>(classes) : 0.0) *
                                         (rg::amax(line.z, {1}) + 1.0);
          comparisons.within(value(), by_reference(1, value), 1, weights * terms);
          // g (weights p - weights), where p = exp(z - L)
          const Tensor size = weights * rg::unsqueeze(rg::abs(seed.to(rg::float64)), 1);
          comparisons.within(
              gradient(loss, x.tensor, seed)(), by_reference(1, gradient(loss, x.tensor, seed)), 1,
              size * (line.p * (2.0 * line.z + line.M + 4.0 * rg::abs(line.L) + 10.0) + 4.0));
        }
      }
    }
  }
  MESSAGE(comparisons.summary());
}
