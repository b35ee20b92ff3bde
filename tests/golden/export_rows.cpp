// Writes the operator table for other programs: PyTorch computes its rows, the documentation lists
// its operators.
//
//   export_rows FILE
//
// FILE.json has "operators", what is known of each, and "rows" with their PyTorch expressions;
// FILE.safetensors has the inputs of these rows, named by row and letter.
#include <fstream>
#include <iostream>
#include <string>

#include <nlohmann/json.hpp>

#include <retrograd/io/safetensors.h>

#include "gradient/run_case.h"

namespace {

using namespace op_cases;

nlohmann::json dtypes_of(const OpCase& row) {
  nlohmann::json names = nlohmann::json::array();
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    try {
      row.function(inputs_of(row, dtype, 0));
      names.push_back(rg::name(dtype));
    } catch (const rg::Error&) {
      continue;  // that is an answer, too
    }
  }
  return names;
}

void describe(nlohmann::json& entry, const OpCase& row) {
  if (entry.is_null()) {
    entry = {{"rows", 0}, {"order", 2}, {"torch", ""}, {"dtypes", dtypes_of(row)}};
  }
  entry["rows"] = entry["rows"].get<int>() + 1;
  if (third_order_is_checked(row)) {
    entry["order"] = 3;
  }
  if (entry["torch"].get<std::string>().empty()) {
    entry["torch"] = row.torch;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: export_rows FILE\n";
    return 2;
  }
  nlohmann::json operators;
  nlohmann::json rows = nlohmann::json::array();
  rg::StateDict inputs;
  for (const OpCase& row : all_cases()) {
    describe(operators[row.op], row);
    if (row.torch.empty()) {
      continue;
    }
    const Tensors values = values_of(row);
    std::string floating;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const char letter = static_cast<char>('a' + i);
      inputs.insert(row.name() + "/" + letter, values[i]);
      floating += row.is_floating(i) ? letter : '-';
    }
    rows.push_back({{"name", row.name()}, {"torch", row.torch}, {"inputs", floating}});
  }
  std::ofstream(std::string(argv[1]) + ".json")
      << nlohmann::json{{"operators", operators}, {"rows", rows}}.dump(0);
  rg::save(inputs, std::string(argv[1]) + ".safetensors");
}
