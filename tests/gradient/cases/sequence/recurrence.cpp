#include "gradient/op_cases.h"

namespace op_cases {

namespace {

using Cell = rg::Tensor (*)(const rg::Tensor&, const rg::Tensor&, const rg::Tensor&,
                            const rg::Tensor&, const rg::Tensor&, const rg::Tensor&, rg::Where);

rg::Tensor lstm(const rg::Tensor& x, const rg::Tensor& hc, const rg::Tensor& w_ih,
                const rg::Tensor& w_hh, const rg::Tensor& b_ih, const rg::Tensor& b_hh,
                rg::Where where) {
  const rg::LSTMState state{rg::select(hc, 0, 0), rg::select(hc, 0, 1)};
  const rg::LSTMState next = rg::lstm_cell(x, state, w_ih, w_hh, b_ih, b_hh, where);
  return rg::stack({next.h, next.c});
}

struct CellRow {
  const char* name;
  std::int64_t gates;
  Cell cell;
  std::string state;  // as PyTorch wants it
};

const CellRow kCells[] = {{"rnn_tanh_cell", 1, rg::rnn_tanh_cell, "b"},
                          {"rnn_relu_cell", 1, rg::rnn_relu_cell, "b"},
                          {"gru_cell", 3, rg::gru_cell, "b"},
                          {"lstm_cell", 4, lstm, "(b[0], b[1])"}};

// (N, I, H); PyTorch's cells want a batch, so 0 for one without.
struct Sizes {
  std::int64_t batch;
  std::int64_t input;
  std::int64_t hidden;
};
const Sizes kSizes[] = {{2, 3, 2}, {1, 1, 1}, {3, 1, 2}, {0, 2, 2}, {-1, 3, 2}};

void add(Table& table, const CellRow& row, const Sizes& sizes, bool bias) {
  rg::Shape input{sizes.input};
  rg::Shape state{sizes.hidden};
  if (sizes.batch >= 0) {
    input.insert(0, sizes.batch);
    state.insert(0, sizes.batch);
  }
  const bool is_lstm = row.gates == 4;
  if (is_lstm) {
    state.insert(0, 2);
  }
  const std::int64_t rows = row.gates * sizes.hidden;
  std::vector<Input> inputs{input, state, rg::Shape{rows, sizes.input},
                            rg::Shape{rows, sizes.hidden}};
  if (bias) {
    inputs.insert(inputs.end(), 2, rg::Shape{rows});
  }
  std::string torch =
      "torch." + std::string(row.name) + "(a, " + row.state + (bias ? ", c, d, e, f)" : ", c, d)");
  table.push_back({.op = row.name,
                   .label = to_string(input) + " " + to_string(state) + (bias ? " bias" : ""),
                   .inputs = inputs,
                   .torch = sizes.batch < 0 ? ""
                            : is_lstm       ? "torch.stack(" + torch + ")"
                                            : torch,
                   .function = [cell = row.cell, bias](const Tensors& x) {
                     return cell(x[0], x[1], x[2], x[3], bias ? x[4] : rg::Tensor(),
                                 bias ? x[5] : rg::Tensor(), {});
                   }});
}

void add_cases(Table& table) {
  for (const CellRow& row : kCells) {
    for (const Sizes& sizes : kSizes) {
      for (const bool bias : {true, false}) {
        add(table, row, sizes, bias);
      }
    }
  }
}

const Registered registered(
    {.add = add_cases,
     .floors = {
         {"rnn_tanh_cell", 10}, {"rnn_relu_cell", 10}, {"gru_cell", 10}, {"lstm_cell", 10}}});

}  // namespace

}  // namespace op_cases
