#include <retrograd/onnx/detail/network_state.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/trace.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::onnx {

using retrograd::detail::in_quotes;

namespace {

// Nets whose inputs have many shapes keep the last of them.
constexpr std::size_t most_cached = 8;

bool same_tensor(const Tensor& a, const Tensor& b) {
  return a.impl_or_null() == b.impl_or_null();
}

// Names of the trace's values, for what prints the graph.
std::vector<std::pair<std::string, Tensor>> named(const std::vector<detail::StoredTensor>& list) {
  std::vector<std::pair<std::string, Tensor>> names;
  for (const detail::StoredTensor& each : list) {
    names.emplace_back(each.name, each.tensor);
  }
  return names;
}

}  // namespace

void Network::State::prepare() {
  detail::drop_dead_steps(program);
  node_names.clear();
  std::unordered_map<std::string, std::size_t> last;
  for (std::size_t i = 0; i < program.steps.size(); ++i) {
    node_names.emplace_back(program.steps[i].node);
    for (const std::string& name : detail::values_read(program.steps[i].node)) {
      last[name] = i;
    }
  }
  for (const std::string& output : program.outputs) {
    last.erase(output);
  }
  last_use.assign(program.steps.size(), {});
  for (const auto& [name, step] : last) {
    last_use[step].push_back(name);
  }
  const auto is_dead = [&](const detail::StoredTensor& each) {
    return !last.contains(each.name) &&
           std::ranges::find(program.outputs, each.name) == program.outputs.end();
  };
  std::erase_if(parameters, is_dead);
  std::erase_if(buffers, is_dead);
  const std::lock_guard lock(mutex);
  cache.clear();
}

void Network::State::check(const Tensors& inputs) const {
  const Frame call("forward", {});
  check::require<ValueError>(call, inputs.size() == program.inputs.size(), {},
                             "{} inputs for a network of {} [onnx-input]", inputs.size(),
                             program.inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const detail::ValueInfo& wanted = program.inputs[i];
    check::require<GraphError>(call, inputs[i].defined(), {},
                               "input {} is undefined [undefined-tensor]", in_quotes(wanted.name));
    const std::size_t rank = inputs[i].shape().size();
    check::require<ValueError>(
        call, !wanted.shape || wanted.shape->size() == rank, {{"input", inputs[i]}},
        "input {} has {} dimensions, not {} [onnx-input]", in_quotes(wanted.name), rank,
        wanted.shape ? wanted.shape->size() : 0);
  }
}

detail::TranslationOptions Network::State::options(const Tensors& inputs, bool training) const {
  detail::TranslationOptions options{.training = training,
                                     .norms_train = training && !norms_frozen};
  const auto is_single = [](detail::DataType type) {
    return type == detail::DataType::float32 || type == detail::DataType::float16;
  };
  for (const detail::StoredTensor& parameter : parameters) {
    if (is_single(parameter.type)) {
      options.floating = parameter.tensor.dtype();
      return options;
    }
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (is_single(program.inputs[i].elem_type) && is_floating(inputs[i].dtype())) {
      options.floating = inputs[i].dtype();
    }
  }
  return options;
}

std::vector<detail::Value> Network::State::translate(const Tensors& inputs,
                                                     detail::Translation& translation) {
  detail::Scope scope;
  for (const detail::StoredTensor& each : parameters) {
    scope.set(each.name, each.tensor);
  }
  for (const detail::StoredTensor& each : buffers) {
    scope.set(each.name, each.tensor);
  }
  for (const auto& [name, constant] : program.constants) {
    if (scope.find(name) == nullptr) {
      scope.set(name, translation.constant(constant));
    }
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    scope.set(program.inputs[i].name, inputs[i]);
  }
  translation.run(program.steps, node_names, last_use, scope);
  std::vector<detail::Value> outputs;
  for (const std::string& name : program.outputs) {
    outputs.push_back(*scope.find(name));
  }
  return outputs;
}

bool Network::State::is_stored(const Tensor& tensor) const {
  const auto is_same = [&](const detail::StoredTensor& each) {
    return same_tensor(each.tensor, tensor);
  };
  return std::ranges::any_of(parameters, is_same) || std::ranges::any_of(buffers, is_same);
}

std::shared_ptr<const Network::State::Cached> Network::State::find(
    const Tensors& inputs, const detail::TranslationOptions& options) {
  const auto fits = [&](const std::shared_ptr<const Cached>& each) {
    bool same = each->options.training == options.training &&
                each->options.norms_train == options.norms_train &&
                each->options.floating == options.floating;
    for (std::size_t i = 0; same && i < inputs.size(); ++i) {
      same =
          each->inputs[i].first == inputs[i].shape() && each->inputs[i].second == inputs[i].dtype();
    }
    // Module::to() makes other tensors.
    for (std::size_t i = 0; same && i < each->tensors.size(); ++i) {
      const detail::StoredTensor& now =
          i < parameters.size() ? parameters[i] : buffers[i - parameters.size()];
      same = same_tensor(now.tensor, each->tensors[i]);
    }
    return same;
  };
  const std::lock_guard lock(mutex);
  const auto found = std::ranges::find_if(cache, fits);
  return found != cache.end() ? *found : nullptr;
}

Tensors Network::State::run(const Tensors& inputs, bool training) {
  check(inputs);
  const detail::TranslationOptions now = options(inputs, training);
  const auto tensors_of = [](const std::vector<detail::Value>& values) {
    Tensors tensors;
    for (const detail::Value& value : values) {
      tensors.push_back(value.is_known ? value.tensor.clone() : value.tensor);  // theirs to change
    }
    return tensors;
  };
  bool repeats = false;  // one tensor as two inputs, which a graph could not tell apart
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      repeats = repeats || same_tensor(inputs[i], inputs[j]);
    }
    repeats = repeats || is_stored(inputs[i]);
  }
  detail::Translation translation(now);
  // A listener is to see the nodes, and a thread has one.
  if (repeats || autocast_enabled() || retrograd::detail::thread_calls.listener != nullptr) {
    return tensors_of(translate(inputs, translation));
  }
  if (const std::shared_ptr<const Cached> known = find(inputs, now)) {
    Tensors outputs = known->runner->run(inputs, {.fresh_random = true});
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      outputs[i] = known->constants[i].defined() ? known->constants[i].clone() : outputs[i];
    }
    return outputs;
  }
  Trace trace;
  trace.name(named(parameters));
  trace.name(named(buffers));
  const std::vector<detail::Value> values = translate(inputs, translation);
  const bool keeps =
      translation.is_reusable() && std::ranges::none_of(values, [&](const detail::Value& value) {
        return is_stored(value.tensor);
      });
  if (keeps) {
    auto made = std::make_shared<Cached>();
    for (const Tensor& input : inputs) {
      made->inputs.emplace_back(input.shape(), input.dtype());
    }
    made->options = now;
    for (const std::vector<detail::StoredTensor>* list : {&parameters, &buffers}) {
      for (const detail::StoredTensor& each : *list) {
        made->tensors.push_back(each.tensor);
      }
    }
    Tensors computed;
    for (const detail::Value& value : values) {
      computed.push_back(value.is_known ? Tensor() : value.tensor);
      made->constants.push_back(value.is_known ? value.tensor : Tensor());
    }
    made->runner.emplace(Graph(trace, inputs, computed));
    const std::lock_guard lock(mutex);
    if (cache.size() == most_cached) {
      cache.erase(cache.begin());
    }
    cache.push_back(std::move(made));
  }
  return tensors_of(values);
}

}  // namespace retrograd::onnx
