// The programs of tutorials 08 and 09: the lectures' regression, and a network of sigmoids.
#include "book.h"

namespace lecture {

namespace {

constexpr rg::TensorOptions kReal = {.dtype = rg::float64};
constexpr rg::TensorOptions kWeight = {.dtype = rg::float64, .requires_grad = true};

void add_regression(Book& book, const std::string& slide, const std::vector<Shown>& shown = {}) {
  const rg::Trace trace;
  const Tensor x = rg::tensor({1.0, 2.0, -1.0, 3.0, 0.5}, kReal);
  const Tensor W1 = rg::tensor({0.5, -0.4, 0.8}, kWeight);
  const Tensor W2 = rg::tensor({0.3, -0.2, 0.6, 0.1, -0.5}, kWeight);
  const Tensor Z1 =
      rg::conv1d(rg::reshape(x, {1, 5}), rg::reshape(W1, {1, 1, 3}), {}, {.padding = 1});
  const Tensor A1 = rg::relu(Z1);
  const Tensor A2 = rg::matmul(rg::reshape(A1, {5}), W2);
  const Tensor loss = rg::square(A2 - 1.5);
  // Without A2, as on the slide, the last factor is dloss/dA1.
  book.add(slide, trace, loss, W1, {{"W1", W1}, {"W2", W2}, {"x", x}, {"Z1", Z1}, {"A1", A1}},
           shown);
}

void add_windows(Book& book) {
  const rg::Trace trace;
  const Tensor x = rg::reshape(rg::arange(1, 17, 1, kReal), {1, 4, 4});
  const Tensor W = rg::ones({1, 1, 2, 2}, kWeight);
  const Tensor Z = rg::conv2d(x, W);
  const Tensor L = rg::sum(Z);
  book.add("08 in two dimensions †", trace, L, W, {{"x", x}, {"W", W}, {"Z", Z}, {"L", L}},
           {{"dZ/dW of a filter of 2 x 2", "matrix dZ/dW"}});
}

void add_sigmoids(Book& book, const std::string& slide) {
  const rg::Trace trace;
  const Tensor W1 = rg::tensor({{0.9, -0.4}, {-0.7, 0.8}}, kWeight);
  const Tensor b1 = rg::tensor({0.1, -0.2}, kWeight);
  const Tensor W2 = rg::tensor({{0.5, -0.6}}, kWeight);
  const Tensor b2 = rg::tensor({-0.1}, kWeight);
  const Tensor x = rg::tensor({1, 1}, kReal);
  const Tensor y = rg::tensor({0}, kReal);
  const Tensor z2 = rg::matmul(W1, x) + b1;
  const Tensor a2 = rg::sigmoid(z2);
  const Tensor z3 = rg::matmul(W2, a2) + b2;
  const Tensor a3 = rg::sigmoid(z3);
  const Tensor L = rg::sum(y * rg::log(a3) + (1.0 - y) * rg::log(1.0 - a3));
  book.add(slide, trace, L, W1,
           {{"W1", W1},
            {"b1", b1},
            {"W2", W2},
            {"b2", b2},
            {"x", x},
            {"y", y},
            {"z2", z2},
            {"a2", a2},
            {"z3", z3},
            {"a3", a3},
            {"L", L}});
}

}  // namespace

void add_backpropagation(Book& book) {
  add_regression(book, "08 a taste of backpropagation");
  add_regression(book, "08 dZ/dW is a matrix of shifted inputs",
                 {{"dZ1/dW1 3x5", "texts dZ1/dW1"}});
  add_regression(book, "08 one entry of dZ/dW", {{"dZ2/dW3", "text dZ1/dW1 2 1"}});
  add_regression(book, "08 the chain of shapes",
                 {{"dloss/dW1 = dZ1/dW1 . dA1/dZ1 . dloss/dA1", "shapes"}});
  add_windows(book);
  add_regression(book, "08 gradient descent");
  for (const char* slide : {"forward pass", "log-likelihood", "delta at the output",
                            "delta of a layer", "gradient of a weight"}) {
    add_sigmoids(book, std::string("09 ") + slide);
  }
}

}  // namespace lecture
