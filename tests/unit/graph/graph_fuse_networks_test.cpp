// Fused networks give the values of their models, and take no memory from the system.
#include <doctest/doctest.h>

#include <cstdint>

#include <retrograd/retrograd.h>

#include "bench/models.h"
#include "bench/networks.h"
#include "unit/graph_changes.h"

namespace {

using namespace retrograd;
using test::difference;

// The values at a batch of 1 and 3, and no memory from the system after the second call.
template <class Model>
void check_network(const Shape& shape, double bound = 1e-5) {
  manual_seed(1);
  Model model;
  test::disturb(model);
  model.eval();
  auto fused = nn::fuse(model, test::numbers(shape));
  const NoGradGuard unrecorded;
  for (const std::int64_t batch : {1, 3}) {
    Shape sizes = shape;
    sizes[0] = batch;
    const Tensor x = test::numbers(sizes, 9);
    const Tensor expected = model(x);
    Tensor y = fused(x);
    CHECK(difference(y, expected) < bound);
    y = fused(x);
    const auto before = memory::stats().system_allocations;
    for (int again = 0; again < 3; ++again) {
      y = fused(x);
    }
    CHECK(memory::stats().system_allocations == before);
    CHECK(difference(y, expected) < bound);
  }
}

}  // namespace

TEST_CASE("fused networks give the values of the models, without memory from the system") {
  check_network<bench::LeNet>({2, 1, 28, 28});
  check_network<bench::ResNet20>({2, 3, 32, 32});
  check_network<bench::UNet>({2, 1, 16, 16});
  check_network<bench::Depthwise>({2, 3, 32, 32});
  check_network<bench::Lstm>({2, 6, 32});
  check_network<bench::Vit>({2, 3, 32, 32});
  check_network<bench::Ecg>({2, 1, 720});
}
