// Gradients, modes, frozen parts, new heads and files that are written again.
#include <doctest/doctest.h>

#include <onnx/files.h>
#include <retrograd/autograd/backward.h>
#include <retrograd/autograd/gradcheck.h>
#include <retrograd/nn/nn.h>
#include <retrograd/onnx/detail/proto.h>
#include <retrograd/onnx/load.h>
#include <retrograd/optim/optim.h>
#include <skip.h>

namespace {

namespace rg = retrograd;
namespace nn = retrograd::nn;

std::string model_path(const char* name) {
  const std::string folder = test::data_folder("models");
  return folder.empty() ? folder : folder + "/" + name;
}

// Compares the slope along a random direction of all chosen tensors with finite differences.
double slope_fault(rg::onnx::Network& net, const rg::Tensor& x,
                   const std::vector<std::string>& names) {
  const auto loss = [&] {
    rg::Tensor total = rg::zeros({}, {.dtype = rg::float64});
    std::int64_t i = 0;
    for (const rg::Tensor& y : net(std::vector<rg::Tensor>{x})) {
      total = total + rg::sum(rg::sin(y * static_cast<double>(++i) + 0.5));
    }
    return total;
  };
  net.zero_grad();
  loss().backward();
  double worst = 0;
  for (const std::string& name : names) {
    const rg::Tensor parameter = net.get_parameter(name);
    const rg::Tensor direction = rg::randn(parameter.shape(), {.dtype = rg::float64});
    const double slope = rg::sum(parameter.grad() * direction).item<double>();
    const rg::NoGradGuard no_grad;
    const rg::Tensor before = parameter.clone();
    const auto at = [&](double step) {
      rg::Tensor(parameter).copy_(before + direction * step);
      return loss().item<double>();
    };
    // Long steps cross kinks, short ones are rounded: the best of both.
    double fault = INFINITY;
    for (const double eps : {1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12}) {
      const double expected = (at(eps) - at(-eps)) / (2 * eps);
      fault = std::min(fault, std::abs(slope - expected) / (std::abs(expected) + 1e-3));
    }
    worst = std::max(worst, fault);
    rg::Tensor(parameter).copy_(before);
  }
  return worst;
}

std::vector<std::string> parameter_names(rg::onnx::Network& net) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : net.named_parameters()) {
    names.push_back(name);
  }
  return names;
}

TEST_CASE("the gradients of text_direction_cls are those of differences") {
  const std::string path = model_path("text_direction_cls.onnx");
  if (path.empty()) {
    return;
  }
  rg::onnx::Network net = rg::onnx::load(path);
  net.to(rg::float64);
  rg::manual_seed(1);
  const rg::Tensor x = test::waves({1, 3, 48, 32}).to(rg::float64);
  CHECK(slope_fault(net, x,
                    {"conv1_weights", "conv2_se_1_offset", "conv4_expand_bn_scale",
                     "conv_last_bn_offset", "fc_0.w_0", "fc_0.b_0"}) < 1e-3);
}

TEST_CASE("the gradients of note_transcription are those of differences") {
  const std::string path = model_path("note_transcription.onnx");
  if (path.empty()) {
    return;
  }
  rg::onnx::Network net = rg::onnx::load(path);
  net.to(rg::float64);
  rg::manual_seed(1);
  const std::vector<std::string> names = parameter_names(net);
  REQUIRE(names.size() > 10);
  const rg::Tensor x = test::waves({1, 43844, 1}).to(rg::float64);
  CHECK(slope_fault(net, x, {names[0], names[names.size() / 2], names.back()}) < 1e-3);
}

// x -> Conv(w, b) -> BatchNormalization -> Relu -> Flatten -> Gemm
rg::onnx::detail::ModelProto small_net() {
  using namespace rg::onnx::detail;
  const auto floats = [](const std::string& name, std::vector<std::int64_t> dims, float first) {
    TensorProto tensor{name, std::move(dims), DataType::float32, {}};
    std::int64_t count = 1;
    for (const std::int64_t dim : tensor.dims) {
      count *= dim;
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const float value = first + 0.05F * static_cast<float>(i % 7);
      tensor.raw_data.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    return tensor;
  };
  ModelProto model;
  model.opset_imports = {{"", 17}};
  model.producer_name = "test";
  model.metadata = {{"licence", "any"}};
  model.graph.name = "net";
  model.graph.nodes = {
      {"Conv", "", "conv", {"x", "w", "b"}, {"c"}, {}, "a convolution"},
      {"BatchNormalization", "", "bn", {"c", "scale", "shift", "mean", "var"}, {"n"}, {}, ""},
      {"Relu", "", "relu", {"n"}, {"r"}, {}, ""},
      {"Flatten", "", "flat", {"r"}, {"f"}, {}, ""},
      {"Gemm", "", "fc", {"f", "fw", "fb"}, {"y"}, {}, ""},
  };
  model.graph.initializers = {floats("w", {2, 1, 3, 3}, -0.1F), floats("b", {2}, 0.1F),
                              floats("scale", {2}, 1),          floats("shift", {2}, 0.2F),
                              floats("mean", {2}, 0.1F),        floats("var", {2}, 1),
                              floats("fw", {8, 3}, -0.2F),      floats("fb", {3}, 0)};
  model.graph.inputs = {{"x", DataType::float32,
                         std::vector<Dim>{"N", std::int64_t{1}, std::int64_t{4}, std::int64_t{4}}}};
  model.graph.outputs = {{"y", DataType::float32, std::vector<Dim>{"N", std::int64_t{3}}}};
  return model;
}

struct SmallNet {
  std::string path = test::temporary("small.onnx");
  rg::onnx::Network net;

  SmallNet() : net(load(path)) {}
  static rg::onnx::Network load(const std::string& path) {
    test::write_file(path, rg::onnx::detail::serialise(small_net()));
    return rg::onnx::load(path);
  }
};

TEST_CASE("a network differentiates twice") {
  SmallNet small;
  small.net.to(rg::float64);
  const rg::Tensor x = test::waves({2, 1, 4, 4}).to(rg::float64).set_requires_grad();
  const auto f = [&](const std::vector<rg::Tensor>& in) {
    return std::vector<rg::Tensor>{small.net(in[0])};
  };
  CHECK(rg::gradcheck(f, {x}));
  const auto g = [&](const std::vector<rg::Tensor>& in) {
    return std::vector<rg::Tensor>{rg::square(small.net(in[0]))};
  };
  CHECK(rg::gradgradcheck(g, {x}));
}

TEST_CASE("batch norms use the batch in training, unless they are frozen") {
  SmallNet small;
  rg::onnx::Network& net = small.net;
  const rg::Tensor x = test::waves({4, 1, 4, 4});
  const rg::Tensor evaluated = net(x);
  const auto mean = [&] { return net.state_dict().at("mean").clone(); };
  const rg::Tensor before = mean();
  net.train();
  for (int call = 0; call < 3; ++call) {
    const rg::Tensor last = mean();
    CHECK(test::difference(net(x), evaluated) > 1e-3);
    CHECK(test::difference(mean(), last) > 0);
  }
  rg::onnx::Network other = rg::onnx::load(small.path);
  other.freeze_norms().train();
  for (int call = 0; call < 2; ++call) {
    CHECK(test::difference(other(x), evaluated) == 0);
  }
  CHECK(test::difference(other.state_dict().at("mean"), before) == 0);
  net.eval();
  CHECK(test::difference(net(x), evaluated) > 0);
}

TEST_CASE("parameters and buffers have the file's names") {
  SmallNet small;
  CHECK(parameter_names(small.net) ==
        std::vector<std::string>{"w", "b", "scale", "shift", "fw", "fb"});
  CHECK(small.net.named_buffers().size() == 2);
  CHECK(small.net.get_parameter("w").requires_grad());
  CHECK(small.net.summary({1, 1, 4, 4}).find("Network") != std::string::npos);
}

TEST_CASE("what a value depends on is frozen") {
  SmallNet small;
  small.net.freeze("r");
  const rg::Tensor w = small.net.get_parameter("w");
  rg::sum(small.net(test::waves({2, 1, 4, 4}))).backward();
  CHECK_FALSE(w.requires_grad());
  CHECK_FALSE(w.grad().defined());
  CHECK(small.net.get_parameter("fw").grad().defined());
  CHECK_THROWS_AS(small.net.freeze("nowhere"), rg::IndexError);
}

TEST_CASE("a value gets a new head") {
  SmallNet small;
  const rg::Tensor x = test::waves({2, 1, 4, 4});
  small.net(x);
  small.net.replace("f", nn::Linear(8, 10));
  CHECK(small.net(x).shape() == rg::Shape{2, 10});
  CHECK(parameter_names(small.net) ==
        std::vector<std::string>{"w", "b", "scale", "shift", "head.weight", "head.bias"});
  small.net.freeze("f");
  rg::optim::SGD optimizer(small.net.parameters(), {.lr = 0.1});
  const rg::Tensor target = rg::tensor({3, 7});
  double first = 0;
  double last = 0;
  for (int step = 0; step < 60; ++step) {
    optimizer.zero_grad();
    const rg::Tensor loss = rg::cross_entropy(small.net(x), target);
    loss.backward();
    optimizer.step();
    last = loss.item<double>();
    first = step == 0 ? last : first;
  }
  CHECK(last < 0.5 * first);
  CHECK_THROWS_AS(small.net.replace("y", nn::ReLU()), rg::IndexError);
}

TEST_CASE("a network is written into the original file") {
  SmallNet small;
  const std::string again = test::temporary("again.onnx");
  small.net.save(again);
  CHECK(test::read_file(again) == test::read_file(small.path));  // no value changed
  {
    const rg::NoGradGuard no_grad;
    small.net.get_parameter("w").mul_(2);
    small.net.state_dict().at("var").clone();
    rg::Tensor(small.net.state_dict().at("var")).mul_(3);
  }
  small.net.save(again);
  rg::onnx::Network back = rg::onnx::load(again);
  const rg::Tensor x = test::waves({2, 1, 4, 4});
  CHECK(test::difference(back(x), small.net(x)) == 0);
  using namespace rg::onnx::detail;
  const ModelProto model = parse(test::read_file(again), again);
  ModelProto expected = small_net();
  CHECK(model.graph.initializers[0].raw_data != expected.graph.initializers[0].raw_data);
  expected.graph.initializers[0] = model.graph.initializers[0];
  expected.graph.initializers[5] = model.graph.initializers[5];
  CHECK(serialise(model) == serialise(expected));
}

TEST_CASE("real files are written as they were") {
  for (const char* const name : {"text_direction_cls.onnx", "note_transcription.onnx"}) {
    const std::string path = model_path(name);
    if (path.empty()) {
      return;
    }
    rg::onnx::Network net = rg::onnx::load(path);
    const std::string again = test::temporary(name);
    net.save(again);
    CHECK(test::read_file(again) == test::read_file(path));
    const rg::NoGradGuard no_grad;
    for (rg::Tensor& parameter : net.parameters()) {
      parameter.mul_(0.5);
    }
    net.save(again);
    rg::onnx::Network back = rg::onnx::load(again);
    for (const auto& [key, tensor] : net.state_dict()) {
      CHECK(test::difference(back.state_dict().at(key), tensor) == 0);
    }
    CHECK(back.state_dict().size() == net.state_dict().size());
  }
}

}  // namespace
