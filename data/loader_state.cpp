// The position of a loader as tensors, and back.
#include <bit>
#include <utility>

#include <retrograd/data/detail/pass.h>
#include <retrograd/data/loader.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

using std::int64_t;

Tensor saved(int64_t number) {
  return full({}, number, {.dtype = int64});
}

int64_t number(const Frame& call, const StateDict& state, const char* name) {
  const Tensor* const entry = state.find(name);
  check::require<ValueError>(call, entry != nullptr, {}, "{} is missing [state-mismatch]", name);
  check::require<ValueError>(call, entry->dtype() == int64 && entry->numel() == 1, {{name, *entry}},
                             "{} must be one int64 [state-mismatch]", name);
  return entry->item<int64_t>();
}

}  // namespace

StateDict DataLoader::state_dict() const {
  const bool inside = latest_ != nullptr && !latest_->ended;
  StateDict state;
  state.insert("epoch", saved(std::bit_cast<int64_t>(inside ? latest_->epoch : epoch_)));
  state.insert("batches", saved(inside ? latest_->handed_out : skipped_));
  state.insert("seed", saved(std::bit_cast<int64_t>(options().seed)));
  state.insert("batch_size", saved(options().batch_size));
  state.insert("size", saved(dataset().size()));
  state.insert("shuffle", saved(options().shuffle ? 1 : 0));
  state.insert("sampler", saved(options().sampler ? 1 : 0));
  state.insert("visited", saved(visited()));
  return state;
}

void DataLoader::load_state_dict(const StateDict& state, Where where) {
  const Frame call("DataLoader::load_state_dict", where);
  const auto own = [&](const char* name, int64_t value) {
    const int64_t there = number(call, state, name);
    check::require<ValueError>(call, there == value, {},
                               "{} is {} in the state and {} here [state-mismatch]", name, there,
                               value);
  };
  own("seed", std::bit_cast<int64_t>(options().seed));
  own("batch_size", options().batch_size);
  own("size", dataset().size());
  own("shuffle", options().shuffle ? 1 : 0);
  own("sampler", options().sampler ? 1 : 0);
  own("visited", visited());
  const int64_t epoch = number(call, state, "epoch");
  const int64_t batches = number(call, state, "batches");
  check::require<ValueError>(call, batches >= 0 && batches <= size(), {},
                             "batches is {} in the state, but a pass has {} [state-mismatch]",
                             batches, size());
  check::require<ValueError>(call, state.size() == 8, {},
                             "the state has {} entries instead of 8 [state-mismatch]",
                             state.size());
  set_epoch(std::bit_cast<std::uint64_t>(epoch));
  skipped_ = batches;
}

}  // namespace retrograd
