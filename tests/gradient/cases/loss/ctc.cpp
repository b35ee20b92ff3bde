// The loss of connectionist temporal classification.
#include "gradient/op_cases_loss.h"

namespace op_cases {

namespace {

struct Row {
  const char* label;
  rg::Shape log_probs;
  rg::Tensor targets;
  rg::Tensor input_lengths;
  rg::Tensor target_lengths;
  bool zero_infinity = false;
  std::int64_t blank = 0;
  bool torch = true;
};

rg::Tensor ints(const rg::TensorData& values) {
  return rg::tensor(values, {.dtype = rg::int64});
}

std::vector<Row> rows() {
  const rg::Tensor none = rg::zeros({0}, {.dtype = rg::int64});
  return {
      {"padded", {5, 2, 4}, ints({{1, 2}, {3, 1}}), ints({5, 4}), ints({2, 1})},
      {"joined", {4, 2, 3}, ints({1, 2, 1}), ints({4, 3}), ints({2, 1})},
      {"repeated labels", {5, 1, 3}, ints({{2, 2}}), ints({5}), ints({2})},
      {"just enough times", {3, 1, 3}, ints({{1, 1}}), ints({3}), ints({2})},
      {"blank 2", {4, 2, 3}, ints({{0, 1}, {1, 0}}), ints({4, 3}), ints({2, 2}), false, 2},
      {"empty targets", {3, 2, 3}, ints({{1}, {0}}), ints({3, 2}), ints({1, 0})},
      {"empty targets alone", {3, 1, 3}, none, ints({3}), ints({0})},
      {"one sample", {4, 3}, ints({1, 2}), ints(4), ints(2)},
      {"no alignment", {3, 2, 3}, ints({{1, 1}, {1, 0}}), ints({2, 3}), ints({2, 1}), true},
      // PyTorch 1.13 reads what it did not write where there are no times.
      {"no times", {3, 2, 3}, ints({{1}, {0}}), ints({3, 0}), ints({1, 0}), false, 0, false},
      {"no samples", {3, 0, 3}, rg::zeros({0, 2}, {.dtype = rg::int64}), none, none},
  };
}

void add_cases(Table& table) {
  for (const ReductionName& reduction : kLossReductions) {
    for (const Row& row : rows()) {
      if (is_undefined(row.log_probs, reduction)) {
        continue;
      }
      // The derivatives are those of any input; PyTorch's are, behind log_softmax.
      for (const bool normalised : {true, false}) {
        const std::string options = "blank=" + std::to_string(row.blank) +
                                    (row.zero_infinity ? ", zero_infinity=True" : "");
        table.push_back(
            {.op = "ctc_loss",
             .label = std::string(row.label) + " " + reduction.name +
                      (normalised ? "" : " of any numbers"),
             .inputs = {row.log_probs, row.targets, row.input_lengths, row.target_lengths},
             .torch = normalised && row.torch ? torch_loss("ctc_loss", reduction, options,
                                                           "F.log_softmax(a, -1), b, c, d")
                                              : "",
             .function = [row, reduction, normalised](const Tensors& x) {
               return rg::ctc_loss(normalised ? rg::log_softmax(x[0], -1) : x[0], x[1], x[2], x[3],
                                   {.blank = row.blank,
                                    .reduction = reduction.value,
                                    .zero_infinity = row.zero_infinity});
             }});
      }
    }
  }
}

const Registered registered({.add = add_cases, .floors = {{"ctc_loss", 60}}});

}  // namespace

}  // namespace op_cases
