// Writes the files of this version of the library to the folder of its number in FOLDER.
//
// usage: write_formats FOLDER
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include "format_runs.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_formats FOLDER\n");
    return 2;
  }
  try {
    const std::string folder = std::string(argv[1]) + "/" + test::kThisVersion;
    std::filesystem::create_directories(folder);
    for (const test::FormatCase& each : test::format_cases()) {
      retrograd::save(test::format_content(each), folder + "/" + each.name + ".safetensors");
    }
    retrograd::save(test::format_tensors(), folder + "/tensors.safetensors",
                    {.metadata = test::kFormatMetadata});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
