// What a page's script calls: a program is built value by value and step by step, then changed and
// asked.
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exchange.h"
#include "program.h"

namespace {

using namespace retrograd;  // NOLINT: this file is a program's, not a header

using touch::guarded;
using touch::passed;
using touch::text_passed;

std::unique_ptr<touch::Program> program;
std::string answer;

ValueId value_id(int index) {
  return {index};
}

std::vector<std::int64_t> integers(int count) {
  std::vector<std::int64_t> all;
  for (int i = 0; i < count; ++i) {
    all.push_back(static_cast<std::int64_t>(passed.at(static_cast<std::size_t>(i))));
  }
  return all;
}

void append_text(std::string& to, std::string_view text) {
  to += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      to += '\\';
    }
    to += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  to += '"';
}

void append_number(std::string& to, double number) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.9g", number);
  to += std::isfinite(number) ? digits : "null";
}

// A Jacobian as JSON: its name, sizes, structure, numbers, and the texts of named elements.
void append_step(std::string& to, const Explanation& e, const JacobianStep& step) {
  to += "{\"name\":";
  append_text(to, e.derivative(step));
  to += ",\"operators\":";
  append_text(to, step.operators);
  to += ",\"structure\":";
  append_text(to, name(step.structure));
  to += ",\"rows\":" + std::to_string(step.rows) + ",\"columns\":" + std::to_string(step.columns);
  if (step.computed() && step.rows <= 64 && step.columns <= 64) {
    to += ",\"cells\":[";
    for (std::int64_t i = 0; i < step.rows * step.columns; ++i) {
      to += i == 0 ? "" : ",";
      append_number(to, step.at(i / step.columns, i % step.columns));
    }
    to += "],\"texts\":[";
    for (std::int64_t i = 0; i < step.rows * step.columns; ++i) {
      to += i == 0 ? "" : ",";
      append_text(to, step.entry_text(i / step.columns, i % step.columns));
    }
    to += "]";
  }
  to += "}";
}

}  // namespace

// --- building ---
TOUCH_EXPORT void touch_begin() {
  program = std::make_unique<touch::Program>();
}
// The lengths of the dimensions are the numbers.
TOUCH_EXPORT double touch_value(int dtype, int dims) {
  return guarded([&] {
    Shape shape;
    for (const std::int64_t length : integers(dims)) {
      shape.push_back(length);
    }
    program->add_value(static_cast<DType>(dtype), shape);
    return 0.0;
  });
}
// The elements are the numbers.
TOUCH_EXPORT double touch_leaf(int is_trained) {
  return guarded([&] {
    program->make_leaf(passed.data(), is_trained != 0);
    return 0.0;
  });
}
// The operator is the text.
TOUCH_EXPORT void touch_step(int switches_recording) {
  program->begin_step(text_passed);
  if (switches_recording != 0) {
    program->switch_recording();
  }
}
// The seed and the position of the generator, in halves of 32 bits, are the numbers.
TOUCH_EXPORT void touch_random() {
  const auto whole = [](double low, double high) {
    return static_cast<std::uint64_t>(high) << 32U | static_cast<std::uint64_t>(low);
  };
  program->draws({whole(passed[0], passed[1]), whole(passed[2], passed[3])});
}
TOUCH_EXPORT void touch_argument_none() {
  program->add_argument({});
}
TOUCH_EXPORT void touch_argument_real(double number) {
  program->add_argument(Scalar(number));
}
TOUCH_EXPORT void touch_argument_integer(double number) {
  program->add_argument(Scalar(static_cast<std::int64_t>(number)));
}
TOUCH_EXPORT void touch_argument_boolean(int is_true) {
  program->add_argument(Scalar(is_true != 0));
}
TOUCH_EXPORT void touch_argument_text() {
  program->add_argument(text_passed);
}
TOUCH_EXPORT void touch_argument_integers(int count) {
  program->add_argument(integers(count));
}
TOUCH_EXPORT void touch_argument_reals(int count) {
  program->add_argument(std::vector<double>(passed.begin(), passed.begin() + count));
}
TOUCH_EXPORT void touch_argument_value(int id) {
  program->add_argument(value_id(id));
}
TOUCH_EXPORT void touch_argument_values(int count) {
  std::vector<ValueId> ids;
  for (const std::int64_t id : integers(count)) {
    ids.push_back({id});
  }
  program->add_argument(std::move(ids));
}
TOUCH_EXPORT void touch_made(int id) {
  program->add_made(value_id(id));
}
// The name is the text.
TOUCH_EXPORT void touch_name(int id) {
  program->add_name(text_passed, value_id(id));
}
TOUCH_EXPORT double touch_end(int loss) {
  return guarded([&] {
    program->end(value_id(loss));
    program->update();
    return 0.0;
  });
}

// --- changing and asking ---
TOUCH_EXPORT double touch_get(int leaf, int index) {
  return guarded([&] { return program->element(value_id(leaf), index); });
}
TOUCH_EXPORT double touch_set(int leaf, int index, double number) {
  return guarded([&] { return program->element(value_id(leaf), index) = number; });
}
TOUCH_EXPORT double touch_update() {
  return guarded([&] {
    program->update();
    return 0.0;
  });
}
// Copies the value or the gradient of an id to the numbers, and returns how many there are.
TOUCH_EXPORT double touch_read(int id, int is_gradient) {
  return guarded([&] {
    const Tensor& x =
        is_gradient != 0 ? program->gradient(value_id(id)) : program->value(value_id(id));
    passed = x.defined() ? x.detach().to(float64).to_vector<double>() : std::vector<double>();
    return static_cast<double>(passed.size());
  });
}
// The loss for `count` numbers of an element, which are replaced by it.
TOUCH_EXPORT double touch_curve(int leaf, int index, int count) {
  return guarded([&] {
    double& element = program->element(value_id(leaf), index);
    const double before = element;
    for (int i = 0; i < count; ++i) {
      double& at = passed.at(static_cast<std::size_t>(i));
      element = at;
      at = program->loss();
    }
    element = before;
    return 0.0;
  });
}
TOUCH_EXPORT double touch_curvature(int leaf, int index) {
  return guarded([&] { return program->curvature(value_id(leaf), index); });
}
TOUCH_EXPORT double touch_descend(double learning_rate) {
  return guarded([&] {
    program->descend(learning_rate);
    return 0.0;
  });
}
TOUCH_EXPORT double touch_check(int most) {
  return guarded([&] { return program->check_gradients(most); });
}
// The chain rule from a leaf to the loss as JSON; null where there is none.
TOUCH_EXPORT const char* touch_explain(int leaf) {
  answer = "null";
  guarded([&] {
    const Explanation e = program->explanation(value_id(leaf));
    std::string text = "{\"formula\":";
    append_text(text, e.formula());
    text += ",\"shapes\":";
    append_text(text, e.shapes());
    text += ",\"difference\":";
    append_number(text, e.difference);
    text += ",\"steps\":[";
    for (std::size_t i = 0; i < e.steps.size(); ++i) {
      text += i == 0 ? "" : ",";
      append_step(text, e, e.steps[i]);
    }
    answer = text + "]}";
    return 0.0;
  });
  return answer.c_str();
}
