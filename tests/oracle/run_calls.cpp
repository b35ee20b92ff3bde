// Runs operators for another program, which compares.
//
//   run_calls CALLS.json INPUTS.safetensors RESULTS.safetensors
//
// CALLS.json lists {"op", "options", "inputs", "layout", "gradient"}: `inputs` has a letter for
// each input, '-' for one that is not given; call 7's input "b" is named "7/b" in INPUTS. `layout`
// is how floating inputs lie in memory. RESULTS gets "7/0", "7/1" ... for the outputs and, where
// "gradient" is true, "7/b" for the gradient of sum(output 0 * weights). Errors go to standard
// output as lines {"call": 7, "error": "..."}.
#include <fstream>
#include <iostream>
#include <string>

#include <retrograd/autograd/backward.h>
#include <retrograd/graph/registry.h>
#include <retrograd/io/safetensors.h>
#include <retrograd/tensor/creation.h>

#include "calls.h"
#include "golden/derivatives.h"
#include "oracle/laid_out.h"

namespace {

using namespace oracle;

void run(const Operators& operators, const nlohmann::json& request, const std::string& name,
         const rg::StateDict& given, rg::StateDict& results) {
  const bool wants_gradient = request.value("gradient", false);
  Call call{request.value("options", nlohmann::json::object()), {}};
  Tensors leaves;
  std::string letters;
  for (const char letter : request.at("inputs").get<std::string>()) {
    rg::Tensor input;
    if (letter != '-') {
      input = laid_out(given.at(name + "/" + letter), request.value("layout", "contiguous"));
      if (wants_gradient && rg::is_floating(input.dtype())) {
        leaves.push_back(input.set_requires_grad());
        letters += letter;
      }
    }
    call.inputs.push_back(input);
  }
  // Operators of tensors alone are called as a graph would.
  const auto op = request.at("op").get<std::string>();
  const auto listed = operators.find(op);
  const Tensors outputs =
      listed != operators.end()
          ? listed->second(call)
          : rg::call_operator(op, rg::Arguments(call.inputs.begin(), call.inputs.end()));
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    results.insert(name + "/" + std::to_string(i), outputs[i].detach());
  }
  if (wants_gradient) {
    const Tensors found = golden::gradients({outputs.at(0)}, 7, leaves);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      results.insert(name + "/" + letters[i], found[i].detach());
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: run_calls CALLS.json INPUTS.safetensors RESULTS.safetensors\n";
    return 2;
  }
  Operators operators;
  add_basic(operators);
  add_cnn(operators);
  add_losses(operators);
  std::ifstream file(argv[1]);
  const nlohmann::json calls = nlohmann::json::parse(file);
  const rg::StateDict given = rg::load(argv[2]);
  rg::StateDict results;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    try {
      run(operators, calls[i], std::to_string(i), given, results);
    } catch (const std::exception& error) {
      std::cout << nlohmann::json{{"call", i}, {"error", error.what()}}.dump() << "\n";
    }
  }
  rg::save(results, argv[3]);
}
