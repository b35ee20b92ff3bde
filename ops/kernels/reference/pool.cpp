// LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition",
// 1998, section II: a pool takes the mean or the largest of the elements that a window sees. Arrays
// are (N, C, O, I), by window o and element i of the input.
#include <limits>

#include <retrograd/ops/kernels/reference/reference.h>
#include <retrograd/ops/kernels/reference/windows.h>

namespace retrograd::kernels::reference {

namespace {

std::int64_t count(const Spatial& sizes) {
  return sizes[0] * sizes[1] * sizes[2];
}

Sizes volumes(const Tensor& x, const Spatial& sizes) {
  return to_sizes({x.shape()[0], x.shape()[1], sizes[0], sizes[1], sizes[2]});
}
Array by_window(const Tensor& x, const PoolGeometry& s) {
  return array(x, to_sizes({x.shape()[0], x.shape()[1], count(s.output), 1}));
}
Array by_element(const Tensor& x, const PoolGeometry& s) {
  return array(x, to_sizes({x.shape()[0], x.shape()[1], 1, count(s.input)}));
}

Tensor to_output(const Array& values, const Tensor& x, const PoolGeometry& s) {
  return channels_last(values, pool_shape(x.shape(), s.output, s.spatial_rank), x.dtype());
}
Tensor to_input(const Array& values, const Tensor& x, const PoolGeometry& s) {
  return channels_last(values, pool_shape(x.shape(), s.input, s.spatial_rank), x.dtype());
}

// Whether window o sees element i.
Mask seen(const PoolGeometry& s) {
  Mask see = Windows(s).see();
  see.reshape(to_sizes({count(s.output), count(s.input)}));
  return see;
}

// The number of elements that window o takes the mean of.
Array divisors(const PoolGeometry& s) {
  Array counts = Windows(s).counts(s.count_include_pad);
  counts.reshape(to_sizes({count(s.output)}));
  return s.divisor_override == 0 ? counts
                                 : xt::full_like(counts, static_cast<double>(s.divisor_override));
}

// Whether element i is the winner of window o.
Mask wins(const Tensor& winners, const PoolGeometry& s) {
  return xt::equal(by_window(reference::max_pool_positions(winners, s), s),
                   xt::arange(count(s.input)));
}

// The position of each element in the padded input, which numbers the elements from 0.
Array numbered(const Windows& windows, const PoolGeometry& s) {
  Array numbers = xt::arange<double>(static_cast<double>(count(s.input)));
  numbers.reshape(to_sizes(s.input));
  return windows.padded(numbers);
}

}  // namespace

// y[n, c, o] is the largest x[n, c, i] of the elements i that window o sees. NaN is larger than all
// numbers, and the first of equals is the winner.
Pooled max_pool(const Tensor& x, const PoolGeometry& s, bool winners) {
  const Windows windows(s);
  const Array input = windows.padded(array(x, volumes(x, s.input)));
  const Array numbers = numbered(windows, s);
  Array y = xt::full_like(Array::from_shape(volumes(x, s.output)),
                          -std::numeric_limits<double>::infinity());
  Array winner = xt::full_like(y, kNowhere);
  for (const Position& k : windows.positions()) {
    const auto [d, h, w] = windows.seen_by(k);
    const Array value = xt::view(input, xt::all(), xt::all(), d, h, w);
    const Array number = xt::view(numbers, d, h, w);
    const Mask better = windows.sees_input(k) && (xt::equal(winner, kNowhere) || value > y ||
                                                  (xt::isnan(value) && !xt::isnan(y)));
    y = xt::where(better, value, y);
    winner = xt::where(better, number, winner);
  }
  const Shape shape = pool_shape(x.shape(), s.output, s.spatial_rank);
  return {channels_last(y, shape, x.dtype()),
          winners ? channels_last(winner, shape, int64) : Tensor()};
}

// Winners that number the positions of their window, by the elements that these see.
Tensor max_pool_positions(const Tensor& winners, const PoolGeometry& s) {
  if (winners.dtype() == int64) {
    return winners;
  }
  const Windows windows(s);
  const Array numbers = numbered(windows, s);
  const Array winner = array(winners, volumes(winners, s.output));
  Array result = xt::full_like(winner, kNowhere);
  double tap = 0;
  for (const Position& k : windows.positions()) {
    const auto [d, h, w] = windows.seen_by(k);
    const Array number = xt::view(numbers, d, h, w);
    result = xt::where(xt::equal(winner, tap++), number, result);
  }
  return channels_last(result, winners.shape(), int64);
}

// dx[n, c, i] is the sum of dy[n, c, o] over the windows o whose winner is i.
Tensor max_pool_scatter(const Tensor& grad, const Tensor& winners, const PoolGeometry& s) {
  const Array dy = by_window(grad, s);
  return to_input(xt::sum(xt::where(wins(winners, s), dy, 0.0), {2}), grad, s);
}

// y[n, c, o] is x[n, c, i] for the winner i of window o.
Tensor max_pool_gather(const Tensor& x, const Tensor& winners, const PoolGeometry& s) {
  const Array elements = by_element(x, s);
  return to_output(xt::sum(xt::where(wins(winners, s), elements, 0.0), {3}), x, s);
}

// y[n, c, o] is the mean of x[n, c, i] over the elements i that window o sees.
Tensor avg_pool(const Tensor& x, const PoolGeometry& s) {
  const Array elements = by_element(x, s);
  const Array sums = xt::sum(xt::where(seen(s), elements, 0.0), {3});
  return to_output(sums / divisors(s), x, s);
}

// dx[n, c, i] is the sum of dy[n, c, o] / divisor[o] over the windows o that see i.
Tensor avg_pool_input_grad(const Tensor& grad, const PoolGeometry& s) {
  const Array shares = by_window(grad, s) / xt::view(divisors(s), xt::all(), xt::newaxis());
  return to_input(xt::sum(xt::where(seen(s), shares, 0.0), {2}), grad, s);
}

// Index o of a plane is the last of its value if no later one equals it.
Tensor last_of_equals(const Tensor& indices, std::int64_t) {
  const std::int64_t planes = indices.shape()[0] * indices.shape()[1];
  const std::int64_t length = planes == 0 ? 0 : indices.numel() / planes;
  const Array index = array(indices, to_sizes({planes, length, 1}));
  const Array later = array(indices, to_sizes({planes, 1, length}));
  const Indices o = xt::arange(length);
  const Mask follows = xt::view(o, xt::all(), xt::newaxis()) < o;
  const Array equals = xt::sum(xt::cast<double>(xt::equal(index, later) && follows), {2});
  return tensor(xt::cast<double>(xt::equal(equals, 0)), indices.shape(), boolean);
}

}  // namespace retrograd::kernels::reference
