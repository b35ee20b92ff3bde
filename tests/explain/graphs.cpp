#include "graphs.h"

#include "unit/explain_nets.h"

namespace rg = retrograd;

namespace test {

namespace {

using rg::Explanation;
using rg::Tensor;

Tensor parameter(const rg::Shape& shape) {
  Tensor weight = rg::randn(shape, {.dtype = rg::float64}) * 0.5;
  weight.set_requires_grad(true);
  return weight;
}

Tensor constant(const rg::Shape& shape) {
  return rg::randn(shape, {.dtype = rg::float64});
}

Explanation slide_2d() {
  const Tensor x = rg::tensor({{1.0, 2.0, 0.0, -1.0}, {0.5, -1.0, 3.0, 1.0}, {2.0, 0.0, 1.0, -2.0}},
                              {.dtype = rg::float64});
  const Tensor K = rg::tensor({{0.5, -0.4, 0.1}, {0.8, 0.2, -0.3}, {0.0, 1.0, -0.6}},
                              {.dtype = rg::float64, .requires_grad = true});
  const Tensor Z =
      rg::conv2d(rg::reshape(x, {1, 1, 3, 4}), rg::reshape(K, {1, 1, 3, 3}), {}, {.padding = 1});
  const Tensor A = rg::relu(Z);
  const Tensor loss = rg::sum(rg::square(A));
  return rg::explain(loss, K, {.names = {{"K", K}, {"x", x}, {"Z", Z}, {"A", A}}});
}

Explanation pool() {
  const Tensor x = rg::tensor(
      {{1.0, 5.0, 2.0, 0.0}, {3.0, 4.0, 8.0, 1.0}, {0.0, 1.0, 2.0, 2.5}, {7.0, 6.0, -1.0, 0.0}},
      {.dtype = rg::float64, .requires_grad = true});
  const Tensor P = rg::max_pool2d(rg::reshape(x, {1, 1, 4, 4}), 2);
  const Tensor loss = rg::sum(rg::square(P));
  return rg::explain(loss, x, {.names = {{"x", x}, {"P", P}}});
}

Explanation batch_norm() {
  const Tensor x = parameter({4, 2});
  const Tensor gamma = parameter({2});
  const Tensor beta = parameter({2});
  const Tensor y = rg::batch_norm(x, {}, {}, gamma, beta, {.training = true});
  const Tensor loss = rg::sum(rg::square(y - 0.5));
  return rg::explain(loss, x, {.names = {{"x", x}, {"gamma", gamma}, {"beta", beta}, {"y", y}}});
}

Explanation attention() {
  const Tensor x = parameter({3, 2});
  const Tensor Wq = parameter({2, 2});
  const Tensor Wk = parameter({2, 2});
  const Tensor Wv = parameter({2, 2});
  const Tensor q = rg::matmul(x, Wq);
  const Tensor k = rg::matmul(x, Wk);
  const Tensor v = rg::matmul(x, Wv);
  const Tensor scores = rg::matmul(q, rg::transpose(k, 0, 1));
  const Tensor weights = rg::softmax(scores, 1);
  const Tensor out = rg::matmul(weights, v);
  const Tensor loss = rg::sum(rg::square(out));
  return rg::explain(loss, x,
                     {.names = {{"x", x},
                                {"Wq", Wq},
                                {"Wk", Wk},
                                {"Wv", Wv},
                                {"q", q},
                                {"k", k},
                                {"v", v},
                                {"scores", scores},
                                {"weights", weights},
                                {"out", out}}});
}

Explanation rnn() {
  const Tensor U = parameter({2, 2});
  const Tensor W = parameter({3, 2});
  std::vector<std::pair<std::string, Tensor>> names{{"U", U}, {"W", W}};
  Tensor h = constant({1, 2});
  names.emplace_back("h0", h);
  for (int t = 1; t <= 6; ++t) {
    const Tensor x = constant({1, 3});
    names.emplace_back("x" + std::to_string(t), x);
    h = rg::tanh(rg::matmul(x, W) + rg::matmul(h, U));
    names.emplace_back("h" + std::to_string(t), h);
  }
  return rg::explain(rg::sum(rg::square(h)), U, {.names = names});
}

Explanation lstm() {
  const Tensor W = parameter({3, 8});
  std::vector<std::pair<std::string, Tensor>> names{{"W", W}};
  Tensor h = constant({1, 2});
  Tensor c = constant({1, 2});
  for (int t = 1; t <= 2; ++t) {
    const std::string at = std::to_string(t);
    const Tensor joined = rg::cat({constant({1, 1}), h}, 1);
    const Tensor gates = rg::matmul(joined, W);
    const Tensor i = rg::sigmoid(rg::slice(gates, 1, 0, 2));
    const Tensor f = rg::sigmoid(rg::slice(gates, 1, 2, 4));
    const Tensor g = rg::tanh(rg::slice(gates, 1, 4, 6));
    const Tensor o = rg::sigmoid(rg::slice(gates, 1, 6, 8));
    c = f * c + i * g;
    h = o * rg::tanh(c);
    for (const auto& [name, value] :
         {std::pair{"gates", gates}, std::pair{"i", i}, std::pair{"f", f}, std::pair{"g", g},
          std::pair{"o", o}, std::pair{"c", c}, std::pair{"h", h}}) {
      names.emplace_back(name + at, value);
    }
  }
  return rg::explain(rg::sum(rg::square(h)), W, {.names = names});
}

struct LeNet : rg::nn::Module {
  rg::nn::Conv2d conv1{1, 6, 5, {.padding = 2}};
  rg::nn::Conv2d conv2{6, 16, 5};
  rg::nn::Linear fc1{400, 120};
  rg::nn::Linear fc2{120, 84};
  rg::nn::Linear fc3{84, 10};
  rg::nn::Members members() override {
    return {{"conv1", conv1}, {"conv2", conv2}, {"fc1", fc1}, {"fc2", fc2}, {"fc3", fc3}};
  }
  Tensor forward(const Tensor& image) override {
    const Tensor first = rg::max_pool2d(rg::relu(conv1(image)), 2);
    const Tensor second = rg::max_pool2d(rg::relu(conv2(first)), 2);
    const Tensor hidden = rg::relu(fc1(rg::flatten(second, 1)));
    return fc3(rg::relu(fc2(hidden)));
  }
};

Explanation lenet_digit() {
  LeNet net;
  const Tensor image =
      rg::reshape(rg::slice(rg::drawn_digits(4).images(), 0, 1, 2), {1, 1, 28, 28});
  return rg::explain(
      net, {image}, [](const Tensor& scores) { return rg::cross_entropy(scores, rg::tensor({3})); },
      {.names = {{"image", image}}});
}

struct ResNetBlock : rg::nn::Module {
  rg::nn::Conv2d conv1{2, 2, 3, {.padding = 1}};
  rg::nn::BatchNorm2d norm{2};
  rg::nn::Conv2d conv2{2, 2, 3, {.padding = 1}};
  rg::nn::Members members() override {
    return {{"conv1", conv1}, {"norm", norm}, {"conv2", conv2}};
  }
  Tensor forward(const Tensor& x) override { return rg::relu(conv2(rg::relu(norm(conv1(x)))) + x); }
};

struct ResNet : rg::nn::Module {
  ResNetBlock block;
  rg::nn::Members members() override { return {{"block", block}}; }
  Tensor forward(const Tensor& x) override { return block(x); }
};

Explanation resnet_block() {
  ResNet net;
  return rg::explain(net, {rg::randn({1, 2, 5, 5})},
                     [](const Tensor& y) { return rg::sum(rg::square(y)); });
}

struct TwoInputs : rg::nn::ModuleOf<Tensor(const Tensor&, const Tensor&)> {
  rg::nn::Linear left{2, 3};
  rg::nn::Linear right{2, 3};
  rg::nn::Members members() override { return {{"left", left}, {"right", right}}; }
  Tensor forward(const Tensor& a, const Tensor& b) override { return left(a) * rg::tanh(right(b)); }
};

Explanation two_inputs() {
  TwoInputs net;
  return rg::explain(net, {rg::randn({2, 2}), rg::randn({2, 2})}, [](const Tensor& score) {
    return rg::mse_loss(score, rg::ones({2, 3}));
  });
}

}  // namespace

std::vector<std::pair<std::string, Explanation>> explained_graphs() {
  rg::manual_seed(1);
  return {{"graph_slide", SlideNet().explain()},
          {"graph_slide_2d", slide_2d()},
          {"graph_pool", pool()},
          {"graph_batch_norm", batch_norm()},
          {"graph_attention", attention()},
          {"graph_rnn", rnn()},
          {"graph_lstm", lstm()},
          {"graph_lenet_digit", lenet_digit()},
          {"graph_resnet_block", resnet_block()},
          {"graph_two_inputs", two_inputs()}};
}

std::vector<Explanation> trained_slide(int steps) {
  SlideNet net;
  std::vector<Explanation> found;
  for (int i = 0; i <= steps; ++i) {
    SlideNet now{.W1 = net.W1, .W2 = net.W2};
    found.push_back(rg::explain(now.loss, now.W1,
                                {.names = {{"W1", now.W1},
                                           {"W2", now.W2},
                                           {"x", now.x},
                                           {"Z1", now.Z1},
                                           {"A1", now.A1},
                                           {"A2", now.A2}}}));
    now.loss.backward();
    rg::optim::SGD({net.W1, net.W2}, {.lr = 0.008}).step();
    net.W1.zero_grad();
    net.W2.zero_grad();
  }
  return found;
}

}  // namespace test
