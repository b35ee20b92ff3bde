#include <algorithm>

#include <retrograd/onnx/import/recurrent.h>

#include <retrograd/tensor/internal/printable.h>

namespace retrograd::onnx::detail {

namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

struct Default {
  std::string_view name;
  double alpha;
  double beta;
};
constexpr Default defaults[] = {
    {"affine", 1, 0},     {"elu", 1, 0},     {"hardsigmoid", 0.2, 0.5}, {"leakyrelu", 0.01, 0},
    {"relu", 0, 0},       {"sigmoid", 0, 0}, {"softplus", 0, 0},        {"softsign", 0, 0},
    {"scaledtanh", 1, 1}, {"tanh", 0, 0},    {"thresholdedrelu", 1, 0},
};

class Cell {
 public:
  Cell(const CellWeights& weights, const CellOptions& options)
      : weights_(weights), options_(options), hidden_(weights.r.size(1)) {}

  // `x` has the products with w, and both biases except where the reset comes between.
  CellState step(const Tensor& x, const CellState& state) const {
    switch (options_.kind) {
      case CellKind::rnn: return rnn(x, state);
      case CellKind::gru: return gru(x, state);
      default: return lstm(x, state);
    }
  }

 private:
  Tensor clipped(const Tensor& x) const {
    return options_.clip > 0 ? clamp(x, -options_.clip, options_.clip) : x;
  }
  Tensor gate(const Tensor& x, std::int64_t i) const { return narrow(x, -1, i * hidden_, hidden_); }
  Tensor rows(const Tensor& x, std::int64_t first, std::int64_t count) const {
    return x.defined() ? narrow(x, 0, first * hidden_, count * hidden_) : x;
  }
  Tensor peephole(std::int64_t i, const Tensor& c) const {
    return narrow(weights_.peepholes, 0, i * hidden_, hidden_) * c;
  }

  CellState rnn(const Tensor& x, const CellState& state) const {
    const Tensor sum = x + linear(state.h, weights_.r, weights_.r_bias);
    return {options_.activations[0](clipped(sum)), {}};
  }

  CellState gru(const Tensor& x, const CellState& state) const {
    const Activation& f = options_.activations[0];
    const Activation& g = options_.activations[1];
    const Tensor zr = narrow(x, -1, 0, 2 * hidden_) +
                      linear(state.h, rows(weights_.r, 0, 2), rows(weights_.r_bias, 0, 2));
    const Tensor z = f(clipped(gate(zr, 0)));
    const Tensor reset = f(clipped(gate(zr, 1)));
    const Tensor r = rows(weights_.r, 2, 1);
    const Tensor bias = rows(weights_.r_bias, 2, 1);
    const Tensor inner = options_.linear_before_reset ? reset * linear(state.h, r, bias)
                                                      : linear(reset * state.h, r, bias);
    const Tensor candidate = g(clipped(gate(x, 2) + inner));
    return {(1 - z) * candidate + z * state.h, {}};
  }

  CellState lstm(const Tensor& x, const CellState& state) const {
    const Activation& f = options_.activations[0];
    const Activation& g = options_.activations[1];
    const Activation& h = options_.activations[2];
    const bool peeps = weights_.peepholes.defined();
    const Tensor sums = x + linear(state.h, weights_.r, weights_.r_bias);
    const Tensor& c = state.c;
    const Tensor in = f(clipped(peeps ? gate(sums, 0) + peephole(0, c) : gate(sums, 0)));
    const Tensor forget = options_.input_forget
                              ? 1 - in
                              : f(clipped(peeps ? gate(sums, 2) + peephole(2, c) : gate(sums, 2)));
    const Tensor next = forget * c + in * g(clipped(gate(sums, 3)));
    const Tensor out = f(clipped(peeps ? gate(sums, 1) + peephole(1, next) : gate(sums, 1)));
    return {out * h(next), next};
  }

  const CellWeights& weights_;
  const CellOptions& options_;
  std::int64_t hidden_;
};

// Which sequences have a step t, as (N, 1); undefined if all have.
Tensor running(const Ints& lengths, std::int64_t t) {
  if (std::ranges::all_of(lengths, [&](std::int64_t length) { return t < length; })) {
    return {};
  }
  return constant([&] { return unsqueeze(gt(constant_ints(lengths), t), 1); });
}

}  // namespace

Tensor Activation::operator()(const Tensor& x) const {
  if (name == "tanh") {
    return tanh(x);
  }
  if (name == "sigmoid") {
    return sigmoid(x);
  }
  if (name == "relu") {
    return relu(x);
  }
  if (name == "affine") {
    return x * alpha + beta;
  }
  if (name == "elu") {
    return elu(x, alpha);
  }
  if (name == "hardsigmoid") {
    return clamp(x * alpha + beta, 0.0, 1.0);
  }
  if (name == "leakyrelu") {
    return leaky_relu(x, alpha);
  }
  if (name == "softplus") {
    return softplus(x);
  }
  if (name == "softsign") {
    return softsign(x);
  }
  return name == "scaledtanh" ? tanh(x * beta) * alpha : where(x > alpha, x, 0);
}

std::vector<Activation> activations_of(const NodeCall& call, std::size_t directions,
                                       const std::vector<std::string>& otherwise) {
  std::vector<std::string> names = call.texts("activations");
  const std::vector<double> alphas = call.floats("activation_alpha");
  const std::vector<double> betas = call.floats("activation_beta");
  if (names.empty()) {
    for (std::size_t d = 0; d < directions; ++d) {
      names.insert(names.end(), otherwise.begin(), otherwise.end());
    }
  }
  if (names.size() != directions * otherwise.size()) {
    call.refuse("{} activations for {} directions [onnx-input]", names.size(), directions);
  }
  std::vector<Activation> list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = lower(names[i]);
    const auto* const found = std::ranges::find(defaults, name, &Default::name);
    if (found == std::end(defaults)) {
      call.refuse("activation {} is not known [onnx-unsupported]",
                  retrograd::detail::in_quotes(names[i]));
    }
    list.push_back({name, i < alphas.size() ? alphas[i] : found->alpha,
                    i < betas.size() ? betas[i] : found->beta});
  }
  return list;
}

CellRun run_cell(const Tensor& x, const CellWeights& weights, const CellState& first,
                 const CellOptions& options, const Ints& lengths) {
  const Cell cell(weights, options);
  const Tensor products = linear(x, weights.w, weights.w_bias);
  CellRun run;
  run.last = first;
  for (std::int64_t t = 0; t < x.size(0); ++t) {
    CellState next = cell.step(select(products, 0, t), run.last);
    const Tensor mask = running(lengths, t);
    if (mask.defined()) {
      run.outputs.push_back(where(mask, next.h, 0));
      next.h = where(mask, next.h, run.last.h);
      next.c = next.c.defined() ? where(mask, next.c, run.last.c) : next.c;
    } else {
      run.outputs.push_back(next.h);
    }
    run.last = next;
  }
  return run;
}

}  // namespace retrograd::onnx::detail
