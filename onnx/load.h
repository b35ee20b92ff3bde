/// @file
/// Networks from ONNX files, which train and are written again.
///
/// @code
/// rg::onnx::Network net = rg::onnx::load("text_direction_cls.onnx");
/// const rg::Tensor p = net(rg::rand({1, 3, 48, 192}));
/// @endcode
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/nn/module_of.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::onnx {

/// Inputs or outputs of a network, in the order of the file.
using Tensors = std::vector<Tensor>;

// clang warns here that one forward() hides the other.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"

/// A network from an ONNX file. load() makes it, in evaluation mode.
///
/// The first call with new shapes translates the file's nodes into calls of the library's
/// operators. Later calls with these shapes run the same steps again in a GraphRunner. Without
/// gradients, it keeps copies of weights: they see writes in place, but not those through `data()`.
class RETROGRAD_API Network : public nn::ModuleOf<Tensors(const Tensors&)> {
 public:
  /// Moves the network.
  Network(Network&& other) noexcept;
  /// Moves the network.
  Network& operator=(Network&& other) noexcept;
  ~Network() override;

  /// Computes all outputs from all inputs.
  using nn::ModuleOf<Tensors(const Tensors&)>::operator();
  /// Computes the output of a network with one input and one output.
  using nn::Module::operator();
  /// Computes all outputs from all inputs, in the order of the file.
  /// @throws ValueError if the number or the rank of the inputs differs from the file.
  Tensors forward(const Tensors& inputs) override;
  /// Computes the output of a network with one input and one output.
  /// @throws ValueError if the network has more.
  Tensor forward(const Tensor& x) override;

  /// Returns the parameters and buffers by the file's value names, then the head.
  nn::Members members() override;
  /// Returns the path and the number of nodes that are run: `Network(a.onnx, 126 nodes)`.
  std::string describe() const override;

  /// Returns the names of the inputs.
  std::vector<std::string> input_names() const;
  /// Returns the names of the outputs.
  std::vector<std::string> output_names() const;

  /// Keeps the running statistics of all batch norms, and normalises by them, in training too.
  /// @code net.freeze_norms().train(); @endcode
  Network& freeze_norms(bool on = true);

  using nn::Module::freeze;
  /// Stops the training of all parameters that a value of the file depends on.
  /// @throws IndexError if the file has no such value.
  void freeze(const std::string& value, Where where = {});

  /// Cuts the network at a value of the file and computes `head(value)` instead of what followed.
  /// Outputs that depend on the value are replaced by the result; other outputs stay. The head's
  /// parameters have names that begin with `head.`.
  /// @code net.replace("reshape2_0.tmp_0", nn::Linear(200, 10)); @endcode
  /// @throws IndexError if the file has no such value.
  /// @throws ValueError if no output depends on it.
  template <std::derived_from<nn::Module> M>
  Network& replace(const std::string& value, M head, Where where = {}) {
    return replace(value, std::make_unique<M>(std::move(head)), where);
  }
  /// Cuts the network at a value of the file, as above.
  Network& replace(const std::string& value, std::unique_ptr<nn::Module> head, Where where = {});

  /// Writes the file again with the present values of parameters and buffers. All else in the file
  /// stays as it was, bytes of values that did not change included. So do references to files with
  /// external data, which must be in the folder of `path`.
  /// @throws IoError if the file cannot be written.
  /// @throws ValueError if a parameter is inside a function of the file, or the network has a head;
  /// onnx::save() writes such a network.
  void save(const std::string& path, Where where = {});

 private:
  friend RETROGRAD_API Network load(const std::string& path, Where where);
  struct State;
  explicit Network(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

#pragma GCC diagnostic pop

/// Reads a network from an ONNX file, of operator sets 7 to 22.
///
/// Parameters are constants of floating types that are one of these, also after operators that only
/// move elements, such as Reshape:
///
/// - weight, bias, scale, B, W or R of Conv, ConvTranspose, Gemm, MatMul, BatchNormalization,
///   LayerNormalization, PRelu, RNN, GRU or LSTM
/// - an operand of more than one element of the Add or Mul after one
///
/// Whole numbers become int64, except uint8, and 16-bit floats float32, except bfloat16.
/// @throws IoError if the file cannot be read or is malformed, or has operators that are not read;
/// the message lists all of them.
RETROGRAD_API Network load(const std::string& path, Where where = {});

}  // namespace retrograd::onnx
