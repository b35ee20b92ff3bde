// Writes files that the library itself makes, as first inputs: make_corpus.py calls it.
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <retrograd/images/png.h>
#include <retrograd/retrograd.h>

#include "images/jpeg_files.h"
#include "state_targets.h"

namespace rg = retrograd;

namespace {

void write_tensors(const std::string& folder) {
  const auto save = [&](const std::string& name, const rg::StateDict& state,
                        const rg::SaveOptions& options) {
    rg::save(state, folder + "/safetensors/" + name, options);
  };
  rg::StateDict all;
  for (const rg::DType dtype :
       {rg::float32, rg::float64, rg::bfloat16, rg::int64, rg::uint8, rg::boolean}) {
    rg::StateDict one;
    one.insert("values", rg::arange(6).to(dtype));
    save(std::string("of_") + rg::name(dtype), one, {.checksum = false});
    all.insert(rg::name(dtype), rg::ones({2, 1}, {.dtype = dtype}));
  }
  save("all_dtypes", all, {});
  rg::StateDict ranks;
  for (int rank = 0; rank <= 8; ++rank) {
    rg::Shape shape;
    while (shape.size() < static_cast<std::size_t>(rank)) {
      shape.push_back(1);
    }
    ranks.insert(std::to_string(rank), rg::zeros(shape));
  }
  ranks.insert("none", rg::zeros({2, 0, 3}));
  save("all_ranks", ranks, {.metadata = {{"key", "value"}}});
  save("nothing", {}, {});
}

void write_states(const std::string& folder) {
  const fuzz::StateTargets targets = fuzz::state_targets();
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const fuzz::StateTarget target = targets[i]();
    target.use();
    target.use();
    std::string name = target.name + "_" + std::to_string(i);
    for (char& c : name) {
      c = c == ' ' ? '_' : c;
    }
    const std::string path = folder + "/state_dict/" + name;
    rg::save(target.state(), path, {.checksum = false});
    std::ofstream(path, std::ios::binary | std::ios::app) << static_cast<char>(i);
  }
}

// After a byte for options: jpeg.cpp.
void write_jpeg(const std::string& folder) {
  const auto write = [&](const std::string& name, const std::string& bytes, char options = 2) {
    std::ofstream(folder + "/jpeg/" + name, std::ios::binary) << options << bytes;
  };
  const std::vector<std::pair<std::string, test::JpegFormat>> formats = {
      {"baseline", {.width = 19, .height = 18}},
      {"restart", {.width = 19, .height = 18, .restart = 1}},
      {"progressive", {.width = 19, .height = 18, .is_progressive = true}},
      {"progressive_restart", {.is_progressive = true, .restart = 2}},
      {"grey", {.width = 9, .height = 7, .components = 1}},
      {"grey_progressive", {.width = 9, .height = 7, .components = 1, .is_progressive = true}},
      {"cmyk", {.width = 9, .height = 7, .components = 4, .space = JCS_CMYK}},
      {"ycck", {.width = 9, .height = 7, .components = 4, .space = JCS_YCCK}},
      {"rgb", {.width = 9, .height = 7, .space = JCS_RGB, .across = 1, .down = 1}},
      {"arithmetic", {.width = 19, .height = 18, .is_arithmetic = true}},
      {"arithmetic_progressive", {.is_progressive = true, .is_arithmetic = true}},
      {"three_scans", {.width = 19, .height = 18, .is_interleaved = false}},
      {"one_pixel", {.width = 1, .height = 1}},
      {"wide", {.width = 200, .height = 1, .across = 4, .down = 1}},
      {"turned", {.width = 9, .height = 7, .exif = test::exif(6)}},
  };
  for (const auto& [name, format] : formats) {
    write(name, test::jpeg(format));
  }
  const std::string file = test::jpeg({.width = 40, .height = 33});
  write("scaled", file, '\x2a');
  write("grey_of_colour", file, 1);
  write("unchanged", file, 0);
  write("truncated", file.substr(0, file.size() / 2));
  write("signature_alone", file.substr(0, 3));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  const std::string folder = argv[1];
  write_tensors(folder);
  write_states(folder);
  write_jpeg(folder);
  for (int channels = 1; channels <= 4; ++channels) {
    const rg::Tensor image = rg::arange(15 * channels).to(rg::uint8);
    rg::save_png(rg::reshape(image, {channels, 3, 5}),
                 folder + "/png/ours_" + std::to_string(channels) + "_channels");
  }
}
