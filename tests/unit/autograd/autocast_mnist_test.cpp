#include <doctest/doctest.h>

#include <string>

#include <retrograd/retrograd.h>

#include "bench/models.h"
#include "skip.h"
#include "test_libraries.h"

namespace rg = retrograd;
using rg::Tensor;

namespace {

double accuracy_after_an_epoch(const rg::TensorDataset& training, const rg::TensorDataset& testing,
                               bool autocast) {
  rg::manual_seed(1);
  bench::LeNet model;
  rg::optim::SGD optimizer(model.parameters(), {.lr = 0.03, .momentum = 0.9});
  const auto loss = [&](const Tensor& images, const Tensor& labels) {
    const rg::Autocast casting(rg::bfloat16, autocast);
    return rg::cross_entropy(model(images), labels);
  };
  for (const auto& [images, labels] : rg::DataLoader(training, {.batch_size = 64})) {
    optimizer.zero_grad();
    loss(images, labels).backward();
    optimizer.step();
  }
  const rg::NoGradGuard unrecorded;
  const Tensor right = rg::argmax(model(testing.images()), 1) == testing.labels();
  return rg::mean(right.to(rg::float32)).item<double>();
}

}  // namespace

TEST_CASE("Autocast learns digits as float32 does") {
  if (!RETROGRAD_WITH_ZLIB) {
    test::skip(test::Lacks::option, "the files are compressed, and this build has no zlib");
    return;
  }
  const std::string folder = test::data_folder("mnist");
  if (folder.empty()) {
    return;
  }
  const rg::TensorDataset training = rg::load_mnist(folder, true).slice(0, 10000);
  const rg::TensorDataset testing = rg::load_mnist(folder, false).slice(0, 2000);
  const double full = accuracy_after_an_epoch(training, testing, false);
  const double low = accuracy_after_an_epoch(training, testing, true);
  MESSAGE("accuracy " << full << " in float32, " << low << " in bfloat16");
  CHECK(full > 0.8);
  // Wider than what full training differs by (bench/mixed_precision.cpp), as this one is short.
  CHECK(low > full - 0.02);
}
