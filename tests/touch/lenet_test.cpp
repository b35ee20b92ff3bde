// The training on the page of LeNet.
#include <cmath>

#include <doctest/doctest.h>

#include <retrograd/retrograd.h>

#include "touch/lenet.h"

namespace rg = retrograd;
using rg::touch::LeNetTraining;

TEST_CASE("LeNet of a page: layers have the sizes that the page shows") {
  LeNetTraining training(1);
  const auto layers = training.model().layers(rg::zeros({1, 1, 28, 28}));
  const rg::Shape shapes[] = {{1, 6, 28, 28}, {1, 6, 14, 14}, {1, 16, 10, 10}, {1, 16, 5, 5},
                              {1, 120},       {1, 84},        {1, 10}};
  REQUIRE(layers.size() == std::size(shapes));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    CHECK(layers[i].shape() == shapes[i]);
  }
}

TEST_CASE("LeNet of a page: a seed gives the same steps, another seed others") {
  LeNetTraining one(3);
  const double first = one.step(0.03);
  CHECK(first == doctest::Approx(std::log(10)).epsilon(0.02));
  const double second = one.step(0.03);
  LeNetTraining again(3);
  CHECK(again.step(0.03) == first);
  CHECK(again.step(0.03) == second);
  CHECK(LeNetTraining(4).step(0.03) != first);
}

TEST_CASE("LeNet of a page: a learning rate of zero changes no answer") {
  LeNetTraining training(1);
  const rg::Tensor before = training.model().conv1.weight.detach().clone();
  training.step(0);
  CHECK(rg::max(rg::abs(before - training.model().conv1.weight)).item<float>() == 0.0F);
}

TEST_CASE("LeNet of a page: held-out digits are learned") {
  LeNetTraining training(1);
  const auto all = LeNetTraining::kHeldOut;
  CHECK(training.correct(0, all) < 0.3 * static_cast<double>(all));
  for (int i = 0; i < 300; ++i) {
    training.step(0.03);
  }
  CHECK(training.correct(0, all) >= 0.95 * static_cast<double>(all));
  CHECK(training.correct(0, 200) + training.correct(200, all) == training.correct(0, all));
}
