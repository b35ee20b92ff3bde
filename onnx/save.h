/// @file
/// Models and functions written as ONNX files.
///
/// @code
/// onnx::save(model, rg::rand({1, 1, 28, 28}), "model.onnx");
/// @endcode
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/nn/module.h>
#include <retrograd/nn/tensors_in.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>
#include <retrograd/tensor/where.h>

/// ONNX files, read and written without Python.
namespace retrograd::onnx {

/// Options of save().
struct SaveOptions {
  /// Whether the file computes batches of any size, instead of only the example's.
  bool dynamic_batch = true;
  /// Dimension of the batch in each input, -1 for an input without one; 0 for all by default.
  std::vector<std::int64_t> batch_dims = {};
  /// Names of the inputs; `input`, or `input_0`, `input_1` ... by default.
  std::vector<std::string> input_names = {};
  /// Names of the outputs; `output`, or `output_0`, `output_1` ... by default.
  std::vector<std::string> output_names = {};
};

namespace detail {

using Tensors = std::vector<Tensor>;

// A model or a function to be traced, on tensors.
struct Traced {
  std::function<Tensors(const Tensors&)> run;
  Tensors example;
  nn::Module* model = nullptr;  // null for a function
};

RETROGRAD_API void save(const Traced& traced, const std::string& path, const SaveOptions& options,
                        Where where);

template <class T>
inline constexpr bool kIsTuple = false;
template <class... T>
inline constexpr bool kIsTuple<std::tuple<T...>> = true;

// Calls with a list of tensors, each tensor of a list, or each element of a tuple.
template <class Model, class Example>
auto call(Model& model, const Example& example) {
  if constexpr (kIsTuple<Example>) {
    return std::apply([&](const auto&... each) { return model(each...); }, example);
  } else if constexpr (std::is_invocable_v<Model&, const Example&>) {
    return model(example);
  } else if constexpr (std::is_invocable_v<Model&, const Tensor&, const Tensor&, const Tensor&>) {
    return model(example.at(0), example.at(1), example.at(2));
  } else if constexpr (std::is_invocable_v<Model&, const Tensor&, const Tensor&>) {
    return model(example.at(0), example.at(1));
  } else {
    return model(example.at(0));
  }
}

template <class Model, class Example>
Traced traced(Model& model, const Example& example) {
  Traced result;
  Example copy = example;
  for (const Tensor* tensor : nn::detail::tensors_in(copy)) {
    result.example.push_back(*tensor);
  }
  result.run = [&model, example](const Tensors& inputs) {
    Example given = example;
    std::size_t i = 0;
    for (Tensor* tensor : nn::detail::tensors_in(given)) {
      *tensor = inputs.at(i++);
    }
    auto computed = detail::call(model, given);
    Tensors outputs;
    for (const Tensor* tensor : nn::detail::tensors_in(computed)) {
      outputs.push_back(*tensor);
    }
    return outputs;
  };
  if constexpr (std::is_base_of_v<nn::Module, Model>) {
    result.model = &model;
  }
  return result;
}

}  // namespace detail

/// Writes a model or a function as an ONNX file of opset 17.
///
/// The model is called on the example in evaluation mode, and its mode is restored. Parameters and
/// buffers keep their names. Branches and loops are stored as they were in the call. Batches of any
/// size need calls with two further sizes; they must lead to the same operators.
///
/// `example` is the argument, or a tuple of all arguments.
/// @code
/// onnx::save(model, std::tuple(image, question), "model.onnx", {.dynamic_batch = false});
/// @endcode
/// @throws GraphError if operators have no form in ONNX, or if numbers in them grow with the batch
/// otherwise than in proportion. The message lists all such operators.
/// @throws IoError if the file cannot be written; an old file stays as it was
template <class Model, class Example>
void save(Model&& model, const Example& example, const std::string& path,
          const SaveOptions& options = {}, Where where = {}) {
  detail::save(detail::traced(model, example), path, options, where);
}

/// Writes a model or a function of several tensors as an ONNX file, as the other overload does.
/// @code
/// onnx::save(model, {image, question}, "model.onnx");
/// @endcode
template <class Model>
void save(Model&& model, std::initializer_list<Tensor> example, const std::string& path,
          const SaveOptions& options = {}, Where where = {}) {
  detail::save(detail::traced(model, std::vector<Tensor>(example)), path, options, where);
}

}  // namespace retrograd::onnx
