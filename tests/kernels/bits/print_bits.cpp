// Prints a checksum of the bits that each element-wise kernel gives. same_bits.cmake compares those
// of several instruction sets.
#include <bit>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

namespace {

void print(const std::string& name, const Tensor& x) {
  std::uint64_t sum = 0xcbf29ce484222325U;  // in the manner of FNV-1a; doubles hold them all
  for (const double value : x.to(rg::float64).to_vector<double>()) {
    sum = (sum ^ std::bit_cast<std::uint64_t>(value)) * 0x100000001b3U;
    sum ^= sum >> 32U;  // a multiplication carries upwards alone
  }
  std::printf("%-12s %-9s %016llx\n", name.c_str(), rg::name(x.dtype()),
              static_cast<unsigned long long>(sum));
}

using Function = std::function<Tensor(const Tensor&)>;

const std::map<std::string, Function> kOfOne{
    {"neg", [](const Tensor& x) { return -x; }},
    {"abs", [](const Tensor& x) { return rg::abs(x); }},
    {"sign", [](const Tensor& x) { return rg::sign(x); }},
    {"square", [](const Tensor& x) { return rg::square(x); }},
    {"relu", [](const Tensor& x) { return rg::relu(x); }},
    {"exp", [](const Tensor& x) { return rg::exp(x); }},
    {"sqrt", [](const Tensor& x) { return rg::sqrt(rg::abs(x)); }},
    {"reciprocal", [](const Tensor& x) { return rg::reciprocal(x); }},
    {"tanh", [](const Tensor& x) { return rg::tanh(x); }},
    {"sigmoid", [](const Tensor& x) { return rg::sigmoid(x); }},
    {"logsigmoid", [](const Tensor& x) { return rg::logsigmoid(x); }},
    {"softplus", [](const Tensor& x) { return rg::softplus(x); }},
    {"elu", [](const Tensor& x) { return rg::elu(x); }},
    {"selu", [](const Tensor& x) { return rg::selu(x); }},
    {"leaky_relu", [](const Tensor& x) { return rg::leaky_relu(x); }},
    {"hardswish", [](const Tensor& x) { return rg::hardswish(x); }},
    {"gelu", [](const Tensor& x) { return rg::gelu(x); }},
    {"silu", [](const Tensor& x) { return rg::silu(x); }},
    {"mish", [](const Tensor& x) { return rg::mish(x); }},
};

const std::map<std::string, std::function<Tensor(const Tensor&, const Tensor&)>> kOfTwo{
    {"add", [](const Tensor& a, const Tensor& b) { return a + b; }},
    {"sub", [](const Tensor& a, const Tensor& b) { return a - b; }},
    {"mul", [](const Tensor& a, const Tensor& b) { return a * b; }},
    {"div", [](const Tensor& a, const Tensor& b) { return a / b; }},
    {"maximum", [](const Tensor& a, const Tensor& b) { return rg::maximum(a, b); }},
    {"lt", [](const Tensor& a, const Tensor& b) { return a < b; }},
    {"le", [](const Tensor& a, const Tensor& b) { return a <= b; }},
    {"where", [](const Tensor& a, const Tensor& b) { return rg::where(a > 0.5, a, b); }},
};

template <class Optimizer, class Options>
void step(const std::string& name, const Tensor& start, const Options& options) {
  Tensor parameter = start.clone();
  parameter.set_requires_grad();
  Optimizer optimizer(std::vector<Tensor>{parameter}, options);
  for (int i = 0; i < 3; ++i) {
    optimizer.zero_grad();
    rg::sum(parameter * parameter).backward();
    optimizer.step();
  }
  print(name, parameter.detach());
}

}  // namespace

int main() {
  rg::manual_seed(1);
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    // No multiple of any vector's length, and more than a block.
    const Tensor x = (rg::randn({7, 151}, {.dtype = rg::float64}) * 3).to(dtype);
    const Tensor y = rg::randn({7, 151}, {.dtype = rg::float64}).to(dtype);
    for (const auto& [name, f] : kOfOne) {
      Tensor leaf = x.clone();
      leaf.set_requires_grad();
      const Tensor result = f(leaf);
      print(name, result.detach());
      print(name + "'", rg::grad({rg::sum(result)}, {leaf})[0]);
      print(name + " .T", f(rg::transpose(x, 0, 1)));
    }
    for (const auto& [name, f] : kOfTwo) {
      print(name, f(x, y));
      print(name + " row", f(x, rg::slice(y, 0, 0, 1)));
      print(name + " column", f(x, rg::slice(y, 1, 0, 1)));
      print(name + " step", f(rg::slice(x, 1, 0, 151, 2), rg::slice(y, 1, 0, 151, 2)));
    }
    step<rg::optim::SGD>("SGD", x, rg::optim::SGDOptions{.lr = 0.1, .momentum = 0.9});
    step<rg::optim::Adam>("Adam", x, rg::optim::AdamOptions{.weight_decay = 0.1});
    step<rg::optim::RMSprop>("RMSprop", x, rg::optim::RMSpropOptions{.centered = true});
  }
}
