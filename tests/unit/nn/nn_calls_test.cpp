// Modules whose calls take several tensors: hooks and summaries see them, too.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"
#include "unit/nn_hooks_modules.h"
#include "unit/ops_errors.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::ones;
using rg::Shape;
using rg::Tensor;
using test::Floats;
using test::leaf;
using test::values;

namespace {

// y = x1 W x2 of the input with itself, attention, and the last state of a recurrence.
struct Mixed : nn::Module {
  nn::Bilinear bilinear{4, 4, 6};
  nn::MultiheadAttention attention{6, 2, {.batch_first = true}};
  nn::GRU gru{6, 5, {.num_layers = 2, .batch_first = true, .bidirectional = true}};
  nn::LSTMCell cell{10, 3};
  nn::MSELoss loss;
  nn::Members members() override {
    return {{"bilinear", bilinear},
            {"attention", attention},
            {"gru", gru},
            {"cell", cell},
            {"loss", loss}};
  }
  Tensor forward(const Tensor& x) override {
    const Tensor y = bilinear(x, x);
    const Tensor seen = attention(y, y, y).output;
    const Tensor h = cell(rg::select(gru(seen).output, 1, 0)).h;
    return loss(h, rg::zeros_like(h));
  }
};

}  // namespace

TEST_CASE("summary: shows calls of several inputs, each once, with their multiplications") {
  Mixed model;
  const std::int64_t bilinear = 2 * 3 * 6 * (4 + 1) * 4;
  const std::int64_t attention = 2 * (3 * 3 * 6 * 6 + 2 * 3 * 3 * 6);
  const std::int64_t projection = 2 * 3 * 6 * 6;
  const std::int64_t gru = 2 * 3 * 2 * 15 * ((6 + 5) + (10 + 5));
  const std::int64_t cell = 2 * 12 * (10 + 3);
  CHECK(bilinear + attention + projection + gru + cell == 6792);
  CHECK(model.summary({2, 3, 4}) ==
        "module              kind                                    output      parameters  "
        "multiply-adds\n"
        "(model)             Mixed                                   []                   0  "
        "            0\n"
        "bilinear            Bilinear(4, 4, 6)                       [2, 3, 6]          102  "
        "          720\n"
        "attention           MultiheadAttention(6, 2)                [2, 3, 6]          126  "
        "          864\n"
        "attention.out_proj  Linear(6, 6)                            [2, 3, 6]           42  "
        "          216\n"
        "gru                 GRU(6, 5, num_layers=2, bidirectional)  [2, 3, 10]         900  "
        "        4,680\n"
        "cell                LSTMCell(10, 3)                         [2, 3]             180  "
        "          312\n"
        "loss                MSELoss()                               []                   0  "
        "            0\n"
        "total                                                                        1,350  "
        "        6,792\n");
}

TEST_CASE("summary: cells and recurrence called as modules of one input are counted once") {
  nn::Sequential model{nn::GRUCell(4, 3), nn::LSTM(3, 2)};
  test::check_contains(model.summary({5, 4}), "GRUCell(4, 3)  [5, 3]          81            315\n");
  test::check_contains(model.summary({5, 4}), "LSTM(3, 2)     [5, 2]          56            200\n");
}

TEST_CASE("multiply_adds: norms count the scaling by a weight") {
  const Shape shape{2, 4, 3};
  CHECK(nn::BatchNorm1d(4).multiply_adds({shape}, shape) == 24);
  CHECK(nn::BatchNorm1d(4, {.affine = false}).multiply_adds({shape}, shape) == 0);
  CHECK(nn::InstanceNorm1d(4).multiply_adds({shape}, shape) == 0);
  CHECK(nn::InstanceNorm1d(4, {.affine = true}).multiply_adds({shape}, shape) == 24);
  CHECK(nn::LayerNorm(3).multiply_adds({shape}, shape) == 24);
  CHECK(nn::LayerNorm(3, {.elementwise_affine = false}).multiply_adds({shape}, shape) == 0);
  CHECK(nn::GroupNorm(2, 4).multiply_adds({shape}, shape) == 24);
  CHECK(nn::GroupNorm(2, 4, {.affine = false}).multiply_adds({shape}, shape) == 0);
  CHECK(nn::PReLU().multiply_adds({shape}, shape) == 0);
}

TEST_CASE("multiply_adds: of attention by the lengths of query and key, batched or not") {
  const nn::MultiheadAttention layer(6, 2);
  const Shape query{5, 2, 6};
  const Shape key{7, 2, 6};
  const std::int64_t expected = 2 * (5 * 36 + 2 * 7 * 36 + 2 * 5 * 7 * 6);
  CHECK(layer.multiply_adds({query, key, key}, query) == expected);
  CHECK(layer.multiply_adds({{5, 6}, {7, 6}, {7, 6}}, {5, 6}) == expected / 2);
  CHECK(layer.multiply_adds({query}, query) == 2 * (3 * 5 * 36 + 2 * 5 * 5 * 6));
}

TEST_CASE("hooks: modules of several inputs show their first input and output") {
  nn::MSELoss loss;
  std::string order;
  loss.register_forward_pre_hook([&](nn::Module&, const Tensor& input) {
    order += "a";
    CHECK(values(input) == Floats{1, 2});
    return 2 * input;
  });
  loss.register_forward_hook([&](nn::Module& module, const Tensor& input, const Tensor& output) {
    order += "b";
    CHECK(&module == &loss);
    CHECK(values(input) == Floats{2, 4});
    CHECK(values(output) == Floats{10});  // (2^2 + 4^2) / 2
    return 3 * output;
  });
  loss.register_full_backward_hook(
      [&](nn::Module&, const Tensor& grad_input, const Tensor& grad_output) {
        order += "c";
        CHECK(values(grad_input) == Floats{6, 12});  // 3 times the input
        CHECK(values(grad_output) == Floats{1});
        return Tensor();
      });
  const Tensor x = leaf({1, 2});
  const Tensor y = loss(x, rg::zeros({2}));
  CHECK(values(y) == Floats{30});
  y.backward();
  CHECK(order == "abc");
  CHECK(values(x.grad()) == Floats{12, 24});
}

TEST_CASE("hooks: replace the first output of recurrence, cells and attention, not the others") {
  const auto seven = [](nn::Module&, const Tensor&, const Tensor& output) {
    return rg::full_like(output, 7);
  };
  nn::LSTM lstm(2, 1);
  lstm.register_forward_hook(seven);
  const auto sequence = lstm(ones({1, 2}));
  CHECK(values(sequence.output) == Floats{7});
  CHECK(values(sequence.state.h) != Floats{7});
  nn::GRU gru(2, 1);
  gru.register_forward_hook(seven);
  CHECK(values(gru(ones({1, 2}), ones({1, 1})).output) == Floats{7});
  nn::RNNCell cell(2, 1);
  cell.register_forward_hook(seven);
  CHECK(values(cell(ones({2}), ones({1}))) == Floats{7});
  nn::LSTMCell both(2, 1);
  both.register_forward_hook(seven);
  const rg::LSTMState state = both(ones({2}));
  CHECK(values(state.h) == Floats{7});
  CHECK(values(state.c) != Floats{7});
  nn::Bilinear bilinear(1, 1, 1);
  bilinear.register_forward_hook(seven);
  CHECK(values(bilinear(ones({1}), ones({1}))) == Floats{7});
  nn::TripletMarginLoss triplet;
  triplet.register_forward_hook(seven);
  CHECK(values(triplet(ones({1, 1}), ones({1, 1}), ones({1, 1}))) == Floats{7});
  const Tensor one = ones({1}, {.dtype = rg::int64});
  nn::CTCLoss ctc({.blank = 2});
  CHECK(values(ctc(ones({1, 1, 3}), one, one, one)) == Floats{-1});
  ctc.register_forward_hook(seven);
  CHECK(values(ctc(ones({1, 1, 3}), one, one, one)) == Floats{7});
  nn::MultiheadAttention attention(2, 1);
  int inner = 0;
  attention.out_proj.register_forward_hook([&](nn::Module&, const Tensor&, const Tensor&) {
    ++inner;
    return Tensor();
  });
  attention.register_forward_hook(seven);
  const Tensor x = ones({1, 2});
  const auto found = attention(x, x, x);
  CHECK(values(found.output) == Floats{7, 7});
  CHECK(values(found.weights) == Floats{1});
  CHECK(inner == 1);
}

TEST_CASE("hooks: an error in one names the line of the call of several inputs") {
  nn::L1Loss loss;
  loss.register_forward_pre_hook([](nn::Module&, const Tensor& input) {
    return rg::relu(input, rg::Frame::current()->where());
  });
  REFUSED(GraphError, loss(Tensor(), ones({2})), "relu", "input is undefined");
}
