#include <retrograd/explain/detail/operators.h>

#include <algorithm>
#include <iterator>

namespace retrograd::detail {

namespace {

constexpr std::string_view kLayout[] = {"clone",   "contiguous", "expand", "permute",
                                        "reshape", "to",         "view"};

// In all inputs together.
constexpr std::string_view kLinear[] = {
    "add",        "avg_pool1d", "avg_pool2d", "avg_pool3d",     "cat",       "cumsum",
    "diag_embed", "diagonal",   "dropout",    "flip",           "fold",      "gather",
    "index",      "index_add",  "index_copy", "index_select",   "embedding", "mean",
    "neg",        "pad",        "repeat",     "roll",           "scatter",   "slice",
    "stack",      "sub",        "sum",        "sum_to",         "tile",      "unfold",
    "where",      "take",       "index_put",  "take_along_dim", "lerp",      "narrow",
    "select",     "masked_fill"};

// In the first factor, or in the second, and in a bias behind them.
constexpr std::string_view kBilinear[] = {"addmm",
                                          "baddbmm",
                                          "bmm",
                                          "conv1d",
                                          "conv2d",
                                          "conv3d",
                                          "conv_transpose1d",
                                          "linear",
                                          "matmul",
                                          "mul",
                                          "outer",
                                          "dot",
                                          "einsum",
                                          "conv_transpose2d",
                                          "locally_connected1d",
                                          "locally_connected2d",
                                          "conv_transpose3d"};

// x is the input's element and y the result's.
constexpr PointwiseRule kPointwise[] = {
    {"abs", "|x|", "1 where x > 0, -1 where x < 0"},
    {"acos", "arccos(x)", "-1 / sqrt(1 - x^2)"},
    {"asin", "arcsin(x)", "1 / sqrt(1 - x^2)"},
    {"atan", "arctan(x)", "1 / (1 + x^2)"},
    {"cos", "cos(x)", "-sin(x)"},
    {"cosh", "cosh(x)", "sinh(x)"},
    {"erf", "erf(x)", "2 exp(-x^2) / sqrt(pi)"},
    {"exp", "exp(x)", "exp(x) = y"},
    {"expm1", "exp(x) - 1", "exp(x) = y + 1"},
    {"gelu", "x P(X <= x), X standard normal", "P(X <= x) + x p(x)"},
    {"log", "log(x)", "1 / x"},
    {"log1p", "log(1 + x)", "1 / (1 + x)"},
    {"log2", "log2(x)", "1 / (x log(2))"},
    {"reciprocal", "1 / x", "-1 / x^2"},
    {"relu", "max(0, x)", "1 where x > 0, else 0"},
    {"rsqrt", "1 / sqrt(x)", "-1 / (2 x sqrt(x))"},
    {"sigmoid", "1 / (1 + exp(-x))", "y (1 - y)"},
    {"silu", "x s, s = 1 / (1 + exp(-x))", "s + x s (1 - s)"},
    {"sin", "sin(x)", "cos(x)"},
    {"sinh", "sinh(x)", "cosh(x)"},
    {"softplus", "log(1 + exp(x))", "1 / (1 + exp(-x))"},
    {"sqrt", "sqrt(x)", "1 / (2 sqrt(x)) = 1 / (2 y)"},
    {"square", "x^2", "2 x"},
    {"tan", "tan(x)", "1 + y^2"},
    {"tanh", "tanh(x)", "1 - y^2"},
};

template <std::size_t N>
bool contains(const std::string_view (&all)[N], std::string_view op) {
  return std::find(std::begin(all), std::end(all), op) != std::end(all);
}

}  // namespace

bool is_layout(std::string_view op) {
  return contains(kLayout, op);
}

bool is_linear(const Node& node, const std::unordered_set<const Node*>& varying) {
  const std::string_view op = node.op();
  const auto inputs = node.inputs();
  const auto varies = [&](std::size_t i) {
    return i < inputs.size() && inputs[i] && varying.contains(inputs[i].get());
  };
  if (op == "div") {  // a number divided by a tensor saves that
    return inputs.size() == 2 ? !varies(1) : node.saved().empty();
  }
  if (op == "lerp") {
    return !varies(2);
  }
  if (op == "addmm" || op == "baddbmm") {
    return !(varies(1) && varies(2));
  }
  if (op == "einsum") {
    std::size_t count = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      count += varies(i) ? 1 : 0;
    }
    return count <= 1;
  }
  return is_layout(op) || contains(kLinear, op) ||
         (contains(kBilinear, op) && !(varies(0) && varies(1)));
}

const PointwiseRule* pointwise_rule(std::string_view op) {
  const auto* const found = std::find_if(std::begin(kPointwise), std::end(kPointwise),
                                         [op](const PointwiseRule& rule) { return rule.op == op; });
  return found == std::end(kPointwise) ? nullptr : found;
}

}  // namespace retrograd::detail
