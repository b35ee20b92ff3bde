#include "gradient/op_cases.h"

namespace op_cases {

namespace {

struct Kind {
  const char* name;
  std::int64_t gates;
  bool has_cells;
};
const Kind kKinds[] = {
    {"rnn_tanh", 1, false}, {"rnn_relu", 1, false}, {"gru", 3, false}, {"lstm", 4, true}};

// (T, N, I), H, and what is given.
struct Setting {
  std::int64_t steps;
  std::int64_t batch;
  std::int64_t features;
  std::int64_t hidden;
  rg::Direction direction;
  bool biases;
  bool states;
};
const Setting kSettings[] = {
    {3, 2, 2, 2, rg::Direction::forward, true, true},
    {2, 1, 3, 2, rg::Direction::reverse, true, false},
    {2, 2, 1, 1, rg::Direction::bidirectional, false, true},
    {1, 3, 2, 1, rg::Direction::forward, false, true},
    {1, 1, 1, 1, rg::Direction::bidirectional, true, false},
    {3, 0, 2, 2, rg::Direction::forward, true, true},
    {2, 1, 1, 1, rg::Direction::forward, false, false},
    {2, 3, 2, 3, rg::Direction::bidirectional, true, true},
    {3, 1, 2, 1, rg::Direction::reverse, false, true},
};

// All results of a call in one tensor.
rg::Tensor call(const std::string& name, const rg::Tensor& x, const rg::LSTMState& state,
                const Tensors& params, const rg::RecurrenceOptions& options) {
  if (name == "lstm") {
    const auto [output, h, c] = rg::lstm(x, state, params, options);
    return rg::cat({rg::flatten(output), rg::flatten(h), rg::flatten(c)});
  }
  const auto [output, hidden] = name == "gru"        ? rg::gru(x, state.h, params, options)
                                : name == "rnn_tanh" ? rg::rnn_tanh(x, state.h, params, options)
                                                     : rg::rnn_relu(x, state.h, params, options);
  return rg::cat({rg::flatten(output), rg::flatten(hidden)});
}

// PyTorch reads in no other direction than forward alone, and wants states.
std::string torch_text(const Kind& kind, const Setting& setting, std::size_t inputs) {
  if (!setting.states || setting.direction == rg::Direction::reverse) {
    return "";
  }
  std::string params;
  for (std::size_t i = kind.has_cells ? 3 : 2; i < inputs; ++i) {
    params += (params.empty() ? "" : ", ") + std::string(1, static_cast<char>('a' + i));
  }
  const std::string state = kind.has_cells ? "(b, c)" : "b";
  const bool both = setting.direction == rg::Direction::bidirectional;
  return "torch.cat([y.flatten() for y in torch." + std::string(kind.name) + "(a, " + state +
         ", [" + params + "], " + (setting.biases ? "True" : "False") + ", 1, 0.0, False, " +
         (both ? "True" : "False") + ", False)])";
}

std::string label_of(const Setting& setting, const rg::Shape& input) {
  const std::string directions[] = {"forward", "reverse", "bidirectional"};
  return to_string(input) + " to " + std::to_string(setting.hidden) + " " +
         directions[static_cast<std::size_t>(setting.direction)] + (setting.biases ? " bias" : "") +
         (setting.states ? " states" : "");
}

void add(Table& table, const Kind& kind, const Setting& setting) {
  const std::int64_t directions = setting.direction == rg::Direction::bidirectional ? 2 : 1;
  const rg::Shape input{setting.steps, setting.batch, setting.features};
  const std::int64_t rows = kind.gates * setting.hidden;
  std::vector<Input> inputs{input};
  std::size_t states = 0;
  if (setting.states) {
    states = kind.has_cells ? 2 : 1;
    inputs.insert(inputs.end(), states, rg::Shape{directions, setting.batch, setting.hidden});
  }
  for (std::int64_t i = 0; i < directions; ++i) {
    inputs.insert(inputs.end(),
                  {rg::Shape{rows, setting.features}, rg::Shape{rows, setting.hidden}});
    if (setting.biases) {
      inputs.insert(inputs.end(), 2, rg::Shape{rows});
    }
  }
  table.push_back({.op = kind.name,
                   .label = label_of(setting, input),
                   .inputs = inputs,
                   .torch = torch_text(kind, setting, inputs.size()),
                   .function = [name = std::string(kind.name), states,
                                direction = setting.direction](const Tensors& x) {
                     const auto first = x.begin() + 1 + static_cast<std::ptrdiff_t>(states);
                     return call(
                         name, x[0],
                         {states > 0 ? x[1] : rg::Tensor(), states > 1 ? x[2] : rg::Tensor()},
                         Tensors(first, x.end()), {.direction = direction});
                   }});
}

void add_cases(Table& table) {
  for (const Kind& kind : kKinds) {
    for (const Setting& setting : kSettings) {
      add(table, kind, setting);
    }
  }
}

const Registered registered(
    {.add = add_cases, .floors = {{"rnn_tanh", 9}, {"rnn_relu", 9}, {"gru", 9}, {"lstm", 9}}});

}  // namespace

}  // namespace op_cases
