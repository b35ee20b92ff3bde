/// @file
/// Models made faster for inference.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/graph/graph.h>
#include <retrograd/nn/module.h>
#include <retrograd/nn/module_of.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::nn {

/// Function that returns the outputs of a model for a list of inputs.
using FusedFunction = std::function<std::vector<Tensor>(const std::vector<Tensor>& inputs)>;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"

/// A model in evaluation mode as a graph with fewer steps, made by fuse().
///
/// A call of a shape, a dtype or an Autocast mode that is new runs the model and traces it. The
/// graphs of the last 16 are kept. When a parameter or a buffer of the model was written to, by an
/// optimiser or load_state_dict(), the next call traces again.
///
/// Parameters and buffers are those of the last graph that was traced. They are frozen, and
/// unchanged ones share memory with the model. Gradients flow to the inputs. Threads may call one
/// object at once.
class RETROGRAD_API Fused : public ModuleOf<std::vector<Tensor>(const std::vector<Tensor>&)> {
 public:
  /// Makes the module, as fuse() does.
  Fused(std::shared_ptr<Module> model, FusedFunction function, const std::vector<Tensor>& example,
        Where where = {});
  ~Fused() override;
  /// Moves the module.
  Fused(Fused&& other) noexcept;
  /// Moves the module.
  Fused& operator=(Fused&& other) noexcept;

  /// Returns the parameters and buffers that the graph uses, under the model's names.
  Members members() override;
  /// Returns "Fused".
  std::string describe() const override { return "Fused"; }
  /// Computes the results for all inputs of the model.
  std::vector<Tensor> forward(const std::vector<Tensor>& inputs) override;
  /// Computes the result of a model with one input and one output.
  /// @throws GraphError if the model has more outputs.
  Tensor forward(const Tensor& x) override;
  using ModuleOf::operator();
  /// Runs forward(x); errors and tapes name the line of this call.
  Tensor operator()(const Tensor& x, Where where = {}) { return Module::operator()(x, where); }

  /// Returns the graph of the last call, or of the example before the first.
  Graph graph() const;

 private:
  struct State;

  std::vector<Tensor> run(std::span<const Tensor> given, const Frame& call) const;
  void require_trainable(const Frame& call) const override;

  std::unique_ptr<State> state_;
};

#pragma GCC diagnostic pop

namespace detail {

template <class Model>
concept SomeModule = std::derived_from<std::remove_cvref_t<Model>, Module>;
template <class Model>
concept ModuleOfLists = std::derived_from < std::remove_cvref_t<Model>,
        ModuleOf < std::vector<Tensor>(const std::vector<Tensor>&)
>> ;

// A handle that owns an rvalue, and refers to an lvalue.
template <class Model>
auto kept_model(Model&& model) {
  using Plain = std::remove_cvref_t<Model>;
  if constexpr (std::is_lvalue_reference_v<Model>) {
    return std::shared_ptr<Plain>(std::shared_ptr<void>(), &model);
  } else {
    return std::make_shared<Plain>(std::forward<Model>(model));
  }
}

}  // namespace detail

/// Returns a model of one input as a module that computes the same, up to rounding, in less time.
///
/// Batch norm is multiplied into convolutions, ReLU is merged into the operator before it, and
/// dropout and unused operators are left out (graph/passes.h). The model is traced in evaluation
/// mode, and keeps its mode.
/// @code
/// auto fast = nn::fuse(model, rg::rand({1, 3, 224, 224}));
/// const rg::NoGradGuard unrecorded;
/// const rg::Tensor scores = fast(images);
/// @endcode
/// The module refers to `model`, which must outlive it. An rvalue is moved into the module:
/// `nn::fuse(std::move(model), example)`. After `model.to()` or replaced layers, fuse it again.
/// @throws GraphError if the model cannot be traced, as in Graph.
template <detail::SomeModule Model>
Fused fuse(Model&& model, const Tensor& example, Where where = {}) {
  const auto kept = detail::kept_model(std::forward<Model>(model));
  return Fused(
      kept,
      [kept](const std::vector<Tensor>& inputs) {
        return std::vector<Tensor>{static_cast<Module&>(*kept)(inputs.at(0))};
      },
      {example}, where);
}

/// Fuses a model of lists, as fuse() does with a model of one input.
/// @throws GraphError if the model cannot be traced, as in Graph.
template <detail::ModuleOfLists Model>
Fused fuse(Model&& model, const std::vector<Tensor>& example, Where where = {}) {
  const auto kept = detail::kept_model(std::forward<Model>(model));
  return Fused(
      kept, [kept](const std::vector<Tensor>& inputs) { return (*kept)(inputs); }, example, where);
}

/// Fuses a function that calls a model, as fuse() does with a model of one input. It is for models
/// of other signatures.
/// @code
/// auto fast = nn::fuse(lstm, [&](const std::vector<rg::Tensor>& in) {
///   return std::vector{lstm(in[0]).output};
/// }, {x});
/// @endcode
/// @throws GraphError if the function cannot be traced, as in Graph.
inline Fused fuse(Module& model, FusedFunction function, const std::vector<Tensor>& example,
                  Where where = {}) {
  return Fused(detail::kept_model(model), std::move(function), example, where);
}

}  // namespace retrograd::nn
