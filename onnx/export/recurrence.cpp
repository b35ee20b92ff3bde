// Recurrent layers, whose gates ONNX keeps in another order.
#include <numeric>

#include <retrograd/onnx/export/table.h>
#include <retrograd/ops/recurrence.h>

namespace retrograd::onnx::writing {

namespace {

// An operator of ONNX: its gates as indices of those of this library.
struct Kind {
  const char* onnx;
  Ints gates;
  const char* activation = nullptr;
  bool has_cell = false;
};

Kind kind_of(std::string_view op) {
  if (op == "lstm") {
    return {.onnx = "LSTM", .gates = {0, 3, 1, 2}, .has_cell = true};  // i o f c of i f g o
  }
  if (op == "gru") {
    return {.onnx = "GRU", .gates = {1, 0, 2}};  // z r h of r z n
  }
  return {.onnx = "RNN", .gates = {0}, .activation = op == "rnn_relu" ? "Relu" : "Tanh"};
}

// The parameters of all directions, (D, ...).
struct Parameters {
  Value w;
  Value r;
  Value bias;
};

class Layer {
 public:
  Layer(Builder& b, const Step& s, const Kind& kind)
      : b_(b), s_(s), kind_(kind), params_(kind.has_cell ? 3 : 2), ids_(s.ids(params_)) {
    directions_ = s.integer(params_ + 1) == static_cast<std::int64_t>(Direction::bidirectional)
                      ? std::size_t{2}
                      : std::size_t{1};
    const std::vector<Count> weight = s.shape_of(ids_.at(1));
    hidden_ = weight.at(1).value;
    Ints rows;
    for (const std::int64_t gate : kind.gates) {
      for (std::int64_t i = 0; i < hidden_; ++i) {
        rows.push_back(gate * hidden_ + i);
      }
    }
    rows_ = std::move(rows);
  }

  std::int64_t hidden() const { return hidden_; }
  std::size_t directions() const { return directions_; }

  Parameters parameters() const { return {weights(0), weights(1), biases()}; }

  Attributes attributes() const {
    const auto direction = static_cast<Direction>(s_.integer(params_ + 1));
    Attributes all{with("direction", direction == Direction::forward   ? "forward"
                                     : direction == Direction::reverse ? "reverse"
                                                                       : "bidirectional"),
                   with("hidden_size", hidden_)};
    if (kind_.activation != nullptr) {
      all.push_back(with("activations",
                         std::vector<std::string>(directions_, std::string(kind_.activation))));
    }
    if (std::string_view(kind_.onnx) == "GRU") {
      all.push_back(with("linear_before_reset", 1));
    }
    return all;
  }

 private:
  ValueId id(std::size_t direction, std::size_t i) const {
    return ids_.at(direction * (ids_.size() / directions_) + i);
  }
  Value gates(ValueId id) const {
    const Value value = s_.name_of(id);
    return kind_.gates.size() == 1 ? value : b_.rows(value, rows_);
  }
  // Parameter i of each direction.
  Value weights(std::size_t i) const {
    Values all;
    for (std::size_t d = 0; d < directions_; ++d) {
      const Counts shape = s_.shape_of(id(d, i));
      all.push_back(b_.reshaped(gates(id(d, i)), {{1}, shape[0], shape[1]}));
    }
    return b_.joined(all, 0);
  }
  // Both biases of a direction follow one another.
  Value biases() const {
    Values all;
    for (std::size_t d = 0; d < directions_; ++d) {
      if (ids_.size() / directions_ < 4 || id(d, 2).index < 0) {
        return {};
      }
      const auto size = static_cast<std::int64_t>(rows_.size());
      all.push_back(
          b_.reshaped(b_.joined({gates(id(d, 2)), gates(id(d, 3))}, 0), fixed({1, 2 * size})));
    }
    return b_.joined(all, 0);
  }

  Builder& b_;
  const Step& s_;
  const Kind& kind_;
  std::size_t params_;
  std::vector<ValueId> ids_;
  std::size_t directions_ = 1;
  std::int64_t hidden_ = 0;
  Ints rows_;
};

// A first state, if it is not 0, which is ONNX's own.
Value first_state(Builder& b, const Step& s, std::size_t i) {
  const Value state = s.in(i);
  return b.is_zero(state) ? Value() : state;
}

// input, hx (and cx), params, direction.
Values recurrence(Builder& b, const Step& s, const Row& row) {
  const Kind kind = kind_of(row.op);
  const Layer layer(b, s, kind);
  const Parameters parameters = layer.parameters();
  Values inputs{s.in(0), parameters.w, parameters.r, parameters.bias, "", first_state(b, s, 1)};
  if (kind.has_cell) {
    inputs.push_back(first_state(b, s, 2));
  }
  Values made = b.nodes(kind.onnx, inputs, kind.has_cell ? 3 : 2, layer.attributes());
  // (T, D, N, H) as (T, N, D H).
  made[0] = layer.directions() == 1 ? b.node("Squeeze", {made[0], b.ints({1})})
                                    : b.reshaped(b.permuted(made[0], {0, 2, 1, 3}), s.out_shape());
  return made;
}

constexpr Row kRows[] = {
    {"gru", recurrence},
    {"lstm", recurrence},
    {"rnn_relu", recurrence},
    {"rnn_tanh", recurrence},
};

}  // namespace

std::span<const Row> recurrence_rows() noexcept {
  return kRows;
}

}  // namespace retrograd::onnx::writing
