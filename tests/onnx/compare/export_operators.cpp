// Writes the rows of the operator table as ONNX, with what they compute, for operators.py.
//
//   export_operators FOLDER [OPERATOR]
//
// Row N becomes N.onnx and N.npz, with inputs "a", "b" ... and "result". FOLDER/rows.json lists all
// rows; "refused" says why one was not written.
#include <fstream>
#include <iostream>
#include <string>

#include <nlohmann/json.hpp>

#include <retrograd/io/npy.h>
#include <retrograd/onnx/save.h>

#include "gradient/run_case.h"

namespace {

using namespace op_cases;

std::string write(const OpCase& row, const std::string& path) {
  const Tensors inputs = inputs_of(row, rg::float32, 0);
  const rg::Tensor expected = row.function(inputs);
  const Tensors given = inputs_of(row, rg::float32, 0);
  rg::StateDict tensors;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < given.size(); ++i) {
    names.push_back(std::string(1, static_cast<char>('a' + i)));
    tensors.insert(names.back(), given[i]);
  }
  tensors.insert("result", expected);
  try {
    rg::onnx::save(row.function, given, path + ".onnx",
                   {.dynamic_batch = false, .input_names = names});
  } catch (const rg::Error& error) {
    return error.what();
  }
  rg::save_npz(tensors, path + ".npz");
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: export_operators FOLDER [OPERATOR]\n";
    return 2;
  }
  nlohmann::json rows = nlohmann::json::array();
  for (const OpCase& row : all_cases()) {
    if (argc > 2 && row.op != argv[2]) {
      continue;
    }
    const std::string path = std::string(argv[1]) + "/" + std::to_string(rows.size());
    rows.push_back({{"op", row.op}, {"name", row.name()}, {"refused", write(row, path)}});
  }
  std::ofstream(std::string(argv[1]) + "/rows.json") << rows.dump(0);
  return 0;
}
