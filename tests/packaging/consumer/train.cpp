#include <filesystem>
#include <string>

#include <retrograd/retrograd.h>
#include <retrograd/train/run.h>

namespace rg = retrograd;

// Trains for one epoch more each time that it is started.
int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "run";
  std::filesystem::remove_all(folder);
  rg::nn::Linear model(2, 3);
  rg::optim::SGD optimizer(model.parameters(), {.lr = 0.1});
  rg::DataLoader loader(rg::TensorDataset(rg::rand({8, 2}), rg::argmax(rg::rand({8, 3}), 1)),
                        {.batch_size = 4});
  for (const int epochs : {1, 2}) {
    rg::train::Run run(
        folder, {.model = &model, .optimizer = &optimizer, .loader = &loader, .epochs = epochs});
    for (auto& [x, y] : run.batches()) {
      const rg::Tensor loss = rg::cross_entropy(model(x), y);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
      run.step({{"loss", loss}});
    }
    if (run.steps() != 2 * epochs) {
      return 1;
    }
  }
  try {  // exceptions can be caught by type across the libraries' borders
    rg::train::load_part(rg::train::newest_checkpoint(folder), "nonesuch");
  } catch (const rg::IndexError&) {
    return 0;
  }
  return 1;
}
