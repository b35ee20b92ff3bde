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
};

Explanation lenet_digit() {
  LeNet net;
  const Tensor image =
      rg::reshape(rg::slice(rg::drawn_digits(4).images(), 0, 1, 2), {1, 1, 28, 28});
  const Tensor conv1 = net.conv1(image);
  const Tensor relu1 = rg::relu(conv1);
  const Tensor pool1 = rg::max_pool2d(relu1, 2);
  const Tensor conv2 = net.conv2(pool1);
  const Tensor relu2 = rg::relu(conv2);
  const Tensor pool2 = rg::max_pool2d(relu2, 2);
  const Tensor fc1 = rg::relu(net.fc1(rg::flatten(pool2, 1)));
  const Tensor fc2 = rg::relu(net.fc2(fc1));
  const Tensor scores = net.fc3(fc2);
  const Tensor loss = rg::cross_entropy(scores, rg::tensor({3}));
  return rg::explain(loss, net.conv1.weight,
                     {.names = {{"conv1.weight", net.conv1.weight},
                                {"image", image},
                                {"conv2.weight", net.conv2.weight},
                                {"conv1", conv1},
                                {"relu1", relu1},
                                {"pool1", pool1},
                                {"conv2", conv2},
                                {"relu2", relu2},
                                {"pool2", pool2},
                                {"fc1", fc1},
                                {"fc2", fc2},
                                {"scores", scores}}});
}

Explanation resnet_block() {
  const Tensor x = parameter({1, 2, 5, 5});
  const Tensor w1 = parameter({2, 2, 3, 3});
  const Tensor w2 = parameter({2, 2, 3, 3});
  const Tensor a = rg::relu(rg::conv2d(x, w1, {}, {.padding = 1}));
  const Tensor b = rg::conv2d(a, w2, {}, {.padding = 1});
  const Tensor y = rg::relu(b + x);
  return rg::explain(rg::sum(rg::square(y)), x,
                     {.names = {{"x", x}, {"w1", w1}, {"w2", w2}, {"a", a}, {"b", b}, {"y", y}}});
}

Explanation two_inputs() {
  const Tensor W = parameter({2, 3});
  const Tensor left = constant({2, 2});
  const Tensor right = constant({2, 2});
  const Tensor p = rg::matmul(left, W);
  const Tensor q = rg::tanh(rg::matmul(right, W));
  const Tensor score = p * q;
  return rg::explain(
      rg::sum(score), W,
      {.names = {
           {"W", W}, {"left", left}, {"right", right}, {"p", p}, {"q", q}, {"score", score}}});
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
