// Values in other files: below the model's folder, and nowhere else.
#include <doctest/doctest.h>

#include <filesystem>

#include <onnx/refused.h>

namespace {

namespace rg = retrograd;
using namespace test;

std::string external(std::map<std::string, std::string> entries) {
  TensorProto w{"w", {2, 3}, DataType::float32, {}, std::move(entries)};
  return serialise(model_of({node("Add", {"x", "w"})}, {w}));
}

TEST_CASE("data outside the model's folder is refused") {
  const std::string root = folder();
  const std::string path = root + "/inside/model.onnx";
  const std::string data(24, '\0');
  write_file(root + "/outside.bin", data);
  write_file(root + "/inside/data.bin", data);
  std::filesystem::create_directories(root + "/inside/sub");
  write_file(root + "/inside/sub/data.bin", data);
  std::filesystem::create_symlink("../outside.bin", root + "/inside/link.bin");
  std::filesystem::create_directory_symlink("..", root + "/inside/up");
  const Malformed cases[] = {
      {"a step up", external({{"location", "../outside.bin"}}), "file-unsafe"},
      {"a step down and up", external({{"location", "sub/../../outside.bin"}}), "file-unsafe"},
      {"an absolute path", external({{"location", root + "/outside.bin"}}), "file-unsafe"},
      {"a link", external({{"location", "link.bin"}}), "file-unsafe"},
      {"a linked folder", external({{"location", "up/outside.bin"}}), "file-unsafe"},
      {"a NUL", external({{"location", std::string("data.bin\0x", 10)}}), "file-unsafe"},
      {"no location", external({{"offset", "0"}}), "file-unsafe"},
      {"a folder", external({{"location", "sub"}}), "file-not-found"},
      {"a missing file", external({{"location", "none.bin"}}), "file-not-found"},
      {"an offset behind the end", external({{"location", "data.bin"}, {"offset", "25"}}),
       "file-truncated"},
      {"an offset of 2^64 - 1",
       external({{"location", "data.bin"}, {"offset", "18446744073709551615"}}), "file-truncated"},
      {"a negative offset", external({{"location", "data.bin"}, {"offset", "-1"}}),
       "file-malformed"},
      {"another length", external({{"location", "data.bin"}, {"length", "20"}}), "file-truncated"},
      {"a length in words", external({{"location", "data.bin"}, {"length", "all"}}),
       "file-malformed"},
  };
  for (const Malformed& one : cases) {
    check_refused(one, path);
  }
  // Says that its values are in another file, and names none.
  std::string unnamed =
      serialise(model_of({node("Add", {"x", "w"})}, {floats("w", {2, 3}, {7, 7, 7, 7, 7, 7})}));
  const std::size_t raw = unnamed.find("\x4a\x18");
  REQUIRE(raw != std::string::npos);
  unnamed.replace(raw, 4, "\x70\x01\x62\x16");  // a text of 22 bytes
  check_refused({"no entry at all", unnamed, "file-malformed"}, path);
  for (const char* const location : {"data.bin", "sub/data.bin", "./data.bin"}) {
    write_file(path, external({{"location", location}, {"offset", "0"}, {"length", "24"}}));
    CHECK(rg::onnx::load(path)(rg::ones({2, 3})).at(1, 2) == 1);
  }
}

}  // namespace
