// Sequential runs a convolution and the batch norm after it as one convolution, for inference.
#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
namespace nn = retrograd::nn;
using rg::Tensor;

namespace {

// Gives parameters and running statistics other values than those of a fresh norm.
void randomise(nn::Module& net) {
  const rg::NoGradGuard unrecorded;
  for (auto [name, tensor] : net.named_buffers()) {
    if (rg::is_floating(tensor.dtype())) {
      tensor.copy_(rg::rand(tensor.shape()) + 0.5);
    }
  }
  for (Tensor parameter : net.parameters()) {
    parameter.copy_(parameter + 0.3 * rg::randn(parameter.shape()));
  }
}

Tensor one_by_one(nn::Sequential& net, const Tensor& x) {
  Tensor y = x;
  for (nn::Module& module : net) {
    y = module(y);
  }
  return y;
}

// Whether a call of the net runs the kernel of batch norm.
bool normalises(nn::Sequential& net, const Tensor& x) {
  rg::start_kernel_report();
  net(x);
  rg::stop_kernel_report();
  for (const rg::KernelReportEntry& entry : rg::kernel_report().entries) {
    if (entry.kernel == "norm") {
      return true;
    }
  }
  return false;
}

bool equal(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() && rg::all(a == b).item<bool>();
}

// The tolerance counts roundings of the largest result.
template <class... M>
void check_folded(const rg::Shape& shape, rg::DType dtype, M... modules) {
  nn::Sequential net{std::move(modules)...};
  rg::manual_seed(3);
  randomise(net);
  net.eval();
  const Tensor x = rg::randn(shape, {.dtype = dtype});
  const rg::NoGradGuard unrecorded;
  CHECK(!normalises(net, x));
  const Tensor y = net(x);
  const Tensor expected = one_by_one(net, x);
  CHECK(y.dtype() == dtype);
  REQUIRE(y.shape() == expected.shape());
  const double largest = rg::amax(rg::abs(expected)).item<double>();
  CHECK(largest > 0.1);
  CHECK(rg::amax(rg::abs(y - expected)).item<double>() <=
        (dtype == rg::float32 ? 4e-6 : 1e-14) * largest);
}

void check_apart(nn::Sequential& net, const Tensor& x) {
  CHECK(normalises(net, x));
  CHECK(equal(net(x), one_by_one(net, x)));
}

nn::Sequential usual() {
  rg::manual_seed(4);
  nn::Sequential net{nn::Conv2d(3, 8, 3), nn::BatchNorm2d(8), nn::ReLU()};
  randomise(net);
  net.eval();
  return net;
}

struct Doubled : nn::BatchNorm2d {
  Doubled() : BatchNorm(8) {}
  Tensor forward(const Tensor& x) override { return 2.0 * BatchNorm::forward(x); }
};

}  // namespace

TEST_CASE("Sequential: for inference a convolution includes the batch norm after it") {
  for (const rg::DType dtype : {rg::float32, rg::float64}) {
    CAPTURE(dtype == rg::float32);
    check_folded({4, 4, 400}, dtype, nn::Conv1d(4, 8, 5, {.padding = rg::same, .dtype = dtype}),
                 nn::BatchNorm1d(8, {.dtype = dtype}), nn::ReLU());
    check_folded({4, 3, 32, 32}, dtype,
                 nn::Conv2d(3, 16, 3, {.padding = 1, .bias = false, .dtype = dtype}),
                 nn::BatchNorm2d(16, {.dtype = dtype}), nn::ReLU(),
                 nn::Conv2d(16, 16, 1, {.stride = 2, .dtype = dtype}),
                 nn::BatchNorm2d(16, {.affine = false, .dtype = dtype}));
    check_folded({4, 12, 16, 16}, dtype,
                 nn::Conv2d(12, 12, 3, {.padding = 1, .groups = 12, .dtype = dtype}),
                 nn::BatchNorm2d(12, {.eps = 0.1, .dtype = dtype}), nn::Tanh());
    check_folded(
        {2, 4, 25, 27}, dtype,
        nn::Conv2d(4, 8, 3,
                   {.padding = 1, .padding_mode = rg::PaddingMode::reflect, .dtype = dtype}),
        nn::BatchNorm2d(8, {.dtype = dtype}), nn::ReLU());
    check_folded({2, 2, 9, 10, 11}, dtype, nn::Conv3d(2, 8, 2, {.dtype = dtype}),
                 nn::BatchNorm3d(8, {.dtype = dtype}), nn::ReLU());
  }
}

TEST_CASE("Sequential: a convolution's batch norm is included as its tensors are at the call") {
  nn::Sequential net = usual();
  const Tensor x = rg::randn({4, 3, 20, 20});
  const rg::NoGradGuard unrecorded;
  net(x);
  auto& norm = dynamic_cast<nn::BatchNorm2d&>(net[1]);
  norm.running_mean.fill_(0);
  norm.running_var.fill_(4);
  norm.weight.fill_(2);
  norm.bias.fill_(0);
  const Tensor expected = rg::relu(net[0](x));
  CHECK(rg::amax(rg::abs(net(x) - expected)).item<double>() <
        1e-5 * rg::amax(expected).item<double>());
}

TEST_CASE("Sequential: a batch norm stays apart where a convolution cannot include it") {
  nn::Sequential net = usual();
  const Tensor x = rg::randn({4, 3, 20, 20});
  check_apart(net, x);  // recorded
  const rg::NoGradGuard unrecorded;
  CHECK(!normalises(net, x));
  check_apart(net, rg::randn({1, 3, 8, 8}));  // small
  nn::Sequential wide{nn::Conv2d(256, 64, 3), nn::BatchNorm2d(64)};
  wide.eval();
  check_apart(wide, rg::randn({1, 256, 20, 20}));  // filters of more elements than the image
  nn::Sequential derived{nn::Conv2d(3, 8, 3), Doubled(), nn::ReLU()};
  derived.eval();
  check_apart(derived, x);
  nn::Sequential untracked{nn::Conv2d(3, 8, 3), nn::BatchNorm2d(8, {.track_running_stats = false})};
  untracked.eval();
  check_apart(untracked, x);
  const nn::HookHandle handle = net[1].register_forward_hook(
      [](nn::Module&, const Tensor&, const Tensor&) { return Tensor(); });
  check_apart(net, x);
}

TEST_CASE("Sequential: in training, in bfloat16 and under Autocast a batch norm stays apart") {
  nn::Sequential net = usual();
  const Tensor x = rg::randn({4, 3, 20, 20});
  const rg::NoGradGuard unrecorded;
  {
    const rg::Autocast casting(rg::bfloat16);
    check_apart(net, x);
  }
  net.train();
  const Tensor mean = dynamic_cast<nn::BatchNorm2d&>(net[1]).running_mean.clone();
  CHECK(normalises(net, x));
  CHECK(!equal(dynamic_cast<nn::BatchNorm2d&>(net[1]).running_mean, mean));
  net.eval();
  net.to(rg::bfloat16);
  check_apart(net, x.to(rg::bfloat16));
}

TEST_CASE("Sequential: errors of a convolution and its batch norm are those of each") {
  const rg::NoGradGuard unrecorded;
  nn::Sequential net{nn::Conv2d(3, 8, 3), nn::BatchNorm2d(9)};
  net.eval();
  CHECK_THROWS_AS(net(rg::randn({4, 3, 20, 20})), rg::ShapeError);
  nn::Sequential fitting = usual();
  CHECK_THROWS_AS(fitting(rg::randn({4, 5, 20, 20})), rg::ShapeError);
  CHECK_THROWS_AS(fitting(rg::randn({3, 20, 20})), rg::ShapeError);
  CHECK_THROWS_AS(fitting(rg::randn({4, 3, 20, 20}, {.dtype = rg::float64})), rg::DTypeError);
}
