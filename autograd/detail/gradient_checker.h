// The work of gradcheck and gradgradcheck.
#pragma once

#include <string>
#include <vector>

#include <retrograd/autograd/gradcheck.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

class GradientChecker {
 public:
  using Tensors = std::vector<Tensor>;

  GradientChecker(const CheckedFunction& function, const Tensors& inputs,
                  const GradcheckOptions& options, const char* name, Where where)
      : function_(function), inputs_(inputs), options_(options), name_(name), where_(where) {}

  GradcheckResult run();

 private:
  // [output][flat element of the output][flat element of the input]
  using Jacobian = std::vector<std::vector<std::vector<double>>>;

  void wrong(const std::string& message);
  void check_inputs();
  static std::vector<std::vector<double>> values(const Tensors& tensors);
  // The outputs with one element of one input moved by `step`.
  std::vector<std::vector<double>> moved(double* element, double step);
  Tensors gradients(const Tensors& seeds);
  Tensors zero_seeds() const;
  // One row for each element of each output, by a seed of 1 there; each computed twice.
  std::vector<Jacobian> analytic_jacobians();
  void check_form(const Tensor& gradient, const Tensor& x, std::size_t input, std::size_t output);
  void compare(std::size_t k, const Jacobian& analytic);
  bool close(double a, double b) const;
  void compare_entry(std::size_t k, std::size_t e, std::size_t o, std::size_t j, double analytic,
                     double left, double central, double right);
  void check_zero_gradient();
  void require_zero(const Tensor& gradient, std::size_t k, const std::string& cause);
  // For all outputs at once, then for each alone while the others get zeros.
  void check_undefined_gradients();

  const CheckedFunction& function_;
  const Tensors& inputs_;
  const GradcheckOptions& options_;
  const char* name_;
  Where where_;
  Tensors outputs_;
  std::vector<std::string> ops_;           // of each output
  std::vector<std::vector<double>> base_;  // the outputs' values
  std::vector<std::size_t> checked_;       // inputs that require a gradient
  GradcheckResult result_;
};

}  // namespace retrograd
