// Element-wise operators with options, reductions, shapes, indices, products.
#include <retrograd/retrograd.h>

#include "calls.h"

namespace oracle {

namespace {

using AlongDim = rg::Tensor (*)(const rg::Tensor&, std::int64_t, rg::Where);
using OverDims = rg::Tensor (*)(const rg::Tensor&, const rg::Dims&, bool, rg::Where);

template <class F>
void add(Operators& operators, const char* name, F f) {
  operators[name] = [f](const Call& call) -> Tensors { return {f(call)}; };
}

void add_elementwise(Operators& operators) {
  add(operators, "softplus", [](const Call& c) { return rg::softplus(c[0]); });
  add(operators, "leaky_relu",
      [](const Call& c) { return rg::leaky_relu(c[0], c.get("negative_slope", 0.01)); });
  add(operators, "elu", [](const Call& c) { return rg::elu(c[0], c.get("alpha", 1.0)); });
  add(operators, "celu", [](const Call& c) { return rg::celu(c[0], c.get("alpha", 1.0)); });
  // ONNX's slope broadcasts, where prelu's belongs to a channel.
  add(operators, "prelu_broadcast",
      [](const Call& c) { return rg::maximum(c[0], 0.0) + c[1] * rg::minimum(c[0], 0.0); });
  add(operators, "clamp", [](const Call& c) {
    std::optional<rg::Scalar> low;
    std::optional<rg::Scalar> high;
    if (c.options.contains("min")) {
      low = c.get("min", 0.0);
    }
    if (c.options.contains("max")) {
      high = c.get("max", 0.0);
    }
    return rg::clamp(c[0], low, high);
  });
}

void add_reductions(Operators& operators) {
  const std::pair<const char*, OverDims> reductions[] = {{"sum", rg::sum},
                                                         {"mean", rg::mean},
                                                         {"amax", rg::amax},
                                                         {"amin", rg::amin},
                                                         {"logsumexp", rg::logsumexp}};
  for (const auto& [name, f] : reductions) {
    add(operators, name,
        [f = f](const Call& c) { return f(c[0], c.dims("dim"), c.get("keepdim", false), {}); });
  }
  const std::pair<const char*, AlongDim> along[] = {{"softmax", rg::softmax},
                                                    {"log_softmax", rg::log_softmax},
                                                    {"cumsum", rg::cumsum},
                                                    {"cumprod", rg::cumprod}};
  for (const auto& [name, f] : along) {
    add(operators, name,
        [f = f](const Call& c) { return f(c[0], c.get<std::int64_t>("dim", 0), {}); });
  }
  add(operators, "prod",
      [](const Call& c) { return rg::prod(c[0], c.dims("dim"), c.get("keepdim", false)); });
  add(operators, "var", [](const Call& c) {
    return rg::var(c[0], c.dims("dim"), {c.get("unbiased", true), c.get("keepdim", false)});
  });
  add(operators, "std", [](const Call& c) {
    return rg::std(c[0], c.dims("dim"), {c.get("unbiased", true), c.get("keepdim", false)});
  });
  add(operators, "norm", [](const Call& c) {
    return rg::norm(c[0], c.get("p", 2.0), c.dims("dim"), c.get("keepdim", false));
  });
  add(operators, "argmax", [](const Call& c) {
    return rg::argmax(c[0], c.get<std::int64_t>("dim", 0), c.get("keepdim", false));
  });
  add(operators, "argmin", [](const Call& c) {
    return rg::argmin(c[0], c.get<std::int64_t>("dim", 0), c.get("keepdim", false));
  });
}

void add_shapes(Operators& operators) {
  add(operators, "clone", [](const Call& c) { return c[0].clone(); });
  add(operators, "reshape", [](const Call& c) { return rg::reshape(c[0], c.dims("shape")); });
  add(operators, "permute", [](const Call& c) { return rg::permute(c[0], c.dims("dims")); });
  add(operators, "expand", [](const Call& c) { return rg::expand(c[0], c.dims("shape")); });
  add(operators, "repeat", [](const Call& c) { return rg::repeat(c[0], c.dims("repeats")); });
  add(operators, "squeeze",
      [](const Call& c) { return rg::squeeze(c[0], c.get<std::int64_t>("dim", 0)); });
  add(operators, "unsqueeze",
      [](const Call& c) { return rg::unsqueeze(c[0], c.get<std::int64_t>("dim", 0)); });
  add(operators, "cat",
      [](const Call& c) { return rg::cat(c.inputs, c.get<std::int64_t>("dim", 0)); });
  add(operators, "slice", [](const Call& c) {
    return rg::slice(c[0], c.get<std::int64_t>("dim", 0), c.get<std::int64_t>("start", 0),
                     c.get<std::int64_t>("end", 0), c.get<std::int64_t>("step", 1));
  });
  add(operators, "tril",
      [](const Call& c) { return rg::tril(c[0], c.get<std::int64_t>("diagonal", 0)); });
  add(operators, "triu",
      [](const Call& c) { return rg::triu(c[0], c.get<std::int64_t>("diagonal", 0)); });
  add(operators, "gather",
      [](const Call& c) { return rg::gather(c[0], c.get<std::int64_t>("dim", 0), c[1]); });
  add(operators, "index_select",
      [](const Call& c) { return rg::index_select(c[0], c.get<std::int64_t>("dim", 0), c[1]); });
  add(operators, "scatter",
      [](const Call& c) { return rg::scatter(c[0], c.get<std::int64_t>("dim", 0), c[1], c[2]); });
  add(operators, "nonzero_rows",
      [](const Call& c) { return rg::transpose(rg::nonzero(c[0]), 0, 1).contiguous(); });
  operators["topk"] = [](const Call& c) -> Tensors {
    const auto [values, indices] =
        rg::topk(c[0], c.get<std::int64_t>("k", 1), c.get<std::int64_t>("dim", -1),
                 {.largest = c.get("largest", true)});
    return {values, indices};
  };
}

}  // namespace

void add_basic(Operators& operators) {
  add_elementwise(operators);
  add_reductions(operators);
  add_shapes(operators);
  add(operators, "matmul", [](const Call& c) { return rg::matmul(c[0], c[1]); });
  add(operators, "linear", [](const Call& c) { return rg::linear(c[0], c[1], c[2]); });
  add(operators, "einsum",
      [](const Call& c) { return rg::einsum(c.text("equation", ""), c.inputs); });
}

}  // namespace oracle
