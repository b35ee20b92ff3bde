// Random numbers of parts are those of the whole batch.
#include <string>
#include <vector>

#include "mpi/cases.h"
#include "mpi/small_models.h"

namespace test {

using mpi::Communicator;
using mpi::DataParallel;

namespace {

// Draws of all kinds for some rows of a batch.
std::vector<Tensor> draws(std::int64_t rows) {
  const auto doubles = rg::TensorOptions{.dtype = rg::float64};
  const Tensor image = rg::ones({rows, 3, 5}, doubles);
  const Tensor query = rg::ones({rows, 2, 3, 4}, doubles);
  return {rg::dropout(rg::ones({rows, 7}, doubles), 0.5),
          rg::dropout(rg::ones({rows * 3, 5}, doubles), 0.3),
          rg::dropout1d(image, 0.4),
          rg::alpha_dropout(image, 0.4, true),
          rg::stochastic_depth(image, 0.5, rg::StochasticDepthMode::row),
          rg::scaled_dot_product_attention(query, query, query, {.dropout_p = 0.5}),
          rg::rand({rows, 3}, doubles),
          rg::randn({rows}, doubles),
          rg::randint(0, 100, {rows, 2}).to(rg::float64),
          rg::dropout(rg::ones({rows, 1}, doubles), 0.5)};
}

// As a model with one number that counts in no row.
Tensor loss_of_rows(const Tensor& weight, const Tensor& inputs) {
  return rg::mean(inputs.to(rg::float64)) * rg::sum(weight);
}

void require_rows(const Tensor& part, const Tensor& whole, std::int64_t first, std::int64_t rows) {
  const std::int64_t each = part.size(0) / rows;
  const Tensor wanted = rg::narrow(whole, 0, first * each, rows * each);
  require(part.to_vector<double>() == wanted.to_vector<double>(),
          "row " + std::to_string(first) + " draws other numbers");
}

struct Layer : nn::Module {
  Tensor weight = rg::ones({3}, {.dtype = rg::float64, .requires_grad = true});
  nn::Members members() override { return {{"weight", weight}}; }
};

// Two steps, whose second starts where the first has left the generator.
void draw_parts(Communicator& world, const mpi::DataParallelOptions& options, std::int64_t rows) {
  rg::manual_seed(7);
  const std::vector<std::vector<Tensor>> wholes{draws(rows), draws(rows)};
  const rg::Generator::State end = rg::default_generator().state();
  rg::manual_seed(static_cast<std::uint64_t>(7 + world.rank()));  // rank 0's counts
  Layer layer;
  DataParallel parallel(layer, world, options);
  const Tensor indices = rg::view(rg::arange(rows), {rows, 1});
  for (const std::vector<Tensor>& whole : wholes) {
    parallel.backward({indices, indices}, [&](const rg::Batch& part) {
      const std::int64_t count = part.inputs.size(0);
      const std::vector<Tensor> mine = draws(count);
      for (std::size_t k = 0; k < mine.size(); ++k) {
        require_rows(mine[k], whole[k], static_cast<std::int64_t>(part.inputs.at(0, 0)), count);
      }
      return loss_of_rows(layer.weight, part.inputs);
    });
  }
  require(world.rank() != 0 || rg::default_generator().state() == end,
          "the generator ends in another state");
}

struct Dropping : nn::Module {
  nn::Conv2d conv{1, 3, 3};
  nn::Dropout2d channels{0.3};
  nn::Dropout elements{0.4};
  nn::Linear head{3 * 4 * 4, 3};

  Dropping() {
    draw(*this, 2);
    to(rg::float64);
  }
  nn::Members members() override {
    return {{"conv", conv}, {"channels", channels}, {"elements", elements}, {"head", head}};
  }
  Tensor forward(const Tensor& x) override {
    return head(elements(rg::flatten(channels(rg::relu(conv(x))), 1)));
  }
};

}  // namespace

void random_rows(Communicator& world) {
  for (const std::int64_t rows : {8, 11, 3}) {
    draw_parts(world, {.deterministic = false}, rows);
    for (int virtual_ranks = world.size(); virtual_ranks <= 8; virtual_ranks *= 2) {
      draw_parts(world, {.deterministic = true, .virtual_ranks = virtual_ranks}, rows);
    }
  }
}

// A number in each part that no row counts: later masks are still those of the whole batch.
void random_without_rows(Communicator& world) {
  rg::manual_seed(3);
  const Tensor before = rg::dropout(rg::ones({12, 4}));
  rg::default_generator().take(1);
  const Tensor after = rg::dropout(rg::ones({12, 4}));
  rg::manual_seed(3);
  Layer layer;
  DataParallel parallel(layer, world, {.deterministic = true});
  const Tensor indices = rg::view(rg::arange(12), {12, 1});
  std::vector<double> noises;
  parallel.backward({indices, indices}, [&](const rg::Batch& part) {
    const auto first = static_cast<std::int64_t>(part.inputs.at(0, 0));
    require_rows(rg::dropout(rg::ones({3, 4})).to(rg::float64), before.to(rg::float64), first, 3);
    noises.push_back(rg::randn({5}).at(4));
    require_rows(rg::dropout(rg::ones({3, 4})).to(rg::float64), after.to(rg::float64), first, 3);
    return loss_of_rows(layer.weight, part.inputs);
  });
  for (std::size_t k = 1; k < noises.size(); ++k) {
    require(noises[k] != noises[0], "two parts have one noise");
  }
}

// With dropout, the gradient is that of one process without DataParallel, whatever the parts.
void dropped_gradient(Communicator& world) {
  for (const int virtual_ranks : {0, 4, 8}) {
    Dropping model;
    DataParallel parallel(model, world,
                          {.deterministic = virtual_ranks > 0,
                           .virtual_ranks = virtual_ranks > 0 ? virtual_ranks : 4});
    Dropping whole;
    rg::manual_seed(11);
    for (std::uint64_t step = 0; step < 3; ++step) {
      loss_of(whole)(batch_of(9, step)).backward();
    }
    rg::manual_seed(11);
    for (std::uint64_t step = 0; step < 3; ++step) {
      parallel.backward(batch_of(9, step), loss_of(model));
    }
    require_close(model, whole, 1e-12);
  }
}

}  // namespace test
