// All networks of the component, fused.
#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>

#include <retrograd/models/models.h>
#include <retrograd/retrograd.h>

#include "unit/graph_changes.h"

using namespace retrograd;

namespace {

std::int64_t count(const Graph& graph, const std::string& prefix) {
  std::int64_t found = 0;
  for (const GraphStep& step : graph.steps) {
    found += step.op.starts_with(prefix) ? 1 : 0;
  }
  return found;
}

}  // namespace

TEST_CASE("networks give their values when they are fused, at two batch sizes") {
  for (const std::string& name : models::list_models()) {
    if (name.starts_with("vgg") && name != "vgg11_bn") {
      continue;  // as that one, but with more layers or no norms
    }
    CAPTURE(name);
    manual_seed(3);
    const std::unique_ptr<models::Network> model = models::get_model(name, 10);
    test::disturb(*model);
    model->eval();
    auto fused = nn::fuse(*model, test::numbers({1, 3, 40, 40}));
    const NoGradGuard unrecorded;
    for (const std::int64_t batch : {1, 2}) {
      const Tensor x = test::numbers({batch, 3, 40, 40}, 6);
      CHECK(test::difference(fused(x), (*model)(x)) < 2e-5);
    }
    const Graph graph = fused.graph();
    CHECK(count(graph, "dropout") + count(graph, "stochastic_depth") == 0);
    if (!name.starts_with("densenet")) {  // whose norms are before the convolutions
      CHECK(count(graph, "batch_norm") == 0);
    }
  }
  models::UNet unet;
  test::disturb(unet);
  unet.eval();
  auto fused = nn::fuse(unet, test::numbers({1, 3, 32, 32}));
  const NoGradGuard unrecorded;
  const Tensor x = test::numbers({2, 3, 48, 32}, 6);
  CHECK(test::difference(fused(x), unet(x)) < 2e-5);
  CHECK(count(fused.graph(), "batch_norm") == 0);
}
