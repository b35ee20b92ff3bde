// usage: write_events FOLDER          writes events of every kind, which check_tensorboard.py reads
//        write_events FOLDER steps N  writes N steps of scalars in two runs, of which the second
//                                     goes on in the middle
//        write_events FOLDER endless  writes scalars until it is killed
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <string>

#include <retrograd/log/event_writer.h>
#include <retrograd/retrograd.h>

namespace rg = retrograd;
namespace nn = rg::nn;
namespace logging = rg::logging;

namespace {

struct Net : nn::Module {
  nn::Conv2d conv{1, 4, 3, {.padding = 1}};
  nn::Linear fc{4 * 4 * 4, 10};
  nn::Members members() override { return {{"conv", conv}, {"fc", fc}}; }
  rg::Tensor forward(const rg::Tensor& x) override {
    return fc(rg::flatten(rg::max_pool2d(rg::relu(conv(x)), 2), 1));
  }
};

void add_graph(logging::EventWriter& writer) {
  Net net;
  const rg::Tensor x = rg::rand({2, 1, 8, 8});
  const rg::Trace trace(net);
  const rg::Tensor y = net(x);
  writer.add_graph(rg::Graph(trace, {x}, {y}));
}

void add_images(logging::EventWriter& writer) {
  const rg::Tensor ramp = rg::reshape(rg::arange(0, 12) / 11.0, {3, 4});
  writer.add_image("image/grey", ramp, 3);
  writer.add_image("image/colour", rg::stack({ramp, 1 - ramp, 0 * ramp}), 3);
  writer.add_image("image/alpha", rg::stack({ramp, ramp, ramp, 1 - ramp}).to(rg::bfloat16), 3);
  writer.add_image("image/bytes", rg::reshape(rg::arange(0, 12), {3, 4}).to(rg::uint8), 3);
  // Columns as rows: another stride.
  writer.add_image("image/turned", rg::transpose(ramp, 0, 1), 3);
  writer.add_image("image/cut", rg::tensor({{-1.0, 2.0, std::nan("")}}), 3);
}

void write_all(const std::string& folder) {
  rg::manual_seed(1);
  logging::EventWriter writer(folder);
  writer.add_hparams({{"lr", 0.125}, {"optimizer", "sgd"}, {"augment", true}, {"epochs", 3}});
  for (int step = 0; step < 100; ++step) {
    writer.add_scalar("loss/train", std::exp(-step / 30.0), step);
    writer.add_scalar("accuracy", rg::tensor(1 - std::exp(-step / 20.0)).to(rg::bfloat16), step);
  }
  writer.add_scalar("odd", std::nan(""), 0);
  writer.add_scalar("odd", std::numeric_limits<double>::infinity(), 1);
  writer.add_scalar("odd", -std::numeric_limits<double>::infinity(), 2);
  writer.add_scalar("odd", 7, 2147483647);
  for (int step = 0; step < 5; ++step) {
    writer.add_histogram("weights", rg::randn({1000}) + 0.5 * step, step);
  }
  writer.add_histogram("ramp", rg::arange(0, 60), 1);
  writer.add_histogram("constant", rg::full({7}, 2.5), 1);
  writer.add_histogram("empty", rg::zeros({0, 3}), 1);
  writer.add_histogram("partly", rg::tensor({1.0, 2.0, INFINITY, std::nan("")}), 1);
  add_images(writer);
  writer.add_text("notes", "# A run\n\nwith **two** lines & a <tag>, \xc3\xa4\xe2\x82\xac", 2);
  add_graph(writer);
  writer.close();
  std::cout << writer.path() << "\n";
}

void write_steps(const std::string& folder, int steps) {
  {
    logging::EventWriter first(folder);
    for (int step = 0; step < steps; ++step) {
      first.add_scalar("loss", 1000 + step, step);
    }
  }
  logging::EventWriter second(folder, {.purge_step = steps / 2});
  for (int step = steps / 2; step < steps; ++step) {
    second.add_scalar("loss", step, step);
  }
}

void write_endless(const std::string& folder) {
  logging::EventWriter writer(folder, {.flush_secs = 0.001});
  std::cout << writer.path() << std::endl;
  for (int step = 0;; ++step) {
    writer.add_scalar("loss", 0.5 * step, step);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : ".";
  const std::string what = argc > 2 ? argv[2] : "";
  if (what == "steps") {
    write_steps(folder, std::atoi(argv[3]));
  } else if (what == "endless") {
    write_endless(folder);
  } else {
    write_all(folder);
  }
}
