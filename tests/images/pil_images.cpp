// What compare_pil.py runs.
//   pil_images write FOLDER    writes JPEG files of kinds that PIL cannot write
//   pil_images read            reads each file of standard input's lines, "MODE TURN HEIGHT WIDTH
//                              PATH", and writes the pixels to PATH.MODE.TURN.HEIGHT
//   pil_images list ROOT       prints the classes of a folder, and label and path of each sample
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include <retrograd/images/image.h>
#include <retrograd/images/image_folder.h>
#include <retrograd/images/jpeg.h>
#include <retrograd/retrograd.h>

#include "images/jpeg_files.h"

namespace rg = retrograd;

namespace {

void write_files(const std::string& folder) {
  const std::map<std::string, test::JpegFormat> formats = {
      {"restart", {.width = 83, .height = 61, .restart = 2}},
      {"restart_each_block", {.width = 40, .height = 40, .across = 1, .down = 1, .restart = 1}},
      {"four_to_one_across", {.width = 75, .height = 33, .across = 4, .down = 1}},
      {"two_to_one_down", {.width = 31, .height = 75, .across = 1, .down = 2}},
      {"three_scans", {.width = 50, .height = 47, .is_interleaved = false}},
      {"stored_as_rgb", {.space = JCS_RGB, .across = 1, .down = 1}},
      {"ycck", {.components = 4, .space = JCS_YCCK}},
      {"ycck_progressive", {.components = 4, .space = JCS_YCCK, .is_progressive = true}},
      {"cmyk", {.components = 4, .space = JCS_CMYK, .across = 1, .down = 1}},
      {"arithmetic", {.width = 64, .height = 65, .is_arithmetic = true}},
      {"progressive_restart", {.width = 90, .height = 70, .is_progressive = true, .restart = 3}},
      {"grey_sampled", {.components = 1, .across = 2, .down = 2}},
  };
  for (const auto& [name, format] : formats) {
    const std::string bytes = test::jpeg(format);
    std::ofstream(folder + "/" + name + ".jpg", std::ios::binary) << bytes;
  }
  for (int orientation = 0; orientation <= 9; ++orientation) {
    const std::string bytes = test::jpeg({.exif = test::exif(orientation, orientation % 2 == 0)});
    std::ofstream(folder + "/turned_" + std::to_string(orientation) + ".jpg", std::ios::binary)
        << bytes;
  }
  const rg::Tensor image = rg::load_image(folder + "/restart.jpg");
  rg::save_jpeg(image, folder + "/ours.jpg");
  rg::save_jpeg(image[0], folder + "/ours_grey.jpg", {.quality = 40});
}

void read_file(const std::string& line) {
  std::array<char, 8> mode = {};
  int turn = 0;
  int height = 0;
  int width = 0;
  int path = 0;
  std::sscanf(line.c_str(), "%7s %d %d %d %n", mode.data(), &turn, &height, &width, &path);
  const std::string name = mode.data();
  const rg::Tensor image =
      rg::load_image(line.substr(static_cast<std::size_t>(path)),
                     {.mode = name == "L" ? rg::ImageMode::gray : rg::ImageMode::rgb,
                      .apply_exif_orientation = turn == 1,
                      .min_size = {height, width}});
  const rg::Tensor rows = rg::permute(image, {1, 2, 0}).contiguous();
  std::ofstream out(line.substr(static_cast<std::size_t>(path)) + "." + name + "." +
                        std::to_string(turn) + "." + std::to_string(height),
                    std::ios::binary);
  out << image.size(2) << ' ' << image.size(1) << '\n';
  out.write(reinterpret_cast<const char*>(rows.data<std::uint8_t>()), rows.numel());
}

void list(const std::string& root) {
  const rg::ImageFolder folder(root);
  for (const std::string& name : folder.classes()) {
    std::cout << "class " << name << '\n';
  }
  for (const rg::ImageFolder::Item& item : folder.samples()) {
    std::cout << item.label << ' ' << item.path << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string does = argc > 1 ? argv[1] : "";
  if (does == "write" && argc == 3) {
    write_files(argv[2]);
    return 0;
  }
  if (does == "list" && argc == 3) {
    list(argv[2]);
    return 0;
  }
  if (does != "read") {
    return 2;
  }
  for (std::string line; std::getline(std::cin, line);) {
    read_file(line);
  }
}
