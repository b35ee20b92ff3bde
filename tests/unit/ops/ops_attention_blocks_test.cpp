// Attention in blocks beside its formula in float64, for lengths around the size of a block.
//
// u is a rounding of what is computed in. A score is off by (E + 3) u times the absolute values
// that it adds up, A; its exponential by that, its distance from the largest or from the logarithm
// of the total, and 8 roundings; a weight by twice the row's most of those, and the additions of
// the total. Sums of n terms are off by n u times the terms' sizes. Where bfloat16 is multiplied by
// tiles, weights and the gradients of scores are rounded to it before.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <retrograd/retrograd.h>
#include <retrograd/tensor/loops/instructions.h>

#include "same_bits.h"

using namespace retrograd;

namespace {

constexpr std::uint64_t kSeed = 5;

struct Sizes {
  Shape query, key, value;
};

const Sizes kSizes[] = {{{1, 3}, {1, 3}, {1, 2}},
                        {{2, 255, 5}, {2, 256, 5}, {2, 256, 7}},
                        {{257, 16}, {257, 16}, {257, 16}},
                        {{2, 1, 258, 4}, {3, 513, 4}, {513, 4}},
                        {{600, 8}, {20, 8}, {20, 3}},
                        {{20, 8}, {600, 8}, {600, 3}},
                        {{2, 4, 64, 16}, {2, 4, 64, 16}, {2, 4, 64, 16}},
                        {{256, 1}, {640, 1}, {640, 1}}};

enum class Kind { none, causal, boolean, added, column, dropout };
const Kind kKinds[] = {Kind::none,  Kind::causal, Kind::boolean,
                       Kind::added, Kind::column, Kind::dropout};

Tensor absolute_product(const Tensor& a, const Tensor& b) {
  return matmul(abs(a), transpose(abs(b), -2, -1));
}
Tensor swapped(const Tensor& x) {
  return transpose(x, -2, -1);
}

AttentionOptions options_of(Kind kind, const Sizes& sizes, DType dtype) {
  const std::int64_t rows = sizes.query[sizes.query.size() - 2];
  const std::int64_t keys = sizes.key[sizes.key.size() - 2];
  Generator numbers(7);
  AttentionOptions options{.is_causal = kind == Kind::causal,
                           .dropout_p = kind == Kind::dropout ? 0.25 : 0};
  if (kind == Kind::boolean) {  // each query sees the first key
    const Tensor seen = rand({rows, keys}, {}, numbers) < 0.5;
    options.attn_mask = logical_or(seen, arange(keys) == 0);
  } else if (kind == Kind::added) {
    options.attn_mask = randn({rows, keys}, {.dtype = dtype}, numbers);
  } else if (kind == Kind::column) {
    options.attn_mask = randn({rows, 1}, {.dtype = dtype}, numbers);
  }
  return options;
}

// The formula in float64, and how far from its results rounded ones may be.
struct Formula {
  Tensor output, output_off;
  std::vector<Tensor> gradients, off;

  Formula(const std::vector<Tensor>& inputs, const Tensor& grad, const AttentionOptions& options) {
    const DType dtype = inputs[0].dtype();
    const double stored = dtype == float64 ? 0x1p-53 : dtype == float32 ? 0x1p-24 : 0x1p-8;
    const double u = dtype == float64 ? 0x1p-53 : 0x1p-24;
    const double multiplied = dtype == bfloat16 && detail::fast_tiles() ? stored : 0;
    const Tensor q = inputs[0].to(float64);
    const Tensor k = inputs[1].to(float64);
    const Tensor v = inputs[2].to(float64);
    const Tensor g = grad.to(float64);
    const auto rows = static_cast<double>(q.size(-2));
    const auto keys = static_cast<double>(k.size(-2));
    const auto width = static_cast<double>(q.size(-1));
    const auto value_width = static_cast<double>(v.size(-1));
    const double scale = 1 / std::sqrt(width);
    Tensor s = matmul(q * scale, swapped(k));
    Tensor sizes = absolute_product(q * scale, k);
    Tensor seen = options.attn_mask;
    if (options.is_causal) {
      seen = unsqueeze(arange(q.size(-2)), 1) >= arange(k.size(-2));
    }
    if (seen.defined() && seen.dtype() == boolean) {
      s = where(seen, s, -INFINITY);
      sizes = where(seen, sizes, 0);
    } else if (seen.defined()) {
      s = s + seen.to(float64);
      sizes = sizes + abs(seen.to(float64));
    }
    const Tensor p = softmax(s, -1);
    const Tensor total = unsqueeze(logsumexp(s, {-1}), -1);
    const Tensor distance = where(s == -INFINITY, 0, abs(s - total));
    const Tensor off_score = amax(sizes * (width + 3) + 2.0 * distance, {-1}, true) + abs(total);
    const Tensor off_weight = (off_score * 2.0 + (keys + 24)) * u;  // relative
    Tensor kept = ones(s.shape(), {.dtype = float64});
    if (options.dropout_p > 0) {
      Shape shape = g.shape();
      shape.back() = k.size(-2);
      manual_seed(kSeed);
      kept = dropout(ones(shape, {.dtype = float64}), options.dropout_p);
    }
    const Tensor dropped = p * kept;
    output = matmul(dropped, v);
    const Tensor output_size = matmul(dropped, abs(v));
    output_off = output_size * (off_weight + (keys * u + multiplied)) + abs(output) * stored;

    const Tensor slopes = kept * matmul(g, swapped(v));
    const Tensor slope_size = kept * absolute_product(g, v);
    const Tensor mean_size = sum(abs(g) * output_size, -1, true);
    const Tensor mean_off =
        mean_size * ((value_width + 4) * u) + sum(abs(g) * output_off, -1, true);
    const Tensor grad_s = p * (slopes - sum(g * output, -1, true));
    const Tensor size_s = p * (slope_size + mean_size);
    const Tensor off_s = size_s * (off_weight + (4 * u + multiplied)) +
                         p * (slope_size * ((value_width + 4) * u) + mean_off) * (1 + multiplied);
    gradients = {matmul(grad_s, k) * scale, matmul(swapped(grad_s), q * scale),
                 matmul(swapped(dropped), g)};
    off = {matmul(off_s + size_s * ((keys + 4) * u), abs(k)) * scale,
           matmul(swapped(off_s + size_s * ((rows + 4) * u)), abs(q) * scale),
           matmul(swapped(dropped * (off_weight + ((rows + 4) * u + multiplied))), abs(g))};
    for (std::size_t i = 0; i < 3; ++i) {
      // Over leading dimensions that were broadcast, stored gradients are added.
      const Tensor sized = sum_to(abs(gradients[i]), inputs[i].shape());
      gradients[i] = sum_to(gradients[i], inputs[i].shape());
      off[i] = sum_to(off[i], inputs[i].shape()) + sized * (8 * stored);
    }
  }
};

void check_within(const Tensor& found, const Tensor& wanted, const Tensor& off) {
  REQUIRE(found.shape() == wanted.shape());
  if (found.numel() > 0) {
    const Tensor excess = abs(found.to(float64) - wanted) - off;
    CHECK(max(excess).item<double>() <= 1e-300);
  }
}

struct Results {
  Tensor output;
  std::vector<Tensor> gradients;
};
Results attention_of(std::vector<Tensor> inputs, const Tensor& grad,
                     const AttentionOptions& options) {
  for (Tensor& x : inputs) {
    x = x.detach().set_requires_grad(true);
  }
  manual_seed(kSeed);
  const Tensor y = scaled_dot_product_attention(inputs[0], inputs[1], inputs[2], options);
  return {y.detach(), retrograd::grad({y}, inputs, {.grad_outputs = {grad}})};
}

// Rows with gaps and heads in between, as MultiheadAttention has them.
Tensor strided(const Tensor& x) {
  const Tensor wide = cat({x, x}, -1);
  return slice(transpose(transpose(wide, 0, -2).contiguous(), 0, -2), -1, 0, x.size(-1));
}

}  // namespace

TEST_SUITE_BEGIN("attention");

TEST_CASE("attention in blocks is its formula, rounded") {
  for (const DType dtype : {float64, float32, bfloat16}) {
    for (const Sizes& sizes : kSizes) {
      for (const Kind kind : kKinds) {
        INFO(sizes.query << sizes.key << sizes.value << dtype);
        CAPTURE(static_cast<int>(kind));
        Generator numbers(11);
        const auto draw = [&](const Shape& shape) {
          return randn(shape, {.dtype = dtype}, numbers);
        };
        const std::vector<Tensor> inputs{draw(sizes.query), draw(sizes.key), draw(sizes.value)};
        const AttentionOptions options = options_of(kind, sizes, dtype);
        const Tensor grad =
            draw(scaled_dot_product_attention(inputs[0], inputs[1], inputs[2]).shape());
        const Results found = attention_of(inputs, grad, options);
        const Formula formula(inputs, grad, options);
        check_within(found.output, formula.output, formula.output_off);
        for (std::size_t i = 0; i < 3; ++i) {
          CAPTURE(i);
          check_within(found.gradients[i], formula.gradients[i], formula.off[i]);
        }
        const Results other = attention_of(
            {strided(inputs[0]), strided(inputs[1]), strided(inputs[2])}, strided(grad), options);
        check_within(other.output, formula.output, formula.output_off);
        for (std::size_t i = 0; i < 3; ++i) {
          check_within(other.gradients[i], formula.gradients[i], formula.off[i]);
        }
      }
    }
  }
}

TEST_CASE("attention gives the same bits for any number of threads") {
  const int before = get_num_threads();
  for (const DType dtype : {float32, bfloat16}) {
    for (const Shape& shape : {Shape{2, 600, 64}, Shape{16, 140, 16}}) {
      Generator numbers(3);
      const Tensor x = randn(shape, {.dtype = dtype}, numbers);
      const Tensor grad = randn(shape, {.dtype = dtype}, numbers);
      for (const double p : {0.0, 0.5}) {
        const AttentionOptions options{.is_causal = true, .dropout_p = p};
        set_num_threads(1);
        const Results one = attention_of({x, x, x}, grad, options);
        for (const int threads : {2, 3}) {
          set_num_threads(threads);
          const Results more = attention_of({x, x, x}, grad, options);
          CHECK(test::same_bits(one.output, more.output));
          for (std::size_t i = 0; i < 3; ++i) {
            CHECK(test::same_bits(one.gradients[i], more.gradients[i]));
          }
        }
      }
    }
  }
  set_num_threads(before);
}

TEST_CASE("attention's memory does not grow with the square of the length") {
  const auto peak_of = [](std::int64_t length) {
    Generator numbers(3);
    const Tensor x = randn({length, 16}, {}, numbers);
    const auto before = memory::stats().in_use;
    memory::reset_peak();
    attention_of({x, x, x}, x, {.is_causal = true, .dropout_p = 0.5});
    return memory::stats().peak - before;
  };
#ifdef __EMSCRIPTEN__  // portable products take more
  const std::size_t limit = std::size_t{8} << 20U;
#else
  const std::size_t limit = std::size_t{4} << 20U;
#endif
  const std::size_t peak = peak_of(2048);  // 16 MiB of scores
  CAPTURE(peak);
  CHECK(peak < limit);
  const std::size_t of_twice = peak_of(4096);
  CAPTURE(of_twice);
  CHECK(of_twice < 5 * peak / 2);
}

TEST_CASE("attention's recorded gradients are its gradients") {
  for (const double p : {0.0, 0.5}) {
    Generator numbers(9);
    const Tensor x = randn({2, 260, 4}, {.dtype = float64}, numbers);
    const Tensor mask = randn({260, 1}, {.dtype = float64}, numbers);
    std::vector<Tensor> inputs{x, x * 0.5, x + 1.0, mask};
    for (Tensor& one : inputs) {
      one = one.detach().set_requires_grad(true);
    }
    const Tensor y = scaled_dot_product_attention(inputs[0], inputs[1], inputs[2],
                                                  {.attn_mask = inputs[3], .dropout_p = p});
    const auto fused = grad({sum(y * x)}, inputs, {.retain_graph = true});
    const auto recorded = grad({sum(y * x)}, inputs, {.create_graph = true});
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(max(abs(fused[i] - recorded[i])).item<double>() < 1e-12);
    }
  }
}

TEST_SUITE_END();
