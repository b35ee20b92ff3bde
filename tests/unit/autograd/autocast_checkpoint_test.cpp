#include <doctest/doctest.h>

#include <functional>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/autocast_tensors.h"

namespace rg = retrograd;
using autocast_tests::largest_difference;
using autocast_tests::leaf;
using autocast_tests::Tensors;
using rg::Autocast;
using rg::bfloat16;
using rg::float32;
using rg::Tensor;

TEST_CASE("Autocast: second derivatives and checkpoints") {
  const Tensor x = leaf({2, 3}, 1);
  const Tensor w = leaf({3, 4}, 2);
  const auto f = [&](const Tensor& in) { return rg::square(rg::matmul(in, w)); };
  const auto run = [&](const std::function<Tensor()>& forward) {
    const Tensor y = [&] {
      const Autocast guard(bfloat16);
      return rg::sum(forward());
    }();
    const Tensors first = rg::grad({y}, {x, w}, {.create_graph = true});
    return rg::grad({rg::sum(first[0] * first[0]) + rg::sum(first[1])}, {x, w});
  };
  const Tensors plain = run([&] { return f(x); });
  CHECK(plain[0].dtype() == float32);
  CHECK(rg::max(rg::abs(plain[1])).item<double>() > 0);
  const Tensors kept = run([&] {
    f(x);  // the weight's conversion is made before the checkpoint
    return rg::checkpoint(f, x);
  });
  CHECK(largest_difference(plain[0], kept[0]) == 0);
  CHECK(largest_difference(plain[1], kept[1]) == 0);
}

TEST_CASE("Autocast: what a checkpoint captures gets its gradient") {
  const Tensor x = leaf({2, 3}, 1);
  const Tensor w = leaf({3, 4}, 2);
  const Tensor row = leaf({4}, 3);
  const Tensor state = leaf({2, 3}, 4);
  const Tensor values = leaf({2, 4}, 7);
  const Tensor from_input = leaf({9, 3}, 5);
  const Tensor from_state = leaf({9, 3}, 6);
  const std::vector<std::function<Tensor(const Tensor&)>> segments{
      [&](const Tensor& in) {
        return rg::einsum("ij,jk->ik", {in, w});
      },
      [&](const Tensor& in) { return rg::addmm(row, in, w); },
      [&](const Tensor& in) { return rg::scaled_dot_product_attention(in, state, values); },
      [&](const Tensor& in) { return rg::gru_cell(in, state, from_input, from_state); },
      [&](const Tensor& in) {
        const Autocast nested(bfloat16);
        return rg::matmul(in, w);
      },
      [&](const Tensor& in) {
        const Autocast off(bfloat16, false);
        return rg::matmul(in, w);
      }};
  const Tensors wanted{x, w, row, state, values, from_input, from_state};
  for (const auto& segment : segments) {
    const auto gradients = [&](bool checkpointed) {
      const Tensor y = [&] {
        const Autocast guard(bfloat16);
        segment(x);  // conversions are made before the checkpoint
        return checkpointed ? rg::checkpoint(segment, x) : segment(x);
      }();
      return rg::grad({rg::sum(rg::square(y))}, wanted, {.allow_unused = true});
    };
    const Tensors plain = gradients(false);
    const Tensors kept = gradients(true);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      REQUIRE(kept[i].defined() == plain[i].defined());
      CHECK((!plain[i].defined() || largest_difference(plain[i], kept[i]) == 0));
    }
  }
}
