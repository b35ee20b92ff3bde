#include <retrograd/mpi/data_parallel.h>

#include <bit>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <retrograd/data/internal/rows.h>
#include <retrograd/mpi/detail/agreement.h>
#include <retrograd/mpi/detail/reducer.h>
#include <retrograd/mpi/detail/sync.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/batch_rows.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/random.h>

namespace retrograd::mpi {

using retrograd::detail::first_row;
using retrograd::detail::rows_of;

namespace {

void check_options(const Frame& call, const DataParallelOptions& options, int ranks) {
  check::require<ValueError>(call, options.wire == float32 || options.wire == bfloat16, {},
                             "gradients are sent in float32 or bfloat16, not in {} [wire-dtype]",
                             options.wire);
  check::require<ValueError>(call, options.bucket_bytes >= 1, {},
                             "buckets have 1 byte or more [value-out-of-range]");
  if (!options.deterministic) {
    return;
  }
  check::require<ValueError>(call, options.wire == float32, {},
                             "rounding to bfloat16 depends on the number of ranks: in "
                             "deterministic mode gradients are sent in float32 [wire-dtype]");
  check::require<ValueError>(
      call,
      options.virtual_ranks >= 1 &&
          std::has_single_bit(static_cast<unsigned>(options.virtual_ranks)) &&
          options.virtual_ranks % ranks == 0,
      {},
      "virtual_ranks must be a power of two and a multiple of the {} ranks, not {} "
      "[virtual-ranks]",
      ranks, options.virtual_ranks);
}

nn::Module::NamedTensors all_tensors(const nn::Module& model) {
  nn::Module::NamedTensors tensors = model.named_parameters();
  for (auto& buffer : model.named_buffers()) {
    tensors.push_back(std::move(buffer));
  }
  return tensors;
}

void require_rows(const Frame& call, std::int64_t rows, const Batch& batch) {
  check::require<ShapeError>(call, rows > 0, {{"inputs", batch.inputs}},
                             "the batch has no rows on any rank [tensor-empty]");
}

// All ranks meet in a synchronised batch norm, once for each of their parts.
void check_synchronised(const Frame& call, const nn::Module& model,
                        const DataParallelOptions& options, int ranks, std::int64_t rows) {
  if (!detail::is_synchronised(model)) {
    return;
  }
  check::require<ValueError>(
      call, !options.deterministic || options.virtual_ranks == ranks, {},
      "synchronised batch norm has the statistics of the ranks: in deterministic mode it needs "
      "as many virtual ranks as the {} ranks, not {} [sync-batch-norm]",
      ranks, options.virtual_ranks);
  check::require<ShapeError>(call, rows >= ranks, {},
                             "synchronised batch norm needs a row on each of the {} ranks, and the "
                             "batch has {} [sync-batch-norm]",
                             ranks, rows);
}

std::string describe(const DataParallelOptions& options, std::size_t tensors) {
  return fmt::format("options {} {} {} {} {} {}", name(options.wire), options.bucket_bytes,
                     options.check_finite, options.deterministic,
                     options.deterministic ? options.virtual_ranks : 0, tensors);
}

}  // namespace

Batch part_of(const Batch& batch, std::int64_t index, std::int64_t count, Where where) {
  const Frame call("part_of", where);
  check::require<IndexError>(call, index >= 0 && index < count, {},
                             "there is no part {} of {} [index-out-of-range]", index, count);
  const std::int64_t rows = batch.inputs.size(0);
  return rows_of(batch, first_row(rows, index, count), first_row(rows, index + 1, count));
}

struct DataParallel::Impl {
  Impl(nn::Module& its_model, Communicator& its_communicator, DataParallelOptions its_options)
      : model(its_model),
        communicator(its_communicator),
        options(its_options),
        reducer(its_model, its_communicator, its_options) {}

  double run_parts(const Batch& batch, std::int64_t first, std::int64_t rows, const PartLoss& loss);
  double run_part(const Batch& part, const detail::Part& info, const PartLoss& loss);
  double mean_loss(const std::vector<double>& losses);
  // Rank 0's number and generator.
  std::int64_t share(std::int64_t rows);

  nn::Module& model;
  Communicator& communicator;
  DataParallelOptions options;
  detail::Reducer reducer;
};

DataParallel::NoSync::NoSync(DataParallel& parallel) noexcept
    : parallel_(parallel), previous_(std::exchange(parallel.impl_->reducer.is_alone, true)) {}

DataParallel::NoSync::~NoSync() {
  parallel_.impl_->reducer.is_alone = previous_;
}

DataParallel::DataParallel(nn::Module& model, Communicator& communicator,
                           DataParallelOptions options, Where where) {
  const Frame call("DataParallel", where);
  check_options(call, options, communicator.size());
  check_synchronised(call, model, options, communicator.size(), communicator.size());
  const nn::Module::NamedTensors tensors = all_tensors(model);
  std::vector<std::string> lines = detail::describe(tensors);
  lines.push_back(describe(options, tensors.size()));
  detail::require_equal_lines(communicator, lines);
  detail::copy_from_rank_0(communicator, tensors);
  detail::require_equal_bits(communicator, tensors);
  impl_ = std::make_unique<Impl>(model, communicator, options);
}

DataParallel::~DataParallel() = default;

void DataParallel::verify(Where where) const {
  const Frame call("verify", where);
  detail::require_equal_bits(impl_->communicator, all_tensors(impl_->model));
}

Communicator& DataParallel::communicator() const noexcept {
  return impl_->communicator;
}

double DataParallel::backward(const Batch& batch, const PartLoss& loss, Where where) {
  const Frame call("backward", where);
  const std::int64_t rows = batch.inputs.size(0);
  const std::int64_t theirs = impl_->share(rows);
  check::require<CommunicationError>(call, rows == theirs, {{"inputs", batch.inputs}},
                                     "the batch of rank {} has {} rows, and that of rank 0 has {} "
                                     "[ranks-differ]",
                                     impl_->communicator.rank(), rows, theirs);
  require_rows(call, rows, batch);
  check_synchronised(call, impl_->model, impl_->options, impl_->communicator.size(), rows);
  return impl_->run_parts(batch, 0, rows, loss);
}

double DataParallel::backward_shard(const Batch& rows, const PartLoss& loss, Where where) {
  const Frame call("backward_shard", where);
  Communicator& communicator = impl_->communicator;
  const Tensor counts = zeros({communicator.size()}, {.dtype = int64});
  communicator
      .all_gather(full({1}, rows.inputs.size(0), {.dtype = int64}), counts, "the numbers of rows")
      .wait();
  std::int64_t total = 0;
  for (int r = 0; r < communicator.size(); ++r) {
    total += counts.raw<std::int64_t>()[r];
  }
  for (int r = 0; r < communicator.size(); ++r) {
    const std::int64_t wanted =
        first_row(total, r + 1, communicator.size()) - first_row(total, r, communicator.size());
    check::require<CommunicationError>(call, counts.raw<std::int64_t>()[r] == wanted, {},
                                       "rank {} has {} of {} rows, and not {} [ranks-differ]", r,
                                       counts.raw<std::int64_t>()[r], total, wanted);
  }
  require_rows(call, total, rows);
  check_synchronised(call, impl_->model, impl_->options, communicator.size(), total);
  impl_->share(total);
  return impl_->run_parts(rows, first_row(total, communicator.rank(), communicator.size()), total,
                          loss);
}

std::int64_t DataParallel::Impl::share(std::int64_t rows) {
  const Generator::State mine = default_generator().state();
  const Tensor shared = zeros({3}, {.dtype = int64});
  auto* const numbers = shared.raw<std::int64_t>();
  numbers[0] = rows;
  numbers[1] = std::bit_cast<std::int64_t>(mine.seed);
  numbers[2] = std::bit_cast<std::int64_t>(mine.position);
  communicator.broadcast(shared, 0, "the random numbers of a step").wait();
  default_generator().set_state(
      {std::bit_cast<std::uint64_t>(numbers[1]), std::bit_cast<std::uint64_t>(numbers[2])});
  return numbers[0];
}

// Rows `first` on of a batch of `rows`.
double DataParallel::Impl::run_parts(const Batch& batch, std::int64_t first, std::int64_t rows,
                                     const PartLoss& loss) {
  const int ranks = communicator.size();
  const std::int64_t parts = options.deterministic ? options.virtual_ranks : ranks;
  const std::int64_t each = parts / ranks;
  Generator& shared = default_generator();
  const Generator::State start = shared.state();
  Generator::State end_of_first = start;
  std::optional<DeterministicGuard> same_bits;
  if (options.deterministic) {
    same_bits.emplace();
  }
  struct Ended {
    ~Ended() { reducer.end_parts(); }
    detail::Reducer& reducer;
  };
  reducer.begin_parts();
  const Ended ended{reducer};
  std::vector<double> losses;
  for (std::int64_t k = 0; k < each; ++k) {
    const std::int64_t part = communicator.rank() * each + k;
    const std::int64_t begin = first_row(rows, part, parts);
    const std::int64_t end = first_row(rows, part + 1, parts);
    Generator random;
    random.set_state(start);
    const GeneratorGuard of_part(random);
    const retrograd::detail::BatchRowsGuard of_rows({begin, end - begin, rows, &random});
    const double weight = static_cast<double>(end - begin) / static_cast<double>(rows);
    losses.push_back(run_part(rows_of(batch, begin - first, end - first),
                              {.number = static_cast<std::size_t>(k),
                               .count = static_cast<std::size_t>(each),
                               .weight = weight},
                              loss));
    if (k == 0) {
      end_of_first = random.state();
    }
  }
  shared.set_state(end_of_first);
  return mean_loss(losses);
}

// Returns the loss times its weight in the mean.
double DataParallel::Impl::run_part(const Batch& part, const detail::Part& info,
                                    const PartLoss& loss) {
  reducer.begin_part(info);
  double weighted = 0;
  if (info.weight > 0) {
    const Tensor mean = loss(part);
    check::require<GraphError>({"backward", {}}, mean.defined() && mean.numel() == 1, {},
                               "the loss of a part must be one number [not-one-element]");
    weighted = mean.item<double>() * info.weight;
    const double seed = options.deterministic ? info.weight : info.weight * communicator.size();
    mean.backward(full_like(mean, seed));
  }
  reducer.end_part();
  return weighted;
}

double DataParallel::Impl::mean_loss(const std::vector<double>& losses) {
  const auto each = static_cast<std::int64_t>(losses.size());
  const Tensor mine = zeros({each}, {.dtype = float64});
  std::copy(losses.begin(), losses.end(), mine.raw<double>());
  const Tensor all = zeros({each * communicator.size()}, {.dtype = float64});
  communicator.all_gather(mine, all, "the losses").wait();
  double total = 0;
  for (std::int64_t i = 0; i < all.numel(); ++i) {
    total += all.raw<double>()[i];
  }
  return total;
}

}  // namespace retrograd::mpi
