// Writes files that the library itself makes, as first inputs: make_corpus.py calls it.
#include <cstdio>
#include <fstream>
#include <string>

#include <retrograd/images/png.h>
#include <retrograd/retrograd.h>

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

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  const std::string folder = argv[1];
  write_tensors(folder);
  write_states(folder);
  for (int channels = 1; channels <= 4; ++channels) {
    const rg::Tensor image = rg::arange(15 * channels).to(rg::uint8);
    rg::save_png(rg::reshape(image, {channels, 3, 5}),
                 folder + "/png/ours_" + std::to_string(channels) + "_channels");
  }
}
