// Pools.
#include <algorithm>
#include <cmath>

#include <retrograd/onnx/export/table.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::onnx::writing {

namespace {

std::size_t spatial(const Row& row) {
  const std::size_t at = row.op.find("pool") + 4;  // max_pool2d
  return static_cast<std::size_t>(row.op[at] - '0');
}

// A pool of x in the form (N, C, spatial ...).
struct Window {
  Value x;
  Ints lengths;  // of the spatial dimensions
  Ints kernel;
  Ints stride;
  Ints padding;  // before
  Ints after;    // which may be longer, for windows that end outside
  Ints out;

  bool is_even() const { return padding == after; }
  Ints pads() const {
    Ints all = padding;
    all.insert(all.end(), after.begin(), after.end());
    return all;
  }
};

Ints last(const Ints& lengths, std::size_t count) {
  return {lengths.end() - static_cast<std::ptrdiff_t>(count), lengths.end()};
}

// The last lengths of a shape, which must not depend on the batch.
Ints last_fixed(const Counts& shape, std::size_t count) {
  Ints lengths;
  for (const Count& length : shape) {
    lengths.push_back(length.is_fixed() ? length.value : -1);
  }
  lengths = last(lengths, count);
  if (std::find(lengths.begin(), lengths.end(), -1) != lengths.end()) {
    throw Refused{"a spatial length depends on the batch"};
  }
  return lengths;
}

Value batched(Builder& b, const Step& s, std::size_t n) {
  return s.rank(0) == n + 2 ? s.in(0) : b.node("Unsqueeze", {s.in(0), b.ints({0})});
}

Value unbatched(Builder& b, const Step& s, std::size_t n, const Value& y) {
  return s.rank(0) == n + 2 ? y : b.node("Squeeze", {y, b.ints({0})});
}

Window window(Builder& b, const Step& s, std::size_t n, const Ints& padding, const Ints& dilation,
              bool ceils) {
  Window w{.x = batched(b, s, n),
           .lengths = last_fixed(s.shape(0), n),
           .kernel = s.ints(1),
           .stride = s.is_missing(2) ? s.ints(1) : s.ints(2),
           .padding = padding,
           .after = padding,
           .out = last_fixed(s.out_shape(), n)};
  for (std::size_t d = 0; ceils && d < n; ++d) {
    const std::int64_t end =
        (w.out[d] - 1) * w.stride[d] + dilation[d] * (w.kernel[d] - 1) + 1;  // of the last window
    w.after[d] = std::max(padding[d], end - w.lengths[d] - padding[d]);
  }
  return w;
}

// Whether a padding is as long as the kernel, which programs refuse.
bool is_wide(const Window& w) {
  for (std::size_t d = 0; d < w.kernel.size(); ++d) {
    if (w.after[d] >= w.kernel[d]) {
      return true;
    }
  }
  return false;
}

// Those of all dimensions.
Ints all_pads(const Window& w) {
  Ints pads{0, 0};
  pads.insert(pads.end(), w.padding.begin(), w.padding.end());
  pads.insert(pads.end(), {0, 0});
  pads.insert(pads.end(), w.after.begin(), w.after.end());
  return pads;
}

// Positions within the plane of a channel; ONNX counts through the whole input.
Value within_plane(Builder& b, const Value& indices, const Ints& lengths) {
  std::int64_t plane = 1;
  for (const std::int64_t length : lengths) {
    plane *= length;
  }
  return b.node("Mod", {indices, b.number(plane, int64)});
}

// x, kernel_size; stride, padding, dilation, ceil_mode.
Values max_pool(Builder& b, const Step& s, const Row& row) {
  const std::size_t n = spatial(row);
  const Ints dilation = s.ints(4);
  const Window w = window(b, s, n, s.ints(3), dilation, s.flag(5));
  const bool has_indices = row.op.ends_with("indices");
  Value x = w.x;
  Attributes attributes{with("dilations", dilation), with("kernel_shape", w.kernel),
                        with("strides", w.stride)};
  if (has_indices) {  // which longer padding would shift in some programs
    attributes.push_back(with("ceil_mode", s.flag(5) ? 1 : 0));
    attributes.push_back(with("pads", twice(w.padding)));
  } else if (is_wide(w)) {
    x = b.node("Pad", {x, b.ints(all_pads(w)), b.number(-INFINITY, s.out_dtype())});
  } else {
    attributes.push_back(with("pads", w.pads()));
  }
  const Values made = b.nodes("MaxPool", {x}, has_indices ? 2 : 1, attributes);
  Values results{unbatched(b, s, n, made[0])};
  if (has_indices) {
    results.push_back(unbatched(b, s, n, within_plane(b, made[1], w.lengths)));
  }
  return results;
}

// The factor that makes a mean over the whole window one over the positions that count: of the
// input, and of its padding too if that counts. A divisor other than 0 replaces their number.
Tensor corrections(const Window& w, bool counts_padding, std::int64_t divisor, DType dtype) {
  Tensor all = full({1}, 1, {.dtype = float64});
  std::int64_t whole = 1;
  for (std::size_t d = 0; d < w.kernel.size(); ++d) {
    std::vector<double> counts;
    for (std::int64_t o = 0; o < w.out[d]; ++o) {
      const std::int64_t start = o * w.stride[d] - w.padding[d];
      const std::int64_t least = counts_padding ? -w.padding[d] : 0;
      const std::int64_t most = w.lengths[d] + (counts_padding ? w.padding[d] : 0);
      counts.push_back(
          static_cast<double>(std::min(start + w.kernel[d], most) - std::max(start, least)));
    }
    whole *= w.kernel[d];
    all = unsqueeze(all, -1) * tensor(counts, {.dtype = float64});
  }
  all = squeeze(all, 0);
  const Tensor size = full(all.shape(), whole, {.dtype = float64});
  return (divisor != 0 ? size / static_cast<double>(divisor) : size / all).to(dtype);
}

// x, kernel_size; stride, padding, ceil_mode, count_include_pad, divisor_override.
Values avg_pool(Builder& b, const Step& s, const Row& row) {
  const std::size_t n = spatial(row);
  const Window w = window(b, s, n, s.ints(3), Ints(n, 1), s.flag(4));
  const bool counts_padding = s.flag(5);
  if (w.is_even() && s.is_missing(6)) {
    const Value y =
        b.node("AveragePool", {w.x},
               {with("count_include_pad", counts_padding ? 1 : 0), with("kernel_shape", w.kernel),
                with("pads", w.pads()), with("strides", w.stride)});
    return {unbatched(b, s, n, y)};
  }
  const Value padded = b.node("Pad", {w.x, b.ints(all_pads(w))});
  const Value mean =
      b.node("AveragePool", {padded}, {with("kernel_shape", w.kernel), with("strides", w.stride)});
  const Tensor factors =
      corrections(w, counts_padding, s.is_missing(6) ? 0 : s.integer(6), s.out_dtype());
  return {unbatched(b, s, n, b.node("Mul", {mean, b.constant(factors)}))};
}

// The first position of an adaptive window, or the end of the one before.
std::int64_t first_of(std::int64_t o, std::int64_t in, std::int64_t out) {
  return o * in / out;
}
std::int64_t end_of(std::int64_t o, std::int64_t in, std::int64_t out) {
  return ((o + 1) * in + out - 1) / out;
}

bool divides(const Ints& lengths, const Ints& out) {
  for (std::size_t d = 0; d < out.size(); ++d) {
    if (out[d] == 0 || lengths[d] % out[d] != 0) {
      return false;
    }
  }
  return true;
}

Ints quotients(const Ints& lengths, const Ints& out) {
  Ints sizes;
  for (std::size_t d = 0; d < out.size(); ++d) {
    sizes.push_back(lengths[d] / out[d]);
  }
  return sizes;
}

// One dimension after the other: windows of several are products of those of one.
Value adaptive_along(Builder& b, const Value& x, std::int64_t dim, std::int64_t in,
                     std::int64_t out, const char* reduction) {
  Values parts;
  for (std::int64_t o = 0; o < out; ++o) {
    const Value part = b.node(
        "Slice", {x, b.ints({first_of(o, in, out)}), b.ints({end_of(o, in, out)}), b.ints({dim})});
    parts.push_back(b.node(reduction, {part}, {with("axes", Ints{dim}), with("keepdims", 1)}));
  }
  return b.joined(parts, dim);
}

Values adaptive(Builder& b, const Step& s, const Row& row) {
  const std::size_t n = spatial(row);
  const bool is_max = row.op.starts_with("adaptive_max");
  const bool has_indices = row.op.ends_with("indices");
  const Ints lengths = last_fixed(s.shape(0), n);
  const Ints out = s.ints(1);
  Value x = batched(b, s, n);
  if (divides(lengths, out)) {
    const Ints size = quotients(lengths, out);
    if (out == Ints(n, 1) && !has_indices) {
      const Value y = b.node(is_max ? "GlobalMaxPool" : "GlobalAveragePool", {x});
      return {unbatched(b, s, n, y)};
    }
    const Values made = b.nodes(is_max ? "MaxPool" : "AveragePool", {x}, has_indices ? 2 : 1,
                                {with("kernel_shape", size), with("strides", size)});
    Values results{unbatched(b, s, n, made[0])};
    if (has_indices) {
      results.push_back(unbatched(b, s, n, within_plane(b, made[1], lengths)));
    }
    return results;
  }
  if (has_indices) {
    throw Refused{"windows of different sizes have no indices in ONNX"};
  }
  for (std::size_t d = 0; d < n; ++d) {
    x = adaptive_along(b, x, static_cast<std::int64_t>(d) + 2, lengths[d], out[d],
                       is_max ? "ReduceMax" : "ReduceMean");
  }
  return {unbatched(b, s, n, x)};
}

// x, indices, kernel_size; stride, padding, output_size: each plane as one dimension.
Values max_unpool(Builder& b, const Step& s, const Row& row) {
  const std::size_t n = spatial(row);
  const auto planes = [n](Counts shape) {
    std::int64_t plane = 1;
    for (std::size_t d = 0; d < n; ++d) {
      plane *= shape.back().value;
      shape.pop_back();
    }
    shape.push_back(Count{plane});
    return shape;
  };
  last_fixed(s.shape(0), n);
  const Value zeros =
      b.node("Expand", {b.number(0, s.out_dtype()), b.counts(planes(s.out_shape()))});
  const Value y = b.node(
      "ScatterElements",
      {zeros, b.reshaped(s.in(1), planes(s.shape(1))), b.reshaped(s.in(0), planes(s.shape(0)))},
      {with("axis", -1)});
  return {b.reshaped(y, s.out_shape())};
}

constexpr Row kRows[] = {
    {"adaptive_avg_pool1d", adaptive},
    {"adaptive_avg_pool2d", adaptive},
    {"adaptive_avg_pool3d", adaptive},
    {"adaptive_max_pool1d", adaptive},
    {"adaptive_max_pool1d_with_indices", adaptive},
    {"adaptive_max_pool2d", adaptive},
    {"adaptive_max_pool2d_with_indices", adaptive},
    {"adaptive_max_pool3d", adaptive},
    {"adaptive_max_pool3d_with_indices", adaptive},
    {"avg_pool1d", avg_pool},
    {"avg_pool2d", avg_pool},
    {"avg_pool3d", avg_pool},
    {"max_pool1d", max_pool},
    {"max_pool1d_with_indices", max_pool},
    {"max_pool2d", max_pool},
    {"max_pool2d_with_indices", max_pool},
    {"max_pool3d", max_pool},
    {"max_pool3d_with_indices", max_pool},
    {"max_unpool1d", max_unpool},
    {"max_unpool2d", max_unpool},
    {"max_unpool3d", max_unpool},
};

}  // namespace

std::span<const Row> pool_rows() noexcept {
  return kRows;
}

}  // namespace retrograd::onnx::writing
