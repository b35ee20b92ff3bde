// Runs each case of a folder and prints its name and "passed", or what is wrong with it.
//   run_cases FOLDER
#include <iostream>

#include <onnx/node_case.h>

int main(int count, char** arguments) {
  if (count != 2) {
    return 2;
  }
  for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) {
    const std::string why = test::run_case(entry.path());
    std::cout << entry.path().filename().string() << ": " << (why.empty() ? "passed" : why) << "\n";
  }
}
