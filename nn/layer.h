/// @file
/// The bases of layers. A layer that only calls a function is a line:
///
/// @code
/// class RETROGRAD_API Tanh : public detail::Plain<Activation, "Tanh", tanh> {};
/// @endcode
///
/// A layer with arguments derives from Stateless, such as GLU in activation.h. A layer with a
/// weight derives from Weighted, such as Linear in linear.h.
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

/// The base of layers without members: a function, and the text that summaries show.
class RETROGRAD_API Stateless : public Module {
 public:
  Tensor forward(const Tensor& x) override { return function_(x, is_training()); }
  std::string describe() const override { return text_; }

 protected:
  /// A function that computes the output.
  using Function = std::function<Tensor(const Tensor& x, bool training)>;
  /// Constructs a layer from the text that `describe()` returns and its function.
  Stateless(std::string text, Function function)
      : text_(std::move(text)), function_(std::move(function)) {}
  /// Constructs a layer without arguments from its name and a function.
  Stateless(const char* name, Tensor (*function)(const Tensor&, Where));

 private:
  std::string text_;
  Function function_;
};

/// The base of layers with a weight and a bias.
class RETROGRAD_API Weighted : public Module {
 public:
  /// Constructs a layer without weight and bias.
  ///
  /// @param text The text that `describe()` returns.
  /// @param first The dimension of the weight from which on its sizes count the numbers of one
  ///   output.
  explicit Weighted(std::string text = "Module", std::size_t first = 1)
      : text_(std::move(text)), first_(first) {}
  Members members() override { return {{"weight", weight}, {"bias", bias}}; }
  std::string describe() const override { return text_; }
  /// Returns the number of output elements times the numbers of the weight that each one uses.
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;

  Tensor weight;  ///< Weight of the layer, undefined in layers without one.
  Tensor bias;    ///< Bias of the layer, undefined in layers without one.

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
