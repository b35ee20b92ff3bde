// Element-wise operators with options, reductions, shapes, indices, products.
#include <algorithm>

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

// The call's indices, whose tensors are inputs from `first` on.
rg::Indices key_of(const Call& call, std::size_t first) {
  rg::Indices key;
  for (const auto& entry : call.options.at("key")) {
    const auto kind = entry.at(0).get<std::string>();
    const auto bound = [&](std::size_t i) {
      return entry.at(i).is_null() ? std::nullopt : std::optional(entry.at(i).get<std::int64_t>());
    };
    if (kind == "number") {
      key.emplace_back(entry.at(1).get<std::int64_t>());
    } else if (kind == "slice") {
      key.emplace_back(rg::Slice{bound(1), bound(2), entry.at(3).get<std::int64_t>()});
    } else if (kind == "tensor") {
      key.emplace_back(call[first++]);
    } else if (kind == "newaxis") {
      key.emplace_back(rg::newaxis);
    } else if (kind == "ellipsis") {
      key.emplace_back(rg::ellipsis);
    } else {
      key.emplace_back(rg::all);
    }
  }
  return key;
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
  add(operators, "index", [](const Call& c) { return rg::index(c[0], key_of(c, 1)) + 0; });
  add(operators, "assign", [](const Call& c) {
    rg::Tensor y = c[0] * 2;
    const rg::Indices key = key_of(c, 2);
    const bool by_tensor = std::any_of(key.begin(), key.end(), [](const rg::Index& index) {
      return index.kind() == rg::Index::Kind::tensor;
    });
    if (by_tensor) {
      rg::Selection(y, key) = c[1];
    } else {
      rg::Indexed(rg::index(y, key), {}) = c[1];
    }
    return y;
  });
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
