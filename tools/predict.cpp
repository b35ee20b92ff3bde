// retrograd-predict: names what images show, by a network that retrograd-train trained.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <retrograd/images/image.h>
#include <retrograd/tensor/internal/printable.h>

#include "image_model.h"

namespace {

namespace rg = retrograd;
using rg::detail::printable;

const rg::Where kLine = tools::line("retrograd-predict");

// A line for an image: its classes with their probabilities, the likeliest first.
std::string answer(tools::ImageModel& model, const std::string& path, std::int64_t most) {
  const rg::Tensor image = tools::centered(model.size)(rg::load_image(path, {}, kLine), kLine);
  const rg::Tensor scores = (*model.network)(rg::unsqueeze(image, 0), kLine);
  const auto [values, indices] = rg::topk(rg::softmax(scores, 1), most, 1);
  const auto shares = values.to_vector<float>();
  const auto classes = indices.to_vector<std::int64_t>();
  std::string text = printable(path);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    text += fmt::format("\t{}\t{:.4f}",
                        printable(model.classes[static_cast<std::size_t>(classes[i])]), shares[i]);
  }
  return text;
}

int run(const std::string& file, const std::vector<std::string>& images, std::int64_t most) {
  const rg::NoGradGuard no_grad;
  tools::ImageModel model = tools::load_model(file, kLine);
  most = std::min(most, static_cast<std::int64_t>(model.classes.size()));
  int status = 0;
  for (const std::string& path : images) {
    try {
      fmt::print("{}\n", answer(model, path, most));
    } catch (const rg::Error& error) {
      fmt::print(stderr, "retrograd-predict: {}\n", error.what());
      status = 2;  // the others are still named
    }
  }
  if (std::fflush(stdout) != 0) {
    fmt::print(stderr, "retrograd-predict: the output cannot be written\n");
    return 2;
  }
  return status;
}

}  // namespace

int main(int count, char** words) {
  std::string model;
  std::vector<std::string> images;
  std::int64_t most = 1;
  CLI::App app("Names what images show, by a network that retrograd-train trained.",
               "retrograd-predict");
  app.set_version_flag("--version", "retrograd-predict " RETROGRAD_VERSION);
  app.add_option("model", model, "file in the folder of the run")
      ->required()
      ->option_text("model.safetensors");
  app.add_option("images", images, "JPEG or PNG files")->required()->option_text("FILE...");
  app.add_option("--top", most, "number of classes an image")
      ->check(CLI::PositiveNumber)
      ->option_text("N (1)");
  app.footer(R"(
Prints a line for each image: its path, then class and probability for each of the
likeliest classes, with tabs between.

status: 0, or 2 after an error; an image that cannot be read does not end the program.

example: retrograd-predict runs/a/model.safetensors --top 3 cat.jpg)");
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return run(model, images, most);
  } catch (const std::exception& error) {
    fmt::print(stderr, "retrograd-predict: {}\n", error.what());
    return 2;
  }
}
