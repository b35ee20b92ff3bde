#include "gradient/run_case.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace op_cases {

namespace {

// The same values in memory with these strides.
rg::Tensor with_strides(const rg::Tensor& values, const rg::Strides& strides) {
  rg::Tensor result = rg::empty_strided(values.shape(), strides, values.dtype());
  return result.copy_(values);
}

rg::Tensor channels_innermost(const rg::Tensor& values) {
  if (values.dim() >= 3) {
    return with_strides(values, rg::channels_last_strides(values.shape()));
  }
  if (values.dim() == 2) {
    return with_strides(values, {1, values.shape()[0]});
  }
  return values.clone();
}

// The same values within a larger memory; what lies around and between them must not be read.
rg::Tensor within_memory(const rg::Tensor& values, std::int64_t step, std::int64_t offset) {
  rg::Strides strides = rg::contiguous_strides(values.shape());
  for (std::int64_t& stride : strides) {
    stride *= step;
  }
  const rg::Scalar poison = rg::is_floating(values.dtype()) ? rg::Scalar(NAN) : rg::Scalar(99);
  const rg::Tensor memory =
      rg::full({step * values.numel() + 2 * offset}, poison, {.dtype = values.dtype()});
  return rg::view_of(memory, values.shape(), strides, offset).copy_(values);
}

}  // namespace

std::string name(Layout layout) {
  switch (layout) {
    case Layout::contiguous: return "contiguous";
    case Layout::channels_last: return "channels-last";
    case Layout::transposed: return "transposed";
    case Layout::gapped: return "gapped";
    case Layout::expanded: return "expanded";
    case Layout::inside: return "inside";
  }
  return "unknown";
}

LaidOutCase::LaidOutCase(const OpCase& row, Layout layout, rg::DType dtype)
    : row_(row), layout_(layout) {
  const Tensors values = values_of(row);
  for (std::size_t i = 0; i < values.size(); ++i) {
    leaves_.push_back(leaf_for(row.is_floating(i) ? values[i].to(dtype) : values[i], i));
    leaves_.back().set_requires_grad(row.is_floating(i));
  }
}

rg::Tensor LaidOutCase::leaf_for(const rg::Tensor& values, std::size_t input) const {
  switch (layout_) {
    case Layout::channels_last: return channels_innermost(values);
    case Layout::gapped: return within_memory(values, 2, 1);
    case Layout::inside: return within_memory(values, 1, 3);
    case Layout::transposed: return rg::transpose(values, 0, -1).contiguous().detach().clone();
    case Layout::expanded:
      if (row_.is_floating(input) && values.dim() > 0) {
        const auto dim = static_cast<std::int64_t>(expanded_dim(input));
        if (values.shape()[expanded_dim(input)] > 0) {
          return rg::slice(values, dim, 0, 1).clone();
        }
        rg::Shape shape = values.shape();
        shape[expanded_dim(input)] = 1;
        return rg::zeros(shape, {.dtype = values.dtype()});
      }
      break;
    case Layout::contiguous: break;
  }
  return values.clone();
}

// Another dimension for each input, so that all kinds of stride 0 occur; a longer one than 1 where
// there is one.
std::size_t LaidOutCase::expanded_dim(std::size_t input) const {
  const rg::Shape& shape = row_.inputs[input].shape;
  std::size_t dim = (row_.name().size() + input) % shape.size();
  for (std::size_t tried = 0; shape[dim] == 1 && tried < shape.size(); ++tried) {
    dim = (dim + 1) % shape.size();
  }
  return dim;
}

Tensors LaidOutCase::inputs(const Tensors& leaves) const {
  Tensors result;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    switch (layout_) {
      case Layout::transposed: result.push_back(rg::transpose(leaves[i], 0, -1)); break;
      case Layout::expanded: result.push_back(rg::expand(leaves[i], row_.inputs[i].shape)); break;
      default: result.push_back(leaves[i]);
    }
  }
  return result;
}

Tensors inputs_of(const OpCase& row, rg::DType dtype, unsigned wanted) {
  Tensors inputs = values_of(row);
  unsigned floating = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (row.is_floating(i)) {
      inputs[i] = inputs[i].to(dtype).clone();  // an input may be a view
      inputs[i].set_requires_grad(((wanted >> floating++) & 1U) != 0);
    }
  }
  return inputs;
}

namespace {

Result run_on(const OpCase& row, const Tensors& inputs) {
  Result result{row.function(inputs), Tensors(inputs.size())};
  if (result.value.requires_grad()) {
    rg::Generator generator(1);
    const rg::Tensor seed = rg::rand(result.value.shape(), {.dtype = rg::float64}, generator);
    // Through bfloat16, so that all dtypes get the same numbers.
    result.value.backward(seed.to(rg::bfloat16).to(result.value.dtype()));
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    result.gradients[i] = inputs[i].grad();
  }
  return result;
}

}  // namespace

Result run(const OpCase& row, rg::DType dtype, unsigned wanted) {
  return run_on(row, inputs_of(row, dtype, wanted));
}

Result run(const OpCase& row, Layout layout, rg::DType dtype) {
  const LaidOutCase laid_out(row, layout, dtype);
  Tensors inputs = laid_out.inputs(laid_out.leaves());
  for (rg::Tensor& input : inputs) {
    if (!input.is_leaf()) {
      input.retain_grad();
    }
  }
  return run_on(row, inputs);
}

Tensors leaves_of(const Tensors& inputs) {
  Tensors leaves;
  for (const rg::Tensor& input : inputs) {
    if (input.requires_grad()) {
      leaves.push_back(input);
    }
  }
  return leaves;
}

unsigned floating_inputs(const OpCase& row) {
  unsigned count = 0;
  for (std::size_t i = 0; i < row.inputs.size(); ++i) {
    count += row.is_floating(i) ? 1 : 0;
  }
  return count;
}

std::string difference(const rg::Tensor& actual, const rg::Tensor& expected, Tolerance tolerance) {
  std::ostringstream text;
  if (actual.shape() != expected.shape()) {
    text << "shape " << actual.shape() << " instead of " << expected.shape();
    return text.str();
  }
  const auto a = actual.to_vector<double>();
  const auto e = expected.to_vector<double>();
  double largest = 0;
  for (const double value : e) {
    largest = std::max(largest, std::isfinite(value) ? std::fabs(value) : 0.0);
  }
  for (std::size_t i = 0; i < e.size(); ++i) {
    const bool same = a[i] == e[i] || (std::isnan(a[i]) && std::isnan(e[i]));
    const double scale = tolerance.of_largest ? largest : std::fabs(e[i]);
    if (!same && !(std::fabs(a[i] - e[i]) <= tolerance.atol + tolerance.rtol * scale)) {
      text.precision(17);
      text << "element " << i << " is " << a[i] << " instead of " << e[i];
      return text.str();
    }
  }
  return {};
}

bool third_order_is_checked(const OpCase& row) {
  constexpr std::int64_t kMostElements = 18;
  std::int64_t elements = 0;
  for (const Input& input : row.inputs) {
    elements += numel(input.shape);
  }
  return elements <= kMostElements && row.eps <= 1e-3;
}

double rounding(const OpCase& row, double epsilon) {
  std::int64_t terms = 1;  // no element is the sum of more products than the largest input has
  for (const Input& input : row.inputs) {
    terms = std::max(terms, numel(input.shape));
  }
  return 8 * epsilon * std::sqrt(static_cast<double>(terms));
}

}  // namespace op_cases
