// Synchronised batch norm is that of the whole batch.
#include <string>
#include <vector>

#include <retrograd/mpi/in_process.h>
#include <retrograd/mpi/sync_batch_norm.h>

#include "mpi/cases.h"
#include "mpi/small_models.h"

namespace test {

using mpi::Communicator;
using mpi::DataParallel;

namespace {

Tensor random(const rg::Shape& shape, std::uint64_t seed) {
  rg::Generator generator(seed);
  return rg::randn(shape, {.dtype = rg::float64}, generator);
}

void near(const Tensor& ours, const Tensor& wanted, const std::string& what,
          double tolerance = 1e-12) {
  const auto off =
      wanted.numel() == 0 ? 0 : rg::max(rg::abs(ours - wanted.to(ours.dtype()))).item<double>();
  require(ours.shape() == wanted.shape() && off <= tolerance,
          what + " is " + std::to_string(off * 1e12) + "e-12 off");
}

// Inputs, and what a batch norm makes of them: values, gradients, and gradients of a function of
// the gradient.
struct Normed {
  Tensor x, weight, bias, mean, var;
  Tensor y, second;

  Normed(const Tensor& rows, std::int64_t channels)
      : x(rows.detach().clone()),
        weight(random({channels}, 3)),
        bias(random({channels}, 4)),
        mean(rg::zeros({channels}, {.dtype = rg::float64})),
        var(rg::ones({channels}, {.dtype = rg::float64})) {
    for (Tensor* each : {&x, &weight, &bias}) {
      each->set_requires_grad(true);
    }
  }
  // The gradient of sum(y^2 c) and, summed with `sum`, of sum(its squares).
  void go_back(const Tensor& c) {
    const Tensor loss = rg::sum(y * y * c);
    const auto first = rg::grad({loss}, {x}, {.create_graph = true});
    second = rg::grad({rg::sum(first[0] * first[0] * c)}, {x}, {.retain_graph = true})[0];
    loss.backward();
  }
};

Tensor summed(const Tensor& values, Communicator& world) {
  const Tensor all = values.detach().clone();
  world.all_reduce(all).wait();
  return all;
}

// Parts of other sizes than one another, and one without rows if there are 4 ranks.
void compare(Communicator& world, const rg::Shape& shape) {
  const std::int64_t rows = shape[0];
  const std::int64_t begin = rows * world.rank() * world.rank() / (world.size() * world.size());
  const std::int64_t end =
      rows * (world.rank() + 1) * (world.rank() + 1) / (world.size() * world.size());
  const Tensor batch = random(shape, 1) * 2.0 + 30.0;
  const Tensor c = random(shape, 2);
  const auto mine = [&](const Tensor& whole) { return rg::narrow(whole, 0, begin, end - begin); };

  Normed whole(batch, shape[1]);
  Normed part(mine(batch), shape[1]);
  const rg::BatchNormOptions options{.training = true, .momentum = 0.3, .eps = 1e-3};
  whole.y = rg::batch_norm(whole.x, whole.mean, whole.var, whole.weight, whole.bias, options);
  part.y =
      mpi::sync_batch_norm(part.x, part.mean, part.var, part.weight, part.bias, options, world);
  near(part.y, mine(whole.y), "the value");
  near(part.mean, whole.mean, "the running mean");
  near(part.var, whole.var, "the running variance");
  whole.go_back(c);
  part.go_back(mine(c));
  near(part.x.grad(), mine(whole.x.grad()), "the gradient of the input");
  near(summed(part.weight.grad(), world), whole.weight.grad(), "the gradient of the weight");
  near(summed(part.bias.grad(), world), whole.bias.grad(), "the gradient of the bias");
  near(part.second, mine(whole.second), "the second gradient", 1e-10);
}

}  // namespace

void sync_norm(Communicator& world) {
  compare(world, {14, 3});
  compare(world, {9, 2, 5});
  compare(world, {9, 4, 3, 2});
  const Tensor one = rg::ones({world.rank() == 0 ? 1 : 0, 2});
  std::string error;
  try {
    mpi::sync_batch_norm(one, {}, {}, {}, {}, {.training = true}, world);
  } catch (const rg::ValueError& caught) {
    error = caught.what();
  }
  require(error.find("[too-few-values]") != std::string::npos, "one value is no error: " + error);
}

// In float32, and in bfloat16 beside weights of float32.
void sync_norm_dtypes(Communicator& world) {
  for (const rg::DType dtype : {rg::float32, rg::bfloat16}) {
    const Tensor batch = random({8, 3, 4}, 1).to(dtype);
    nn::BatchNorm1d norm(3);
    mpi::SyncBatchNorm sync(3, world);
    Tensor x = mpi::part_of({batch, batch}, world.rank(), world.size()).inputs.clone();
    Tensor whole = batch.clone();
    x.set_requires_grad(true);
    whole.set_requires_grad(true);
    const Tensor y = sync(x);
    const Tensor wanted = norm(whole);
    require(y.dtype() == wanted.dtype(), "the dtype is another");
    rg::sum(y * y * y).backward();
    rg::sum(wanted * wanted * wanted).backward();
    const auto part = [&](const Tensor& of) {
      return mpi::part_of({of, of}, world.rank(), world.size()).inputs.to(rg::float64);
    };
    const double tolerance = dtype == rg::float32 ? 1e-5 : 0.1;
    near(y.detach().to(rg::float64), part(wanted.detach()), "the value", tolerance);
    near(x.grad().to(rg::float64), part(whole.grad()), "the gradient", tolerance);
    near(sync.running_var, norm.running_var, "the running variance", 1e-5);
    sync.eval();
    norm.eval();
    near(sync(x).detach().to(rg::float64), norm(x).detach().to(rg::float64), "evaluation", 0.01);
  }
}

// Through DataParallel, a step is that of the whole batch with its batch norm.
void sync_data_parallel(Communicator& world) {
  for (const bool deterministic : {false, true}) {
    Net model;
    model.with_norm = true;
    require(mpi::convert_sync_batchnorm(model, world) == 1, "another number of layers");
    DataParallel parallel(model, world,
                          {.bucket_bytes = 200,
                           .deterministic = deterministic,
                           .virtual_ranks = deterministic ? world.size() : 4});
    Net whole;
    whole.with_norm = true;
    for (const std::int64_t rows : {12, 10, 7}) {
      model.zero_grad();
      whole.zero_grad();
      const double loss = parallel.backward(batch_of(rows), loss_of(model));
      const Tensor wanted = loss_of(whole)(batch_of(rows));
      wanted.backward();
      require_close(model, whole, 1e-12);
      near(rg::full({}, loss, {.dtype = rg::float64}), wanted.detach(), "the loss");
      near(model.norm.running_mean, whole.norm.running_mean, "the running mean");
      near(model.norm.running_var, whole.norm.running_var, "the running variance");
    }
    parallel.verify();
    std::string error;
    try {
      parallel.backward(batch_of(world.size() - 1), loss_of(model));
    } catch (const rg::ShapeError& caught) {
      error = caught.what();
    }
    require(world.size() == 1 || error.find("[sync-batch-norm]") != std::string::npos,
            "a rank without rows is no error: " + error);
  }
}

// In deterministic mode, other virtual ranks than the ranks are refused, also after a conversion.
void sync_refused(Communicator& world) {
  for (const bool early : {true, false}) {
    Net model;
    model.with_norm = true;
    std::string error;
    try {
      if (early) {
        mpi::convert_sync_batchnorm(model, world);
      }
      DataParallel parallel(model, world,
                            {.deterministic = true, .virtual_ranks = 2 * world.size()});
      mpi::convert_sync_batchnorm(model, world);
      parallel.backward(batch_of(8), loss_of(model));
    } catch (const rg::ValueError& caught) {
      error = caught.what();
    }
    require(error.find("[sync-batch-norm]") != std::string::npos, "it is not refused: " + error);
  }
}

}  // namespace test
