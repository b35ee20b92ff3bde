// Archives of NumPy's arrays, models in several files, and load() on files of every format.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/io/load.h>
#include <retrograd/io/npy.h>
#include <retrograd/io/pt.h>
#include <retrograd/io/safetensors.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/memory.h>

#include "unit/io_temp_files.h"
#include "unit/peak_rss.h"
#include "unit/pt_files.h"

namespace rg = retrograd;
using namespace test;  // NOLINT: the builders of files

namespace {

std::string npy(const std::string& values) {
  const std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (" +
                             std::to_string(values.size()) + ",), }\n";
  return "\x93NUMPY" + number(1, 2) + number(header.size(), 2) + header + values;
}

rg::StateDict loaded(const std::string& bytes) {
  const TempFolder folder;
  write_file(folder.file("x.npz"), bytes);
  return rg::load_npz(folder.file("x.npz"));
}

std::string error_of(const std::string& bytes) {
  return message_of<rg::IoError>([&] { loaded(bytes); });
}

std::string row(const rg::Tensor& x) {
  const auto values = x.to_vector<std::uint8_t>();
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("npz: stored and deflated arrays") {
  const std::string long_text(100'000, 'x');
  ZipMember wide("wide.npy", npy("zip64"));
  wide.zip64 = true;
  const auto state = loaded(zip({{"a.npy", npy("abc")},
                                 deflated("b/c.npy", npy(long_text)),
                                 wide,
                                 deflated("empty.npy", npy(""))}));
  CHECK(state.size() == 4);
  CHECK(row(state.at("a")) == "abc");
  CHECK(row(state.at("b/c")) == long_text);
  CHECK(row(state.at("wide")) == "zip64");
  CHECK(state.at("empty").numel() == 0);
  CHECK(loaded(zip({})).empty());
}

TEST_CASE("npz: damaged archives") {
  ZipMember wrong("a.npy", npy("abc"));
  wrong.crc ^= 1;
  check_contains(error_of(zip({wrong})), "does not match its checksum");
  ZipMember packed = deflated("a.npy", npy(std::string(1000, 'x')));
  packed.bytes[3] = static_cast<char>(packed.bytes[3] ^ 0x55);
  CHECK_THROWS_AS(loaded(zip({packed})), rg::IoError);
  ZipMember bomb = deflated("a.npy", npy("abc"));
  bomb.size = std::uint64_t{1} << 30;
  check_contains(error_of(zip({bomb})), "cannot unpack to 1073741824");
  ZipMember short_one = deflated("a.npy", npy("abc"));
  short_one.size += 10;
  check_contains(error_of(zip({short_one})), "but 13 follow its header");
  ZipMember cut = deflated("a.npy", npy(std::string(1000, 'x')));
  cut.bytes.resize(cut.bytes.size() - 5);
  check_contains(error_of(zip({cut})), "is packed wrongly");
  check_contains(error_of(zip({{"a.txt", "hello"}})), "the name does not end in .npy");
  check_contains(error_of(zip({{"a.npy", "hello"}})), "'a.npy' has 5 bytes, too few");
  check_contains(error_of(zip({{"a.npy", npy("a")}, {"a.npy", npy("b")}})), "'a.npy' twice");
  const std::string good = zip({{"a.npy", npy("abc")}, deflated("b.npy", npy("abc"))}, true);
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK_THROWS_AS(loaded(good.substr(0, size)), rg::IoError);
  }
}

TEST_CASE("npz: written archives are read again") {
  const TempFolder folder;
  const std::string path = folder.file("x.npz");
  rg::StateDict state;
  state.insert("conv.weight", rg::randn({2, 3, 3, 3}));
  state.insert("transposed", rg::transpose(rg::randn({4, 5}, {.dtype = rg::float64}), 0, 1));
  state.insert("ids", rg::arange(5));
  state.insert("flag", rg::tensor({true, false}));
  state.insert("none", rg::zeros({0, 3}));
  rg::save_npz(state, path);
  const std::string bytes = read_file(path);
  rg::save_npz(state, path);
  CHECK(read_file(path) == bytes);  // no time of day is in it
  const rg::StateDict again = rg::load(path);
  CHECK(again.size() == state.size());
  for (const rg::StateDict::Entry& each : state) {
    INFO(each.first);
    const rg::Tensor& x = each.second;
    const rg::Tensor& y = again.at(each.first);
    CHECK(y.dtype() == x.dtype());
    CHECK(y.shape() == x.shape());
    CHECK(y.to(rg::float64).to_vector<double>() == x.to(rg::float64).to_vector<double>());
  }
  state.insert("half", rg::ones({2}, {.dtype = rg::bfloat16}));
  CHECK_THROWS_AS(rg::save_npz(state, path), rg::DTypeError);
  rg::StateDict long_name;
  long_name.insert(std::string(65'001, 'n'), rg::ones({1}));
  CHECK_THROWS_AS(rg::save_npz(long_name, path), rg::ValueError);
  CHECK(read_file(path) == bytes);
  CHECK(folder.count() == 1);
}

TEST_CASE("npz, safetensors: reading takes at most 2.2 times the file") {
  const TempFolder folder;
  constexpr std::size_t bytes = std::size_t{64} << 20;
  const std::string shape = std::to_string(bytes / 2);
  for (const bool is_npz : {true, false}) {
    const std::string path = folder.file("large");
    {
      const std::string values(bytes, '\0');
      const std::string header = "{'descr': '>f2', 'fortran_order': True, 'shape': (2, " +
                                 std::to_string(bytes / 4) + ")}";
      write_file(path,
                 is_npz ? zip({{"x.npy", "\x93NUMPY" + number(1, 2) + number(header.size(), 2) +
                                             header + values}})
                        : safetensors(R"({"x":{"dtype":"F16","shape":[)" + shape +
                                          R"(],"data_offsets":[0,)" + std::to_string(bytes) + "]}}",
                                      values));
    }
    rg::memory::trim();
    const std::size_t taken = peak_growth([&] { CHECK(rg::load(path).size() == 1); });
    INFO(taken);
    CHECK(taken <= 22 * bytes / 10 + shadow_of(2 * bytes));
  }
}

TEST_CASE("safetensors: float16 and small integers") {
  const TempFolder folder;
  const std::string path = folder.file("x.safetensors");
  struct {
    const char* dtype;
    rg::DType read_as;
    std::string values;
    std::vector<double> expected;
  } const cases[] = {
      {"F16", rg::float32, number(0x3c00, 2) + number(0xc000, 2), {1, -2}},
      {"I32", rg::int64, number(1, 4) + number(0xfffffffeU, 4), {1, -2}},
      {"I16", rg::int64, number(1, 2) + number(0xfffe, 2), {1, -2}},
      {"I8", rg::int64, "\x01\xfe", {1, -2}},
      {"U32", rg::int64, number(1, 4) + number(0xfffffffeU, 4), {1, 4294967294}},
      {"U16", rg::int64, number(1, 2) + number(0xfffe, 2), {1, 65534}},
  };
  for (const auto& each : cases) {
    INFO(std::string(each.dtype));
    write_file(path, safetensors(R"({"a":{"dtype":")" + std::string(each.dtype) +
                                     R"(","shape":[2],"data_offsets":[0,)" +
                                     std::to_string(each.values.size()) + "]}}",
                                 each.values));
    const rg::Tensor x = rg::load_safetensors(path).at("a");
    CHECK(x.dtype() == each.read_as);
    CHECK(x.to(rg::float64).to_vector<double>() == each.expected);
  }
}

TEST_CASE("safetensors: a model in several files") {
  const TempFolder folder;
  const std::string index = folder.file("model.safetensors.index.json");
  rg::StateDict first;
  first.insert("a", rg::tensor({1.0, 2.0}));
  first.insert("b", rg::tensor({3.0}));
  rg::save(first, folder.file("model-00001-of-00002.safetensors"));
  rg::StateDict second;
  second.insert("c", rg::arange(3));
  rg::save(second, folder.file("model-00002-of-00002.safetensors"));
  const std::string one = R"("model-00001-of-00002.safetensors")";
  const std::string two = R"("model-00002-of-00002.safetensors")";
  const std::string map = R"("weight_map": {"a": )" + one + R"(, "b": )" + one;
  write_file(index, "{\n  \"metadata\": {\"total_size\": 36, \"by\": \"us\"},\n  " + map +
                        ", \"c\": " + two + "}}\n");
  const rg::StateDict state = rg::load(index);
  CHECK(state.size() == 3);
  CHECK(state.at("b").item<float>() == 3);
  CHECK(state.at("c").dtype() == rg::int64);
  CHECK(rg::load_metadata(index) == rg::Metadata{{"total_size", "36"}, {"by", "us"}});

  const auto refused = [&](const std::string& json, const std::string& fragment) {
    INFO(json);
    write_file(index, json);
    check_contains(message_of<rg::IoError>([&] { rg::load(index); }), fragment);
  };
  for (const std::string name :
       {"../x.safetensors", "/etc/passwd", "a/b", "..", ".", "", "a\\\\b", "a\\u0000"}) {
    refused(R"({"weight_map": {"a": ")" + name + "\"}}", "a name without a folder is needed");
  }
  refused("{" + map + "}}x", "the index is not JSON in UTF-8");
  refused("{" + map, "the index is not JSON in UTF-8");
  refused("{" + map + std::string("}}\0", 3), "the index has a zero byte");
  refused("{ \"metadata\": {} }", "the index has no weight_map");
  refused("{" + map + "}, " + map + "}}", "has the key 'weight_map' twice");
  refused(R"({"weight_map": {"a": "x", "a": "y"}})", "has the tensor 'a' twice");
  refused(R"({"weight_map": {"a": 1}})", "has a value of the wrong kind as its 'a'");
  refused(R"({"weight_map": {"a": {}}})", "has an object as its 'a'");
  refused(R"({"weight_map": [1]})", "has a list as its 'weight_map'");
  refused(R"({"weight_map": "x"})", "has a value of the wrong kind");
  refused(R"({"weights": {"a": "x"}})", "has the unknown key 'weights'");
  refused(R"({"metadata": {"k": [1]}})", "has a list as its 'k'");
  refused("{\"metadata\": " + std::string(100'000, '['), "has a list as its 'metadata'");
  refused("{" + map + "}}", "");
  refused(R"({"weight_map": {"a": )" + one + "}}", "does not list its tensor 'b'");
  refused("{" + map + R"(, "d": )" + two + "}}", "does not list its tensor 'c'");
  refused("{" + map + R"(, "c": )" + two + R"(, "d": )" + two + "}}", "it has no tensor 'd'");
  refused("{" + map + R"(, "c": "missing.safetensors"}})", "missing.safetensors': cannot open it");
}

TEST_CASE("load: the content says which format it is, not the name") {
  const TempFolder folder;
  const std::string path = folder.file("weights.txt");
  rg::StateDict state;
  state.insert("x", rg::tensor({1.0, 2.0}));
  const auto check = [&](const std::string& name) {
    CHECK(rg::load(path).at(name).to_vector<float>() == std::vector<float>{1, 2});
  };
  rg::save(state, path, {.metadata = {{"k", "v"}}});
  check("x");
  CHECK(rg::load_metadata(path) == rg::Metadata{{"k", "v"}});
  rg::save_npz(state, path);
  check("x");
  rg::save_npy(state.at("x"), path);
  check("tensor");
  const std::string values = number(0x3f800000, 4) + number(0x40000000, 4);
  const PyTensorText tensor{
      .numel = py_int(2), .shape = py_int(2) + "\x85", .strides = py_int(1) + "\x85"};
  write_file(path, pt(pickle_of("x", tensor.bytes()), values));
  check("x");
  write_file(path, old_pt(pickle("}(" + py_text("x") + tensor.bytes() + py_text("epoch") +
                                 py_int(-3) + "u"),
                          {{"0", values}}));
  check("x");
  CHECK(rg::load_metadata(path) == rg::Metadata{{"epoch", "-3"}});
  // Each loader of one format refuses the others.
  CHECK_THROWS_AS(rg::load_safetensors(path), rg::IoError);
  CHECK_THROWS_AS(rg::load_npy(path), rg::IoError);
  CHECK_THROWS_AS(rg::load_npz(path), rg::IoError);
  rg::save_npz(state, path);
  CHECK_THROWS_AS(rg::load_pt(path), rg::IoError);
}
