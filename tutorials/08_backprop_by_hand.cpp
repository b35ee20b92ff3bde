// The lecture's "taste of backpropagation": a regression with one convolution, by hand and by the
// tape.
//
//   Z1 = conv(x, W1)      x has 5 values, W1 is a filter of 3, one zero of padding on each side
//   A1 = relu(Z1)
//   A2 = A1 . W2          W2 has 5 weights
//   loss = (A2 - y)^2
//
// The slide's result is that dZ1/dW1 is a matrix of shifted inputs,
//   x0 x1 x2 x3 x4
//   x1 x2 x3 x4 x5        with x0 = x6 = 0, the padding.
//   x2 x3 x4 x5 x6
// Nothing below writes that matrix down: the engine computes it.
#include <cmath>
#include <cstdio>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

namespace {

constexpr rg::DType kType = rg::float64;

struct Net {
  Tensor W1 = rg::tensor({0.5, -0.4, 0.8}, {.dtype = kType, .requires_grad = true});
  Tensor W2 = rg::tensor({0.3, -0.2, 0.6, 0.1, -0.5}, {.dtype = kType, .requires_grad = true});
};

struct Values {
  Tensor Z1, A1, A2, loss;
};

Values forward(const Net& net, const Tensor& x, double y) {
  Values v;
  const Tensor image = rg::reshape(x, {1, 1, 5});
  const Tensor filter = rg::reshape(net.W1, {1, 1, 3});
  v.Z1 = rg::reshape(rg::conv1d(image, filter, {}, {.padding = 1}), {5});
  v.A1 = rg::relu(v.Z1);
  v.A2 = rg::matmul(v.A1, net.W2);
  v.loss = rg::square(v.A2 - y);
  return v;
}

// d(out)/d(in) as the slides write it: a row for each input element, a column for each output
// element. Each column is one backward pass.
Tensor jacobian(const Tensor& out, const Tensor& in) {
  std::vector<Tensor> columns;
  for (std::int64_t j = 0; j < out.numel(); ++j) {
    const Tensor element = rg::select(rg::reshape(out, {-1}), 0, j);
    columns.push_back(rg::grad({element}, {in}, {.retain_graph = true})[0]);
  }
  return rg::stack(columns, 1);
}

void print(const char* name, const Tensor& t) {
  std::printf("%s", name);
  const std::vector<double> values = t.to_vector<double>();
  const std::int64_t columns = t.dim() > 0 ? t.size(-1) : 1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool new_row = i > 0 && static_cast<std::int64_t>(i) % columns == 0;
    std::printf("%s%8.4f", new_row ? "\n         " : "", values[i] + 0.0);
  }
  std::printf("\n");
}

}  // namespace

int main() {
  const Tensor x = rg::tensor({1.0, 2.0, -1.0, 3.0, 0.5}, {.dtype = kType});
  const double y = 1.5;
  Net net;
  const Values v = forward(net, x, y);
  print("Z1       ", v.Z1);
  print("A1       ", v.A1);
  print("A2       ", v.A2);
  print("loss     ", v.loss);

  const Tensor dZ1_dW1 = jacobian(v.Z1, net.W1);                         // 3x5
  const Tensor dA1_dZ1 = jacobian(v.A1, v.Z1);                           // 5x5
  const Tensor dloss_dA1 = rg::reshape(jacobian(v.loss, v.A1), {5, 1});  // 5x1
  print("\ndZ1/dW1  ", dZ1_dW1);
  print("\ndA1/dZ1  ", dA1_dZ1);
  print("\ndloss/dA1", rg::transpose(dloss_dA1, 0, 1));

  const Tensor chain = rg::matmul(rg::matmul(dZ1_dW1, dA1_dZ1), dloss_dA1);  // 3x1
  v.loss.backward();
  std::printf("\n3x1 = 3x5 . 5x5 . 5x1\n");
  print("by hand  ", rg::transpose(chain, 0, 1));
  print("the tape ", net.W1.grad());
  const double difference =
      rg::max(rg::abs(rg::reshape(chain, {3}) - net.W1.grad())).item<double>();
  std::printf("equal to %s\n", difference < 1e-12 ? "1e-12" : "NOTHING: a bug");

  rg::optim::SGD optimizer({net.W1, net.W2}, {.lr = 0.005});
  double loss = v.loss.item<double>();
  int steps = 0;
  for (; loss >= 1e-6 && steps < 10000; ++steps) {
    optimizer.zero_grad();
    const Tensor now = forward(net, x, y).loss;
    now.backward();
    optimizer.step();
    loss = forward(net, x, y).loss.item<double>();
  }
  std::printf("\nafter %d steps of gradient descent the loss is below 1e-6: %s\n", steps,
              loss < 1e-6 ? "yes" : "no");
  return difference < 1e-12 && loss < 1e-6 ? 0 : 1;
}
