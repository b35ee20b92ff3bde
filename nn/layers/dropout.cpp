#include <retrograd/nn/dropout.h>

#include <retrograd/ops/dropout.h>
#include <retrograd/ops/internal/number.h>

namespace retrograd::nn {

namespace {

double checked(const Frame& call, double p) {
  if (!(p >= 0 && p <= 1)) {
    fail<ValueError>(call, "p is " + number_text(p) + "; it must lie between 0 and 1");
  }
  return p;
}

std::string text(const char* layer, double p) {
  return std::string(layer) + "(" + number_text(p) + ")";
}

}  // namespace

Dropout::Dropout(double p, Where where) : p_(checked(Frame("Dropout", where), p)) {}
Tensor Dropout::forward(const Tensor& x) {
  return dropout(x, p_, is_training(), default_generator());
}
std::string Dropout::describe() const {
  return text("Dropout", p_);
}

Dropout1d::Dropout1d(double p, Where where) : p_(checked(Frame("Dropout1d", where), p)) {}
Tensor Dropout1d::forward(const Tensor& x) {
  return dropout1d(x, p_, is_training(), default_generator());
}
std::string Dropout1d::describe() const {
  return text("Dropout1d", p_);
}

Dropout2d::Dropout2d(double p, Where where) : p_(checked(Frame("Dropout2d", where), p)) {}
Tensor Dropout2d::forward(const Tensor& x) {
  return dropout2d(x, p_, is_training(), default_generator());
}
std::string Dropout2d::describe() const {
  return text("Dropout2d", p_);
}

}  // namespace retrograd::nn
