// What kernels do where buffers and tables would be large beside the tensors, against what they do
// elsewhere: the same, to the bit.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/retrograd.h>

namespace rg = retrograd;

namespace {

using rg::Tensor;
using Tensors = std::vector<Tensor>;

bool same(const Tensor& a, const Tensor& b) {
  return a.to_vector<std::int64_t>() == b.to_vector<std::int64_t>();
}

std::vector<double> values(const Tensor& x) {
  return x.to_vector<double>();
}

// The result of f and the gradient of x, for a seed that is like nothing else.
Tensors with_gradient(const Tensor& x, const std::function<Tensor(const Tensor&)>& f) {
  const Tensor leaf = x.detach().set_requires_grad(true);
  const Tensor y = f(leaf);
  return {y.detach(), rg::grad({y}, {leaf}, {.grad_outputs = {rg::sin(y.detach())}})[0]};
}

// x (1, 1, ...) alone, and as the first of 128 channels.
void check_one_of_many(const Tensor& x, const std::function<Tensor(const Tensor&)>& f) {
  rg::Shape repeats = rg::Shape::filled(x.shape().size(), 1);
  repeats[1] = 128;
  const Tensors alone = with_gradient(x, f);
  const Tensors many = with_gradient(rg::repeat(x, repeats), f);
  for (std::size_t i = 0; i < alone.size(); ++i) {
    CHECK(values(alone[i]) == values(rg::slice(many[i], 1, 0, 1)));
  }
}

Tensor with_special_values(rg::Tensor x) {
  if (rg::is_floating(x.dtype())) {
    const double special[] = {std::numeric_limits<double>::quiet_NaN(), 0.0, -0.0,
                              std::numeric_limits<double>::infinity(),
                              -std::numeric_limits<double>::infinity()};
    const std::int64_t rows = x.size(0);
    for (std::int64_t i = 0; i < 50; ++i) {
      rg::select(x, 0, i * 37 % rows).fill_(special[i % 5]);
    }
  }
  return x;
}

// Places of the line in order, equals as they come, NaN last.
std::vector<std::int64_t> order_of(const std::vector<double>& line, bool descending) {
  std::vector<std::int64_t> order(line.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  const auto smaller = [](double a, double b) {
    return a < b || (std::isnan(b) && !std::isnan(a));
  };
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t i, std::int64_t j) {
    const double a = line[static_cast<std::size_t>(i)];
    const double b = line[static_cast<std::size_t>(j)];
    return descending ? smaller(b, a) : smaller(a, b);
  });
  return order;
}

}  // namespace

TEST_CASE("large: orders of long lines") {
  rg::manual_seed(3);
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16, rg::int64, rg::uint8}) {
    CAPTURE(dtype);
    const Tensor x = with_special_values((rg::rand({20000}) * 200).to(dtype));
    const std::vector<double> line = values(x);
    for (const bool descending : {false, true}) {
      const std::vector<std::int64_t> wanted = order_of(line, descending);
      CHECK(rg::argsort(x, 0, descending).to_vector<std::int64_t>() == wanted);
      for (const std::int64_t k : {1, 100, 15000, 20000}) {
        CHECK(rg::topk(x, k, 0, {.largest = descending}).indices.to_vector<std::int64_t>() ==
              std::vector<std::int64_t>(wanted.begin(), wanted.begin() + k));
      }
    }
    const std::vector<std::int64_t> ascending = order_of(line, false);
    for (const std::int64_t k : {1, 2, 9999, 20000}) {
      CHECK(rg::kthvalue(x, k, 0).indices.item<std::int64_t>() ==
            ascending[static_cast<std::size_t>(k - 1)]);
    }
  }
}

TEST_CASE("large: orders along the first dimension are those of the transposed") {
  rg::manual_seed(4);
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16, rg::int64}) {
    const Tensor x = with_special_values((rg::rand({700, 900}) * 300).to(dtype));
    const Tensor turned = rg::transpose(x, 0, 1).contiguous();
    CHECK(same(rg::argsort(x, 0), rg::transpose(rg::argsort(turned, 1), 0, 1)));
    CHECK(same(rg::kthvalue(x, 300, 0).indices, rg::kthvalue(turned, 300, 1).indices));
    CHECK(same(rg::topk(x, 5, 0).indices, rg::transpose(rg::topk(turned, 5, 1).indices, 0, 1)));
  }
}

TEST_CASE("large: a matrix is transposed element for element, in bands and whole") {
  // Above 16 MB lines go past the caches, where they begin with lines of memory.
  struct Size {
    std::int64_t rows;
    std::int64_t columns;
    rg::DType dtype;
  };
  for (const auto& [rows, columns, dtype] :
       {Size{2112, 2176, rg::float32}, Size{2100, 2101, rg::float32}, Size{70000, 64, rg::float32},
        Size{64, 70016, rg::float32}, Size{4160, 2080, rg::bfloat16}, Size{1600, 1408, rg::int64},
        Size{4128, 4100, rg::uint8}}) {
    const Tensor x = rg::randint(0, 200, {rows, columns}).to(dtype);
    const Tensor whole = rg::transpose(x, 0, 1).contiguous();
    CHECK(rg::all(rg::transpose(whole, 0, 1) == x).item<bool>());
    for (const std::int64_t row : {std::int64_t{0}, columns / 3, columns - 1}) {
      CHECK(same(rg::select(whole, 0, row), rg::select(x, 1, row).clone()));
    }
  }
}

TEST_CASE("large: softmax along columns is that along rows") {
  rg::manual_seed(5);
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    for (const rg::Shape& shape : {rg::Shape{3000, 5}, {3000, 400}, {7, 300}, {1, 9}, {2049, 1}}) {
      CAPTURE(dtype);
      CAPTURE(shape);
      const Tensor x = (rg::randn(shape) * 3).to(dtype);
      const Tensor turned = rg::transpose(x, 0, 1).contiguous();
      for (const auto& f :
           {std::function<Tensor(const Tensor&, std::int64_t)>(
                [](const Tensor&y, std::int64_t dim) { return rg::softmax(y, dim); }),
            std::function<Tensor(const Tensor&, std::int64_t)>(
                [](const Tensor&y, std::int64_t dim) { return rg::log_softmax(y, dim); })}) {
        const Tensors columns = with_gradient(x, [&](const Tensor& y) { return f(y, 0); });
        const Tensors rows = with_gradient(turned, [&](const Tensor& y) { return f(y, 1); });
        CHECK(values(columns[0]) == values(rg::transpose(rows[0], 0, 1)));
        CHECK(values(columns[1]) == values(rg::transpose(rows[1], 0, 1)));
      }
    }
  }
}

TEST_CASE("large: cross entropy of classes in front is that of classes behind") {
  rg::manual_seed(6);
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    const Tensor x = (rg::randn({2, 1500, 9}) * 3).to(dtype);  // (N, C, L)
    const Tensor target = rg::randint(0, 1500, {2, 9});
    const auto loss = [&](const Tensor& logits, const Tensor& classes) {
      return rg::cross_entropy(logits, classes,
                               {.reduction = rg::Reduction::none, .label_smoothing = 0.1});
    };
    const Tensors in_front = with_gradient(x, [&](const Tensor& y) { return loss(y, target); });
    const Tensor rows = rg::reshape(rg::transpose(x, 1, 2), {18, 1500}).contiguous();
    const Tensors behind =
        with_gradient(rows, [&](const Tensor& y) { return loss(y, rg::reshape(target, {18})); });
    CHECK(values(in_front[0]) == values(behind[0]));
    CHECK(values(rg::reshape(rg::transpose(in_front[1], 1, 2), {18, 1500})) == values(behind[1]));
  }
}

TEST_CASE("large: sums of bfloat16 are those of float32, rounded once") {
  rg::manual_seed(7);
  for (const std::int64_t places : {7, 3000, 20000}) {
    const Tensor index = rg::randint(0, places, {9000});
    const Tensor x = rg::randn({places}).to(rg::bfloat16);
    const Tensor terms = rg::randn({9000}).to(rg::bfloat16);
    const Tensor rows = rg::randn({9000, 3}).to(rg::bfloat16);
    const Tensor wide = x.to(rg::float32);
    CHECK(values(rg::scatter_add(x, 0, index, terms)) ==
          values(rg::scatter_add(wide, 0, index, terms.to(rg::float32)).to(rg::bfloat16)));
    CHECK(values(rg::index_add(x, 0, index, terms)) ==
          values(rg::index_add(wide, 0, index, terms.to(rg::float32)).to(rg::bfloat16)));
    Tensor gradients[2];
    for (const rg::DType dtype : {rg::bfloat16, rg::float32}) {
      const Tensor table = rg::zeros({places, 3}, {.dtype = dtype}).set_requires_grad(true);
      gradients[dtype == rg::float32] =
          rg::grad({rg::embedding(index, table)}, {table}, {.grad_outputs = {rows.to(dtype)}})[0];
    }
    CHECK(values(gradients[0]) == values(gradients[1].to(rg::bfloat16)));
  }
}

TEST_CASE("large: a line is resampled without tables as many are with them") {
  rg::manual_seed(8);
  using Mode = rg::InterpolateMode;
  for (const Mode mode : {Mode::nearest, Mode::nearest_exact, Mode::linear, Mode::area}) {
    for (const std::int64_t size : {1, 2000, 5000}) {
      const Tensor x = rg::randn({1, 1, 4000});
      check_one_of_many(
          x, [=](const Tensor& y) { return rg::interpolate(y, {.size = {size}, .mode = mode}); });
    }
  }
  check_one_of_many(rg::randn({1, 1, 2, 3000}), [](const Tensor& y) {
    return rg::interpolate(y, {.size = {3, 4000}, .mode = Mode::bicubic});
  });
}

TEST_CASE("large: a line is pooled without tables as many are with them") {
  rg::manual_seed(9);
  const Tensor x = rg::randn({1, 1, 3000});
  for (const std::int64_t kernel : {1, 2, 3, 7, 600}) {
    for (const std::int64_t stride : {1, 2, 3, 5, 601}) {
      for (const std::int64_t dilation : {1, 2, 3}) {
        const std::int64_t padding = kernel / 2;
        check_one_of_many(x, [=](const Tensor& y) {
          return rg::max_pool1d(y, kernel,
                                {.stride = stride, .padding = padding, .dilation = dilation});
        });
      }
      check_one_of_many(x, [=](const Tensor& y) {
        return rg::avg_pool1d(y, kernel,
                              {.stride = stride,
                               .padding = kernel / 3,
                               .ceil_mode = true,
                               .count_include_pad = stride == 2});
      });
    }
  }
  for (const std::int64_t size : {1, 7, 2999, 5000}) {
    check_one_of_many(x, [=](const Tensor& y) { return rg::adaptive_avg_pool1d(y, size); });
    check_one_of_many(x, [=](const Tensor& y) { return rg::adaptive_max_pool1d(y, size); });
  }
}

TEST_CASE("large: windows with too many taps for a list") {
  rg::manual_seed(10);
  Tensor x = rg::randn({1, 1, 60, 70});
  for (int nan = 0; nan < 2; ++nan) {
    for (const rg::DType dtype : {rg::float32, rg::bfloat16}) {
      check_one_of_many(x.to(dtype), [](const Tensor& y) {
        return rg::adaptive_max_pool2d(y, {1, 2});
      });
      check_one_of_many(x.to(dtype), [](const Tensor& y) {
        return rg::avg_pool2d(y, 50, {.stride = 9, .padding = 25});
      });
    }
    rg::select(rg::reshape(x, {4200}), 0, 777).fill_(std::numeric_limits<double>::quiet_NaN());
    x = rg::where(x != x, 9.0, x);  // the largest, once there was a NaN
  }
  CHECK(rg::adaptive_max_pool2d(x, 1).item<double>() == 9);
}
