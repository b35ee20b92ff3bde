/// @file
/// Traces: the calls of a program as a list.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/argument.h>
#include <retrograd/tensor/call_listener.h>
#include <retrograd/tensor/random.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// A call. The calls that it made follow it, up to `end`.
struct TraceEntry {
  /// Kinds of calls.
  enum class Kind : std::uint8_t {
    primitive,    ///< Operator that computed its output directly.
    composition,  ///< Operator made of other operators.
    module,       ///< Module of `nn`.
    node          ///< Step of a backward pass.
  };

  std::string name;                  ///< Name of the operator, or of the module as in messages.
  Kind kind = Kind::composition;     ///< Kind of the call.
  Where where;                       ///< The caller's line.
  std::ptrdiff_t parent = -1;        ///< Index of the entry that made this call; -1 for none.
  std::size_t end = 0;               ///< Index behind the last entry of the calls that it made.
  bool is_given = false;             ///< Whether the arguments are known.
  bool casts_inside = false;         ///< Whether Autocast converted inputs for calls that it made.
  bool has_returned = false;         ///< Whether it returned; otherwise it computed no tensor.
  bool is_recorded = false;          ///< Whether recording was on.
  Arguments arguments = {};          ///< Arguments, with the program's own handles of tensors.
  std::vector<Tensor> outputs = {};  ///< Returned tensors.
  /// Versions of the tensors among the arguments, in order.
  std::vector<std::uint32_t> versions = {};
  bool writes = false;  ///< Whether it writes in place, not by a call that it made.
  /// State of the generator before the call drew numbers.
  std::optional<Generator::State> random = {};
  std::uint64_t first_node = 0;  ///< First number on the tape among the nodes that it made.
  std::uint64_t end_node = 0;    ///< Number behind the last of those nodes.
};

/// List of the library's calls that this thread makes while the trace is alive.
///
/// @code
/// const Trace trace(model);
/// const Tensor y = model(x);
/// const Graph graph(trace, {x}, {y});
/// @endcode
///
/// An entry is a public function, a module, a custom operator or a step of a backward pass. `Graph`
/// turns the list into data. The trace keeps the tensors of its entries. A thread has at most one
/// trace at a time.
class RETROGRAD_API Trace final : public CallListener {
 public:
  /// Starts a trace.
  /// @throws GraphError if this thread has another one
  explicit Trace(Where where = {});
  /// Starts a trace that knows the names of a model's parameters and buffers.
  /// @throws GraphError if this thread has another one
  template <class Model>
  requires requires(Model& model) {
    model.named_parameters();
    model.named_buffers();
  }
  explicit Trace(Model& model, Where where = {}) : Trace(where) {
    name(model.named_parameters());
    name(model.named_buffers());
  }
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// Returns the entries so far; the calls that a call made follow it.
  const std::vector<TraceEntry>& entries() const noexcept { return entries_; }
  /// Returns the name of a parameter or buffer, or an empty text.
  std::string name_of(const Tensor& tensor) const;
  /// Adds names of tensors.
  void name(const std::vector<std::pair<std::string, Tensor>>& named);
  /// Returns whether recording was on when the trace started.
  bool recorded_at_start() const noexcept { return recorded_; }
  /// Checks that the entries are all that happened.
  /// @throws GraphError if a tensor was written to outside all entries, a call has not returned, or
  /// memory ran out
  void check_whole(Where where = {}) const;

 private:
  void entered(const Frame& call) noexcept override;
  void left(const Frame& call) noexcept override;
  void given(const Frame& call, Arguments arguments) noexcept override;
  void returned(const Frame& call, const Tensor* outputs, std::size_t count,
                bool itself) noexcept override;
  void casting(const Frame& call) noexcept override;
  void cast(const Frame& call, const Tensor* const* from, const Tensor* made,
            std::size_t count) noexcept override;
  void wrote(const detail::Storage& memory) noexcept override;
  void drew(Generator::State before) noexcept override;
  void failed() noexcept override { failed_ = true; }

  struct Open {
    const Frame* call;
    std::size_t entry;
    int exceptions;  // on their way when it began
  };

  TraceEntry* entry_of(const Frame& call) noexcept;
  void keep(const Tensor& tensor);
  void see(const Tensor& tensor, TraceEntry& entry);
  void find_gradients(const TraceEntry& entry);
  template <class F>
  void guarded(F&& f) noexcept;

  std::vector<TraceEntry> entries_;
  std::vector<Open> open_;
  std::vector<TraceEntry> waiting_;  // taken out while their inputs are cast
  std::unordered_map<const detail::Storage*, std::uint32_t> versions_;
  std::unordered_map<const detail::TensorImpl*, std::string> names_;
  std::unordered_set<const detail::TensorImpl*> seen_;
  std::vector<Tensor> kept_;  // all seen, so that no other tensor gets their addresses
  std::string unknown_write_;
  bool failed_ = false;
  bool recorded_;
};

}  // namespace retrograd
