// Learn in three lines: predict, measure the loss, minimise it. All later networks do the same.
//
//   predict    score s = w . x + b, and class +1 where s is above the threshold 0, else -1;
//              the bias b moves the threshold: s > 0 where w . x > -b
//   loss       small where the margin m = y s is large, for the true class y = +1 or -1:
//                logistic loss  log(1 + exp(-m))
//                hinge loss     max(0, 1 - m)
//   minimise   w <- w - lr dloss/dw, b <- b - lr dloss/db, again and again
//
// A convolutional network has another formula for its scores. The other two lines stay.
//
//   predict_loss_minimise [--out DIR]      writes predict_loss_minimise.svg
#include <cstdint>
#include <cstdio>
#include <string>

#include <retrograd/log/plot.h>
#include <retrograd/retrograd.h>

#include "command_line.h"
#include "show.h"

namespace rg = retrograd;
using rg::Tensor;
using rg::logging::Curve;
using Loss = Tensor (*)(const Tensor& margin);  // one value for each margin

Tensor score(const Tensor& x, const Tensor& w, const Tensor& b) {
  return rg::matmul(x, w) + b;  // x has a point in each row
}

// The threshold turns scores into classes.
Tensor predict(const Tensor& scores) {
  return rg::where(scores > 0.0, rg::ones_like(scores), -rg::ones_like(scores));
}

Tensor logistic(const Tensor& margin) {
  return rg::log(1.0 + rg::exp(-margin));
}

Tensor hinge(const Tensor& margin) {
  return rg::relu(1.0 - margin);
}

Curve curve(const char* name, const Tensor& x, const Tensor& y) {
  Curve all = {name};
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    all.points.emplace_back(x.at({i}), y.at({i}));
  }
  return all;
}

// Prints a loss and its slope at some margins.
void show_loss(const std::string& name, Loss loss, const Tensor& at) {
  const Tensor margin = at.clone().set_requires_grad();
  const Tensor values = loss(margin);
  show("\n" + name + " loss", values, 3);
  show("its slope", rg::grad({rg::sum(values)}, {margin})[0], 3);
}

// Learns from points x of classes y by gradient descent. Returns the loss at each step.
Curve minimise(const char* name, Loss loss, const Tensor& x, const Tensor& y) {
  Tensor w = rg::zeros({2}, {.dtype = rg::float64, .requires_grad = true});
  Tensor b = rg::zeros({1}, {.dtype = rg::float64, .requires_grad = true});
  rg::optim::SGD optimizer({w, b}, {.lr = 0.1});
  Curve losses = {name};
  std::printf("\n%s loss\n step   loss  wrong\n", name);
  for (int step = 0; step <= 200; ++step) {
    const Tensor scores = score(x, w, b);                 // predict
    const Tensor mean_loss = rg::mean(loss(y * scores));  // loss
    losses.points.emplace_back(step, mean_loss.item<double>());
    if (step == 0 || step == 1 || step == 20 || step == 200) {
      const Tensor wrong = rg::sum(predict(scores) != y);
      std::printf("%5d  %.3f  %lld of %lld\n", step, mean_loss.item<double>(),
                  static_cast<long long>(wrong.item<std::int64_t>()),
                  static_cast<long long>(y.numel()));
    }
    optimizer.zero_grad();  // minimise
    mean_loss.backward();
    optimizer.step();
  }
  show("w", w, 2);
  show("b", b, 2);
  show("scores", score(x, w, b), 1);
  show("classes", predict(score(x, w, b)));
  return losses;
}

int main(int argc, char** argv) {
  return run_program(argc, argv, {"out"}, [](const CommandLine& options) {
    // Four points of each class, two numbers each.
    const rg::TensorOptions real = {.dtype = rg::float64};
    const Tensor x =
        rg::tensor({{2, 1}, {1, 2}, {3, 2}, {2, 3}, {0, 0}, {1, 0}, {0, 1}, {-1, 1}}, real);
    const Tensor y = rg::tensor({1, 1, 1, 1, -1, -1, -1, -1}, real);

    // Some w and b: the score is a number, the threshold makes it a class.
    const Tensor guess = score(x, rg::tensor({1, -1}, real), rg::tensor({0.5}, real));
    show("true classes", y);
    show("scores of a guess", guess, 1);
    show("classes of the guess", predict(guess));

    // Counting mistakes is no loss to descend: it is flat, except for a jump at margin 0. Both
    // losses fall all the way. The hinge loss is content with a margin of 1, and is 0 beyond.
    const Tensor margins = rg::tensor({-2, -1, 0, 1, 2}, real);
    show("\nmargin y s", margins);
    show("mistakes", (margins <= 0.0).to(rg::float64));
    show_loss("logistic", logistic, margins);
    show("by hand, -1 / (1 + e^m)", -1.0 / (1.0 + rg::exp(margins)), 3);
    show_loss("hinge", hinge, margins);

    const Curve by_logistic = minimise("logistic", logistic, x, y);
    const Curve by_hinge = minimise("hinge", hinge, x, y);

    const Tensor line = rg::linspace(-2, 3, 101, real);
    rg::logging::save_plot(
        options.text("out", ".") + "/predict_loss_minimise.svg",
        {{.title = "loss by margin",
          .xlabel = "margin y s",
          .ylabel = "loss",
          .curves = {curve("logistic", line, logistic(line)), curve("hinge", line, hinge(line))}},
         {.title = "minimising",
          .xlabel = "step",
          .ylabel = "mean loss",
          .curves = {by_logistic, by_hinge}}});
    std::printf("\nwritten: predict_loss_minimise.svg\n");
  });
}

/* Output:
true classes                1  1  1  1 -1 -1 -1 -1
scores of a guess           1.5 -0.5  1.5 -0.5  0.5  1.5 -0.5 -1.5
classes of the guess        1 -1  1 -1  1  1 -1 -1

margin y s                 -2 -1  0  1  2
mistakes                    1  1  1  0  0

logistic loss              2.127 1.313 0.693 0.313 0.127
its slope                  -0.881 -0.731 -0.500 -0.269 -0.119
by hand, -1 / (1 + e^m)    -0.881 -0.731 -0.500 -0.269 -0.119

hinge loss                 3.000 2.000 1.000 0.000 0.000
its slope                  -1.000 -1.000 -1.000  0.000  0.000

logistic loss
 step   loss  wrong
    0  0.693  4 of 8
    1  0.656  2 of 8
   20  0.447  2 of 8
  200  0.171  0 of 8
w                          1.49 0.98
b                          -1.99
scores                      2.0  1.5  4.4  3.9 -2.0 -0.5 -1.0 -2.5
classes                     1  1  1  1 -1 -1 -1 -1

hinge loss
 step   loss  wrong
    0  1.000  4 of 8
    1  0.844  2 of 8
   20  0.331  1 of 8
  200  0.000  0 of 8
w                          1.01 1.01
b                          -2.02
scores                      1.0  1.0  3.0  3.0 -2.0 -1.0 -1.0 -2.0
classes                     1  1  1  1 -1 -1 -1 -1

written: predict_loss_minimise.svg
*/
