// Convolve in one dimension. A filter slides along a row of pixels. At each position, the products
// of its weights and the pixels below them are added,
//   z[i] = b + sum_k w[k] x[i + k].
// The filter -1 1 -1 answers "is this pixel bright and are its neighbours dark?". A filter with the
// shape of a heartbeat finds the beats of an ECG.
//
//   convolution_1d [--out DIR]      writes ecg.svg
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <retrograd/log/plot.h>
#include <retrograd/retrograd.h>

#include "command_line.h"
#include "show.h"

namespace rg = retrograd;
using rg::Tensor;

constexpr rg::TensorOptions real = {.dtype = rg::float32};

void small_images() {
  // Signals have the shape channels x length. Filters have output channels x input channels x
  // width.
  const Tensor image = rg::tensor({{0, 0, 1, 1, 1, 0, 1, 0, 0, 0}}, real);  // 1 x 10
  const Tensor filter = rg::tensor({{{-1, 1, -1}}}, real);                  // 1 x 1 x 3
  show("image", image);
  show("filter", filter);

  const Tensor z = rg::conv1d(image, filter);
  show("\nconvolution", z);         // 3 fit into 10 at 8 positions
  show("after ReLU", rg::relu(z));  // only the single bright pixel is found

  // A bias moves the threshold of the ReLU: with +1, sums of 0 pass too, which are weaker matches.
  const Tensor bias = rg::tensor({1}, real);
  show("\nwith bias +1", rg::conv1d(image, filter, bias));
  show("after ReLU", rg::relu(rg::conv1d(image, filter, bias)));

  // A filter of 3 loses 2 positions. One zero at both ends keeps the length: 10 in, 10 out.
  const Tensor padded = rg::conv1d(image, filter, {}, {.padding = 1});
  show("\npadded", padded);
  show("after ReLU", rg::relu(padded));
  std::printf("%-26s %lld in, %lld out\n", "length", static_cast<long long>(image.size(1)),
              static_cast<long long>(padded.size(1)));

  // A stride of 2 moves the filter 2 pixels at a time, to every second position.
  show("\nstride 2", rg::conv1d(image, filter, {}, {.stride = 2}));

  // One filter and one bias serve all positions. A full connection of 10 pixels with 10 outputs
  // takes 10 x 10 weights and 10 biases.
  rg::nn::Conv1d convolution(1, 1, 3, {.padding = 1});
  rg::nn::Linear connected(10, 10);
  std::printf("\nweights of the convolution:      %4lld\n",
              static_cast<long long>(convolution.parameter_count()));
  std::printf("weights of a full connection:    %4lld\n",
              static_cast<long long>(connected.parameter_count()));

  // The second lecture's example.
  const Tensor second = rg::tensor({{1, 1, 1, 0, 0}}, real);
  show("\n1 1 1 0 0 with 1 0 1", rg::conv1d(second, rg::tensor({{{1, 0, 1}}}, real)));

  // The mathematical name of this is cross-correlation. Mathematical convolution reads the filter
  // backwards, which flips it:
  //   (x * w)[i] = sum_k w[k] x[i - k].
  // For a symmetric filter both are equal, for this one not. A network learns either form equally.
  const Tensor uneven = rg::tensor({{{1, 2, 3}}}, real);
  const Tensor spike = rg::tensor({{0, 0, 0, 1, 0, 0, 0}}, real);
  show("\na spike", spike);
  show("correlated with 1 2 3", rg::conv1d(spike, uneven, {}, {.padding = 1}));
  show("convolved with 1 2 3", rg::conv1d(spike, rg::flip(uneven, {2}), {}, {.padding = 1}));
}

// A wave with its peak at `centre`, for the samples t.
Tensor wave(const Tensor& t, double centre, double width, double height) {
  return height * rg::exp(-rg::square((t - centre) / width));
}

// The shape of one beat: the sharp peak with a dip on both sides.
Tensor sharp_peak(const Tensor& t, double centre) {
  return wave(t, centre - 4, 2, -0.3) + wave(t, centre, 2, 1.2) + wave(t, centre + 4, 2, -0.4);
}

rg::logging::Curve curve(const char* name, const Tensor& signal) {
  rg::logging::Curve all = {name};
  for (std::int64_t i = 0; i < signal.numel(); ++i) {
    all.points.emplace_back(0.01 * static_cast<double>(i), rg::flatten(signal).at({i}));
  }
  return all;
}

void heartbeats(const std::string& out) {
  // A drawn ECG, 6 seconds with 100 samples each: small waves around each beat, a slow drift,
  // noise.
  const Tensor t = rg::arange(0, 600, 1, real);
  const std::vector<double> beats = {52, 130, 214, 291, 374, 452, 533};
  rg::manual_seed(1);
  Tensor ecg = 0.4 * rg::sin(0.01 * t) + 0.06 * rg::randn({600});
  for (const double at : beats) {
    ecg = ecg + sharp_peak(t, at) + wave(t, at - 16, 4, 0.2) + wave(t, at + 25, 7, 0.35);
  }

  // The filter has the shape itself. Its weights add up to 0, so it hardly sees the drift.
  const Tensor shape = sharp_peak(rg::arange(0, 21, 1, real), 10);
  const Tensor filter = rg::reshape(shape - rg::mean(shape), {1, 1, 21});
  const Tensor threshold = rg::tensor({-2}, real);  // a negative bias
  const Tensor answer =
      rg::relu(rg::conv1d(rg::reshape(ecg, {1, 600}), filter, threshold, {.padding = 10}));

  // A beat is where the answer is the largest for 15 samples on both sides.
  const Tensor largest = rg::max_pool1d(answer, 31, {.stride = 1, .padding = 15});
  const Tensor peaks = rg::logical_and(answer > 0.0, answer == largest);
  show("\nbeats drawn", rg::tensor(beats));
  show("beats found", rg::select(rg::nonzero(rg::flatten(peaks)), 1, 0));
  rg::logging::save_plot(
      out + "/ecg.svg",
      {{.title = "a drawn ECG", .xlabel = "seconds", .curves = {curve("signal", ecg)}},
       {.title = "convolved, with threshold and ReLU",
        .xlabel = "seconds",
        .curves = {curve("answer", answer)}}},
      {.columns = 1});
  std::printf("written: ecg.svg\n");
}

int main(int argc, char** argv) {
  return run_program(argc, argv, {"out"}, [](const CommandLine& options) {
    small_images();
    heartbeats(options.text("out", "."));
  });
}

/* Output:
image                       0  0  1  1  1  0  1  0  0  0
filter                     -1  1 -1

convolution                -1  0 -1  0 -2  1 -1  0
after ReLU                  0  0  0  0  0  1  0  0

with bias +1                0  1  0  1 -1  2  0  1
after ReLU                  0  1  0  1  0  2  0  1

padded                      0 -1  0 -1  0 -2  1 -1  0  0
after ReLU                  0  0  0  0  0  0  1  0  0  0
length                     10 in, 10 out

stride 2                   -1 -1 -2 -1

weights of the convolution:         4
weights of a full connection:     110

1 1 1 0 0 with 1 0 1        2  1  1

a spike                     0  0  0  1  0  0  0
correlated with 1 2 3       0  0  3  2  1  0  0
convolved with 1 2 3        0  0  1  2  3  0  0

beats drawn                 52 130 214 291 374 452 533
beats found                 52 130 214 291 374 452 533
written: ecg.svg
*/
