#include <retrograd/explain/explain.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <sstream>

#include <retrograd/autograd/backward.h>
#include <retrograd/explain/detail/chain.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/strided.h>

namespace retrograd {

namespace {

using detail::Chain;
using detail::Matrix;

// Puts other values into tensors while it is alive: all different, and nothing a program would
// compute by chance. Written past the version counters, which would refuse to go backward.
class Probed {
 public:
  explicit Probed(const std::vector<std::pair<std::string, Tensor>>& names) {
    std::int64_t count = 0;
    for (const auto& [name, tensor] : names) {
      const bool wanted = tensor.defined() && is_floating(tensor.dtype()) &&
                          tensor.dtype() != bfloat16 && tensor.numel() <= kMost;
      if (!wanted) {
        continue;
      }
      kept_.emplace_back(tensor, tensor.to_vector<double>());
      std::vector<double> values;
      for (std::int64_t i = 0; i < tensor.numel(); ++i) {
        // Different in float32 too.
        values.push_back(static_cast<float>(1.0 + std::fmod(++count * 0.6180339887, 1.0) * 0.37));
        label_[values.back()] =
            name + (tensor.dim() == 0 ? "" : tensor.dim() == 1 ? std::to_string(i) : index(tensor, i));
      }
      write(tensor, values);
    }
  }
  ~Probed() {
    for (auto kept = kept_.rbegin(); kept != kept_.rend(); ++kept) {
      write(kept->first, kept->second);
    }
  }
  Probed(const Probed&) = delete;
  Probed& operator=(const Probed&) = delete;

  // "x1" or "-x1" for a value that was put in, else nothing.
  std::string label(double value) const {
    if (const auto found = label_.find(value); found != label_.end()) {
      return found->second;
    }
    const auto negative = label_.find(-value);
    return negative != label_.end() ? "-" + negative->second : "";
  }

 private:
  static constexpr std::int64_t kMost = 4096;

  // "[1,2]"
  static std::string index(const Tensor& tensor, std::int64_t number) {
    std::string text;
    for (std::size_t d = tensor.shape().size(); d-- > 0;) {
      text = std::to_string(number % tensor.shape()[d]) + (text.empty() ? "" : ",") + text;
      number /= tensor.shape()[d];
    }
    return "[" + text + "]";
  }
  static void write(const Tensor& tensor, const std::vector<double>& values) {
    for_floating(tensor.dtype(), [&]<class T>() {
      const double* next = values.data();
      detail::for_each_element(tensor.shape(), tensor.strides(), [&](std::int64_t offset) {
        tensor.raw<T>()[offset] = convert<T>(*next++);
      });
    });
  }

  std::vector<std::pair<Tensor, std::vector<double>>> kept_;
  std::map<double, std::string> label_;
};

std::string number_text(double value) {
  std::ostringstream out;
  out.precision(4);
  out << (value == 0 ? 0.0 : value);  // not -0
  return out.str();
}

Tensor as_tensor(const Matrix& matrix) {
  return reshape(tensor(matrix.values, {.dtype = float64}),
                 {static_cast<std::int64_t>(matrix.rows), static_cast<std::int64_t>(matrix.columns)});
}

JacobianStep step_of(const Chain& chain, const Chain::Link& link) {
  JacobianStep step;
  step.from = chain.name(link.from);
  step.to = chain.name(link.to);
  for (const Node* node : link.between) {
    step.operators += (step.operators.empty() ? "" : ", ") + std::string(node->op());
  }
  step.where = link.to->where();
  step.from_shape = link.from->shape();
  step.to_shape = link.to->shape();
  if (!link.matrix.empty()) {
    step.matrix = as_tensor(link.matrix);
    step.structure = structure_of(link.matrix);
    for (const double value : link.matrix.values) {
      step.entries.push_back(number_text(value));
    }
  }
  return step;
}

// All ways through the links from the first station to the last, as lists of links.
std::vector<std::vector<std::size_t>> paths(const std::vector<Chain::Link>& links, const Node* from,
                                            const Node* to) {
  constexpr std::size_t kMostPaths = 64;
  std::vector<std::vector<std::size_t>> found;
  std::vector<std::size_t> taken;
  const std::function<void(const Node*)> walk = [&](const Node* at) {
    if (at == to) {
      found.push_back(taken);
      return;
    }
    for (std::size_t i = 0; i < links.size() && found.size() < kMostPaths; ++i) {
      if (links[i].from == at) {
        taken.push_back(i);
        walk(links[i].to);
        taken.pop_back();
      }
    }
  };
  walk(from);
  return found;
}

// d(output) / d(first station): what the chain rule gives, each link used once.
Matrix product_of(const std::vector<Chain::Link>& links, const Node* from, const Node* to) {
  std::map<std::uint64_t, Matrix, std::greater<>> waiting;
  std::map<std::uint64_t, const Node*> by_number;
  waiting[to->number()] = detail::identity(1);
  by_number[to->number()] = to;
  while (!waiting.empty()) {
    auto [number, behind] = *waiting.begin();
    waiting.erase(waiting.begin());
    const Node* node = by_number.at(number);
    if (node == from) {
      return behind;
    }
    for (const Chain::Link& link : links) {
      if (link.to == node) {
        if (link.matrix.empty()) {
          return {};
        }
        by_number[link.from->number()] = link.from;
        add_to(waiting[link.from->number()], link.matrix * behind);
      }
    }
  }
  return {};
}

}  // namespace

Explanation explain(const Tensor& output, const Tensor& input, const ExplainOptions& options,
                    Where where) {
  if (output.numel() != 1) {
    fail<ShapeError>("explain", where, "needs an output of one element", {{"output", output}});
  }
  // Throws where there is no way.
  const Tensor gradient = grad({output}, {input}, {.retain_graph = true}, where)[0];

  const NodePtr last = detail::grad_node(output);
  const NodePtr first = detail::grad_node(input);
  std::vector<std::pair<std::string, NodePtr>> stations{{options.input_name, first},
                                                        {options.output_name, last}};
  for (const auto& [name, tensor] : options.names) {
    if (const NodePtr node = detail::grad_node(tensor)) {
      stations.emplace_back(name, node);
    }
  }
  const Chain chain(last, first, stations, options.most_elements);
  const auto links = chain.links();

  Explanation result;
  result.derivative = "d" + options.output_name + "/d" + options.input_name;
  result.input_shape = input.shape();
  for (const Chain::Link& link : links) {
    result.steps.push_back(step_of(chain, link));
  }
  {
    const Probed probed(options.names);
    const auto probes = chain.links();
    for (std::size_t s = 0; s < probes.size(); ++s) {
      for (std::size_t i = 0; i < probes[s].matrix.values.size(); ++i) {
        if (std::string label = probed.label(probes[s].matrix.values[i]); !label.empty()) {
          result.steps[s].entries[i] = std::move(label);
        }
      }
    }
  }
  result.paths = paths(links, first.get(), last.get());
  result.gradient = reshape(gradient.detach().to(float64), {-1, 1});
  if (const Matrix product = product_of(links, first.get(), last.get()); !product.empty()) {
    result.product = as_tensor(product);
    const auto expected = result.gradient.to_vector<double>();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      result.difference =
          std::max(result.difference, std::fabs(product.values[i] - expected[i]));
    }
  }
  return result;
}

}  // namespace retrograd
