// The position of a loader: saved, loaded, and gone on from.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;

namespace {

using Numbers = std::vector<double>;

constexpr int kEpochs = 4;

// Sample i: a random number and i.
struct Noisy : rg::Dataset {
  std::int64_t size() const override { return 17; }
  rg::Sample get(std::int64_t index) const override { return {rg::rand({2}), rg::tensor(index)}; }
};

rg::DataLoader loader_with(int workers, bool shuffle = true) {
  return rg::DataLoader(Noisy(), {.batch_size = 3,
                                  .shuffle = shuffle,
                                  .seed = 11,
                                  .workers = workers,
                                  .prefetch = workers == 1 ? 1 : 2});
}

Numbers numbers_in(const rg::Batch& batch) {
  Numbers all = batch.inputs.to_vector<double>();
  const auto labels = batch.targets.to_vector<double>();
  all.insert(all.end(), labels.begin(), labels.end());
  return all;
}

// The batches of a pass, at most `most` of them.
std::vector<Numbers> batches_of(rg::DataLoader& loader, std::size_t most = 1000) {
  std::vector<Numbers> all;
  if (most == 0) {
    loader.begin();
    return all;
  }
  for (auto& batch : loader) {
    all.push_back(numbers_in(batch));
    if (all.size() == most) {
      break;
    }
  }
  return all;
}

}  // namespace

TEST_CASE("DataLoader: a state inside a pass leads to the rest of the pass") {
  for (const int workers : {0, 2}) {
    rg::DataLoader whole = loader_with(0);
    const auto first = batches_of(whole);
    const auto second = batches_of(whole);
    rg::DataLoader loader = loader_with(workers);
    batches_of(loader);
    std::optional<rg::StateDict> state;
    for (auto& batch : loader) {
      static_cast<void>(batch);
      state = loader.state_dict();
      if (state->at("batches").item<int>() == 2) {
        break;
      }
    }
    CHECK(state->at("epoch").item<int>() == 1);
    rg::DataLoader resumed = loader_with(2 - workers);
    resumed.load_state_dict(*state);
    CHECK(resumed.epoch() == 1);
    CHECK(batches_of(resumed) == std::vector(second.begin() + 2, second.end()));
    CHECK(batches_of(resumed) == batches_of(whole));
    // The same loader can go back.
    loader.load_state_dict(*state);
    CHECK(batches_of(loader) == std::vector(second.begin() + 2, second.end()));
  }
}

TEST_CASE("DataLoader: states before, at the end of and after a pass") {
  rg::DataLoader loader = loader_with(0);
  const auto position = [&] {
    const rg::StateDict state = loader.state_dict();
    return std::pair(state.at("epoch").item<int>(), state.at("batches").item<int>());
  };
  using Position = std::pair<int, int>;
  CHECK(position() == Position{0, 0});
  Position last;
  rg::StateDict inside_last;
  for (auto& batch : loader) {
    static_cast<void>(batch);
    last = position();
    inside_last = loader.state_dict();
  }
  CHECK(last == Position{0, 6});
  CHECK(position() == Position{1, 0});
  {
    const auto pass = loader.begin();
    CHECK(position() == Position{1, 0});  // no batch is handed out yet
    *pass;
    CHECK(position() == Position{1, 1});
  }
  CHECK(position() == Position{1, 1});
  loader.set_epoch(5);
  CHECK(position() == Position{5, 0});
  // What follows the last batch of a pass has not run yet: an empty pass is left.
  loader.load_state_dict(inside_last);
  CHECK(position() == Position{0, 6});
  CHECK(batches_of(loader).empty());
  CHECK(position() == Position{1, 0});
}

TEST_CASE("DataLoader: a state goes through a file") {
  const test::TempFolder folder;
  rg::DataLoader loader = loader_with(0);
  const auto all = batches_of(loader);
  loader.set_epoch(0);
  batches_of(loader, 4);
  rg::save(loader.state_dict(), folder.file("loader.safetensors"));
  rg::DataLoader resumed = loader_with(1);
  resumed.load_state_dict(rg::load(folder.file("loader.safetensors")));
  CHECK(batches_of(resumed) == std::vector(all.begin() + 4, all.end()));
}

TEST_CASE("DataLoader: states of other loaders are refused and change nothing") {
  rg::DataLoader loader = loader_with(0);
  const rg::StateDict good = loader.state_dict();
  const auto refused = [&](const std::string& name, const std::optional<rg::Tensor>& value) {
    rg::StateDict state;
    for (const auto& [own, tensor] : good) {
      if (own != name) {
        state.insert(own, tensor);
      }
    }
    if (value) {
      state.insert(name, *value);
    }
    return test::message_of<rg::ValueError>([&] { loader.load_state_dict(state); });
  };
  loader.set_epoch(3);
  test::check_contains(refused("seed", rg::full({}, 12)),
                       "DataLoader::load_state_dict: seed is 12 in the state and 11 here");
  test::check_contains(refused("size", rg::full({}, 18)), "size is 18 in the state and 17 here");
  test::check_contains(refused("batch_size", rg::full({}, 4)), "batch_size is 4");
  test::check_contains(refused("shuffle", rg::full({}, 0)), "shuffle is 0");
  test::check_contains(refused("batches", rg::full({}, 7)), "batches is 7 in the state");
  test::check_contains(refused("batches", rg::full({}, -1)), "batches is -1 in the state");
  test::check_contains(refused("epoch", {}), "epoch is missing");
  test::check_contains(refused("epoch", rg::full({2}, 1)), "epoch must be one int64");
  test::check_contains(refused("epoch", rg::full({}, 1.5)), "epoch must be one int64");
  test::check_contains(refused("sampler", rg::full({}, 1)), "sampler is 1 in the state and 0 here");
  test::check_contains(refused("visited", rg::full({}, 16)),
                       "visited is 16 in the state and 17 here");
  test::check_contains(refused("more", rg::full({}, 1)), "9 entries instead of 8");
  CHECK(loader.epoch() == 3);
}

TEST_CASE(
    "DataLoader: any order of breaks, reloads and numbers of workers gives the same batches") {
  std::vector<std::vector<Numbers>> expected;
  rg::DataLoader whole = loader_with(0);
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    expected.push_back(batches_of(whole));
  }
  rg::Generator choices(20);
  std::uint64_t number = 0;
  const auto below = [&](std::uint64_t count) {
    return static_cast<std::size_t>(rg::random_bits(choices.state(), number++) % count);
  };
  for (int run = 0; run < 150; ++run) {
    rg::DataLoader loader = loader_with(static_cast<int>(below(4)));
    std::size_t epoch = 0;  // of the next pass, and the position in it
    std::size_t at = 0;
    for (int step = 0; step < 8 && epoch < kEpochs; ++step) {
      const std::vector<Numbers>& pass = expected[epoch];
      const std::size_t most = below(2) == 0 ? pass.size() + 1 : below(pass.size() + 1);
      const std::vector<Numbers> seen = batches_of(loader, most);
      const std::size_t end = std::min(at + most, pass.size());
      const auto begin = pass.begin() + static_cast<std::ptrdiff_t>(at);
      CHECK(seen == std::vector(begin, pass.begin() + static_cast<std::ptrdiff_t>(end)));
      const bool left_early = most <= pass.size() - at && most > 0;
      switch (below(3)) {
        case 0: {  // a pass that was left is over
          ++epoch;
          at = 0;
          break;
        }
        case 1: {  // goes on in another loader
          const rg::StateDict state = loader.state_dict();
          loader = loader_with(static_cast<int>(below(4)));
          loader.load_state_dict(state);
          const bool inside = left_early || (most == 0 && at < pass.size());
          epoch += inside ? 0 : 1;
          at = inside ? end : 0;
          break;
        }
        default: {
          epoch = below(kEpochs);
          at = 0;
          loader.set_epoch(epoch);
        }
      }
    }
  }
}
