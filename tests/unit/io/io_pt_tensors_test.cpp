// Descriptions of tensors and storages that cannot be true, and files that are cut.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/io/load.h>
#include <retrograd/io/pt.h>
#include <retrograd/tensor/memory.h>

#include "unit/io_temp_files.h"
#include "unit/peak_rss.h"
#include "unit/pt_files.h"

namespace rg = retrograd;
using namespace test;  // NOLINT: the builders of files

namespace {

std::string error_of(const std::string& bytes) {
  const TempFolder folder;
  const std::string path = folder.file("wrong.pt");
  write_file(path, bytes);
  return message_of<rg::IoError>([&] { rg::load_pt(path); });
}

// What is said of a tensor with one wrong field, in both formats.
void check(const char* what, const PyTensorText& tensor, const std::string& fragment) {
  INFO(what);
  const std::string bytes = pickle_of("x", tensor.bytes());
  check_contains(error_of(pt(bytes)), fragment);
  check_contains(error_of(old_pt(bytes, {{"0", std::string(16, '\0')}})), fragment);
}

std::string tuple(std::initializer_list<std::int64_t> sizes) {
  std::string text = "(";
  for (const std::int64_t size : sizes) {
    text += py_int(size);
  }
  return text + "t";
}

}  // namespace

TEST_CASE("pt: tensors outside their storage") {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::string outside = "a tensor outside its storage";
  check("offset", {.offset = py_int(1)}, outside);
  check("negative offset", {.offset = py_int(-1)}, outside);
  check("offset that overflows", {.offset = py_int(most)}, outside);
  check("shape", {.shape = tuple({3, 2})}, outside);
  check("strides", {.strides = tuple({3, 1})}, outside);
  check("product that overflows", {.shape = tuple({most, most}), .strides = tuple({0, 0})},
        outside);
  check("overflow beside a zero", {.shape = tuple({0, most, most}), .strides = tuple({1, 1, 1})},
        outside);
  check("reach that overflows", {.shape = tuple({2, 2}), .strides = tuple({most, most})}, outside);
  check("negative size", {.shape = tuple({-1, 2})}, "a wrong size or stride");
  check("negative stride", {.strides = tuple({-2, 1})}, "a wrong size or stride");
  check("size that is no number", {.shape = "(NNt"}, "a wrong size or stride");
  check("shape that is a number", {.shape = py_int(4)}, "a shape that is no tuple");
  check("too few strides", {.strides = tuple({1})}, "another number of strides");
  check("nine dimensions", {.shape = tuple({1, 1, 1, 1, 1, 1, 1, 1, 1})}, "has 9 dimensions");
  check("offset that is no number", {.offset = "N"}, "a wrong description of a tensor");
  check(
      "negated values",
      {.rest = "\x89" + py_global("collections", "OrderedDict") + ")R}" + py_text("neg") + "\x88s"},
      "computed when they are used");
}

TEST_CASE("pt: storages that are not what their description says") {
  check("more elements", {.numel = py_int(5)}, "but should have 5");
  check("fewer elements", {.numel = py_int(3), .shape = tuple({1, 1})}, "but should have 3");
  check("other type", {.type = "DoubleStorage"}, "");
  check("negative", {.numel = py_int(-4)}, "a wrong description of a storage");
  check("enormous", {.numel = py_int(std::numeric_limits<std::int64_t>::max())},
        "a storage too large");
  check("large", {.numel = py_int(std::int64_t{1} << 50)}, "but should have 1125899906842624");
  check("no type", {.type = "float32"}, "a wrong description of a storage");
  PyTensorText missing{.key = "1"};
  check_contains(error_of(pt(pickle_of("x", missing.bytes()))), "it has no storage '1'");
  check_contains(error_of(old_pt(pickle_of("x", missing.bytes()), {{"0", std::string(16, 'x')}})),
                 "its list of storages does not fit");
  const PyTensorText other{.type = "IntStorage"};
  const std::string both =
      "}" + py_text("a") + PyTensorText{}.bytes() + "s" + py_text("b") + other.bytes() + "s";
  check_contains(error_of(pt(pickle(both))), "describes its storage '0' in two ways");
  const PyTensorText flags{.type = "BoolStorage", .shape = tuple({2, 2})};
  check_contains(error_of(pt(pickle_of("x", flags.bytes()), std::string("\1\0\2\0", 4))),
                 "neither 0 nor 1");
  const std::string named = py_text("x") + PyTensorText{}.bytes() + "s";
  check_contains(error_of(pt(pickle("}" + named + named))), "two of its tensors have the name 'x'");
}

TEST_CASE("pt: files that are cut at any byte") {
  const std::string values(16, '\1');
  const TempFolder folder;
  const std::string path = folder.file("cut.pt");
  for (const auto& bytes : {pt(pickle_of("x", PyTensorText{}.bytes()), values),
                            old_pt(pickle_of("x", PyTensorText{}.bytes()), {{"0", values}})}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      write_file(path, bytes.substr(0, size));
      CHECK_THROWS_AS(rg::load_pt(path), rg::IoError);
      CHECK_THROWS_AS(rg::load(path), rg::IoError);
    }
    write_file(path, bytes + "x");
    CHECK_THROWS_AS(rg::load_pt(path), rg::IoError);
  }
}

TEST_CASE("pt: archives that are not what torch.save writes") {
  const std::string bytes = pickle_of("x", PyTensorText{}.bytes());
  const std::string values(16, '\1');
  const auto refused = [&](const std::vector<ZipMember>& members, const std::string& fragment) {
    check_contains(error_of(zip(members)), fragment);
  };
  refused({{"a", bytes}}, "without a data.pkl");
  refused({}, "without a data.pkl");
  refused({{"x/data.pkl", bytes}, {"y/data/0", values}}, "it has no storage '0'");
  refused({deflated("x/data.pkl", bytes), {"x/data/0", values}}, "torch.save packs none");
  refused({{"x/data.pkl", bytes}, {"x/data/0", values}, {"x/data/0", values}},
          "has the entry 'x/data/0' twice");
  ZipMember lies("x/data/0", values);
  lies.size = 1 << 30;
  refused({{"x/data.pkl", bytes}, lies}, "cannot unpack to 1073741824");
  ZipMember encrypted("x/data/0", values);
  encrypted.method = 99;
  refused({{"x/data.pkl", bytes}, encrypted}, "packed by method 99");
  // Two entries of the directory for the same bytes.
  std::string twice = zip({{"x/data.pkl", bytes}, {"x/data/0", values}, {"x/data/1", values}});
  const std::size_t first =
      twice.find("PK\1\2", twice.find("PK\1\2", twice.find("PK\1\2") + 1) + 1);
  const std::size_t second = twice.find("PK\1\2", twice.find("PK\1\2") + 1);
  twice.replace(first + 42, 4, twice.substr(second + 42, 4));
  check_contains(error_of(twice), "overlaps what follows it");
  check_contains(error_of("PK\3\4 and no more"), "a zip archive without its end");
  check_contains(error_of("\x80\x02}."), "not a file that torch.save wrote");
  check_contains(error_of(""), "not a file that torch.save wrote");
}

TEST_CASE("pt: archives with zip64 records and big-endian values") {
  const TempFolder folder;
  const std::string path = folder.file("large.pt");
  ZipMember order("x/byteorder", "big");
  ZipMember values("x/data/0", std::string("\x3f\x80\0\0\x40\0\0\0\x40\x40\0\0\x40\x80\0\0", 16));
  values.zip64 = true;
  write_file(path,
             zip({{"x/data.pkl", pickle_of("x", PyTensorText{}.bytes())}, order, values}, true));
  CHECK(rg::load(path).at("x").to_vector<float>() == std::vector<float>{1, 2, 3, 4});
}

TEST_CASE("pt: a storage that is a view of another, as PyTorch wrote before 0.4") {
  const TempFolder folder;
  const std::string path = folder.file("view.pt");
  PyTensorText tensor{.shape = tuple({2}), .strides = tuple({1})};
  // The last field of a storage: the view's key, offset and number of elements.
  tensor.numel = py_int(4) + "(" + py_text("7") + py_int(2) + py_int(2) + "t";
  const std::string values("\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40", 16);
  write_file(path, old_pt(pickle_of("x", tensor.bytes()), {{"0", values}}));
  CHECK(rg::load(path).at("x").to_vector<float>() == std::vector<float>{3, 4});
}

TEST_CASE("pt: reading takes at most 2.2 times the file") {
  const TempFolder folder;
  const std::string path = folder.file("large.pt");
  constexpr std::size_t bytes = std::size_t{64} << 20;
  for (const std::string type : {"FloatStorage", "HalfStorage", "IntStorage"}) {
    INFO(type);
    const std::int64_t item = type == "HalfStorage" ? 2 : 4;
    const std::int64_t numel = static_cast<std::int64_t>(bytes) / item;
    const PyTensorText tensor{
        .type = type, .numel = py_int(numel), .shape = tuple({numel}), .strides = tuple({1})};
    for (const bool old : {false, true}) {
      {
        const std::string pickled = pickle_of("x", tensor.bytes());
        const std::string values(bytes, '\0');
        write_file(path, old ? old_pt(pickled, {{"0", values}}, static_cast<std::size_t>(item))
                             : pt(pickled, values));
      }
      rg::memory::trim();
      const std::size_t taken = peak_growth([&] { CHECK(rg::load(path).size() == 1); });
      INFO(taken);
      CHECK(taken >= bytes);
      CHECK(taken <= 22 * bytes / 10 + shadow_of(2 * bytes));
    }
  }
}
