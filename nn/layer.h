/// @file
/// Base classes of layers. A layer that only calls a function is one line:
///
/// @code
/// class RETROGRAD_API Tanh : public detail::Plain<Activation, "Tanh", tanh> {};
/// @endcode
///
/// A layer with arguments derives from Stateless, such as GLU in activation.h. A layer that trains
/// derives from Weighted, such as Linear in linear.h.
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

/// The base of layers without members: a function, and the text that shows the layer.
/// @code
/// struct Scale : nn::Stateless {
///   explicit Scale(double factor)
///       : Stateless("Scale()", [factor](const rg::Tensor& x, bool) { return x * factor; }) {}
/// };
/// @endcode
class RETROGRAD_API Stateless : public Module {
 public:
  Tensor forward(const Tensor& x) override { return function_(x, is_training()); }
  std::string describe() const override { return text_; }

 protected:
  /// Function that the layer calls, with its mode.
  using Function = std::function<Tensor(const Tensor& x, bool training)>;
  /// Makes a layer that calls `function` and is shown as `text`.
  Stateless(std::string text, Function function)
      : text_(std::move(text)), function_(std::move(function)) {}
  /// Makes a layer that calls a function of the input alone, and is shown by its name.
  Stateless(const char* name, Tensor (*function)(const Tensor&, Where));

 private:
  std::string text_;
  Function function_;
};

/// The base of layers with a weight and a bias, which are shown by a text.
class RETROGRAD_API Weighted : public Module {
 public:
  /// Makes a layer that is shown as `text`. The sizes of the weight from dimension `first` on
  /// multiply to the number of weights for one output.
  explicit Weighted(std::string text = "Module", std::size_t first = 1)
      : text_(std::move(text)), first_(first) {}
  Members members() override { return {{"weight", weight}, {"bias", bias}}; }
  std::string describe() const override { return text_; }
  /// Returns the number of multiplications, each with an addition: for each output, the number of
  /// its weights.
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;

  Tensor weight;  ///< Weight, which the input is multiplied with.
  Tensor bias;    ///< Bias, or undefined.

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
