#include <retrograd/autograd/detail/gradient_checker.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include <retrograd/autograd/backward.h>
#include <retrograd/autograd/node.h>
#include <retrograd/autograd/record.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>
#include <retrograd/tensor/internal/view_within.h>
#include <retrograd/tensor/strided.h>

namespace retrograd {

namespace {

// The addresses of all elements, in row-major order.
std::vector<double*> elements(const Tensor& x) {
  std::vector<double*> all;
  all.reserve(static_cast<std::size_t>(x.numel()));
  double* const first = x.raw<double>();
  detail::for_each_element(x.shape(), x.strides(),
                           [&](std::int64_t offset) { all.push_back(first + offset); });
  return all;
}

std::string index_text(std::int64_t flat, const Shape& shape) {
  Dims index = shape;
  for (std::size_t d = shape.size(); d-- > 0;) {
    index[d] = flat % shape[d];
    flat /= shape[d];
  }
  return to_string(index);
}

std::string number(double value) {
  return detail::formatted("{:.10g}", value);
}

// The tensor with a history through which no gradient comes back.
Tensor without_gradient(const Tensor& x) {
  return record({.op = "undefined_gradient",
                 .where = {},
                 .output = detail::view_within(x, x.shape(), x.strides(), x.impl().offset),
                 .inputs = {x},
                 .backward = [](const Backward&) -> Gradients { return {Tensor()}; }});
}

}  // namespace

GradcheckResult GradientChecker::run() {
  check_inputs();
  outputs_ = function_(inputs_);
  std::erase_if(outputs_, [](const Tensor& y) { return !y.requires_grad(); });
  check::require<ValueError>(
      {name_, where_}, !outputs_.empty(), {},
      "no output depends on an input that requires a gradient [no-gradient]");
  for (const Tensor& output : outputs_) {
    check::require<ValueError>({name_, where_}, output.dtype() == float64, {{"output", output}},
                               "outputs must be float64 [dtype-unexpected]");
    ops_.emplace_back(detail::grad_node(output)->op());
  }
  base_ = values(outputs_);
  for (std::size_t i = 0; i < inputs_.size() && result_.passed; ++i) {
    if (inputs_[i].requires_grad()) {
      checked_.push_back(i);
    }
  }
  const auto analytic = analytic_jacobians();
  for (std::size_t k = 0; k < checked_.size() && result_.passed; ++k) {
    compare(k, analytic[k]);
  }
  check_zero_gradient();
  check_undefined_gradients();
  return std::move(result_);
}

void GradientChecker::wrong(const std::string& message) {
  if (result_.passed) {
    result_.passed = false;
    result_.message = detail::formatted("{}: {}   at {}", name_, message, to_string(where_));
  }
}

void GradientChecker::check_inputs() {
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Tensor& x = inputs_[i];
    if (!x.defined() || !x.requires_grad()) {
      continue;
    }
    check::require<ValueError>(
        {name_, where_}, x.dtype() == float64, {{"input", x}},
        "input {} must be float64: finite differences of a shorter type have too few "
        "digits [dtype-unexpected]",
        i);
    check::require<ValueError>(
        {name_, where_}, !detail::may_overlap(x.shape(), x.strides()), {{"input", x}},
        "elements of input {} share memory (it was expanded), so they cannot be changed one by "
        "one; pass its base, and expand in the function [elements-overlap]",
        i);
  }
}

std::vector<std::vector<double>> GradientChecker::values(const Tensors& tensors) {
  std::vector<std::vector<double>> all;
  all.reserve(tensors.size());
  for (const Tensor& tensor : tensors) {
    all.push_back(tensor.to_vector<double>());
  }
  return all;
}

// The outputs with one element of one input moved by `step`. They are read before the element is
// put back, because an output may be a view of the input.
std::vector<std::vector<double>> GradientChecker::moved(double* element, double step) {
  struct PutBack {
    double* element;
    double value;
    ~PutBack() { *element = value; }
  };
  const PutBack put_back{element, *element};
  *element += step;
  Tensors outputs = function_(inputs_);
  std::erase_if(outputs, [](const Tensor& y) { return !y.requires_grad(); });
  bool same = outputs.size() == outputs_.size();
  for (std::size_t o = 0; same && o < outputs.size(); ++o) {
    same = outputs[o].shape() == outputs_[o].shape() && outputs[o].dtype() == outputs_[o].dtype();
  }
  if (!same) {
    wrong(detail::formatted(
        "the number, shape or dtype of the outputs changed when an input was moved by {}",
        number(step)));
    return base_;
  }
  return values(outputs);
}

GradientChecker::Tensors GradientChecker::gradients(const Tensors& seeds) {
  Tensors wanted;
  for (const std::size_t i : checked_) {
    wanted.push_back(inputs_[i]);
  }
  return grad(outputs_, wanted, {.grad_outputs = seeds, .retain_graph = true, .allow_unused = true},
              where_);
}

GradientChecker::Tensors GradientChecker::zero_seeds() const {
  Tensors seeds;
  for (const Tensor& output : outputs_) {
    seeds.push_back(zeros(output.shape(), {.dtype = float64}));
  }
  return seeds;
}

// One row for each element of each output, by a seed of 1 there; each computed twice.
std::vector<GradientChecker::Jacobian> GradientChecker::analytic_jacobians() {
  std::vector<Jacobian> all(checked_.size(), Jacobian(outputs_.size()));
  for (std::size_t o = 0; o < outputs_.size(); ++o) {
    for (std::int64_t e = 0; e < outputs_[o].numel() && result_.passed; ++e) {
      Tensors seeds = zero_seeds();
      seeds[o].raw<double>()[e] = 1.0;
      const Tensors first = gradients(seeds);
      const Tensors again = gradients(seeds);
      for (std::size_t k = 0; k < checked_.size(); ++k) {
        const Tensor& x = inputs_[checked_[k]];
        check_form(first[k], x, checked_[k], o);
        auto row = first[k].defined()
                       ? first[k].to_vector<double>()
                       : std::vector<double>(static_cast<std::size_t>(x.numel()), 0.0);
        const auto repeated = again[k].defined() ? again[k].to_vector<double>() : row;
        if (!row.empty() &&
            std::memcmp(row.data(), repeated.data(), row.size() * sizeof(double)) != 0) {
          wrong(detail::formatted("backward of '{}' gave two different results for the same seed",
                                  ops_[o]));
        }
        all[k][o].push_back(std::move(row));
      }
    }
  }
  return all;
}

void GradientChecker::check_form(const Tensor& gradient, const Tensor& x, std::size_t input,
                                 std::size_t output) {
  if (gradient.defined() && (gradient.shape() != x.shape() || gradient.dtype() != x.dtype())) {
    wrong(detail::formatted("backward of '{}' gave {} for input {}, which is {}", ops_[output],
                            describe(gradient), input, describe(x)));
  }
}

void GradientChecker::compare(std::size_t k, const Jacobian& analytic) {
  const auto positions = elements(inputs_[checked_[k]]);
  for (std::size_t e = 0; e < positions.size() && result_.passed; ++e) {
    const auto above = moved(positions[e], options_.eps);
    const auto below = moved(positions[e], -options_.eps);
    for (std::size_t o = 0; o < outputs_.size(); ++o) {
      for (std::size_t j = 0; j < base_[o].size() && result_.passed; ++j) {
        const double right = (above[o][j] - base_[o][j]) / options_.eps;
        const double left = (base_[o][j] - below[o][j]) / options_.eps;
        const double central = (above[o][j] - below[o][j]) / (2 * options_.eps);
        compare_entry(k, e, o, j, analytic[o][j][e], left, central, right);
      }
    }
  }
}

bool GradientChecker::close(double a, double b) const {
  return std::fabs(a - b) <= options_.atol + options_.rtol * std::fabs(b);
}

void GradientChecker::compare_entry(std::size_t k, std::size_t e, std::size_t o, std::size_t j,
                                    double analytic, double left, double central, double right) {
  if (close(analytic, central)) {
    return;
  }
  const std::size_t input = checked_[k];
  std::string text = detail::formatted(
      "d output {}{} / d input {}{} of '{}' is {} by backward", o,
      index_text(static_cast<std::int64_t>(j), outputs_[o].shape()), input,
      index_text(static_cast<std::int64_t>(e), inputs_[input].shape()), ops_[o], number(analytic));
  if (!close(left, right)) {
    text += detail::formatted(" at a kink: the slope is {} from the left and {} from the right",
                              number(left), number(right));
    const double slack =
        options_.atol + options_.rtol * std::max(std::fabs(left), std::fabs(right));
    if (analytic >= std::min(left, right) - slack && analytic <= std::max(left, right) + slack) {
      result_.kinks.push_back(std::move(text));
    } else {
      wrong(text + ", and backward is not between them");
    }
    return;
  }
  wrong(detail::formatted("{} but {} by finite differences (allowed difference {})", text,
                          number(central),
                          number(options_.atol + options_.rtol * std::fabs(central))));
}

void GradientChecker::check_zero_gradient() {
  if (!result_.passed) {
    return;
  }
  const Tensors found = gradients(zero_seeds());
  for (std::size_t k = 0; k < checked_.size(); ++k) {
    check_form(found[k], inputs_[checked_[k]], checked_[k], 0);
    require_zero(found[k], k, "a gradient of zeros");
  }
}

void GradientChecker::require_zero(const Tensor& gradient, std::size_t k,
                                   const std::string& cause) {
  if (!gradient.defined()) {
    return;
  }
  for (const double value : gradient.to_vector<double>()) {
    if (value != 0.0) {
      wrong(detail::formatted("{} for the outputs gave {} for input {} of '{}'", cause,
                              number(value), checked_[k], ops_[0]));
      return;
    }
  }
}

// For all outputs at once, then for each alone while the others get zeros.
void GradientChecker::check_undefined_gradients() {
  if (!result_.passed) {
    return;
  }
  const Tensors original = outputs_;
  const std::size_t rounds = original.size() == 1 ? 1 : original.size() + 1;
  for (std::size_t round = 0; round < rounds && result_.passed; ++round) {
    for (std::size_t o = 0; o < original.size(); ++o) {
      const bool undefined = round == 0 || o == round - 1;
      outputs_[o] = undefined ? without_gradient(original[o]) : original[o];
    }
    const Tensors found = gradients(zero_seeds());
    for (std::size_t k = 0; k < checked_.size(); ++k) {
      require_zero(found[k], k, "an undefined gradient");
    }
  }
  outputs_ = original;
}

}  // namespace retrograd
