#include <retrograd/onnx/export/convert.h>

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include <retrograd/graph/internal/arguments.h>
#include <retrograd/graph/registry.h>
#include <retrograd/onnx/export/sharing.h>
#include <retrograd/onnx/export/table.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::onnx::writing {

namespace {

constexpr std::int64_t kIr = 8;
constexpr std::int64_t kOpset = 17;

// Steps that lead to an output.
std::vector<bool> needed_steps(const Graph& graph, const Sharing& sharing) {
  std::set<std::int64_t> used;
  for (const ValueId id : graph.outputs) {
    used.insert(id.index);
  }
  std::vector<bool> needed(graph.steps.size());
  for (std::size_t s = graph.steps.size(); s-- > 0;) {
    const GraphStep& step = graph.steps[s];
    needed[s] = std::any_of(step.outputs.begin(), step.outputs.end(),
                            [&](ValueId id) { return id.index >= 0 && used.contains(id.index); });
    needed[s] = needed[s] || (sharing.is_write(s) && sharing.is_seen_later(s));
    if (needed[s]) {
      retrograd::detail::for_each_id(step.arguments, [&](ValueId id) { used.insert(id.index); });
    }
  }
  return needed;
}

using Seen = std::set<const retrograd::detail::TensorImpl*>;

template <class F>
void for_each_tensor(const Arguments& arguments, F&& f) {
  for (const Argument& argument : arguments) {
    if (const auto* tensor = std::get_if<Tensor>(&argument)) {
      f(*tensor);
    } else if (const auto* list = std::get_if<std::vector<Tensor>>(&argument)) {
      std::for_each(list->begin(), list->end(), f);
    }
  }
}

// Whether the calls within an operator of the library tell of all that it computes. They do not
// where a kernel made one of their inputs.
bool is_known_inside(const std::vector<TraceEntry>& entries, std::size_t index) {
  const TraceEntry& entry = entries[index];
  if (entry.end == index + 1) {
    return false;
  }
  if (!is_operator(entry.name)) {
    return true;  // a module's or a program's own: its other tensors are constants
  }
  Seen known{nullptr};
  const auto add = [&](const Tensor& tensor) { known.insert(tensor.impl_or_null()); };
  bool is_known = true;
  const auto check = [&](const Tensor& tensor) {
    is_known = is_known && known.contains(tensor.impl_or_null());
  };
  for_each_tensor(entry.arguments, add);
  for (std::size_t i = index + 1; i < entry.end; i = entries[i].end) {
    if (entries[i].is_given) {
      for_each_tensor(entries[i].arguments, check);
      std::for_each(entries[i].outputs.begin(), entries[i].outputs.end(), add);
    }
  }
  std::for_each(entry.outputs.begin(), entry.outputs.end(), check);
  return is_known;
}

class Converter {
 public:
  Converter(const Program& program, const Interface& interface)
      : program_(program),
        interface_(interface),
        graph_(program.first()),
        sharing_(program.first()) {}

  GraphProto run(const Frame& call) {
    name_inputs();
    const std::vector<bool> needed = needed_steps(graph_, sharing_);
    for (std::size_t s = 0; s < graph_.steps.size(); ++s) {
      if (needed[s]) {
        write(s);
      }
    }
    check::require<GraphError>(
        call, refused_.empty(), {},
        "no file was written, because opset {} cannot express{} [operator-unwritable]", kOpset,
        refused_);
    Values outputs;
    for (const ValueId id : graph_.outputs) {
      check::require<GraphError>(call, id.index >= 0, {},
                                 "an output is undefined [undefined-tensor]");
      outputs.push_back(names_[static_cast<std::size_t>(id.index)]);
    }
    GraphProto graph = builder_.finish(outputs, interface_.outputs);
    graph.name = "retrograd";
    for (std::size_t i = 0; i < interface_.inputs.size(); ++i) {
      graph.inputs.push_back(describe(interface_.inputs[i], graph_.inputs[i]));
    }
    for (std::size_t i = 0; i < interface_.outputs.size(); ++i) {
      graph.outputs.push_back(describe(interface_.outputs[i], graph_.outputs[i]));
    }
    return graph;
  }

 private:
  void name_inputs() {
    names_.resize(graph_.values.size());
    for (const auto& all : {interface_.inputs, interface_.outputs}) {
      for (const std::string& name : all) {
        builder_.reserve(name);
      }
    }
    for (std::size_t i = 0; i < interface_.inputs.size(); ++i) {
      names_[static_cast<std::size_t>(graph_.inputs[i].index)] = interface_.inputs[i];
      if (interface_.batch_dims[i] >= 0) {
        builder_.set_batch(interface_.inputs[i], interface_.batch_dims[i]);
      }
    }
    for (std::size_t v = 0; v < graph_.values.size(); ++v) {
      const auto constant = program_.constant({static_cast<std::int64_t>(v)});
      if (constant && constant->defined()) {
        names_[v] = builder_.constant(*constant, graph_.values[v].name);
      }
    }
  }

  void write(std::size_t s) {
    const GraphStep& step = graph_.steps[s];
    try {
      const Row* const row = find_row(step.op);
      if (row == nullptr) {
        throw Refused{"ONNX has no such operator"};
      }
      require_known_lengths(step);
      require_own_memory(s);
      builder_.enter(step.path);
      const Step given(program_, s, names_);
      const Values made = is_empty(given) ? empty(given) : row->write(builder_, given, *row);
      for (std::size_t i = 0; i < made.size() && i < step.outputs.size(); ++i) {
        if (step.outputs[i].index >= 0) {
          names_[static_cast<std::size_t>(step.outputs[i].index)] = made[i];
          if (row->is_ragged) {
            ragged_.insert(step.outputs[i].index);
          }
        }
      }
    } catch (const Refused& refused) {
      refused_ += "\n  " + step.op + " (" + to_string(step.where) + ")" +
                  (step.path.empty() ? "" : " in ") + step.path + ": " + refused.why;
      for (const ValueId id : step.outputs) {  // so that later steps tell of themselves alone
        if (id.index >= 0) {
          names_[static_cast<std::size_t>(id.index)] = "refused";
        }
      }
    }
  }

  // ONNX has no writes in place: the value gets another name, but no view of it does.
  void require_own_memory(std::size_t s) const {
    if (!sharing_.is_write(s)) {
      return;
    }
    if (sharing_.changes_constant(s)) {
      throw Refused{"it changes a parameter or another tensor of the program"};
    }
    if (sharing_.is_seen_later(s)) {
      throw Refused{"it changes a tensor whose memory another tensor shares"};
    }
  }

  // Whether the results have no elements, and so need no operator.
  static bool is_empty(const Step& step) {
    for (std::size_t i = 0; i < step.outputs(); ++i) {
      const Counts shape = step.out_shape(i);
      if (!all_fixed(shape) || std::find(shape.begin(), shape.end(), Count{0}) == shape.end()) {
        return false;
      }
    }
    return true;
  }
  Values empty(const Step& step) {
    Values made;
    for (std::size_t i = 0; i < step.outputs(); ++i) {
      made.push_back(
          builder_.constant(zeros(Shape(step.out_lengths(i)), {.dtype = step.out_dtype(i)})));
    }
    return made;
  }

  void require_known_lengths(const GraphStep& step) const {
    retrograd::detail::for_each_id(step.arguments, [&](ValueId id) {
      if (ragged_.contains(id.index)) {
        throw Refused{"the length of an input depends on the data"};
      }
    });
  }

  ValueInfo describe(const std::string& name, ValueId id) const {
    ValueInfo info{.name = name,
                   .elem_type = data_type(graph_.values[static_cast<std::size_t>(id.index)].dtype)};
    info.shape.emplace();
    for (const Count& count : program_.shape(id)) {
      if (ragged_.contains(id.index)) {
        info.shape->emplace_back();
      } else if (count.is_fixed()) {
        info.shape->emplace_back(count.value);
      } else if (count.is_per_sample() && count.value == 1) {
        info.shape->emplace_back(std::string("batch"));
      } else {
        info.shape->emplace_back();
      }
    }
    return info;
  }

  const Program& program_;
  const Interface& interface_;
  const Graph& graph_;
  Sharing sharing_;
  Builder builder_;
  Values names_;                   // by value
  std::set<std::int64_t> ragged_;  // values whose lengths the data decide
  std::string refused_;            // a line for each step
};

}  // namespace

bool is_step(const std::vector<TraceEntry>& entries, std::size_t index) {
  const TraceEntry& entry = entries[index];
  const Row* const row = find_row(entry.name);
  if (row != nullptr && (row->fits == nullptr || row->fits(entry))) {
    return true;
  }
  return entry.kind == TraceEntry::Kind::primitive || entry.writes ||
         !is_known_inside(entries, index);
}

ModelProto convert(const Frame& call, const Program& program, const Interface& interface) {
  ModelProto model{
      .ir_version = kIr, .opset_imports = {{"", kOpset}}, .producer_name = "retrograd"};
  model.graph = Converter(program, interface).run(call);
  return model;
}

}  // namespace retrograd::onnx::writing
