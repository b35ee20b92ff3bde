/// @file
/// What layers are declared with. One that only calls a function is a line:
///
/// @code
/// class RETROGRAD_API Tanh : public detail::Plain<Activation, "Tanh", tanh> {};
/// @endcode
///
/// One with arguments is Stateless (GLU in activation.h), one that trains is Weighted (linear.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/nn/module.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// The base of layers without members: a function and the text that shows it.
class RETROGRAD_API Stateless : public Module {
 public:
  Tensor forward(const Tensor& x) override { return function_(x, is_training()); }
  std::string describe() const override { return text_; }

 protected:
  /// What an activation computes.
  using Function = std::function<Tensor(const Tensor& x, bool training)>;
  /// Constructs it from what the class and its options describe.
  Stateless(std::string text, Function function)
      : text_(std::move(text)), function_(std::move(function)) {}
  /// Constructs it from what the class and its options describe.
  Stateless(const char* name, Tensor (*function)(const Tensor&, Where));

 private:
  std::string text_;
  Function function_;
};

/// The base of layers with a weight and a bias, shown by a text unless they say otherwise.
class RETROGRAD_API Weighted : public Module {
 public:
  /// `text`: what describe() returns. `first`: the sizes of the weight from this dimension on say
  /// how many of its numbers an output takes.
  explicit Weighted(std::string text = "Module", std::size_t first = 1)
      : text_(std::move(text)), first_(first) {}
  Members members() override { return {{"weight", weight}, {"bias", bias}}; }
  std::string describe() const override { return text_; }
  /// As many for each output as the weight has numbers for it.
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;

  /// The weight, which is multiplied with the input; among a loss's options a factor for each class
  /// or element.
  Tensor weight;
  Tensor bias;  ///< The bias, or whether there is one. Undefined without.

 private:
  std::string text_;
  std::size_t first_;
};

namespace detail {

// A class's name as an argument of a template.
template <std::size_t length>
struct Name {
  consteval Name(const char (&name)[length]) {  // NOLINT: "ReLU"
    for (std::size_t i = 0; i < length; ++i) {
      text[i] = name[i];
    }
  }
  char text[length] = {};
};

// The layer that calls a function of the input alone.
template <class Base, Name name, Tensor (*function)(const Tensor&, Where)>
class Plain : public Base {
 public:
  Plain() : Base(name.text, function) {}
};

}  // namespace detail

}  // namespace retrograd::nn
