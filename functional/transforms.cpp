#include <retrograd/functional/transforms.h>

#include <algorithm>
#include <iterator>

#include <retrograd/autograd/backward.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/functional/detail/inner.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace detail {

namespace {

void require_one_element(const Frame& call, const Tensor& value) {
  check::require<ShapeError>(call, value.numel() == 1, {{"value", value}},
                             "needs a function of one element [not-one-element]");
}

bool are_alike(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && a.dtype() == b.dtype();
}

// The vectors must be shaped as the inputs.
void require_like(const Frame& call, const Tensors& inputs, const Tensors& v) {
  check::require<ShapeError>(call, v.size() == inputs.size(), {},
                             "{} vectors for {} inputs [count-mismatch]", v.size(), inputs.size());
  for (std::size_t i = 0; i < v.size(); ++i) {
    check::require<ShapeError>(call, v[i].defined() && are_alike(v[i], inputs[i]),
                               {{"input", inputs[i]}, {"vector", v[i]}},
                               "vector and input {} must be alike [vector-mismatch]", i);
  }
}

bool requires_gradient(const Tensor& x) {
  return x.defined() && x.requires_grad();
}

Tensor zeros_as(const Tensor& x) {
  return zeros(x.shape(), {.dtype = is_floating(x.dtype()) ? x.dtype() : float32});
}

// The gradient of each input; zeros where the outputs do not depend on one.
Tensors grad_or_zeros(const Tensors& outputs, const Tensors& seeds, const Tensors& inputs,
                      bool create_graph) {
  Tensors used;
  Tensors used_seeds;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].requires_grad()) {
      used.push_back(outputs[i]);
      used_seeds.push_back(seeds[i]);
    }
  }
  Tensors wanted;
  std::copy_if(inputs.begin(), inputs.end(), std::back_inserter(wanted), requires_gradient);
  Tensors found(wanted.size());
  if (!used.empty() && !wanted.empty()) {
    found = grad(used, wanted,
                 {.grad_outputs = used_seeds,
                  .retain_graph = true,
                  .create_graph = create_graph,
                  .allow_unused = true});
  }
  Tensors all;
  std::size_t next = 0;
  for (const Tensor& input : inputs) {
    const Tensor gradient = requires_gradient(input) ? found[next++] : Tensor();
    all.push_back(gradient.defined() ? gradient : zeros_as(input));
  }
  return all;
}

// A function at its inputs, and its derivatives there.
class Evaluated {
 public:
  Evaluated(const Function& f, const Tensors& inputs, FunctionalOptions options)
      : differentiable_(
            options.create_graph ||
            (grad_enabled() && std::any_of(inputs.begin(), inputs.end(), requires_gradient))),
        inner_(inner_inputs(inputs)) {
    const EnableGradGuard recording;
    value_ = f(inner_);
  }

  const Tensor& value() const { return value_; }
  bool differentiable() const { return differentiable_; }
  // The value for the caller: part of the outer graph only if it is to be differentiated.
  Tensor result() const { return differentiable_ ? value_ : value_.detach(); }

  // v^T J for each input; zeros where the value does not depend on one.
  Tensors gradients(const Tensor& v, bool create_graph) const {
    return grad_or_zeros({value_}, {v}, create_graph);
  }
  // The same for the sum of several functions of the inputs.
  Tensors grad_or_zeros(const Tensors& outputs, const Tensors& seeds, bool create_graph) const {
    return detail::grad_or_zeros(outputs, seeds, inner_, create_graph);
  }

 private:
  bool differentiable_;
  Tensors inner_;
  Tensor value_;
};

// One vjp for each element of `output`, as (output..., input...) tensors.
Tensors rows(const Frame& call, const Evaluated& at, const Tensor& output, const Tensors& inputs,
             bool create_graph) {
  std::vector<Tensors> by_input(inputs.size());
  for (std::int64_t i = 0; i < output.numel(); ++i) {
    Tensor seed = zeros({output.numel()}, {.dtype = output.dtype()});
    select(seed, 0, i).fill_(1);
    const Tensors row = at.grad_or_zeros({output}, {reshape(seed, output.shape())}, create_graph);
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      by_input[k].push_back(row[k]);
    }
  }
  Tensors result;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    Shape shape = output.shape();
    check::require<ShapeError>(call, shape.size() + inputs[k].shape().size() <= Dims::capacity,
                               {{"value", output}, {"input", inputs[k]}},
                               "the result would have more than 8 dimensions [too-many-dims]");
    for (const std::int64_t size : inputs[k].shape()) {
      shape.push_back(size);
    }
    result.push_back(by_input[k].empty() ? zeros(shape, {.dtype = output.dtype()})
                                         : reshape(stack(by_input[k]), shape));
  }
  return result;
}

}  // namespace

Tensors inner_inputs(const Tensors& inputs) {
  const EnableGradGuard recording;
  Tensors inner;
  for (const Tensor& input : inputs) {
    if (!input.defined() || !is_floating(input.dtype())) {
      inner.push_back(input);
    } else if (input.requires_grad()) {
      inner.push_back(reshape(input, input.shape()));
    } else {
      inner.push_back(input.detach().set_requires_grad());
    }
  }
  return inner;
}

ValueAndGradients vjp(const char* name, const Function& f, const Tensors& inputs, const Tensor& v,
                      FunctionalOptions options, Where where) {
  const Frame call(name, where);
  const Evaluated at(f, inputs, options);
  if (!v.defined()) {
    require_one_element(call, at.value());
  } else {
    check::require<ShapeError>(call, are_alike(v, at.value()),
                               {{"value", at.value()}, {"vector", v}},
                               "the vector must be like the value [vector-mismatch]");
  }
  return {at.result(), at.gradients(v, at.differentiable())};
}

ValueAndTangent jvp(const Function& f, const Tensors& inputs, const Tensors& v,
                    FunctionalOptions options, Where where) {
  const Frame call("jvp", where);
  require_like(call, inputs, v);
  const Evaluated at(f, inputs, options);
  const Tensor u = zeros_as(at.value()).set_requires_grad();
  const Tensors pulled = at.gradients(u, true);
  return {at.result(), grad_or_zeros(pulled, v, {u}, at.differentiable())[0]};
}

Tensors jacobian(const Function& f, const Tensors& inputs, FunctionalOptions options, Where where) {
  const Frame call("jacobian", where);
  const Evaluated at(f, inputs, options);
  return rows(call, at, at.value(), inputs, at.differentiable());
}

std::vector<Tensors> hessian(const Function& f, const Tensors& inputs, FunctionalOptions options,
                             Where where) {
  const Frame call("hessian", where);
  const Evaluated at(f, inputs, options);
  require_one_element(call, at.value());
  std::vector<Tensors> blocks;
  for (const Tensor& gradient : at.gradients({}, true)) {
    blocks.push_back(
        rows(Frame("jacobian", call.where()), at, gradient, inputs, at.differentiable()));
  }
  return blocks;
}

ValueAndGradients hvp(const Function& f, const Tensors& inputs, const Tensors& v,
                      FunctionalOptions options, Where where) {
  const Frame call("hvp", where);
  require_like(call, inputs, v);
  const Evaluated at(f, inputs, options);
  require_one_element(call, at.value());
  return {at.result(), at.grad_or_zeros(at.gradients({}, true), v, at.differentiable())};
}

}  // namespace detail

std::vector<Tensor> per_sample_grad(
    const std::function<Tensor(const std::vector<Tensor>& sample)>& loss,
    const std::vector<Tensor>& parameters, const std::vector<Tensor>& batch, Where where) {
  const Frame call("per_sample_grad", where);
  check::require<ShapeError>(call, !batch.empty(), {},
                             "needs a batch of at least one tensor (N, ...) [count-mismatch]");
  check::require<ShapeError>(call, batch.front().dim() > 0, {{"first", batch.front()}},
                             "the tensors of a batch must be (N, ...) [rank-unexpected]");
  const std::int64_t count = batch.front().size(0);
  for (const Tensor& tensor : batch) {
    check::require<ShapeError>(call, tensor.dim() > 0 && tensor.size(0) == count,
                               {{"first", batch.front()}, {"other", tensor}},
                               "the tensors of a batch must have one length [batch-sizes-differ]");
  }
  std::vector<std::vector<Tensor>> gradients(parameters.size());
  for (std::int64_t i = 0; i < count; ++i) {
    std::vector<Tensor> sample;
    sample.reserve(batch.size());
    for (const Tensor& tensor : batch) {
      sample.push_back(slice(tensor, 0, i, i + 1));
    }
    const EnableGradGuard recording;
    const Tensor value = loss(sample);
    detail::require_one_element(call, value);
    const auto found = grad({value}, parameters, {.allow_unused = true}, call.where());
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      gradients[k].push_back(found[k].defined() ? found[k] : detail::zeros_as(parameters[k]));
    }
  }
  std::vector<Tensor> stacked;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    Shape shape = parameters[k].shape();
    shape.insert(0, 0);
    stacked.push_back(count > 0 ? stack(gradients[k])
                                : zeros(shape, {.dtype = parameters[k].dtype()}));
  }
  return stacked;
}

}  // namespace retrograd
