/// @file
/// What a program computes, as a list of calls.
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

/// A call. Those that it made follow it, up to `end`.
struct TraceEntry {
  /// What kind of number.
  enum class Kind : std::uint8_t {
    primitive,    ///< Computed its output itself.
    composition,  ///< By other operators.
    module,       ///< A module.
    node          // a step of a backward pass
  };

  std::string name;                          ///< Of the operator, or of the module as in messages.
  Kind kind = Kind::composition;             ///< What kind of number it is.
  Where where;                               ///< The user's line.
  std::ptrdiff_t parent = -1;                ///< The entry that called it.
  std::size_t end = 0;                       ///< The first entry behind those that it made.
  bool is_given = false;                     ///< Whether the arguments are known.
  bool casts_inside = false;                 ///< Whether Autocast changed what it gave to others.
  bool has_returned = false;                 ///< Else it computed no tensor.
  bool is_recorded = false;                  ///< Whether recording was on.
  Arguments arguments = {};                  ///< The tensors are the program's own handles.
  std::vector<Tensor> outputs = {};          ///< What it returned.
  std::vector<std::uint32_t> versions = {};  ///< Of the tensors among the arguments, in order.
  bool writes = false;                       ///< In place, itself.
  std::optional<Generator::State> random = {};  ///< Of the generator, before it drew.
  std::uint64_t first_node = 0;                 ///< The tape's numbers that it made: from this one.
  std::uint64_t end_node = 0;                   ///< To before that one.
};

/// While it lives, each public function of the library that this thread runs is an entry, and so is
/// each module, each operator of one's own and each step of a backward pass; Graph makes data of
/// it. Tensors that were seen are kept. One at a time.
///
/// @code
/// const Trace trace(model);
/// const Tensor y = model(x);
/// const Graph graph(trace, {x}, {y});
/// @endcode
class RETROGRAD_API Trace final : public CallListener {
 public:
  /// Throws GraphError where another one lives in this thread.
  explicit Trace(Where where = {});
  /// Knows the names of a model's parameters and buffers.
  template <class Model>
  requires requires(Model& model) {
    model.named_parameters();
    model.named_buffers();
  }
  /// Constructs it from what the class and its options describe.
  explicit Trace(Model& model, Where where = {}) : Trace(where) {
    name(model.named_parameters());
    name(model.named_buffers());
  }
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// What happened so far; what a call made comes right behind it.
  const std::vector<TraceEntry>& entries() const noexcept { return entries_; }
  /// The name of a parameter or buffer, or none.
  std::string name_of(const Tensor& tensor) const;
  /// Gives names to tensors.
  void name(const std::vector<std::pair<std::string, Tensor>>& named);
  /// Whether recording was on when it began.
  bool recorded_at_start() const noexcept { return recorded_; }
  /// Throws GraphError where it is not all that happened: a tensor was written to by what no entry
  /// tells, a call has not returned, or memory ran out.
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
