// The programs of tutorials 02, 03, 06 and 07: convolutions and maxima, in one dimension and in
// two. The loss of each is the sum of the squares of its last result.
#include "book.h"

namespace lecture {

namespace {

constexpr rg::TensorOptions kReal = {.dtype = rg::float32};
constexpr rg::TensorOptions kWeight = {.dtype = rg::float32, .requires_grad = true};

struct Row {
  Tensor x = rg::tensor({{0, 0, 1, 1, 1, 0, 1, 0, 0, 0}}, kReal);
  Tensor W = rg::tensor({{{-1, 1, -1}}}, kWeight);
  Tensor b;
  rg::Conv1dOptions options = {};
  bool rectified = false;
  Tensor operator()() const { return rg::conv1d(x, W, b, options); }
};

struct Image {
  Tensor x = rg::tensor(
      {{{1, 0, 1, 0, 0}, {1, 0, 1, 0, 1}, {1, 1, 1, 0, 0}, {1, 0, 1, 0, 1}, {1, 0, 1, 0, 1}}},
      kReal);
  Tensor W = rg::tensor({{{{-1, -1, -1}, {-1, 1, -1}, {-1, -1, -1}}}}, kWeight);
  Tensor b;
  rg::Conv2dOptions options = {};
  bool rectified = false;
  Tensor operator()() const { return rg::conv2d(x, W, b, options); }
};

// Z, and A = relu(Z) if it is wanted.
template <class Convolution>
void add(Book& book, const std::string& slide, const Convolution& convolution,
         const std::vector<Shown>& shown) {
  const rg::Trace trace;
  Names names{{"x", convolution.x}, {"W", convolution.W}};
  if (convolution.b.defined()) {
    names.emplace_back("b", convolution.b);
  }
  Tensor last = convolution();
  names.emplace_back("Z", last);
  if (convolution.rectified) {
    last = rg::relu(last);
    names.emplace_back("A", last);
  }
  const Tensor L = rg::sum(rg::square(last));
  names.emplace_back("L", L);
  book.add(slide, trace, L, convolution.W, names, shown);
}

void add_rows(Book& book) {
  add(book, "02 convolution of a row of pixels", Row(),
      {{"image", "value x"}, {"filter", "value W"}, {"convolution", "value Z"}});
  add(book, "02 after ReLU", Row{.rectified = true}, {{"convolution | after ReLU", "value A"}});
  add(book, "02 a bias †", Row{.b = rg::tensor({1}, kWeight)}, {{"with bias +1", "value Z"}});
  add(book, "02 padding", Row{.options = {.padding = 1}}, {{"padded | length", "lengths x Z"}});
  add(book, "02 a stride †", Row{.options = {.stride = 2}}, {{"stride 2", "value Z"}});
  add(book, "02 convolution of 1 1 1 0 0 with 1 0 1",
      Row{.x = rg::tensor({{1, 1, 1, 0, 0}}, kReal), .W = rg::tensor({{{1, 0, 1}}}, kWeight)},
      {{"1 1 1 0 0 with 1 0 1", "value Z"}});
}

void add_images(Book& book) {
  add(book, "03 convolution of an image", Image(), {{"valid", "value Z"}});
  add(book, "03 a stride in two dimensions †", Image{.options = {.stride = 2}},
      {{"stride 2", "value Z"}});
  add(book, "03 the same padded, with ReLU, with bias 2",
      Image{.b = rg::tensor({2}, kWeight), .options = {.padding = 1}, .rectified = true},
      {{"padded | shape", "shape Z"}});
  Image second;
  second.x = rg::tensor(
      {{{1, 1, 1, 0, 0}, {0, 1, 1, 1, 0}, {0, 0, 1, 1, 1}, {0, 0, 1, 1, 0}, {0, 1, 1, 0, 0}}},
      kReal);
  second.W = rg::tensor({{{{1, 0, 1}, {0, 1, 0}, {1, 0, 1}}}}, kWeight);
  add(book, "03 I * K", second, {{"I * K", "value Z"}});
}

void add_products(Book& book) {
  const rg::Trace trace;
  const Tensor x = rg::tensor({{1, 0, 1}, {1, 0, 1}, {1, 1, 1}}, kReal);
  const Tensor W = rg::tensor({{-1, -1, -1}, {-1, 1, -1}, {-1, -1, -1}}, kWeight);
  const Tensor P = W * x;
  const Tensor S = rg::sum(P);
  const Tensor L = rg::square(S);
  book.add("03 nine products †", trace, L, W, {{"x", x}, {"W", W}, {"P", P}, {"S", S}, {"L", L}},
           {{"nine products", "value P"}, {"their sum", "value S"}});
}

void add_maxima(Book& book, const std::string& slide, const std::string& heading,
                const rg::MaxPool2dOptions& options) {
  const rg::Trace trace;
  const Tensor x = rg::tensor({{{0, 0, 0, 0, 0, 0},
                                {0, 0, 0, 0, 1, 0},
                                {0, 0, 0, 0, 0, 0},
                                {0, 1, 0, 0, 0, 0},
                                {0, 0, 0, 0, 0, 0},
                                {0, 0, 0, 0, 0, 0}}},
                              kWeight);
  const Tensor out = rg::max_pool2d(x, 3, options);
  const Tensor L = rg::sum(rg::square(out));
  book.add(slide, trace, L, x, {{"x", x}, {"out", out}, {"L", L}}, {{heading, "value out"}});
}

// Rows of this slide are outputs, those of explain are inputs.
void add_connections(Book& book) {
  const rg::Trace trace;
  const Tensor x = rg::tensor({{1, 0, 2, 0, 1}}, kWeight);
  const Tensor theta = rg::tensor({{{1, 2, 3}}}, kWeight);
  const Tensor z = rg::conv1d(x, theta, {}, {.padding = 1});
  const Tensor L = rg::sum(rg::square(z));
  book.add("07 fully, locally, convolutionally connected", trace, L, x,
           {{"x", x}, {"theta", theta}, {"z", z}, {"L", L}},
           {{"theta", "value theta"}, {"theta | convolution, 3", "transposed dz/dx"}});
}

}  // namespace

void add_convolutions(Book& book) {
  add_rows(book);
  add_images(book);
  add_products(book);
  add_maxima(book, "06 max pooling, size 3, stride 1", "size 3, stride 1", {.stride = 1});
  add_maxima(book, "06 max pooling, size 3, stride 3", "size 3, stride 3", {});
  add_connections(book);
}

}  // namespace lecture
