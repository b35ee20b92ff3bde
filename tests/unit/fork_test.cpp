// A process that has used several threads forks, and its child computes.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <retrograd/retrograd.h>

namespace rg = retrograd;

namespace {

// Operators that use threads in their own loops, in oneDNN and in BLAS.
double computed() {
  const rg::Tensor x = rg::full({8, 16, 32, 32}, 0.5, {.requires_grad = true});
  const rg::Tensor w = rg::full({32, 16, 3, 3}, 0.25);
  const rg::Tensor m = rg::full({300, 300}, 0.5);
  const rg::Tensor y = rg::sum(rg::exp(rg::conv2d(x, w) / 100.0)) + rg::sum(rg::matmul(m, m));
  y.backward();
  return y.item<double>() + rg::sum(x.grad()).item<double>();
}

enum Exit { right = 0, wrong_value = 1, wrong_count = 2 };

int child(double expected) {
  for (const int threads : {4, 1, 3}) {
    if (threads == 4 && rg::get_num_threads() != 4) {
      return wrong_count;
    }
    rg::set_num_threads(threads);
    const rg::DeterministicGuard guard;
    if (computed() != expected) {
      return wrong_value;
    }
  }
  return right;
}

// The status of the child, which is killed when it takes longer than 20 seconds.
int wait_for(pid_t process) {
  int status = 0;
  for (int i = 0; i < 2000; ++i) {
    if (waitpid(process, &status, WNOHANG) == process) {
      return status;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  kill(process, SIGKILL);
  waitpid(process, &status, 0);
  return status;
}

}  // namespace

TEST_CASE("fork: the child has threads of its own") {
  const int before = rg::get_num_threads();
  rg::set_num_threads(4);
  const rg::DeterministicGuard guard;
  const double expected = computed();
  const pid_t process = fork();
  if (process == 0) {
    _exit(child(expected));
  }
  REQUIRE(process > 0);
  const int status = wait_for(process);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == right);
  CHECK(rg::get_num_threads() == 4);
  CHECK(computed() == expected);
  rg::set_num_threads(before);
}
