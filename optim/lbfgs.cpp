#include <retrograd/optim/lbfgs.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/optim/detail/line_search.h>
#include <retrograd/optim/detail/settings.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::optim {

using retrograd::detail::formatted;

using namespace detail;

namespace {

using Vector = std::vector<double>;

// The history takes a pair of changes only beyond this product of theirs.
constexpr double kLeastCurvature = 1e-10;

double dot(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}
double largest(const Vector& x) {
  double most = 0;
  for (const double value : x) {
    most = std::isnan(value) ? value : std::max(most, std::abs(value));
  }
  return most;
}
double sum_of_sizes(const Vector& x) {
  double sum = 0;
  for (const double value : x) {
    sum += std::abs(value);
  }
  return sum;
}
// y + factor * x.
Vector plus(Vector y, double factor, const Vector& x) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i] += factor * x[i];
  }
  return y;
}
Vector times(Vector x, double factor) {
  for (double& value : x) {
    value *= factor;
  }
  return x;
}

}  // namespace

Settings LBFGSOptions::settings() {
  return {{"lr", &lr, Domain::not_negative},
          {"max_iter", &max_iter, Domain::positive_count},
          {"max_eval", &max_eval, Domain::not_negative},
          {"tolerance_grad", &tolerance_grad, Domain::not_negative},
          {"tolerance_change", &tolerance_change, Domain::not_negative},
          {"history_size", &history_size, Domain::positive_count},
          {"strong_wolfe", &strong_wolfe}};
}

void LBFGS::step(Where where) {
  check::refuse<GraphError>(
      Frame(name(), where), {},
      "step needs a closure that computes the loss and its gradients [function-empty]");
}

// All parameters in a row, or all gradients with zeros where there are none.
Vector LBFGS::gathered(bool gradients) {
  Vector all;
  for (const Tensor& parameter : parameters(0)) {
    const Tensor part = gradients ? parameter.grad() : parameter;
    const Vector values = part.defined() ? part.to_vector<double>()
                                         : Vector(static_cast<std::size_t>(parameter.numel()), 0.0);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

// Sets the parameters to start + step_size * direction.
void LBFGS::place(const Vector& start, double step_size) {
  const Vector all = plus(start, step_size, memory_.direction);
  auto at = all.begin();
  for (Tensor& parameter : parameters(0)) {
    const auto end = at + static_cast<std::ptrdiff_t>(parameter.numel());
    const Tensor values = tensor(Vector(at, end), {.dtype = parameter.dtype()});
    parameter.copy_(view_of(values, parameter.shape(), contiguous_strides(parameter.shape()), 0));
    at = end;
  }
}

// From the gradient here and the last direction, step and gradient: the two-loop recursion.
void LBFGS::next_direction(const Vector& gradient, std::size_t history) {
  Memory& m = memory_;
  if (++m.iterations == 1) {
    m.direction = times(gradient, -1);
    return;
  }
  Vector change = plus(gradient, -1, m.gradient);
  Vector moved = times(m.direction, m.step_size);
  const double curvature = dot(change, moved);
  if (curvature > kLeastCurvature) {
    if (m.moves.size() >= history) {
      m.moves.erase(m.moves.begin());
      m.gradient_changes.erase(m.gradient_changes.begin());
    }
    m.scale = curvature / dot(change, change);
    m.gradient_changes.push_back(std::move(change));
    m.moves.push_back(std::move(moved));
  }
  const std::size_t count = m.moves.size();
  Vector inverse(count);
  Vector weights(count);
  Vector q = times(gradient, -1);
  for (std::size_t i = count; i-- > 0;) {
    inverse[i] = 1 / dot(m.gradient_changes[i], m.moves[i]);
    weights[i] = dot(m.moves[i], q) * inverse[i];
    q = plus(std::move(q), -weights[i], m.gradient_changes[i]);
  }
  q = times(std::move(q), m.scale);
  for (std::size_t i = 0; i < count; ++i) {
    const double weight = dot(m.gradient_changes[i], q) * inverse[i];
    q = plus(std::move(q), weights[i] - weight, m.moves[i]);
  }
  m.direction = std::move(q);
}

Tensor LBFGS::step(const Closure& closure, Where where) {
  const Frame frame(name(), where);
  check_changes(frame.where());
  const NoGradGuard unrecorded;
  const LBFGSOptions o = options(0);
  const std::int64_t most_evaluations = o.max_eval > 0 ? o.max_eval : o.max_iter * 5 / 4;
  Memory& m = memory_;
  Tensor first_loss = call(closure, frame.where());
  double loss = first_loss.item<double>();
  Vector gradient = gathered(true);
  std::int64_t evaluations = 1;
  if (largest(gradient) <= o.tolerance_grad) {
    return first_loss;
  }
  for (std::int64_t iteration = 1; iteration <= o.max_iter; ++iteration) {
    next_direction(gradient, static_cast<std::size_t>(o.history_size));
    m.gradient = gradient;
    const double last_loss = loss;
    m.step_size = m.iterations == 1 ? std::min(1.0, 1 / sum_of_sizes(gradient)) * o.lr : o.lr;
    const double slope = dot(gradient, m.direction);
    if (slope > -o.tolerance_change) {
      break;
    }
    const Vector start = gathered(false);
    if (o.strong_wolfe) {
      const auto evaluate_at = [&](double at) {
        place(start, at);
        const double found = call(closure, frame.where()).item<double>();
        Vector there = gathered(true);
        const double slope_there = dot(there, m.direction);
        return LinePoint{at, found, std::move(there), slope_there};
      };
      LineSearchResult found = strong_wolfe(evaluate_at, {0, loss, gradient, slope}, m.step_size,
                                            largest(m.direction), o.tolerance_change);
      loss = found.best.loss;
      gradient = std::move(found.best.gradient);
      m.step_size = found.best.at;
      evaluations += found.evaluations;
      place(start, m.step_size);
    } else {
      place(start, m.step_size);
      if (iteration < o.max_iter) {  // nobody would use it after the last move
        loss = call(closure, frame.where()).item<double>();
        gradient = gathered(true);
        ++evaluations;
      }
    }
    if (evaluations >= most_evaluations || largest(gradient) <= o.tolerance_grad ||
        largest(m.direction) * m.step_size <= o.tolerance_change ||
        std::abs(loss - last_loss) < o.tolerance_change) {
      break;
    }
  }
  return first_loss;
}

void LBFGS::save_state(StateDict& state) {
  const Memory& m = memory_;
  if (m.direction.empty()) {
    return;
  }
  const TensorOptions as{.dtype = float64};
  state.insert("state.0.n_iter", saved(m.iterations));
  state.insert("state.0.t", saved(m.step_size));
  state.insert("state.0.H_diag", saved(m.scale));
  state.insert("state.0.d", tensor(m.direction, as));
  state.insert("state.0.prev_flat_grad", tensor(m.gradient, as));
  for (std::size_t i = 0; i < m.moves.size(); ++i) {
    state.insert(formatted("state.0.old_dirs.{}", i), tensor(m.gradient_changes[i], as));
    state.insert(formatted("state.0.old_stps.{}", i), tensor(m.moves[i], as));
  }
}

LBFGS::LoadedState LBFGS::load_state(const StateDict& state, Where where) {
  const Frame frame("load_state_dict", where);
  const std::size_t count = gathered(false).size();
  std::vector<std::string> known;
  const auto read = [&](const std::string& name, std::size_t size) {
    known.push_back(formatted("state.0.{}", name));
    const Tensor* found = state.find(known.back());
    Vector values = found != nullptr ? found->to_vector<double>() : Vector();
    check::require<ShapeError>(frame, values.size() == size, {},
                               "{} should have {} elements, not {} [state-mismatch]", known.back(),
                               size, values.size());
    return values;
  };
  Memory m;
  if (state.contains("state.0.d")) {
    m.iterations = read("n_iter", 1)[0];
    m.step_size = read("t", 1)[0];
    m.scale = read("H_diag", 1)[0];
    m.direction = read("d", count);
    m.gradient = read("prev_flat_grad", count);
    for (std::size_t i = 0; state.contains(formatted("state.0.old_dirs.{}", i)); ++i) {
      m.gradient_changes.push_back(read(formatted("old_dirs.{}", i), count));
      m.moves.push_back(read(formatted("old_stps.{}", i), count));
    }
  }
  return {std::move(known), [this, m = std::move(m)]() mutable { std::swap(memory_, m); }};
}

}  // namespace retrograd::optim
