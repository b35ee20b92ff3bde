#include "mpi/cases.h"

#include <cmath>
#include <optional>
#include <stdexcept>

#include <retrograd/mpi/in_process.h>
#include <retrograd/mpi/state.h>

#include "mpi/small_models.h"

namespace test {

namespace {

using mpi::Communicator;
using mpi::DataParallel;
using Options = mpi::DataParallelOptions;

Options small_buckets(bool deterministic = false) {
  return {.bucket_bytes = 200, .deterministic = deterministic};
}

// A full batch in one process.
void full_batch(Net& model, const rg::Batch& batch) {
  loss_of(model)(batch).backward();
}

void collectives(Communicator& world) {
  const auto ranks = static_cast<double>(world.size());
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16, rg::int64}) {
    const Tensor x = rg::full({5}, world.rank() + 1, {.dtype = dtype});
    world.all_reduce(x).wait();
    require(x.at(4) == ranks * (ranks + 1) / 2, "the sum is " + std::to_string(x.at(4)));
  }
  const Tensor last = rg::full({2, 3}, world.rank());
  world.broadcast(last, world.size() - 1).wait();
  require(last.at(1, 2) == ranks - 1, "the broadcast value is another");
  const Tensor all = rg::zeros({world.size(), 2});
  world.all_gather(rg::full({2}, world.rank() + 10.0), all).wait();
  const Tensor parts = rg::arange(world.size()) + 100 * world.rank();
  const Tensor received = rg::zeros_like(parts);
  world.all_to_all(parts, received).wait();
  for (int r = 0; r < world.size(); ++r) {
    require(all.at(r, 1) == r + 10, "the gathered values are others");
    require(received.at({r}) == 100 * r + world.rank(), "the exchanged values are others");
  }
  const std::string mine(static_cast<std::size_t>(world.rank()), 'x');
  const auto texts = world.all_gather_text(mine);
  require(texts.back().size() == static_cast<std::size_t>(world.size() - 1), "a text is cut");
  require(world.broadcast_text("of rank " + std::to_string(world.rank())) == "of rank 0",
          "the text is another");
  world.barrier();
}

// Uneven parts, and parts without rows; twice, with other buckets after the first.
void gradient(Communicator& world, bool deterministic) {
  Net model(world.rank() == 0 ? 1 : 2);
  DataParallel parallel(model, world, small_buckets(deterministic));
  for (const std::int64_t rows : {12, 10, 7, 3, 1}) {
    Net whole(1);
    full_batch(whole, batch_of(rows));
    model.zero_grad();
    const double loss = parallel.backward(batch_of(rows), loss_of(model));
    require_close(model, whole, 1e-12);
    const double wanted = loss_of(whole)(batch_of(rows)).item<double>();
    require(std::abs(loss - wanted) < 1e-12, "the loss is another");
    parallel.backward_shard(mpi::part_of(batch_of(rows), world.rank(), world.size()),
                            loss_of(model));  // is added
    full_batch(whole, batch_of(rows));
    require_close(model, whole, 1e-12);
  }
}

void plain_backward(Communicator& world) {
  Net model;
  const DataParallel parallel(model, world, small_buckets());
  Net whole;
  full_batch(whole, batch_of(12));
  for (int pass = 0; pass < 3; ++pass) {
    model.zero_grad();
    loss_of(model)(mpi::part_of(batch_of(12), world.rank(), world.size())).backward();
    require_close(model, whole, 1e-12);
  }
}

void accumulation(Communicator& world) {
  for (const bool deterministic : {false, true}) {
    Net model;
    DataParallel parallel(model, world, small_buckets(deterministic));
    Net whole;
    for (std::uint64_t k = 0; k < 3; ++k) {
      full_batch(whole, batch_of(9, k));
      if (k < 2) {
        const auto alone = parallel.no_sync();
        parallel.backward(batch_of(9, k), loss_of(model));
      } else {
        parallel.backward(batch_of(9, k), loss_of(model));
      }
    }
    require_close(model, whole, 1e-12);
    const double norm = rg::optim::clip_grad_norm_(model.parameters(), 0.01);
    const double wanted = rg::optim::clip_grad_norm_(whole.parameters(), 0.01);
    require(std::abs(norm - wanted) < 1e-12, "the norm is another");
    require_close(model, whole, 1e-12);
  }
}

// The last rank alone uses a layer; then no rank does, and its gradient stays as it is.
void unused(Communicator& world) {
  Net model;
  DataParallel parallel(model, world, small_buckets());
  model.with_unused = world.rank() == world.size() - 1;
  parallel.backward(batch_of(8), loss_of(model));
  const Tensor gradient = model.unused.weight.grad();
  require(gradient.defined() && !model.unused.bias.grad().defined(), "unused: another gradient");
  const auto before = gradient.to_vector<double>();
  model.with_unused = false;
  parallel.backward(batch_of(8), loss_of(model));
  require(model.unused.weight.grad().to_vector<double>() == before, "an unused gradient changed");
}

void bfloat16_wire(Communicator& world) {
  Net model(1, rg::float32);
  DataParallel parallel(model, world, {.wire = rg::bfloat16, .deterministic = false});
  Net whole;
  full_batch(whole, batch_of(8));
  parallel.backward(batch_of(8, 5, rg::float32), loss_of(model));
  require_close(model, whole, world.size() == 1 ? 1e-6 : 0.01);
  const bool halves = world.size() == 2 || world.size() == 4;  // a mean that is exact
  for (const auto& [name, parameter] : model.named_parameters()) {
    if (halves && parameter.grad().defined()) {
      const Tensor sum = parameter.grad() * static_cast<float>(world.size());
      require(rg::all(sum == sum.to(rg::bfloat16).to(rg::float32)).item<bool>(),
              name + " was not sent in bfloat16");
    }
  }
}

// Running statistics are the mean of the parts', and the same on all ranks.
void buffers(Communicator& world) {
  for (const bool deterministic : {false, true}) {
    Net model;
    model.with_norm = true;
    DataParallel parallel(model, world, small_buckets(deterministic));
    const int parts = deterministic ? 4 : world.size();
    Tensor wanted = rg::zeros({4}, {.dtype = rg::float64});
    for (int v = 0; v < parts; ++v) {
      Net one;
      one.norm.eval();
      const rg::Batch part = mpi::part_of(batch_of(8), v, parts);
      wanted = wanted + rg::mean(one.conv(part.inputs), {0, 2, 3}).detach() * (0.1 / parts);
    }
    parallel.backward(batch_of(8), loss_of(model));
    const auto off = rg::max(rg::abs(model.norm.running_mean - wanted)).item<double>();
    require(off < 1e-12, "the running mean is another");
    parallel.verify();
  }
}

// Trained weights have the same bits as those of one rank.
void same_bits(Communicator& world, std::optional<double> momentum) {
  const auto train = [momentum](Communicator& ranks) {
    Net model(3, rg::float32);
    model.with_norm = true;
    model.norm = nn::BatchNorm2d(4, {.momentum = momentum});
    DataParallel parallel(model, ranks, small_buckets(true));
    rg::optim::Adam optimizer(model.parameters(), {.lr = 0.01});
    for (std::uint64_t step = 0; step < 5; ++step) {
      optimizer.zero_grad();
      parallel.backward(batch_of(step == 4 ? 5 : 16, step, rg::float32), loss_of(model));
      optimizer.step();
    }
    std::vector<float> values;
    for (const auto& [name, tensor] : model.state_dict()) {
      const auto more = tensor.to_vector<float>();
      values.insert(values.end(), more.begin(), more.end());
    }
    return values;
  };
  std::vector<float> wanted;
  mpi::run_in_process(1, [&](Communicator& alone) { wanted = train(alone); });
  require(train(world) == wanted, "the bits are others than those of one rank");
}

void state(Communicator& world) {
  rg::StateDict mine;
  if (world.rank() == world.size() - 1) {
    mine.insert("a name", rg::arange(6));
    mine.insert("none", rg::zeros({0, 3}, {.dtype = rg::bfloat16}));
    mine.insert("one", rg::full({}, 2.5, {.dtype = rg::float64}));
    mine.insert("turned", rg::permute(rg::view(rg::arange(6), {2, 3}), {1, 0}));
  }
  const rg::StateDict all = mpi::broadcast_state(mine, world, world.size() - 1);
  require(all.size() == 4 && all.at("a name").at(5) == 5 && all.at("one").at({}) == 2.5 &&
              all.at("none").shape() == rg::Shape{0, 3} && all.at("turned").at(2, 1) == 5,
          "the state is another");
}

}  // namespace

void require(bool holds, const std::string& what) {
  if (!holds) {
    throw std::runtime_error(what);
  }
}

void require_close(const nn::Module& model, const nn::Module& wanted, double tolerance) {
  const auto ours = model.named_parameters();
  const auto theirs = wanted.named_parameters();
  for (std::size_t i = 0; i < ours.size(); ++i) {
    const Tensor a = ours[i].second.grad();
    const Tensor b = theirs[i].second.grad();
    require(a.defined() == b.defined(), ours[i].first + " has a gradient on one side alone");
    if (a.defined()) {
      const auto worst = rg::max(rg::abs(a - b.to(a.dtype()))).item<double>();
      require(worst <= tolerance, ours[i].first + " is " + std::to_string(worst) + " off");
    }
  }
}

const std::vector<std::pair<std::string, Case>>& cases() {
  static const std::vector<std::pair<std::string, Case>> all{
      {"collectives", collectives},
      {"gradient", [](Communicator& world) { gradient(world, false); }},
      {"gradient of virtual ranks", [](Communicator& world) { gradient(world, true); }},
      {"plain backward", plain_backward},
      {"accumulation", accumulation},
      {"unused parameters", unused},
      {"bfloat16 on the wire", bfloat16_wire},
      {"buffers", buffers},
      {"same bits", [](Communicator& world) { same_bits(world, 0.1); }},
      {"same bits of a cumulative average",
       [](Communicator& world) { same_bits(world, std::nullopt); }},
      {"random rows", random_rows},
      {"random numbers of no row", random_without_rows},
      {"gradient with dropout", dropped_gradient},
      {"synchronised batch norm", sync_norm},
      {"dtypes of synchronised batch norm", sync_norm_dtypes},
      {"a step with synchronised batch norm", sync_data_parallel},
      {"synchronised batch norm that is refused", sync_refused},
      {"after an error", after_error},
      {"after exceptions", after_exceptions},
      {"constant buffers", constant_buffers},
      {"loader", loader},
      {"batches of a loader", loader_batches},
      {"state", state}};
  return all;
}

}  // namespace test
