#include <retrograd/onnx/load.h>

#include <algorithm>
#include <unordered_set>

#include <fmt/core.h>

#include <retrograd/io/internal/file.h>
#include <retrograd/onnx/detail/network_state.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::onnx {

using retrograd::detail::in_quotes;

namespace {

bool has_value(const detail::Program& program, const std::string& value) {
  const auto makes = [&](const detail::Step& step) {
    return std::ranges::find(step.node.outputs, value) != step.node.outputs.end();
  };
  const auto is_input = [&](const detail::ValueInfo& input) { return input.name == value; };
  return !value.empty() && (std::ranges::any_of(program.steps, makes) ||
                            std::ranges::any_of(program.inputs, is_input));
}

// Values that a value depends on, itself included.
std::unordered_set<std::string> sources(const detail::Program& program, const std::string& value) {
  std::unordered_set<std::string> needed{value};
  for (auto step = program.steps.rbegin(); step != program.steps.rend(); ++step) {
    if (std::ranges::any_of(step->node.outputs,
                            [&](const std::string& name) { return needed.contains(name); })) {
      for (std::string& name : detail::values_read(step->node)) {
        needed.insert(std::move(name));
      }
    }
  }
  return needed;
}

void require_value(const Frame& call, const detail::Program& program, const std::string& value) {
  check::require<IndexError>(call, has_value(program, value), {},
                             "the network has no value {} [onnx-value]", in_quotes(value));
}

std::vector<detail::StoredTensor> stored(const detail::Program& program,
                                         const std::vector<std::string>& names) {
  std::vector<detail::StoredTensor> list;
  for (const std::string& name : names) {
    const detail::Constant& constant = program.constants.at(name);
    list.push_back({name, constant.value, constant.type});
  }
  return list;
}

}  // namespace

Network::Network(std::unique_ptr<State> state) : state_(std::move(state)) {}
Network::Network(Network&& other) noexcept = default;
Network& Network::operator=(Network&& other) noexcept = default;
Network::~Network() = default;

Tensors Network::forward(const Tensors& inputs) {
  Tensors outputs = state_->run(inputs, is_training());
  if (state_->head != nullptr) {
    Tensor& cut = outputs[state_->head_output];
    cut = (*state_->head)(cut);
  }
  return outputs;
}

Tensor Network::forward(const Tensor& x) {
  check::require<ValueError>(
      Frame("forward", {}),
      state_->program.inputs.size() == 1 && state_->program.outputs.size() == 1, {},
      "one tensor for a network of {} inputs and {} outputs; write net({{x, y}}) [onnx-input]",
      state_->program.inputs.size(), state_->program.outputs.size());
  return forward(Tensors{x})[0];
}

nn::Members Network::members() {
  nn::Members members;
  for (detail::StoredTensor& each : state_->parameters) {
    members.emplace_back(each.name, each.tensor);
  }
  for (detail::StoredTensor& each : state_->buffers) {
    members.push_back(nn::buffer(each.name, each.tensor));
  }
  if (state_->head != nullptr) {
    members.emplace_back("head", *state_->head);
  }
  return members;
}

std::string Network::describe() const {
  return fmt::format("Network({}, {} nodes)", state_->path, state_->program.steps.size());
}

std::vector<std::string> Network::input_names() const {
  std::vector<std::string> names;
  for (const detail::ValueInfo& input : state_->program.inputs) {
    names.push_back(input.name);
  }
  return names;
}

std::vector<std::string> Network::output_names() const {
  return state_->program.outputs;
}

Network& Network::freeze_norms(bool on) {
  state_->norms_frozen = on;
  return *this;
}

void Network::freeze(const std::string& value, Where where) {
  const Frame call("freeze", where);
  require_value(call, state_->program, value);
  static_cast<void>(named_parameters(where));  // from then on they require gradients
  const std::unordered_set<std::string> needed = sources(state_->program, value);
  for (detail::StoredTensor& each : state_->parameters) {
    if (needed.contains(each.name)) {
      each.tensor.set_requires_grad(false);
      each.tensor.zero_grad();
    }
  }
}

Network& Network::replace(const std::string& value, std::unique_ptr<nn::Module> head, Where where) {
  const Frame call("replace", where);
  check::require<ValueError>(call, head != nullptr, {}, "the head is null [onnx-head]");
  detail::Program& program = state_->program;
  require_value(call, program, value);
  check::require<ValueError>(
      call,
      state_->head == nullptr ||
          sources(program, program.outputs[state_->head_output]).contains(value),
      {}, "another output has a head already, and a network has one [onnx-head]");
  std::vector<std::string> outputs;
  std::size_t position = 0;
  for (std::size_t i = 0; i < program.outputs.size(); ++i) {
    // A head is computed from the value that was cut.
    if (sources(program, program.outputs[i]).contains(value)) {
      if (std::ranges::find(outputs, value) == outputs.end()) {
        position = outputs.size();
        outputs.push_back(value);
      }
    } else {
      outputs.push_back(program.outputs[i]);
    }
  }
  check::require<ValueError>(call, std::ranges::find(outputs, value) != outputs.end(), {},
                             "no output depends on value {} [onnx-value]", in_quotes(value));
  head->train(is_training());
  program.outputs = std::move(outputs);
  state_->head = std::move(head);
  state_->head_output = position;
  state_->prepare();
  return *this;
}

void Network::save(const std::string& path, Where where) {
  const retrograd::detail::FileCall call("save", path, where);
  call.check_path();
  check::require<ValueError>(call, state_->head == nullptr, {},
                             "the network has a head, which the file has not; onnx::save() writes "
                             "all of it [onnx-head]");
  std::map<std::string, detail::StoredTensor> values;
  for (const std::vector<detail::StoredTensor>* list : {&state_->parameters, &state_->buffers}) {
    for (const detail::StoredTensor& each : *list) {
      values.emplace(each.name, each);
    }
  }
  const std::string bytes = detail::with_values(state_->bytes, state_->path, values);
  check::require<ValueError>(
      call, values.empty(), {},
      "parameter {} is inside a function of the file; onnx::save() writes it "
      "[onnx-function]",
      in_quotes(values.empty() ? "" : values.begin()->first));
  retrograd::detail::OutputFile file(call);
  file.append(bytes.data(), bytes.size());
  file.commit();
}

Network load(const std::string& path, Where where) {
  const retrograd::detail::FileCall call("onnx::load", path, where);
  call.check_path();
  auto state = std::make_unique<Network::State>();
  state->path = path;
  {
    retrograd::detail::InputFile file(call);
    state->bytes.resize(file.size());
    file.read(state->bytes.data(), state->bytes.size());
  }
  state->program = detail::make_program(detail::parse(state->bytes, path), call);
  const detail::Roles roles = detail::find_roles(state->program);
  state->parameters = stored(state->program, roles.parameters);
  state->buffers = stored(state->program, roles.buffers);
  state->prepare();
  Network network(std::move(state));
  network.eval();
  return network;
}

}  // namespace retrograd::onnx
