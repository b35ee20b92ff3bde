// A network of the component on given tensors, for compare.py.
//
//   run_network NAME IN.safetensors OUT.safetensors
//
// IN has the state under "state.", "images" and "labels", one a sample or one a pixel. OUT gets the
// scores in evaluation; then, of a step in training without dropout, the scores, the gradients
// under "grad." and all buffers under "buffer.".
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>

#include <retrograd/models/models.h>
#include <retrograd/retrograd.h>

namespace rg = retrograd;

namespace {

rg::StateDict state_of(const rg::StateDict& file) {
  constexpr std::string_view kPrefix = "state.";
  rg::StateDict state;
  for (const auto& [name, tensor] : file) {
    if (name.starts_with(kPrefix)) {
      state.insert(name.substr(kPrefix.size()), tensor);
    }
  }
  return state;
}

void run(const std::string& name, const std::string& in, const std::string& out) {
  const rg::StateDict file = rg::load(in);
  const rg::Tensor& images = file.at("images");
  if (name == "preprocess") {
    rg::StateDict made;
    made.insert("images", rg::models::preprocess(images));
    return rg::save(made, out);
  }
  const rg::Tensor& labels = file.at("labels");
  const rg::nn::SkipInitGuard skip;
  const auto network = rg::models::get_model(name);
  network->replace_head(labels.dim() == 1 ? 10 : 2);
  network->to(images.dtype());
  network->load_state_dict(state_of(file));
  rg::StateDict results;
  network->eval();
  {
    const rg::NoGradGuard unrecorded;
    results.insert("scores", (*network)(images));
  }
  network->train();
  for (rg::nn::Module* const module : network->modules()) {
    if (dynamic_cast<rg::nn::Dropout*>(module) != nullptr ||
        dynamic_cast<rg::nn::StochasticDepth*>(module) != nullptr) {
      module->eval();
    }
  }
  const rg::Tensor scores = (*network)(images);
  results.insert("training scores", scores.detach());
  rg::cross_entropy(scores, labels).backward();
  for (const auto& [parameter, tensor] : network->named_parameters()) {
    results.insert("grad." + parameter, tensor.grad());
  }
  for (const auto& [buffer, tensor] : network->named_buffers()) {
    results.insert("buffer." + buffer, tensor);
  }
  rg::save(results, out);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: run_network NAME IN.safetensors OUT.safetensors\n";
    return 2;
  }
  try {
    run(argv[1], argv[2], argv[3]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
