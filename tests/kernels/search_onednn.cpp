// Looks for convolutions that oneDNN computes wrongly, among random ones: those that
// onednn/supports.cpp keeps from it, and those that it does not.
//
// usage: search_onednn_faults [CASES [SEED]]
//
// Integers small enough for every sum to be exact go through oneDNN's kernel and the reference,
// which must agree. Cases run in child processes: some of oneDNN's faults are crashes. Wrong and
// crashing cases that the list does not have are printed; ends with 1 if there are any.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;
using rg::kernels::ConvGeometry;
using rg::kernels::onednn::Pass;

namespace {

constexpr std::array kPasses = {Pass::forward, Pass::input_grad, Pass::weight_grad};
constexpr std::array kPassNames = {"forward", "input_grad", "weight_grad"};
enum Outcome : unsigned char { right, wrong, absent, crash };

template <std::size_t kCount>
std::int64_t one_of(std::mt19937_64& random, const std::array<std::int64_t, kCount>& values) {
  return values[random() % kCount];
}

ConvGeometry random_shape(std::mt19937_64& random) {
  ConvGeometry s;
  s.dtype = random() % 2 == 0 ? rg::float32 : rg::bfloat16;
  s.spatial_rank = 2;
  s.batch = one_of<4>(random, {1, 2, 3, 5});
  s.groups = one_of<6>(random, {1, 1, 1, 1, 2, 4});
  constexpr std::array<std::int64_t, 14> channels = {1, 2,  3,  4,  6,  7,  8,
                                                     9, 16, 17, 24, 32, 33, 35};
  s.in_channels = s.groups * one_of(random, channels);
  s.out_channels = s.groups * one_of(random, channels);
  if (random() % 8 == 0) {  // depthwise
    s.groups = s.out_channels = s.in_channels;
  }
  for (const std::size_t d : {1U, 2U}) {
    s.kernel[d] = one_of<7>(random, {1, 1, 2, 3, 3, 5, 7});
    s.stride[d] = one_of<6>(random, {1, 1, 1, 2, 2, 3});
    s.dilation[d] = one_of<5>(random, {1, 1, 1, 1, 2});
    s.pad_before[d] = s.pad_after[d] = static_cast<std::int64_t>(random() % 4);
    const std::int64_t reach = (s.kernel[d] - 1) * s.dilation[d] + 1;
    do {
      s.input[d] = one_of<10>(random, {1, 2, 3, 4, 5, 7, 8, 13, 16, 28});
    } while (s.input[d] + 2 * s.pad_before[d] < reach);
    s.output[d] = (s.input[d] + 2 * s.pad_before[d] - reach) / s.stride[d] + 1;
  }
  return s;
}

Tensor integers(const rg::Shape& shape, rg::DType dtype) {
  return rg::randint(-2, 3, shape).to(dtype);
}

Outcome compared(Pass pass, const ConvGeometry& s) {
  namespace kernels = rg::kernels;
  const Tensor x = integers(s.input_shape(), s.dtype);
  const Tensor w = integers(s.weight_shape(), s.dtype);
  const Tensor g = integers(s.output_shape(), s.dtype);
  const Tensor x32 = x.to(rg::float32), w32 = w.to(rg::float32), g32 = g.to(rg::float32);
  ConvGeometry wide = s;
  wide.dtype = rg::float32;
  Tensor ours;
  Tensor theirs;
  switch (pass) {
    case Pass::forward:
      theirs = kernels::onednn::conv(x, w, {}, s);
      ours = kernels::unfolded::conv(x32, w32, {}, wide);
      break;
    case Pass::weight_grad:
      theirs = kernels::onednn::conv_weight_grad(x, g, s);
      ours = kernels::unfolded::conv_weight_grad(x32, g32, wide);
      break;
    default:
      theirs = kernels::onednn::conv_input_grad(g, w, s, s.dtype);
      ours = kernels::unfolded::conv_input_grad(g32, w32, wide);
  }
  if (!theirs.defined()) {
    return absent;
  }
  return rg::all(theirs.to(s.dtype) == ours.to(s.dtype)).item<bool>() ? right : wrong;
}

std::string to_string(Pass pass, const ConvGeometry& s) {
  std::string text = kPassNames[static_cast<std::size_t>(
      std::find(kPasses.begin(), kPasses.end(), pass) - kPasses.begin())];
  text += s.dtype == rg::float32 ? " float32" : " bfloat16";
  text += " batch " + std::to_string(s.batch) + " groups " + std::to_string(s.groups) +
          " channels " + std::to_string(s.in_channels) + " to " + std::to_string(s.out_channels);
  const auto list = [&](const char* name, const rg::kernels::Spatial& sizes) {
    text +=
        std::string(" ") + name + " " + std::to_string(sizes[1]) + "x" + std::to_string(sizes[2]);
  };
  list("input", s.input);
  list("kernel", s.kernel);
  list("stride", s.stride);
  list("padding", s.pad_before);
  list("dilation", s.dilation);
  return text;
}

// Runs cases from `begin` on in a child until one crashes or all are done; appends what became of
// them.
void run_in_child(const std::vector<ConvGeometry>& shapes, std::vector<Outcome>& outcomes) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) {
    std::abort();
  }
  const std::size_t begin = outcomes.size();
  const pid_t child = fork();
  if (child == 0) {
    rg::manual_seed(begin + 1);
    for (std::size_t i = begin; i < shapes.size() * kPasses.size(); ++i) {
      const Outcome outcome = compared(kPasses[i % kPasses.size()], shapes[i / kPasses.size()]);
      if (write(ends[1], &outcome, 1) != 1) {
        _exit(1);
      }
    }
    _exit(0);
  }
  close(ends[1]);
  Outcome outcome{};
  while (read(ends[0], &outcome, 1) == 1) {
    outcomes.push_back(outcome);
  }
  close(ends[0]);
  waitpid(child, nullptr, 0);
  if (outcomes.size() < shapes.size() * kPasses.size()) {
    outcomes.push_back(crash);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int cases = argc > 1 ? std::atoi(argv[1]) : 1000;
  std::mt19937_64 random(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0);
  std::vector<ConvGeometry> shapes;
  for (int i = 0; i < cases; ++i) {
    shapes.push_back(random_shape(random));
  }
  std::vector<Outcome> outcomes;
  while (outcomes.size() < shapes.size() * kPasses.size()) {
    run_in_child(shapes, outcomes);
  }
  std::array<std::array<int, 4>, 2> counts{};  // of those kept from oneDNN, and of the others
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const Pass pass = kPasses[i % kPasses.size()];
    const ConvGeometry& geometry = shapes[i / kPasses.size()];
    const bool trusted = rg::kernels::onednn::supports(pass, geometry);
    ++counts[trusted][outcomes[i]];
    if (trusted && (outcomes[i] == wrong || outcomes[i] == crash)) {
      std::printf("%s: %s\n", outcomes[i] == wrong ? "wrong" : "crash",
                  to_string(pass, geometry).c_str());
    }
  }
  for (const bool trusted : {false, true}) {
    const auto& c = counts[trusted];
    std::printf("%s: %d right, %d wrong, %d crash, %d without a kernel\n",
                trusted ? "given to oneDNN" : "kept from oneDNN", c[right], c[wrong], c[crash],
                c[absent]);
  }
  return counts[1][wrong] + counts[1][crash] > 0 ? 1 : 0;
}
