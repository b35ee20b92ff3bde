// Fused sequences against cells, one step after the other.
#include <cmath>

#include "unit/twins.h"

namespace {

using namespace twins;

// One layer, step by step. `in`: x, h, c, then w_ih, w_hh, b_ih, b_hh of each direction.
using Step =
    std::function<rg::LSTMState(const Tensor& x, const rg::LSTMState& state, const Tensor* params)>;
Tensor stepwise(const Step& step, const Tensors& in, rg::Direction direction) {
  Tensors outputs;
  Tensors last_h;
  Tensors last_c;
  const std::int64_t directions = direction == rg::Direction::bidirectional ? 2 : 1;
  const std::int64_t count = in[0].size(0);
  for (std::int64_t d = 0; d < directions; ++d) {
    rg::LSTMState state{rg::select(in[1], 0, d), rg::select(in[2], 0, d)};
    Tensors steps(static_cast<std::size_t>(count));
    const bool backwards = d == 1 || direction == rg::Direction::reverse;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t t = backwards ? count - 1 - i : i;
      state = step(rg::select(in[0], 0, t), state, &in[static_cast<std::size_t>(3 + 4 * d)]);
      steps[static_cast<std::size_t>(t)] = state.h;
    }
    outputs.push_back(rg::stack(steps));
    last_h.push_back(state.h);
    last_c.push_back(state.c);
  }
  return rg::cat({rg::flatten(rg::cat(outputs, -1)), rg::flatten(rg::stack(last_h)),
                  rg::flatten(rg::stack(last_c))});
}

Tensors inputs(std::int64_t gates, std::int64_t directions, std::int64_t batch) {
  Tensors in{random({5, batch, 3}, 1), random({directions, batch, 4}, 2),
             random({directions, batch, 4}, 3)};
  for (std::int64_t d = 0; d < directions; ++d) {
    const auto seed = static_cast<std::uint64_t>(4 + 4 * d);
    in.insert(in.end(), {random({gates * 4, 3}, seed), random({gates * 4, 4}, seed + 1),
                         random({gates * 4}, seed + 2), random({gates * 4}, seed + 3)});
  }
  return in;
}

using Cell = Tensor (*)(const Tensor&, const Tensor&, const Tensor&, const Tensor&, const Tensor&,
                        const Tensor&, rg::Where);
using Sequence = rg::RecurrentOutput (*)(const Tensor&, const Tensor&, const Tensors&,
                                         const rg::RecurrenceOptions&, rg::Where);

constexpr rg::Direction kDirections[] = {rg::Direction::forward, rg::Direction::reverse,
                                         rg::Direction::bidirectional};

// Batches of more than one group of rows.
void check_one_state(std::int64_t gates, Sequence fused, Cell cell) {
  for (const rg::Direction direction : kDirections) {
    const std::int64_t directions = direction == rg::Direction::bidirectional ? 2 : 1;
    const auto results = [&](const Tensors& in) {
      const auto [output, hidden] =
          fused(in[0], in[1], Tensors(in.begin() + 3, in.end()), {direction}, {});
      return rg::cat({rg::flatten(output), rg::flatten(hidden), rg::flatten(in[2])});
    };
    const Step step = [&](const Tensor& x, const rg::LSTMState& state, const Tensor* p) {
      return rg::LSTMState{cell(x, state.h, p[0], p[1], p[2], p[3], {}), state.c};
    };
    for (const std::int64_t batch : {1, 19}) {
      check_equal(
          results, [&](const Tensors& in) { return stepwise(step, in, direction); },
          inputs(gates, directions, batch));
    }
  }
}

}  // namespace

TEST_CASE("rnn_tanh, rnn_relu and gru are their cells, one step after the other") {
  check_one_state(1, rg::rnn_tanh, rg::rnn_tanh_cell);
  check_one_state(1, rg::rnn_relu, rg::rnn_relu_cell);
  check_one_state(3, rg::gru, rg::gru_cell);
}

TEST_CASE("lstm is lstm_cell, one step after the other") {
  for (const rg::Direction direction : kDirections) {
    const std::int64_t directions = direction == rg::Direction::bidirectional ? 2 : 1;
    const auto fused = [&](const Tensors& in) {
      const auto [output, h, c] =
          rg::lstm(in[0], {in[1], in[2]}, Tensors(in.begin() + 3, in.end()), {direction});
      return rg::cat({rg::flatten(output), rg::flatten(h), rg::flatten(c)});
    };
    const Step step = [](const Tensor& x, const rg::LSTMState& state, const Tensor* p) {
      return rg::lstm_cell(x, state, p[0], p[1], p[2], p[3]);
    };
    for (const std::int64_t batch : {1, 19}) {
      check_equal(
          fused, [&](const Tensors& in) { return stepwise(step, in, direction); },
          inputs(4, directions, batch));
    }
  }
}

TEST_CASE("one tensor may be several inputs of a sequence, and be made from another") {
  const Tensor w = random({4, 4}, 1);
  const Tensor x = random({3, 2, 4}, 2);
  const auto fused = [](const Tensors& in) {
    return rg::rnn_tanh(in[0], {}, {in[1], in[1]}).output;
  };
  const auto composed = [](const Tensors& in) {
    Tensor h = rg::zeros({2, 4}, {.dtype = rg::float64});
    Tensors steps;
    for (std::int64_t t = 0; t < 3; ++t) {
      h = rg::rnn_tanh_cell(rg::select(in[0], 0, t), h, in[1], in[1]);
      steps.push_back(h);
    }
    return rg::stack(steps);
  };
  check_equal(fused, composed, {x, w});
  check_equal(
      [&](const Tensors& in) {
        return fused({in[0] * rg::sum(in[1]), in[1]});
      },
      [&](const Tensors& in) {
        return composed({in[0] * rg::sum(in[1]), in[1]});
      },
      {x, w});
}

namespace {

// All results, then the gradients of all inputs, of a sequence in `dtype`.
Tensors results_in(rg::DType dtype, const std::function<Tensor(const Tensors&)>& run,
                   const Tensors& given) {
  Tensors inputs;
  for (const Tensor& each : given) {
    inputs.push_back(each.to(dtype).detach().set_requires_grad(true));
  }
  const Tensor found = run(inputs);
  Tensors all = rg::grad({found}, inputs, {.grad_outputs = {rg::ones_like(found.detach())}});
  all.push_back(found.detach());
  return all;
}

}  // namespace

// Sizes that fill tiles, where a processor has them, with groups of 10 and 9 rows.
TEST_CASE("sequences in bfloat16 are those of float64, rounded") {
  constexpr std::int64_t kHidden = 32;
  for (const std::int64_t gates : {1, 3, 4}) {
    const auto run = [gates](const Tensors& in) {
      const Tensors params(in.begin() + 3, in.end());
      if (gates == 4) {
        const auto [output, h, c] = rg::lstm(in[0], {in[1], in[2]}, params);
        return rg::cat({rg::flatten(output), rg::flatten(h), rg::flatten(c)});
      }
      const auto [output, hidden] =
          gates == 3 ? rg::gru(in[0], in[1], params) : rg::rnn_tanh(in[0], in[1], params);
      return rg::cat({rg::flatten(output), rg::flatten(hidden), rg::flatten(in[2])});
    };
    const double small = 1 / std::sqrt(static_cast<double>(kHidden));
    Tensors in{random({6, 19, 5}, 1),
               random({1, 19, kHidden}, 2),
               random({1, 19, kHidden}, 3),
               random({gates * kHidden, 5}, 4) * small,
               random({gates * kHidden, kHidden}, 5) * small,
               random({gates * kHidden}, 6),
               random({gates * kHidden}, 7)};
    for (Tensor& each : in) {
      each = each.to(rg::bfloat16).to(rg::float64);
    }
    const Tensors expected = results_in(rg::float64, run, in);
    const Tensors found = results_in(rg::bfloat16, run, in);
    for (std::size_t i = 0; i < found.size(); ++i) {
      CAPTURE(gates);
      CAPTURE(i);
      const double off = rg::max(rg::abs(found[i].to(rg::float64) - expected[i])).item<double>();
      CHECK(off <= 0.02 * rg::max(rg::abs(expected[i])).item<double>());
    }
  }
}
