#include "gradient/op_cases.h"

namespace op_cases {

namespace {

// Which of weight and bias there are.
enum class Affine { none, weight, both };

std::string text(double value) {
  std::string digits = std::to_string(value);
  digits.erase(digits.find_last_not_of('0') + 1);
  return digits + "0";
}

std::string note(Affine affine) {
  return affine == Affine::none ? "" : affine == Affine::weight ? ", weight" : ", weight and bias";
}

void add_parameters(std::vector<Input>& inputs, const rg::Shape& shape, Affine affine) {
  if (affine != Affine::none) {
    inputs.emplace_back(shape, Values::away_from_zero);
  }
  if (affine == Affine::both) {
    inputs.emplace_back(shape);
  }
}

// Input number i of a row or an undefined tensor; its letter or None.
rg::Tensor nth(const Tensors& x, std::size_t i) {
  return i < x.size() ? x[i] : rg::Tensor();
}
std::string letter(std::size_t i, Affine affine, std::size_t first) {
  const std::size_t count = first + (affine == Affine::none ? 0 : affine == Affine::weight ? 1 : 2);
  return i < count ? std::string(1, static_cast<char>('a' + i)) : "None";
}

rg::Tensor running_values(std::int64_t channels, double first, double step) {
  std::vector<double> values;
  for (std::int64_t c = 0; c < channels; ++c) {
    values.push_back(first + step * static_cast<double>(c));
  }
  return rg::tensor(values, {.dtype = rg::float64});
}

void add_batch_training(Table& table, const rg::Shape& shape, Affine affine, double eps = 1e-5) {
  std::vector<Input> inputs{shape};
  add_parameters(inputs, {shape[1]}, affine);
  table.push_back(
      {.op = "batch_norm",
       .label = "training " + to_string(shape) + note(affine) + ", eps " +
                (eps == 1e-5 ? "default" : text(eps)),
       .inputs = inputs,
       .torch = "F.batch_norm(a, None, None, " + letter(1, affine, 1) + ", " +
                letter(2, affine, 1) + ", True, 0.1, " + (eps == 1e-5 ? "1e-5" : text(eps)) + ")",
       .function = [eps](const Tensors& x) {
         return rg::batch_norm(x[0], {}, {}, nth(x, 1), nth(x, 2), {.training = true, .eps = eps});
       }});
}

// With running statistics: used, or moved while training.
void add_batch_running(Table& table, const rg::Shape& shape, Affine affine, bool training) {
  std::vector<Input> inputs{shape, running_values(shape[1], -0.5, 0.25),
                            running_values(shape[1], 0.5, 0.75)};
  add_parameters(inputs, {shape[1]}, affine);
  table.push_back({.op = "batch_norm",
                   .label = std::string(training ? "training, running" : "evaluation ") +
                            to_string(shape) + note(affine),
                   .inputs = inputs,
                   .torch = "F.batch_norm(a, b.clone(), c.clone(), " + letter(3, affine, 3) + ", " +
                            letter(4, affine, 3) + ", " + (training ? "True" : "False") +
                            ", 0.1, 1e-5)",
                   .function =
                       [training](const Tensors& x) {
                         return rg::batch_norm(x[0], x[1].clone(), x[2].clone(), nth(x, 3),
                                               nth(x, 4), {.training = training});
                       },
                   .affine = !training});
}

void add_batch(Table& table) {
  for (const rg::Shape& shape : {rg::Shape{4, 3}, {3, 2, 4}, {2, 3, 2, 2}, {2, 2, 1, 2, 2}}) {
    for (const Affine affine : {Affine::none, Affine::weight, Affine::both}) {
      add_batch_training(table, shape, affine);
      add_batch_running(table, shape, affine, false);
    }
  }
  add_batch_training(table, {5, 1}, Affine::both);
  add_batch_training(table, {1, 2, 3, 2}, Affine::both);
  add_batch_training(table, {2, 17, 2}, Affine::none);  // columns by 16 and what is left
  add_batch_training(table, {4, 3}, Affine::both, 0.25);
  add_batch_training(table, {0, 3}, Affine::both);
  add_batch_training(table, {2, 3, 0, 2}, Affine::both);
  add_batch_running(table, {4, 2}, Affine::both, true);
  add_batch_running(table, {2, 2, 2, 3}, Affine::none, true);
  add_batch_running(table, {1, 3}, Affine::both, false);
  add_batch_running(table, {0, 3, 2, 2}, Affine::both, false);
}

void add_layer(Table& table, const rg::Shape& shape, const rg::Shape& normalized, Affine affine,
               double eps = 1e-5) {
  std::vector<Input> inputs{shape};
  add_parameters(inputs, normalized, affine);
  table.push_back({.op = "layer_norm",
                   .label = to_string(shape) + " over " + to_string(normalized) + note(affine) +
                            ", eps " + (eps == 1e-5 ? "default" : text(eps)),
                   .inputs = inputs,
                   .torch = "F.layer_norm(a, " + to_string(normalized) + ", " +
                            letter(1, affine, 1) + ", " + letter(2, affine, 1) + ", " +
                            (eps == 1e-5 ? "1e-5" : text(eps)) + ")",
                   .function = [normalized, eps](const Tensors& x) {
                     return rg::layer_norm(x[0], normalized, nth(x, 1), nth(x, 2), eps);
                   }});
}

void add_layers(Table& table) {
  for (const Affine affine : {Affine::none, Affine::weight, Affine::both}) {
    add_layer(table, {3, 4}, {4}, affine);
    add_layer(table, {2, 2, 3}, {2, 3}, affine);
    add_layer(table, {2, 3, 4}, {4}, affine);
  }
  add_layer(table, {5}, {5}, Affine::both);
  add_layer(table, {3, 3}, {3, 3}, Affine::weight);
  add_layer(table, {2, 18}, {18}, Affine::both);
  add_layer(table, {2, 1, 3, 2}, {3, 2}, Affine::both, 0.25);
  add_layer(table, {0, 4}, {4}, Affine::both);
  add_layer(table, {2, 0}, {0}, Affine::both);
}

void add_group(Table& table, const rg::Shape& shape, std::int64_t groups, Affine affine,
               double eps = 1e-5) {
  std::vector<Input> inputs{shape};
  add_parameters(inputs, {shape[1]}, affine);
  table.push_back({.op = "group_norm",
                   .label = to_string(shape) + " in " + std::to_string(groups) + note(affine) +
                            ", eps " + (eps == 1e-5 ? "default" : text(eps)),
                   .inputs = inputs,
                   .torch = "F.group_norm(a, " + std::to_string(groups) + ", " +
                            letter(1, affine, 1) + ", " + letter(2, affine, 1) + ", " +
                            (eps == 1e-5 ? "1e-5" : text(eps)) + ")",
                   .function = [groups, eps](const Tensors& x) {
                     return rg::group_norm(x[0], groups, nth(x, 1), nth(x, 2), eps);
                   }});
}

void add_groups(Table& table) {
  for (const Affine affine : {Affine::none, Affine::weight, Affine::both}) {
    add_group(table, {2, 4, 2, 2}, 2, affine);
    add_group(table, {2, 6}, 2, affine);
    add_group(table, {1, 4, 3}, 4, affine);
  }
  add_group(table, {1, 4, 3}, 1, Affine::both);
  add_group(table, {2, 4, 1, 2, 2}, 2, Affine::both);
  add_group(table, {3, 4, 2}, 2, Affine::both, 0.25);
  add_group(table, {0, 4, 2}, 2, Affine::both);
}

void add_instance(Table& table, const rg::Shape& shape, Affine affine, double eps = 1e-5) {
  std::vector<Input> inputs{shape};
  add_parameters(inputs, {shape[1]}, affine);
  table.push_back(
      {.op = "instance_norm",
       .label = to_string(shape) + note(affine) + ", eps " + (eps == 1e-5 ? "default" : text(eps)),
       .inputs = inputs,
       .torch = "F.instance_norm(a, None, None, " + letter(1, affine, 1) + ", " +
                letter(2, affine, 1) + ", True, 0.1, " + (eps == 1e-5 ? "1e-5" : text(eps)) + ")",
       .function = [eps](const Tensors& x) {
         return rg::instance_norm(x[0], {}, {}, nth(x, 1), nth(x, 2), {.eps = eps});
       }});
}

void add_instance_running(Table& table, const rg::Shape& shape, Affine affine, bool own) {
  std::vector<Input> inputs{shape, running_values(shape[1], -0.5, 0.25),
                            running_values(shape[1], 0.5, 0.75)};
  add_parameters(inputs, {shape[1]}, affine);
  table.push_back(
      {.op = "instance_norm",
       .label = to_string(shape) + (own ? " moving" : " by") + " running statistics" + note(affine),
       .inputs = inputs,
       .torch = "F.instance_norm(a, b.clone(), c.clone(), " + letter(3, affine, 3) + ", " +
                letter(4, affine, 3) + ", " + (own ? "True" : "False") + ", 0.1, 1e-5)",
       .function =
           [own](const Tensors& x) {
             return rg::instance_norm(x[0], x[1].clone(), x[2].clone(), nth(x, 3), nth(x, 4),
                                      {.use_input_stats = own});
           },
       .affine = !own});
}

void add_instances(Table& table) {
  for (const Affine affine : {Affine::none, Affine::weight, Affine::both}) {
    add_instance(table, {2, 3, 3}, affine);
    add_instance(table, {2, 2, 2, 2}, affine);
    add_instance_running(table, {2, 2, 3}, affine, false);
  }
  add_instance(table, {1, 2, 1, 2, 2}, Affine::both);
  add_instance(table, {2, 2, 3}, Affine::both, 0.25);
  add_instance(table, {0, 2, 3}, Affine::none);
  add_instance_running(table, {2, 2, 3}, Affine::both, true);
}

void add_cases(Table& table) {
  add_batch(table);
  add_layers(table);
  add_groups(table);
  add_instances(table);
}

const Registered registered(
    {.add = add_cases,
     .floors = {
         {"batch_norm", 24}, {"layer_norm", 12}, {"group_norm", 12}, {"instance_norm", 12}}});

}  // namespace

}  // namespace op_cases
