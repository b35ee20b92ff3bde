// Losses of classes.
#include "gradient/op_cases_loss.h"

namespace op_cases {

namespace {

using rg::Reduction;

const std::vector<rg::Shape> kShapes = {{4},       {1},          {3, 4}, {1, 3},   {3, 1},
                                        {2, 3, 2}, {2, 3, 2, 2}, {0, 3}, {2, 3, 0}};

std::int64_t classes_of(const rg::Shape& shape) {
  return shape.empty() ? 0 : shape[shape.size() == 1 ? 0 : 1];
}

rg::Tensor classes_for(const rg::Shape& shape) {
  rg::Shape target = shape;
  target.erase(shape.size() == 1 ? 0 : 1);
  return indices(target, classes_of(shape));
}

// PyTorch has no gradient for the weights of classes, so these are numbers.
rg::Tensor weights_for(const Tensors& x) {
  const rg::Tensor some = rg::tensor({0.5, 1.25, 0.75, 2.0}).to(x[0].dtype());
  return rg::slice(some, 0, 0, classes_of(x[0].shape()));
}

std::string weights_in_torch(const rg::Shape& shape) {
  return "weight=torch.tensor([0.5, 1.25, 0.75, 2.0]).double()[:" +
         std::to_string(classes_of(shape)) + "]";
}

struct Options {
  const char* label;
  bool weight = false;
  std::int64_t ignore_index = -100;
  double label_smoothing = 0;
};

const Options kNLL[] = {{""}, {"weight", true}, {"ignore", false, 1}, {"weight, ignore", true, 0}};
const Options kSmooth[] = {{"smooth", false, -100, 0.25},
                           {"smooth, ignore", false, 1, 0.1},
                           {"smooth, weight", true, -100, 0.1},
                           {"smooth, weight, ignore", true, 0, 1.0}};

std::string in_torch(const Options& options, const rg::Shape& shape) {
  std::string text = options.weight ? weights_in_torch(shape) + ", " : "";
  text += "ignore_index=" + std::to_string(options.ignore_index);
  return text + (options.label_smoothing > 0
                     ? ", label_smoothing=" + std::to_string(options.label_smoothing)
                     : "");
}

// Whether the mean over these targets is NaN: none of them counts.
bool all_ignored(const rg::Tensor& target, std::int64_t ignore_index) {
  for (const std::int64_t value : target.to_vector<std::int64_t>()) {
    if (value != ignore_index) {
      return false;
    }
  }
  return true;
}

rg::Tensor cross_entropy(const Tensors& x, const Options& options, Reduction reduction) {
  return rg::cross_entropy(x[0], x[1],
                           {.weight = options.weight ? weights_for(x) : rg::Tensor(),
                            .ignore_index = options.ignore_index,
                            .reduction = reduction,
                            .label_smoothing = options.label_smoothing});
}

rg::Tensor nll_loss(const Tensors& x, const Options& options, Reduction reduction) {
  return rg::nll_loss(x[0], x[1],
                      {.weight = options.weight ? weights_for(x) : rg::Tensor(),
                       .ignore_index = options.ignore_index,
                       .reduction = reduction});
}

void add(Table& table, const char* op, const Options& options, const rg::Shape& shape,
         const ReductionName& reduction) {
  const rg::Tensor target = classes_for(shape);
  if (reduction.value == Reduction::mean && all_ignored(target, options.ignore_index)) {
    return;
  }
  const bool is_nll = op == std::string("nll_loss");
  table.push_back({.op = op,
                   .label = to_string(shape) + " " + reduction.name +
                            (*options.label == 0 ? "" : " " + std::string(options.label)),
                   .inputs = {shape, target},
                   .torch = torch_loss(op, reduction, in_torch(options, shape)),
                   .function =
                       [options, is_nll, reduction](const Tensors& x) {
                         return is_nll ? nll_loss(x, options, reduction.value)
                                       : cross_entropy(x, options, reduction.value);
                       },
                   .affine = is_nll});
}

void add_probabilities(Table& table, const ReductionName& reduction) {
  const Options all[] = {{"probabilities"},
                         {"probabilities, weight", true},
                         {"probabilities, smooth", false, -100, 0.25},
                         {"probabilities, smooth, weight", true, -100, 0.1}};
  for (const Options& options : all) {
    for (const rg::Shape& shape : {rg::Shape{3}, {2, 3}, {3, 1}, {2, 3, 2}, {0, 3}}) {
      if (is_undefined(shape, reduction)) {
        continue;
      }
      table.push_back({.op = "cross_entropy",
                       .label = to_string(shape) + " " + reduction.name + " " + options.label,
                       .inputs = {shape, {shape, Values::fraction}},
                       .torch = torch_loss("cross_entropy", reduction, in_torch(options, shape)),
                       .function = [options, reduction](const Tensors& x) {
                         return cross_entropy(x, options, reduction.value);
                       }});
    }
  }
}

// With a gradient for the weights.
void add_trained_weights(Table& table, const ReductionName& reduction) {
  const std::string total = reduction.value == Reduction::none ? "" : ".sum()";
  const std::string weights = reduction.value == Reduction::mean ? " / c.gather(0, b).sum()" : "";
  const std::string losses = ".gather(1, b[:, None])[:, 0] * c.gather(0, b))" + total + weights;
  const rg::Tensor target = indices({3}, 4);
  const std::vector<Input> inputs = {{3, 4}, target, {{4}, Values::positive}};
  table.push_back({.op = "nll_loss",
                   .label = std::string("trained weights ") + reduction.name,
                   .inputs = inputs,
                   .torch = "-(a" + losses,
                   .function = [reduction](const Tensors& x) {
                     return rg::nll_loss(x[0], x[1],
                                         {.weight = x[2], .reduction = reduction.value});
                   }});
  table.push_back({.op = "cross_entropy",
                   .label = std::string("trained weights ") + reduction.name,
                   .inputs = inputs,
                   .torch = "-(F.log_softmax(a, 1)" + losses,
                   .function = [reduction](const Tensors& x) {
                     return rg::cross_entropy(x[0], x[1],
                                              {.weight = x[2], .reduction = reduction.value});
                   }});
}

void add_multi_margin(Table& table, const ReductionName& reduction) {
  for (const rg::Shape& shape : {rg::Shape{4}, {3, 4}, {1, 3}, {0, 3}}) {
    for (const std::int64_t p : {1, 2}) {
      for (const bool weight : {false, true}) {
        if (is_undefined(shape, reduction)) {
          continue;
        }
        const std::string options =
            "margin=0.7, p=" + std::to_string(p) + (weight ? ", " + weights_in_torch(shape) : "");
        // PyTorch 1.13 gives whatever its memory held as the sum over a batch of none.
        const bool garbage = has_no_elements(shape) && reduction.value == rg::Reduction::sum;
        table.push_back(
            {.op = "multi_margin_loss",
             .label = to_string(shape) + " " + reduction.name + " p " + std::to_string(p) +
                      (weight ? " weight" : ""),
             .inputs = {{shape, Values::distinct}, classes_for(shape)},
             .torch = garbage ? "" : torch_loss("multi_margin_loss", reduction, options),
             .function = [p, weight, reduction](const Tensors& x) {
               return rg::multi_margin_loss(x[0], x[1],
                                            {.p = p,
                                             .margin = 0.7,
                                             .weight = weight ? weights_for(x) : rg::Tensor(),
                                             .reduction = reduction.value});
             }});
      }
    }
  }
}

void add_cases(Table& table) {
  for (const ReductionName& reduction : kLossReductions) {
    for (const rg::Shape& shape : kShapes) {
      for (const Options& options : kNLL) {
        add(table, "nll_loss", options, shape, reduction);
        add(table, "cross_entropy", options, shape, reduction);
      }
      for (const Options& options : kSmooth) {
        add(table, "cross_entropy", options, shape, reduction);
      }
    }
    add_probabilities(table, reduction);
    add_trained_weights(table, reduction);
    add_multi_margin(table, reduction);
  }
}

const Registered registered(
    {.add = add_cases,
     .floors = {{"cross_entropy", 60}, {"nll_loss", 60}, {"multi_margin_loss", 24}}});

}  // namespace

}  // namespace op_cases
