// The programs of tutorial 00: scores, losses of margins, and learning from points.
#include "book.h"

namespace lecture {

namespace {

constexpr rg::TensorOptions kReal = {.dtype = rg::float64};
constexpr rg::TensorOptions kWeight = {.dtype = rg::float64, .requires_grad = true};

Tensor logistic(const Tensor& margin) {
  return rg::log(1.0 + rg::exp(-margin));
}

void add_points(Book& book, const std::string& slide, const Tensor& w, const Tensor& b,
                const std::vector<Shown>& shown) {
  const rg::Trace trace;
  const Tensor x =
      rg::tensor({{2, 1}, {1, 2}, {3, 2}, {2, 3}, {0, 0}, {1, 0}, {0, 1}, {-1, 1}}, kReal);
  const Tensor y = rg::tensor({1, 1, 1, 1, -1, -1, -1, -1}, kReal);
  const Tensor s = rg::matmul(x, w) + b;
  const Tensor margin = y * s;
  const Tensor L = rg::mean(logistic(margin));
  book.add(slide, trace, L, w,
           {{"w", w}, {"b", b}, {"x", x}, {"y", y}, {"s", s}, {"m", margin}, {"L", L}}, shown);
}

Tensor margins() {
  return rg::tensor({-2, -1, 0, 1, 2}, kWeight);
}

}  // namespace

void add_losses(Book& book) {
  add_points(book, "00 score and threshold †", rg::tensor({1, -1}, kWeight),
             rg::tensor({0.5}, kWeight), {{"scores of a guess", "value s"}});
  add_points(book, "00 predict, loss, minimise †", rg::tensor({0, 0}, kWeight),
             rg::tensor({0}, kWeight), {});
  {
    const rg::Trace trace;
    const Tensor m = margins();
    const Tensor loss = logistic(m);
    const Tensor L = rg::sum(loss);
    book.add(
        "00 logistic loss †", trace, L, m, {{"m", m}, {"loss", loss}, {"L", L}},
        {{"margin y s", "value m"}, {"logistic loss", "value loss"}, {"its slope", "gradient m"}});
  }
  // Squared, as central differences at the kink would be half the slope.
  const rg::Trace trace;
  const Tensor m = margins();
  const Tensor loss = rg::relu(1.0 - m);
  const Tensor L = rg::sum(rg::square(loss));
  book.add("00 hinge loss †", trace, L, m, {{"m", m}, {"loss", loss}, {"L", L}},
           {{"margin y s", "value m"}, {"hinge loss", "value loss"}});
}

}  // namespace lecture
