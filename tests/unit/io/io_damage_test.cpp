// Files that were damaged or cut off, and what is no file.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <retrograd/io/safetensors.h>
#include <retrograd/tensor/creation.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;
using test::TempFolder;

namespace {

rg::StateDict small_state() {
  rg::StateDict state;
  state.insert("weight", rg::arange(12, {.dtype = rg::float32}));
  state.insert("flags", rg::ones({5}, {.dtype = rg::boolean}));
  return state;
}

std::string load_error(const std::string& path) {
  return test::message_of<rg::IoError>([&] { rg::load(path); });
}

}  // namespace

TEST_CASE("checksum: every single flipped bit of a file is noticed") {
  const TempFolder folder;
  const std::string path = folder.file("model.safetensors");
  rg::save(small_state(), path, {.metadata = {{"note", "text"}}});
  const std::string whole = test::read_file(path);
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  const auto put = [&](std::size_t at, int byte) {
    file.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(byte)).flush();
  };
  std::size_t noticed = 0;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    put(bit / 8, whole[bit / 8] ^ (1 << bit % 8));
    const bool found = load_error(path).find("load: ") != std::string::npos;
    noticed += found ? 1 : 0;
    put(bit / 8, whole[bit / 8]);
    if (!found) {
      MESSAGE("not noticed: bit " << bit % 8 << " of byte " << bit / 8);
    }
  }
  CHECK(noticed == 8 * whole.size());
  CHECK(rg::load(path).size() == 2);
}

TEST_CASE("checksum: damage is named, and a file without one is not checked") {
  const TempFolder folder;
  const std::string path = folder.file("model.safetensors");
  for (const bool checksum : {true, false}) {
    rg::save(small_state(), path, {.checksum = checksum});
    std::string bytes = test::read_file(path);
    bytes[bytes.size() - 20] ^= 1;
    test::write_file(path, bytes);
    if (checksum) {
      test::check_contains(load_error(path), "the checksum does not match: the file is damaged");
    } else {
      CHECK(rg::load(path).size() == 2);
    }
  }
}

TEST_CASE("checksum: incomplete keys are damage") {
  const TempFolder folder;
  const std::string path = folder.file("model.safetensors");
  for (const char* metadata : {R"("retrograd.crc32":"00000000")", R"("retrograd.format":"1")",
                               R"("retrograd.format":"1","retrograd.crc32":"00000000")",
                               R"("retrograd.crc32":"0","retrograd.format":"1")"}) {
    test::write_file(path, test::safetensors("{\"__metadata__\":{" + std::string(metadata) + "}}"));
    test::check_contains(load_error(path), "the checksum in the metadata is damaged");
  }
}

TEST_CASE("safetensors: cut off at any byte, it is refused") {
  const TempFolder folder;
  const std::string path = folder.file("cut.safetensors");
  rg::StateDict state;
  state.insert("weight", rg::ones({2, 3}));
  state.insert("steps", rg::zeros({}, {.dtype = rg::int64}));
  for (const bool checksum : {true, false}) {
    rg::save(state, path, {.metadata = {{"k", "v"}}, .checksum = checksum});
    const std::uintmax_t whole = std::filesystem::file_size(path);
    std::uintmax_t refused = 0;
    for (std::uintmax_t size = whole; size-- > 0;) {
      std::filesystem::resize_file(path, size);
      refused += load_error(path).find("load: ") != std::string::npos ? 1U : 0U;
    }
    CHECK(refused == whole);
  }
}

TEST_CASE("safetensors: only a regular file can be loaded") {
  const TempFolder folder;
  test::check_contains(load_error(folder.file("absent")), "cannot open it: No such file");
  test::check_contains(load_error(folder.path()), "it is not a regular file");
  const std::string pipe = folder.file("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  test::check_contains(load_error(pipe), "it is not a regular file");
  const std::string loop = folder.file("loop");
  std::filesystem::create_symlink(loop, loop);
  test::check_contains(load_error(loop), "cannot open it: ");
  test::check_contains(test::message_of<rg::IoError>([&] { rg::load_metadata(loop); }),
                       "load_metadata: '" + loop);
}
