// Optimisers against the formulas of their papers.
#include <string>

#include "comparisons.h"
#include "optimiser_formulas.h"

namespace rg = retrograd;
namespace optim = retrograd::optim;
namespace reference = retrograd::kernels::reference;
using namespace kernel_tests;

namespace {

constexpr int kSteps = 8;

// Gradients of one sign, so that no mean of them cancels; their sizes differ from step to step.
Tensor gradient(const Tensor& p, int step) {
  return (rg::abs(numbers(p.shape(), rg::float64, 10U + static_cast<unsigned>(step))) + 0.125)
      .to(p.dtype());
}

template <class Optimizer, class Options>
void compare(Comparisons& comparisons, const Options& options, rg::DType dtype) {
  const Tensor start = (rg::abs(numbers({5, 7, 3}, dtype, 1)) + 1.0).to(dtype);
  for (const Named& named : layouts(start)) {
    INFO(about(dtype, named) << " " << std::string(Options::optimizer));
    Tensor p = named.tensor.clone();
    p.set_requires_grad(true);
    Optimizer optimizer({p}, options);
    Updated expected(reference::array(p));
    Array path = xt::zeros_like(expected.p);  // of the parameter
    for (int step = 0; step < kSteps; ++step) {
      const Tensor g = gradient(p, step);
      p.set_grad(g);
      optimizer.step();
      const Array before = expected.p;
      update(options, expected, reference::array(g));
      path += xt::abs(expected.p - before);
    }
    // Each step rounds the parameter once. Steps are off by 3 roundings for each step that went
    // into a mean, by half of it in a root, and by 8 for the rest of the formula; and means in
    // bfloat16 by the rounding of what is stored.
    const double stored = rounding(dtype) / rounding_within(dtype);
    const Array size =
        kSteps * (xt::abs(reference::array(named.tensor)) + path) + (5 * kSteps + 8) * path;
    comparisons.within(p.detach(), reference::tensor(expected.p, p.shape(), dtype), stored,
                       reference::tensor(size, p.shape(), rg::float64));
  }
}

}  // namespace

TEST_CASE("optimisers are the formulas of their papers, rounded") {
  Comparisons comparisons;
  for (const rg::DType dtype : kFloating) {
    compare<optim::SGD>(comparisons, optim::SGDOptions{.lr = 0.1}, dtype);
    compare<optim::SGD>(comparisons, optim::SGDOptions{.lr = 0.1, .maximize = true}, dtype);
    compare<optim::SGD>(
        comparisons, optim::SGDOptions{.lr = 0.01, .momentum = 0.9, .weight_decay = 0.01}, dtype);
    compare<optim::SGD>(comparisons,
                        optim::SGDOptions{.lr = 0.01, .momentum = 0.9, .dampening = 0.5}, dtype);
    compare<optim::SGD>(comparisons,
                        optim::SGDOptions{.lr = 0.01, .momentum = 0.9, .nesterov = true}, dtype);
    compare<optim::Adam>(comparisons, optim::AdamOptions{.lr = 0.01}, dtype);
    compare<optim::Adam>(comparisons, optim::AdamOptions{.lr = 0.01, .weight_decay = 0.01}, dtype);
    compare<optim::Adam>(
        comparisons,
        optim::AdamOptions{.lr = 0.01, .betas = {0.9, 0.5}, .amsgrad = true, .maximize = true},
        dtype);
    compare<optim::AdamW>(comparisons, optim::AdamWOptions{.lr = 0.01, .weight_decay = 0.1}, dtype);
    compare<optim::AdamW>(comparisons, optim::AdamWOptions{.lr = 0.01, .amsgrad = true}, dtype);
    compare<optim::Adamax>(comparisons, optim::AdamaxOptions{.lr = 0.01, .betas = {0.9, 0.9}},
                           dtype);
    compare<optim::NAdam>(comparisons, optim::NAdamOptions{.lr = 0.01, .weight_decay = 0.01},
                          dtype);
    compare<optim::RAdam>(comparisons, optim::RAdamOptions{.lr = 0.01}, dtype);
    compare<optim::Adagrad>(
        comparisons,
        optim::AdagradOptions{.lr = 0.01, .lr_decay = 0.1, .initial_accumulator_value = 0.5},
        dtype);
    compare<optim::Adadelta>(comparisons, optim::AdadeltaOptions{.weight_decay = 0.01}, dtype);
    compare<optim::RMSprop>(comparisons, optim::RMSpropOptions{}, dtype);
    compare<optim::RMSprop>(comparisons, optim::RMSpropOptions{.momentum = 0.9, .centered = true},
                            dtype);
  }
  MESSAGE(comparisons.summary());
}

TEST_CASE("gradient descent with few binary digits is its formula, exactly") {
  Comparisons comparisons;
  for (const rg::DType dtype : kFloating) {
    for (const bool nesterov : {false, true}) {
      const optim::SGDOptions options{.lr = 0.5, .momentum = 0.5, .nesterov = nesterov};
      Tensor p = integers({6, 5}, dtype, 1);
      p.set_requires_grad(true);
      optim::SGD optimizer({p}, options);
      Updated expected(reference::array(p));
      for (unsigned step = 0; step < 3; ++step) {
        const Tensor g = integers({6, 5}, dtype, 2 + step);
        p.set_grad(g);
        optimizer.step();
        update(options, expected, reference::array(g));
        comparisons.exact(p.detach(), reference::tensor(expected.p, p.shape(), dtype));
      }
    }
  }
  MESSAGE(comparisons.summary());
}
