// RNN, GRU and LSTM.
#include <retrograd/onnx/import/recurrent.h>

#include <algorithm>

namespace retrograd::onnx::detail {

namespace {

// The inputs of such a node, time first.
struct Sequence {
  Tensor x;  // (T, N, I)
  Tensor w;  // (D, G H, I)
  Tensor r;  // (D, G H, H)
  Tensor b;  // (D, 2 G H), or undefined
  Tensor h;  // (D, N, H)
  Tensor c;
  Tensor peepholes;
  Ints lengths;  // empty if all are whole
  std::size_t directions = 1;
  Direction direction = Direction::forward;
  bool batch_first = false;

  std::int64_t hidden() const { return r.size(2); }
};

Tensor state_of(const NodeCall& call, std::size_t input, const Sequence& s) {
  if (!call.has(input)) {
    return constant([&] {
      return zeros({static_cast<std::int64_t>(s.directions), s.x.size(1), s.hidden()},
                   {.dtype = s.x.dtype()});
    });
  }
  return s.batch_first ? transpose(call.in(input), 0, 1) : call.in(input);
}

Sequence sequence_of(const NodeCall& call, std::int64_t gates) {
  Sequence s;
  s.batch_first = call.integer("layout", 0) != 0;
  const std::string direction = call.text("direction", "forward");
  s.direction = direction == "reverse"         ? Direction::reverse
                : direction == "bidirectional" ? Direction::bidirectional
                                               : Direction::forward;
  s.directions = s.direction == Direction::bidirectional ? 2 : 1;
  s.w = call.in(1);
  s.r = call.in(2);
  s.b = call.optional(3);
  const auto directions = static_cast<std::int64_t>(s.directions);
  if (call.in(0).dim() != 3 || s.w.dim() != 3 || s.r.dim() != 3 || s.w.size(0) != directions ||
      s.r.size(0) != directions || s.r.size(1) != gates * s.r.size(2) ||
      (s.b.defined() && s.b.shape() != Shape{directions, 2 * s.r.size(1)})) {
    call.refuse("the shapes of X, W, R and B do not fit [onnx-input]");
  }
  s.x = s.batch_first ? transpose(call.in(0), 0, 1) : call.in(0);
  if (call.has(4)) {
    s.lengths = call.ints(4);
    const auto is_whole = [&](std::int64_t length) { return length == s.x.size(0); };
    if (static_cast<std::int64_t>(s.lengths.size()) != s.x.size(1)) {
      call.refuse("{} lengths for {} sequences [onnx-input]", s.lengths.size(), s.x.size(1));
    }
    if (std::ranges::all_of(s.lengths, is_whole)) {
      s.lengths.clear();
    }
  }
  s.h = state_of(call, 5, s);
  return s;
}

// Rows of gates in another order: block i of the result is block order[i].
Tensor reordered(const Tensor& x, const Ints& order, std::int64_t hidden) {
  std::vector<Tensor> blocks;
  for (const std::int64_t gate : order) {
    blocks.push_back(narrow(x, 0, gate * hidden, hidden));
  }
  return blocks.size() == 1 ? blocks[0] : cat(blocks);
}

// w_ih, w_hh, and b_ih, b_hh if there are biases, of each direction, as the library takes them.
std::vector<Tensor> library_parameters(const Sequence& s, const Ints& order) {
  std::vector<Tensor> parameters;
  const std::int64_t rows = s.r.size(1);
  for (std::size_t d = 0; d < s.directions; ++d) {
    const auto at = static_cast<std::int64_t>(d);
    parameters.push_back(reordered(select(s.w, 0, at), order, s.hidden()));
    parameters.push_back(reordered(select(s.r, 0, at), order, s.hidden()));
    if (s.b.defined()) {
      const Tensor bias = select(s.b, 0, at);
      parameters.push_back(reordered(narrow(bias, 0, 0, rows), order, s.hidden()));
      parameters.push_back(reordered(narrow(bias, 0, rows, rows), order, s.hidden()));
    }
  }
  return parameters;
}

// (T, N, D H) becomes Y, (T, D, N, H) or (N, T, D, H); states become (D, N, H) or (N, D, H).
Outputs results(const Sequence& s, const Tensor& output, const Tensor& h, const Tensor& c) {
  const Tensor parts = reshape(
      output, {s.x.size(0), s.x.size(1), static_cast<std::int64_t>(s.directions), s.hidden()});
  const auto state = [&](const Tensor& x) {
    return s.batch_first && x.defined() ? transpose(x, 0, 1) : x;
  };
  return {permute(parts, s.batch_first ? Dims{1, 0, 2, 3} : Dims{0, 2, 1, 3}), state(h), state(c)};
}

// The order in which a direction reads: reversed up to each length.
Tensor backwards(const Tensor& x, const Ints& lengths) {
  if (lengths.empty()) {
    return flip(x, 0);
  }
  const std::int64_t steps = x.size(0);
  const Tensor index = constant([&] {
    const Tensor t = unsqueeze(arange(steps), 1);
    const Tensor length = unsqueeze(constant_ints(lengths), 0);
    const Tensor source = where(lt(t, length), length - 1 - t, t);
    return expand(unsqueeze(source, 2), x.shape());
  });
  return gather(x, 0, index);
}

// Step after step, with any options.
Outputs composed(const NodeCall& call, const Sequence& s, CellOptions options,
                 const std::vector<std::string>& otherwise) {
  const std::vector<Activation> activations = activations_of(call, s.directions, otherwise);
  const std::int64_t rows = s.r.size(1);
  std::vector<Tensor> outputs;
  std::vector<Tensor> h;
  std::vector<Tensor> c;
  for (std::size_t d = 0; d < s.directions; ++d) {
    const auto at = static_cast<std::int64_t>(d);
    const auto first = activations.begin() + static_cast<std::ptrdiff_t>(d * otherwise.size());
    options.activations.assign(first, first + static_cast<std::ptrdiff_t>(otherwise.size()));
    CellWeights weights{select(s.w, 0, at), select(s.r, 0, at), {}, {}, {}};
    if (s.b.defined()) {
      weights.w_bias = narrow(select(s.b, 0, at), 0, 0, rows);
      weights.r_bias = narrow(select(s.b, 0, at), 0, rows, rows);
    }
    if (s.peepholes.defined()) {
      weights.peepholes = select(s.peepholes, 0, at);
    }
    const bool is_reverse = s.direction == Direction::reverse || d == 1;
    const CellState begin{select(s.h, 0, at), s.c.defined() ? select(s.c, 0, at) : Tensor()};
    const CellRun run =
        run_cell(is_reverse ? backwards(s.x, s.lengths) : s.x, weights, begin, options, s.lengths);
    const Tensor all = stack(run.outputs, 0);
    outputs.push_back(is_reverse ? backwards(all, s.lengths) : all);
    h.push_back(run.last.h);
    c.push_back(run.last.c);
  }
  return results(s, cat(outputs, 2), stack(h, 0), c[0].defined() ? stack(c, 0) : Tensor());
}

// Whether the node's activations are these, in lower case.
bool names_are(const NodeCall& call, const Sequence& s, const std::vector<std::string>& wanted) {
  const std::vector<Activation> list = activations_of(call, s.directions, wanted);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].name != wanted[i % wanted.size()]) {
      return false;
    }
  }
  return true;
}

bool is_plain(const NodeCall& call, const Sequence& s) {
  return s.lengths.empty() && !s.peepholes.defined() && call.number("clip", 0) == 0 &&
         call.integer("input_forget", 0) == 0 && s.x.size(0) > 0;
}

Outputs rnn(NodeCall& call) {
  const Sequence s = sequence_of(call, 1);
  for (const bool is_relu : {false, true}) {
    if (is_plain(call, s) && names_are(call, s, {is_relu ? "relu" : "tanh"}) &&
        (!is_relu || call.has_attribute("activations"))) {
      const std::vector<Tensor> parameters = library_parameters(s, {0});
      const auto [output, hidden] =
          is_relu ? rnn_relu(s.x, s.h, parameters, {.direction = s.direction})
                  : rnn_tanh(s.x, s.h, parameters, {.direction = s.direction});
      return results(s, output, hidden, {});
    }
  }
  return composed(call, s, {.kind = CellKind::rnn, .clip = call.number("clip", 0)}, {"tanh"});
}

Outputs gru_of(NodeCall& call) {
  const Sequence s = sequence_of(call, 3);
  const bool before = call.integer("linear_before_reset", 0) != 0;
  if (is_plain(call, s) && before && names_are(call, s, {"sigmoid", "tanh"})) {
    const auto [output, hidden] =
        gru(s.x, s.h, library_parameters(s, {1, 0, 2}), {.direction = s.direction});
    return results(s, output, hidden, {});
  }
  return composed(
      call, s,
      {.kind = CellKind::gru, .clip = call.number("clip", 0), .linear_before_reset = before},
      {"sigmoid", "tanh"});
}

Outputs lstm_of(NodeCall& call) {
  Sequence s = sequence_of(call, 4);
  s.c = state_of(call, 6, s);
  s.peepholes = call.optional(7);
  const std::vector<std::string> usual{"sigmoid", "tanh", "tanh"};
  if (is_plain(call, s) && names_are(call, s, usual)) {
    const LSTMSequence found =
        lstm(s.x, {s.h, s.c}, library_parameters(s, {0, 2, 3, 1}), {.direction = s.direction});
    return results(s, found.output, found.h, found.c);
  }
  return composed(call, s,
                  {.kind = CellKind::lstm,
                   .clip = call.number("clip", 0),
                   .input_forget = call.integer("input_forget", 0) != 0},
                  usual);
}

constexpr Importer importers[] = {
    {"GRU", gru_of},
    {"LSTM", lstm_of},
    {"RNN", rnn},
};

}  // namespace

std::span<const Importer> recurrent_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
