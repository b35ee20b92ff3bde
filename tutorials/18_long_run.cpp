// A run that survives: train a network, kill the process without warning, and start it again. It
// ends with the bits of a run that was never killed.
//
//   long_run [--run FOLDER] [--data DIR] [--images N] [--epochs N] [--lr X] [--seed N]
//            [--threads N]
//
// With --run, it trains in FOLDER, or goes on there. Stop it with Ctrl-C or kill -9 and start it
// again. Without it, the program does that: one process trains without a stop, and others are
// killed one after the other. DIR has MNIST; without DIR, digits are drawn.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <retrograd/retrograd.h>
#include <retrograd/train/run.h>

#include "command_line.h"
#include "training.h"

namespace rg = retrograd;
namespace nn = rg::nn;
namespace train = rg::train;

// All that has a state: weights, running means, dropout's random numbers.
struct Net : nn::Module {
  nn::Sequential body{nn::Conv2d(1, 8, 3, {.stride = 2}),
                      nn::BatchNorm2d(8),
                      nn::ReLU(),
                      nn::Conv2d(8, 16, 3, {.stride = 2}),
                      nn::BatchNorm2d(16),
                      nn::ReLU(),
                      nn::Flatten(),
                      nn::Dropout(0.2),
                      nn::Linear(16 * 6 * 6, 10)};

  nn::Members members() override { return {{"body", body}}; }
  rg::Tensor forward(const rg::Tensor& images) override { return body(images); }
};

// Each image moved by up to two pixels: random numbers in each step.
rg::Tensor shaken(const rg::Tensor& images) {
  const auto by = rg::randint(0, 5, {2}).to_vector<std::int64_t>();
  const rg::Tensor padded = rg::pad(images, {2, 2, 2, 2});
  return rg::narrow(rg::narrow(padded, 2, by[0], 28), 3, by[1], 28);
}

// Trains in a folder, or goes on there. After each step it asks `parent`, if there is one, for
// leave.
void train_in(const std::string& folder, const CommandLine& options, int parent) {
  const std::uint64_t seed = prepare_run(options);
  const auto epochs = options.integer("epochs", 4);
  const std::string data = options.text("data", "");
  const std::int64_t images = options.integer("images", 2000);
  const rg::TensorDataset training =
      data.empty() ? rg::drawn_digits(images, 1) : rg::load_mnist(data, true).slice(0, images);
  const rg::TensorDataset testing =
      data.empty() ? rg::drawn_digits(500, 2) : rg::load_mnist(data, false);
  Net net;
  rg::optim::SGD optimizer(net.parameters(), {.lr = options.real("lr", 0.05), .momentum = 0.9});
  rg::optim::lr_scheduler::CosineAnnealingLR scheduler(optimizer, {.T_max = epochs});
  rg::optim::EMA ema(net.parameters(), {.decay = 0.98});
  rg::DataLoader loader(training, {.batch_size = 50, .shuffle = true, .seed = seed});

  train::Run run(folder, {.model = &net,
                          .optimizer = &optimizer,
                          .scheduler = &scheduler,
                          .ema = &ema,
                          .loader = &loader,
                          .epochs = epochs,
                          .save_steps = 10});
  if (run.resumed()) {
    std::printf("  goes on after step %lld\n", static_cast<long long>(run.steps()));
  }
  for (auto& [x, labels] : run.batches()) {
    const rg::Tensor loss = rg::cross_entropy(net(shaken(x)), labels);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    run.step({{"loss", loss}});
    if (run.epoch_ends()) {
      const double accuracy = test(net, testing).accuracy;
      run.metric("accuracy", accuracy);
      std::printf("  epoch %lld: accuracy %.3f\n", static_cast<long long>(run.epoch() + 1),
                  accuracy);
    }
    std::fflush(stdout);
    char leave = '?';
    if (parent >= 0 && (::write(parent, &leave, 1) != 1 || ::read(parent, &leave, 1) != 1)) {
      return;  // the parent is gone
    }
  }
  if (run.stopped()) {
    std::printf("  stopped by a signal after step %lld; start it again to go on\n",
                static_cast<long long>(run.steps()));
  }
}

// Trains in a process of its own, which is killed after so many steps, or never for 0. Returns
// whether the training ended.
bool train_in_a_process(const std::string& folder, const CommandLine& options, int kill_after) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
    throw std::runtime_error("the system gives no sockets");
  }
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    try {
      train_in(folder, options, ends[1]);
      std::fflush(stdout);
      ::_exit(0);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "long_run: %s\n", error.what());
      ::_exit(1);
    }
  }
  ::close(ends[1]);
  char step = 0;
  for (int done = 1; ::read(ends[0], &step, 1) == 1; ++done) {
    if (done == kill_after) {
      ::kill(child, SIGKILL);
      std::printf("  killed (kill -9) after %d steps\n", done);
      break;
    }
    if (::write(ends[0], &step, 1) != 1) {
      break;
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ::close(ends[0]);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void run(const CommandLine& options) {
  if (options.has("run")) {
    train_in(options.text("run", ""), options, -1);
    return;
  }
  std::filesystem::remove_all("long_run");
  std::printf("a run without a stop\n");
  train_in_a_process("long_run/whole", options, 0);
  std::printf("a run that is killed again and again\n");
  for (const int kill_after : {25, 37, 48, 0}) {
    train_in_a_process("long_run/killed", options, kill_after);
  }
  const std::string whole = train::newest_checkpoint("long_run/whole");
  const std::string killed = train::newest_checkpoint("long_run/killed");
  std::printf("%s and its twin of the other run: %s\n",
              std::filesystem::path(whole).filename().c_str(),
              bytes_of(whole) == bytes_of(killed) ? "the same bytes" : "DIFFERENT");
}

int main(int argc, char** argv) {
  return run_program(argc, argv, {"run", "data", "images", "epochs", "lr", "seed", "threads"}, run);
}

/* Output of long_run --threads 1 --seed 1, where ... is what differs between computers:
a run without a stop
  epoch 1: accuracy 0...
  epoch 2: accuracy 0...
  epoch 3: accuracy 0.9...
  epoch 4: accuracy 0.9...
a run that is killed again and again
  killed (kill -9) after 25 steps
  goes on after step 20
  epoch 1: accuracy 0...
  killed (kill -9) after 37 steps
  goes on after step 50
  epoch 2: accuracy 0...
  killed (kill -9) after 48 steps
  goes on after step 90
  epoch 3: accuracy 0.9...
  epoch 4: accuracy 0.9...
step-000000000160.safetensors and its twin of the other run: the same bytes
*/
