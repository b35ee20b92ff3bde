// Layouts and numbers of threads that make no difference to any optimiser.
#include <doctest/doctest.h>

#include <vector>

#include <retrograd/retrograd.h>

#include "unit/optim_cases.h"

namespace rg = retrograd;
namespace optim = rg::optim;
using rg::Tensor;

TEST_CASE("optimisers: the layouts of parameter and gradient make no difference") {
  for (const test::OptimizerCase& kind : test::optimizer_cases()) {
    CAPTURE(kind.name);
    rg::Generator generator(3);
    const Tensor start = rg::randn({3, 4}, {.dtype = rg::float64}, generator);
    const Tensor slope = rg::randn({3, 4}, {.dtype = rg::float64}, generator);
    Tensor plain = start.clone().set_requires_grad();
    Tensor turned = rg::transpose(rg::transpose(start, 0, 1).contiguous(), 0, 1);
    turned = turned.detach().set_requires_grad();
    Tensor wide = rg::zeros({3, 8}, {.dtype = rg::float64});
    Tensor stepped = rg::slice(wide, 1, 0, 8, 2).copy_(start).detach().set_requires_grad();
    const auto a = kind.make({plain});
    const auto b = kind.make({turned});
    const auto c = kind.make({stepped});
    const auto step = [](optim::Optimizer& optimizer, Tensor& x, const Tensor& grad) {
      optimizer.step([&] {
        x.set_grad(grad);
        return rg::sum((x * grad).contiguous());
      });
    };
    for (int i = 0; i < 3; ++i) {
      step(*a, plain, slope);
      step(*b, turned, slope);
      step(*c, stepped, rg::transpose(rg::transpose(slope, 0, 1).contiguous(), 0, 1));
    }
    CHECK(plain.to_vector<double>() != start.to_vector<double>());
    CHECK(turned.to_vector<double>() == plain.to_vector<double>());
    CHECK(stepped.to_vector<double>() == plain.to_vector<double>());
    CHECK(rg::sum(rg::slice(wide, 1, 1, 8, 2)).item<double>() == 0);  // between them
  }
}

TEST_CASE("optimisers: several threads compute what one does") {
  const int threads = rg::get_num_threads();
  for (const test::OptimizerCase& kind : test::optimizer_cases()) {
    CAPTURE(kind.name);
    std::vector<std::vector<float>> results;
    for (const int count : {1, 4}) {
      rg::set_num_threads(count);
      rg::Generator generator(3);
      Tensor x = rg::randn({100, 1001}, {}, generator).set_requires_grad();
      const auto optimizer = kind.make({x});
      for (int i = 0; i < 2; ++i) {
        optimizer->step([&] {
          optimizer->zero_grad();
          const Tensor loss = rg::sum(rg::square(x) * 0.5);
          loss.backward();
          return rg::full({}, 1.0);
        });
      }
      results.push_back(x.to_vector<float>());
    }
    CHECK(results[0] == results[1]);
  }
  rg::set_num_threads(threads);
}
