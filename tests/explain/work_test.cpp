// The work of explain() and of its page for long programs: calls of operator new, and bytes.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

namespace {

std::atomic<std::size_t> allocations = 0;

}  // namespace

void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes > 0 ? bytes : 1)) {
    return memory;
  }
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

struct Work {
  std::size_t stations = 0;
  std::size_t explaining = 0;  // allocations
  std::size_t writing = 0;     // allocations
  std::string page;
};

template <class Explain>
Work work_of(Explain&& explain_it) {
  Work work;
  allocations = 0;
  const rg::Explanation e = explain_it();
  work.explaining = allocations;
  allocations = 0;
  work.page = e.html();
  work.writing = allocations;
  work.stations = e.stations.size();
  return work;
}

// Operators that repeat no part: the pages have the first and the last of them.
Work chain(int operators, bool repeats) {
  const Tensor w = rg::tensor({0.5, -0.25, 0.75}, {.requires_grad = true});
  Tensor y = w;
  for (int i = 0, part = 1; i < operators; ++i) {
    const bool other = !repeats && i == part * (part + 1) / 2;
    part += other ? 1 : 0;
    y = other ? rg::tanh(y) : rg::sin(y);
  }
  const Tensor loss = rg::sum(y);
  return work_of([&] { return rg::explain(loss, w, {.fold = false}); });
}

struct Rnn : rg::nn::Module {
  rg::nn::Linear in{3, 2};
  rg::nn::Linear hidden{2, 2};
  rg::nn::Members members() override { return {{"in", in}, {"hidden", hidden}}; }
  Tensor operator()(const Tensor& x, rg::Where where = {}) {
    Tensor h = rg::zeros({1, 2});
    for (std::int64_t t = 0; t < x.size(0); ++t) {
      h = rg::tanh(in(rg::slice(x, 0, t, t + 1), where) + hidden(h, where));
    }
    return h;
  }
};

// Four operators for each of them.
Work rnn(std::int64_t cells) {
  rg::manual_seed(1);
  Rnn model;
  const Tensor x = rg::randn({cells, 3});
  return work_of([&] {
    return rg::explain(model, {x}, [](const Tensor& h) { return rg::sum(rg::square(h)); });
  });
}

void check_linear(const Work& half, const Work& whole) {
  CHECK(whole.stations > 9900);
  CHECK(static_cast<double>(whole.explaining) < 2.1 * static_cast<double>(half.explaining));
  CHECK(whole.explaining < 250 * whole.stations);
  CHECK(static_cast<double>(whole.writing) < 2.1 * static_cast<double>(half.writing));
  CHECK(whole.writing < 25 * whole.stations);
  CHECK(whole.page.size() < 1'000'000);
}

}  // namespace

TEST_CASE("explain: an RNN of 10,000 operators takes twice the work of one of 5,000") {
  const Work whole = rnn(2500);
  check_linear(rnn(1250), whole);
  CHECK(whole.page.find(" equal parts, ") != std::string::npos);
}

TEST_CASE("explain: a chain of 10,000 operators takes twice the work of one of 5,000") {
  for (const bool repeats : {true, false}) {
    CAPTURE(repeats);
    check_linear(chain(5000, repeats), chain(10000, repeats));
  }
}
