#include <retrograd/autograd/gradcheck.h>

#include <cstddef>

#include <retrograd/autograd/backward.h>
#include <retrograd/autograd/detail/gradient_checker.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/view_within.h>

namespace retrograd {

namespace {

using Tensors = std::vector<Tensor>;

// A random tensor like `model` that requires a gradient; with gaps in memory where asked for.
Tensor random_seed_for(const Tensor& model, bool with_gaps, Generator& generator) {
  Shape shape = model.shape();
  shape.push_back(2);
  const Tensor pairs = randn(shape, {.dtype = model.dtype()}, generator);
  Strides strides = pairs.strides();
  strides.resize(model.shape().size());
  Tensor seed = with_gaps ? detail::view_within(pairs, model.shape(), strides, 0)
                          : randn(model.shape(), {.dtype = model.dtype()}, generator);
  return seed.set_requires_grad(true);
}

}  // namespace

GradcheckResult gradcheck(const CheckedFunction& function, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options, Where where) {
  const EnableGradGuard recording;
  return GradientChecker(function, inputs, options, "gradcheck", where).run();
}

GradcheckResult gradgradcheck(const CheckedFunction& function, const std::vector<Tensor>& inputs,
                              const std::vector<Tensor>& grad_outputs,
                              const GradcheckOptions& options, Where where) {
  const EnableGradGuard recording;
  Tensors seeds = grad_outputs;
  if (seeds.empty()) {
    Generator generator(20240607);
    for (const Tensor& output : function(inputs)) {
      if (output.requires_grad()) {
        seeds.push_back(random_seed_for(output, options.noncontiguous_grad_outputs, generator));
      }
    }
  }
  Tensors all = inputs;
  all.insert(all.end(), seeds.begin(), seeds.end());
  const std::size_t count = inputs.size();
  const auto first_derivatives = [&function, count, where](const Tensors& both) {
    const Tensors x(both.begin(), both.begin() + static_cast<std::ptrdiff_t>(count));
    const Tensors v(both.begin() + static_cast<std::ptrdiff_t>(count), both.end());
    Tensors outputs = function(x);
    std::erase_if(outputs, [](const Tensor& y) { return !y.requires_grad(); });
    Tensors wanted = x;
    std::erase_if(wanted, [](const Tensor& y) { return !y.requires_grad(); });
    Tensors found = grad(outputs, wanted,
                         {.grad_outputs = v, .create_graph = true, .allow_unused = true}, where);
    std::erase_if(found, [](const Tensor& g) { return !g.defined(); });
    return found;
  };
  return GradientChecker(first_derivatives, all, options, "gradgradcheck", where).run();
}

}  // namespace retrograd
