// Looking at modules: `const` ones, by name, in print, and what members() leaves out.
#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/ops_errors.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;

namespace {

struct Net : nn::Module {
  nn::Conv2d conv{1, 6, 5};
  nn::Sequential head{nn::Flatten(), nn::Linear(6, 3)};
  nn::Members members() override { return {{"conv", conv}, {"head", head}}; }
  Tensor forward(const Tensor& x) override { return head(rg::mean(conv(x), {2, 3})); }
};

// Lists a part of what it uses.
struct Forgetful : nn::Module {
  nn::Linear listed{3, 3};
  nn::Linear forgotten{3, 3};
  Tensor scale = rg::ones({3}, {.requires_grad = true});
  nn::Members members() override { return {{"listed", listed}}; }
  Tensor forward(const Tensor& x) override {
    const Tensor own = rg::ones({3}, {.requires_grad = true});
    return scale * (forgotten(listed(x)) + own);
  }
};

}  // namespace

TEST_CASE("const modules: everything that only looks") {
  Net net;
  net.conv.weight.set_requires_grad(false);
  const Net& seen = net;
  CHECK(seen.parameters().size() == 4);
  CHECK(seen.named_parameters().at(2).first == "head.1.weight");
  CHECK(seen.named_buffers().empty());
  CHECK(seen.parameter_count() == 156 + 21);
  CHECK(seen.state_dict().size() == 4);
  CHECK(seen.modules().size() == 5);
  const std::pair<std::string, const nn::Module*> child = seen.named_children().at(1);
  CHECK(child.first == "head");
  CHECK(child.second == &net.head);
  CHECK(seen.children().size() == 2);
  CHECK(seen.named_modules().at(3).first == "head.0");
  Net other;
  other.load_state_dict(seen.state_dict());
  CHECK(other.conv.weight.to_vector<float>() == net.conv.weight.to_vector<float>());
}

TEST_CASE("get_parameter, get_submodule: by qualified name, or all names there are") {
  Net net;
  CHECK(net.get_parameter("head.1.bias").impl_or_null() ==
        net.head.at<nn::Linear>(1).bias.impl_or_null());
  CHECK(&net.get_submodule("head.1") == &net.head[1]);
  CHECK(&net.get_submodule("") == &net);
  REFUSED(IndexError, net.get_parameter("head.weight"), "get_parameter",
          "no parameter 'head.weight'; there are: conv.weight conv.bias head.1.weight");
  REFUSED(IndexError, net.get_submodule("heads"), "get_submodule", "no module 'heads'",
          "conv head head.0");
}

TEST_CASE("modules in print") {
  std::ostringstream text;
  const Net net;
  text << net << "\n" << nn::ReLU() << "\n" << Forgetful().listed;
  CHECK(text.str() ==
        "Net(\n"
        "  (conv): Conv2d(1, 6, 5x5)\n"
        "  (head): Sequential(\n"
        "    (0): Flatten(1, -1)\n"
        "    (1): Linear(6, 3)\n"
        "  )\n"
        ")\n"
        "ReLU()\n"
        "Linear(3, 3)");
}

TEST_CASE("check_members: names modules and leaves that members() does not reach") {
  Forgetful model;
  const Tensor x = rg::ones({2, 3}, {.requires_grad = true});
  const std::vector<std::string> found = nn::check_members(model, x);
  REQUIRE(found.size() == 2);
  CHECK(found[0].find("Linear, called at nn_observers_test.cpp:") == 0);
  CHECK(found[1].find("a leaf float32 [3], which mul takes at nn_observers_test.cpp:") == 0);
  CHECK_FALSE(model.scale.grad().defined());
  Net net;
  CHECK(nn::check_members(net, rg::ones({1, 1, 8, 8})).empty());
  const rg::Trace trace;
  CHECK(nn::check_members(model, x).size() == 2);
  CHECK(trace.entries().empty());
}

TEST_CASE("optimisers: no parameters says where to look") {
  struct Empty : nn::Module {
    nn::Linear inner{2, 2};
  };
  const Empty empty;
  REFUSED(ValueError, rg::optim::SGD(empty.parameters(), {.lr = 1}), "SGD",
          "there are no parameters; those of a model are the tensors that members() lists");
}

TEST_CASE("Sequential: an error names the layer, and the one that would fit") {
  struct Small : nn::Module {
    nn::Sequential layers{nn::Conv2d(1, 2, 3), nn::Flatten(), nn::Linear(10, 10), nn::ReLU()};
    nn::Members members() override { return {{"layers", layers}}; }
    Tensor forward(const Tensor& x) override { return layers(x); }
  };
  Small net;
  CHECK_THROWS_WITH_AS(net.layers(rg::ones({5, 1, 8, 8})),
                       doctest::Contains("Sequential.2 > linear: input has 72 features but weight "
                                         "expects 10; use Linear(72, 10)   at "
                                         "nn_observers_test.cpp:"),
                       rg::ShapeError);
  CHECK_THROWS_WITH_AS(net(rg::ones({5, 1, 8, 8})),
                       doctest::Contains("Small.layers.2 > linear: input has 72 features"),
                       rg::ShapeError);
  CHECK_THROWS_WITH_AS(net(rg::ones({5, 3, 8, 8})),
                       doctest::Contains("Small.layers.0 > conv2d: input has 3 channels but weight "
                                         "expects 1 (weight.size(1) x groups = 1 x 1); use "
                                         "Conv2d(3, 2, {3, 3})"),
                       rg::ShapeError);
}
