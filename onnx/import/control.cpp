// Branches and loops, followed as they run.
#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

namespace {

constexpr std::int64_t most_rounds = 100'000;

Outputs branch(NodeCall& call) {
  const bool condition = call.one_int(0) != 0;
  return call.translation().run(call.graph(condition ? "then_branch" : "else_branch"), call.opset(),
                                {}, call.scope());
}

// Whether a condition holds; one that depends on data is followed for this call alone.
bool holds(const NodeCall& call, const Value& condition) {
  if (!condition.is_known) {
    call.translation().read_data();
  }
  const Untraced untraced;
  return condition.tensor.detach().to(DType::int64).item<std::int64_t>() != 0;
}

Tensor stacked(const std::vector<Tensor>& parts, std::int64_t axis) {
  return stack(parts, axis);
}

// Inputs of the body: round, condition, carried values. Outputs: condition, carried, scanned.
Outputs loop(NodeCall& call) {
  const GraphProto& body = call.graph("body");
  const std::int64_t rounds = call.has(0) ? call.one_int(0) : most_rounds + 1;
  const std::size_t carried = call.input_count() > 2 ? call.input_count() - 2 : 0;
  if (body.outputs.size() < carried + 1 || body.inputs.size() < carried + 2) {
    call.refuse("the body of the loop has {} outputs for {} values [file-malformed]",
                body.outputs.size(), carried);
  }
  Outputs state;
  for (std::size_t i = 0; i < carried; ++i) {
    call.in(i + 2);
    state.push_back(call.value(i + 2));
  }
  std::vector<std::vector<Tensor>> scanned(body.outputs.size() - 1 - carried);
  Value condition = call.has(1) ? call.value(1) : known(constant([] { return tensor(true); }));
  for (std::int64_t round = 0; round < rounds && holds(call, condition); ++round) {
    if (round == most_rounds) {
      call.refuse("the loop runs more than {} times [onnx-unsupported]", most_rounds);
    }
    std::vector<Value> given{known(constant([&] { return tensor(round); })), condition};
    given.insert(given.end(), state.begin(), state.end());
    std::vector<Value> made =
        call.translation().run(body, call.opset(), std::move(given), call.scope());
    condition = std::move(made[0]);
    for (std::size_t i = 0; i < carried; ++i) {
      state[i] = std::move(made[i + 1]);
    }
    for (std::size_t i = 0; i < scanned.size(); ++i) {
      scanned[i].push_back(made[i + 1 + carried].tensor);
    }
  }
  for (const std::vector<Tensor>& parts : scanned) {
    if (parts.empty()) {
      call.refuse("a loop of no round has no result of unknown shape [onnx-unsupported]");
    }
    state.emplace_back(stacked(parts, 0));
  }
  return state;
}

std::int64_t at_or(const Ints& list, std::size_t i, std::int64_t otherwise) {
  return i < list.size() ? list[i] : otherwise;
}

// Inputs: states, then sequences, one slice of each for a round.
Outputs scan(NodeCall& call) {
  const GraphProto& body = call.graph("body");
  const auto sequences = static_cast<std::size_t>(call.integer("num_scan_inputs", 0));
  if (call.opset() < 9) {
    call.refuse("Scan of opset 8 is not read [onnx-unsupported]");
  }
  if (sequences == 0 || sequences > call.input_count() ||
      body.outputs.size() < call.input_count() - sequences) {
    call.refuse("{} sequences of {} inputs [file-malformed]", sequences, call.input_count());
  }
  const std::size_t states = call.input_count() - sequences;
  const Ints input_axes = call.integers("scan_input_axes");
  const Ints input_directions = call.integers("scan_input_directions");
  const Ints output_axes = call.integers("scan_output_axes");
  const Ints output_directions = call.integers("scan_output_directions");
  Outputs state;
  for (std::size_t i = 0; i < states; ++i) {
    call.in(i);
    state.push_back(call.value(i));
  }
  const std::int64_t rounds =
      call.in(states).size(call.axis(at_or(input_axes, 0, 0), call.in(states).dim()));
  std::vector<std::vector<Tensor>> scanned(body.outputs.size() - states);
  for (std::int64_t round = 0; round < rounds; ++round) {
    std::vector<Value> given = state;
    for (std::size_t i = 0; i < sequences; ++i) {
      const Tensor& sequence = call.in(states + i);
      const bool is_reverse = at_or(input_directions, i, 0) != 0;
      given.emplace_back(select(sequence, call.axis(at_or(input_axes, i, 0), sequence.dim()),
                                is_reverse ? rounds - 1 - round : round));
    }
    std::vector<Value> made =
        call.translation().run(body, call.opset(), std::move(given), call.scope());
    for (std::size_t i = 0; i < states; ++i) {
      state[i] = std::move(made[i]);
    }
    for (std::size_t i = 0; i < scanned.size(); ++i) {
      std::vector<Tensor>& parts = scanned[i];
      parts.insert(at_or(output_directions, i, 0) != 0 ? parts.begin() : parts.end(),
                   made[states + i].tensor);
    }
  }
  for (std::size_t i = 0; i < scanned.size(); ++i) {
    if (scanned[i].empty()) {
      call.refuse("a scan of no round has no result of unknown shape [onnx-unsupported]");
    }
    state.emplace_back(stacked(scanned[i], at_or(output_axes, i, 0)));
  }
  return state;
}

constexpr Importer importers[] = {
    {"If", branch},
    {"Loop", loop},
    {"Scan", scan},
};

}  // namespace

std::span<const Importer> control_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
