// When a translation is used again, and what a call does anew.
#include <doctest/doctest.h>

#include <thread>

#include <onnx/files.h>
#include <onnx/models.h>
#include <retrograd/autograd/trace.h>
#include <retrograd/explain/explain.h>
#include <retrograd/graph/graph.h>
#include <retrograd/nn/fuse.h>
#include <retrograd/onnx/load.h>
#include <retrograd/tensor/random.h>

namespace {

namespace rg = retrograd;
using namespace test;

rg::onnx::Network network(const ModelProto& model) {
  const std::string path = temporary("translation.onnx");
  write_file(path, serialise(model));
  return rg::onnx::load(path);
}

TEST_CASE("chains of shapes are constants of the graph") {
  // (N, 3) as (N, 3, 1) by the first length of the shape
  rg::onnx::Network net = network(
      model_of({node("Shape", {"x"}, {}, "s"), node("Slice", {"s", "zero", "one", "zero"}, {}, "n"),
                node("Cast", {"n"}, {integer("to", 6)}, "n32"),
                node("Cast", {"n32"}, {integer("to", 7)}, "n64"),
                node("Concat", {"n64", "rest"}, {integer("axis", 0)}, "target"),
                node("Reshape", {"x", "target"})},
               {int64s("zero", {0}), int64s("one", {1}), int64s("rest", {-1, 1})}));
  const rg::Tensor x = rg::rand({2, 3});
  const rg::Trace trace;
  const rg::Tensor y = net(x);
  const rg::Graph graph(trace, {x}, {y});
  CHECK(y.shape() == rg::Shape{2, 3, 1});
  CHECK(graph.steps.size() == 1);
}

TEST_CASE("each shape has its own translation") {
  rg::onnx::Network net =
      network(model_of({node("Shape", {"x"}, {}, "s"), node("Cast", {"s"}, {integer("to", 1)}, "f"),
                        node("ReduceProd", {"f"}, {}, "p"), node("Mul", {"x", "p"})}));
  for (int round = 0; round < 2; ++round) {
    for (std::int64_t n = 1; n < 12; ++n) {
      CHECK(net(rg::ones({n, 3})).at(0, 0) == static_cast<double>(3 * n));
    }
  }
}

TEST_CASE("an output that depends on no value stays right") {
  rg::onnx::Network net = network(model_of({node("Shape", {"x"})}));
  for (int call = 0; call < 2; ++call) {
    CHECK(net(rg::ones({4, 5})).to_vector<std::int64_t>() == std::vector<std::int64_t>{4, 5});
  }
}

TEST_CASE("values that decide on shapes are read in each call") {
  // the elements that are not 0, as one row
  rg::onnx::Network net = network(
      model_of({node("NonZero", {"x"}, {}, "at"), node("Transpose", {"at"}, {}, "rows"),
                node("GatherND", {"x", "rows"}, {}, "found"), node("Unsqueeze", {"found", "zero"})},
               {int64s("zero", {0})}));
  CHECK(net(rg::tensor({{1.0, 0.0, 2.0}, {0.0, 0.0, 3.0}})).shape() == rg::Shape{1, 3});
  CHECK(net(rg::tensor({{1.0, 0.0, 0.0}, {0.0, 0.0, 0.0}})).shape() == rg::Shape{1, 1});
  CHECK(net(rg::ones({2, 3})).shape() == rg::Shape{1, 6});
}

TEST_CASE("branches follow the values of each call") {
  GraphProto positive;
  positive.nodes = {node("Identity", {"x"}, {}, "p")};
  positive.outputs = {{"p", DataType::float32, std::nullopt}};
  GraphProto negative;
  negative.nodes = {node("Neg", {"x"}, {}, "n")};
  negative.outputs = {{"n", DataType::float32, std::nullopt}};
  rg::onnx::Network net = network(model_of(
      {node("ReduceSum", {"x"}, {integer("keepdims", 0)}, "sum"),
       node("Greater", {"sum", "zero"}, {}, "c"),
       node("If", {"c"}, {graph("then_branch", positive), graph("else_branch", negative)})},
      {floats("zero", {}, {0})}));
  CHECK(net(rg::ones({2, 3})).at(0, 0) == 1);
  CHECK(net(rg::full({2, 3}, -2.0)).at(0, 0) == 2);
  CHECK(net(rg::ones({2, 3})).at(0, 0) == 1);
}

TEST_CASE("loops of a known length are unrolled") {
  GraphProto body;
  body.inputs = {{"i", DataType::int64, std::nullopt},
                 {"c", DataType::boolean, std::nullopt},
                 {"v", DataType::float32, std::nullopt}};
  body.nodes = {node("Add", {"v", "x"}, {}, "w"), node("Identity", {"c"}, {}, "d")};
  body.outputs = {{"d", DataType::boolean, std::nullopt}, {"w", DataType::float32, std::nullopt}};
  rg::onnx::Network net = network(
      model_of({node("Loop", {"three", "", "x"}, {graph("body", body)})}, {int64s("three", {3})}));
  const rg::Tensor x = rg::ones({2, 3}, {.requires_grad = true});
  for (int call = 0; call < 2; ++call) {
    const rg::Tensor y = net(x);
    CHECK(y.at(1, 1) == 4);
    CHECK(rg::grad({rg::sum(y)}, {x})[0].at(0, 0) == 4);
  }
}

TEST_CASE("functions are inlined, with attributes of the call or their defaults") {
  ModelProto model = model_of({});
  FunctionProto leak;
  leak.name = "leak";
  leak.domain = "local";
  leak.inputs = {"a"};
  leak.outputs = {"b"};
  leak.opset_imports = {{"", 17}};
  Attribute slope;
  slope.name = "alpha";
  slope.type = Attribute::Type::number;
  slope.f = 0.5F;
  leak.attribute_defaults = {slope};
  slope.ref_attr_name = "alpha";
  leak.nodes = {node("LeakyRelu", {"a"}, {slope}, "inner"), node("Identity", {"inner"}, {}, "b")};
  model.functions = {leak};
  Attribute other = slope;
  other.ref_attr_name.clear();
  other.f = 0.25F;
  Node first = node("leak", {"x"}, {}, "t");
  Node second = node("leak", {"t"}, {other});
  first.domain = second.domain = "local";
  model.graph.nodes = {first, second};
  model.opset_imports["local"] = 1;
  rg::onnx::Network net = network(model);
  CHECK(net(rg::full({2, 3}, -8.0)).at(0, 0) == -1);
}

TEST_CASE("dropout draws anew in each call of training, and never in evaluation") {
  rg::onnx::Network net = network(model_of({node("Dropout", {"x"})}));
  const rg::Tensor x = rg::ones({40, 30});
  CHECK(difference(net(x), x) == 0);
  net.train();
  rg::manual_seed(3);
  const rg::Tensor first = net(x);
  CHECK(difference(first, x) == 1);
  CHECK(difference(net(x), first) == 2);
  CHECK(difference(net(x), first) == 2);
  net.eval();
  CHECK(difference(net(x), x) == 0);
}

TEST_CASE("constants of 16 bits become float32, or what the network becomes") {
  const TensorProto half = values<std::uint16_t>("w", {3, 1}, DataType::float16,
                                                 {0x3c00, 0xc000, 0x3800});  // 1, -2, 0.5
  rg::onnx::Network net = network(model_of({node("MatMul", {"x", "w"})}, {half}));
  CHECK(net(rg::ones({2, 3})).at(0, 0) == -0.5);
  net.to(rg::float64);
  CHECK(net(rg::ones({2, 3}, {.dtype = rg::float64})).dtype() == rg::float64);
}

TEST_CASE("threads share a network") {
  rg::onnx::Network net =
      network(model_of({node("Shape", {"x"}, {}, "s"), node("Cast", {"s"}, {integer("to", 1)}, "f"),
                        node("ReduceProd", {"f"}, {}, "p"), node("Mul", {"x", "p"})}));
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (std::int64_t t = 1; t < 5; ++t) {
    threads.emplace_back([&net, &wrong, t] {
      for (std::int64_t i = 0; i < 200; ++i) {
        const std::int64_t n = (i * t) % 11 + 1;
        wrong += net(rg::ones({n, 3})).at(0, 0) == static_cast<double>(3 * n) ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(wrong == 0);
}

TEST_CASE("explain shows an imported network") {
  rg::onnx::Network net = network(model_of(
      {node("MatMul", {"x", "w"}, {}, "t"), node("ReduceSum", {"t"}, {integer("keepdims", 0)})},
      {floats("w", {3, 1}, {1, 2, 3})}));
  const rg::Tensor x = rg::ones({2, 3}, {.requires_grad = true});
  net(x);
  const rg::Tensor y = net(x);
  CHECK(rg::explain(y, x).text().find("matmul") != std::string::npos);
}

TEST_CASE("a network that was just loaded is fused") {
  ModelProto model = model_of({node("Conv", {"x", "w"}, {}, "c"), node("Relu", {"c"})},
                              {floats("w", {1, 1, 1, 1}, {2})});
  model.graph.inputs[0].shape.reset();
  rg::onnx::Network net = network(model);
  const rg::Tensor x = rg::reshape(rg::tensor({1.0F, -2.0F}), {1, 1, 1, 2});
  auto fast = rg::nn::fuse(net, std::vector<rg::Tensor>{x});
  REQUIRE(fast.graph().steps.size() == 1);
  CHECK(fast.graph().steps[0].op == "conv2d_relu");
  CHECK(fast({x})[0].to_vector<float>() == std::vector<float>{2, 0});
}

}  // namespace
