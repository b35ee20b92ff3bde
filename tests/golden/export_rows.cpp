// Writes the operator table for PyTorch to compute: each row's expression and inputs.
//
//   export_rows FILE
//
// FILE.json lists the rows, FILE.safetensors their inputs, named by row and letter.
#include <fstream>
#include <iostream>
#include <string>

#include <nlohmann/json.hpp>

#include <retrograd/io/safetensors.h>

#include "gradient/op_cases.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: export_rows FILE\n";
    return 2;
  }
  nlohmann::json rows = nlohmann::json::array();
  retrograd::StateDict inputs;
  for (const op_cases::OpCase& row : op_cases::all_cases()) {
    if (row.torch.empty()) {
      continue;
    }
    const op_cases::Tensors values = op_cases::values_of(row);
    std::string floating;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const char letter = static_cast<char>('a' + i);
      inputs.insert(row.name() + "/" + letter, values[i]);
      floating += row.is_floating(i) ? letter : '-';
    }
    rows.push_back({{"name", row.name()}, {"torch", row.torch}, {"inputs", floating}});
  }
  std::ofstream(std::string(argv[1]) + ".json") << rows.dump(0);
  retrograd::save(inputs, std::string(argv[1]) + ".safetensors");
}
