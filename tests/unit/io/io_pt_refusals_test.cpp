// Pickles that are not data are refused, as are archives and old files that are damaged.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/io/load.h>
#include <retrograd/io/pt.h>

#include "unit/io_temp_files.h"
#include "unit/pt_files.h"

namespace rg = retrograd;
using namespace test;  // NOLINT: the builders of files

namespace {

struct Hostile {
  std::string what;
  std::string bytes;
  std::string fragment;
};

void check_all(const std::vector<Hostile>& cases) {
  const TempFolder folder;
  const std::string path = folder.file("hostile.pt");
  for (const Hostile& each : cases) {
    INFO(each.what);
    write_file(path, each.bytes);
    const std::string message = message_of<rg::IoError>([&] { rg::load_pt(path); });
    check_contains(message, each.fragment);
    check_contains(message, "load_pt: '" + path + "': ");
    check_contains(message, "at io_pt_refusals_test.cpp:");
  }
}

// The file of a dict with this value.
std::string with(const std::string& value) {
  return pt(pickle_of("x", value));
}

Hostile global(const std::string& module, const std::string& name) {
  // What an attacker would write: the function, called with a text.
  const std::string call = py_global(module, name) + py_text("echo") + "\x85R";
  return {module + "." + name, with(call),
          "the pickle names '" + module + "." + name + "' at byte 9 of 'archive/data.pkl'; only " +
              "tensors"};
}

}  // namespace

TEST_CASE("pt: the well-formed files that the hostile ones vary") {
  const TempFolder folder;
  const std::string path = folder.file("good.pt");
  const std::string values("\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40", 16);
  for (const auto& bytes : {pt(pickle_of("x", PyTensorText{}.bytes()), values),
                            old_pt(pickle_of("x", PyTensorText{}.bytes()), {{"0", values}})}) {
    write_file(path, bytes);
    const rg::StateDict state = rg::load_pt(path);
    CHECK(state.at("x").shape() == rg::Shape{2, 2});
    CHECK(state.at("x").to_vector<float>() == std::vector<float>{1, 2, 3, 4});
    CHECK(rg::load(path).size() == 1);
    CHECK(rg::load_metadata(path).empty());
  }
}

TEST_CASE("pt: names of code are refused, with their offset") {
  check_all({global("os", "system"),
             global("posix", "system"),
             global("nt", "system"),
             global("subprocess", "Popen"),
             global("builtins", "eval"),
             global("builtins", "exec"),
             global("builtins", "getattr"),
             global("__builtin__", "eval"),
             global("builtins", "bytearray"),
             global("runpy", "_run_code"),
             global("pickle", "loads"),
             global("operator", "attrgetter"),
             global("codecs", "encode"),
             global("numpy", "ndarray"),
             {"a call of encode with another coding",
              with(py_global("_codecs", "encode") + "(" + py_text("6f73") + py_text("hex") + "tR"),
              "bytes that are no text in latin1"},
             global("numpy.core.multiarray", "_reconstruct"),
             global("torch", "load"),
             global("torch.hub", "load"),
             global("torch", "FloatStorage.from_file"),
             global("torch.storage", "_load_from_bytes"),
             global("torch._utils", "_rebuild_sparse_tensor"),
             global("torch.nn.modules.linear", "Linear"),
             global("__torch__", "Net"),
             global("collections", "OrderedDict2"),
             {"in an old file", old_pt(pickle_of("x", py_global("os", "system")), {}),
              "the pickle names 'os.system' at byte 61 of 'the file'"},
             {"by two texts", with(py_text("os") + py_text("system") + "\x93"),
              "the pickle names 'os.system' at byte 27"},
             {"control characters", with(py_global("os\x1b", "x")), "names 'os\\x1b.x'"},
             {"as a storage's type", with(py_global("torch", "Tensor")), "names 'torch.Tensor'"}});
}

TEST_CASE("pt: opcodes of code are refused, and those that data does not need") {
  std::vector<Hostile> cases;
  for (const char opcode : {'i', 'o',    '\x81', '\x92', '\x82', '\x83', '\x84', 'P',    'B',
                            'C', '\x8e', '\x96', '\x97', '\x98', '\x8f', '\x90', '\x91', '\x8b',
                            'I', 'L',    'F',    'S',    'V',    'p',    'g',    '\xff', '\0'}) {
    cases.push_back({"opcode " + std::to_string(static_cast<unsigned char>(opcode)),
                     with(std::string(1, opcode) + "os\nsystem\n"), "which is not one of those"});
  }
  check_all(cases);
}

TEST_CASE("pt: pickles that are damaged") {
  const std::string deep = std::string(200, ']') + std::string(199, 'a');
  // Each list holds the one before it ten times.
  std::string laughs = "]q" + std::string(1, '\0') + py_text("lol") + "a0";
  for (char i = 1; i < 60; ++i) {
    laughs += "](";
    for (int k = 0; k < 10; ++k) {
      laughs += std::string("h") + static_cast<char>(i - 1);
    }
    laughs += std::string("eq") + i + "0";
  }
  laughs += std::string("h") + char{59};
  // A long list, of which a dict is made again and again.
  std::string copies = "](";
  for (int i = 0; i < 1000; ++i) {
    copies += "NN\x86";
  }
  copies += "eq" + std::string(1, '\0');
  for (int i = 0; i < 1000; ++i) {
    copies += py_global("collections", "OrderedDict") + "h" + std::string(1, '\0') + "\x85R0";
  }
  check_all({
      {"copies", pt(pickle(copies)), "too many copies of its lists"},
      {"empty", pt(""), "goes on behind the end"},
      {"no end", pt("\x80\x02}"), "goes on behind the end"},
      {"nothing at the end", pt(pickle("")), "more or less than one value"},
      {"two values", pt(pickle("NN")), "more or less than one value"},
      {"a mark left", pt(pickle("N(")), "more or less than one value"},
      {"protocol 6", pt("\x80\x06N."), "an unknown protocol"},
      {"memo unset", with("h\x05"), "a memo that was never set"},
      {"memo far ahead", with("Nr\xff\xff\xff\x7f"), "a memo far ahead"},
      {"memo of nothing", pt(pickle("q" + std::string(1, '\0'))), "too few values"},
      {"pop of nothing", pt(pickle("0")), "too few values"},
      {"pop below a mark", pt(pickle("N(0")), "too few values"},
      {"copy of nothing", pt(pickle("2")), "too few values"},
      {"tuple without a mark", pt(pickle("Nt")), "no mark"},
      {"append to a dict", pt(pickle("}Na")), "no list to append to"},
      {"append to nothing", pt(pickle("Na")), "no list to append to"},
      {"item of a list", pt(pickle("]NNs")), "no dict to put items in"},
      {"odd items", pt(pickle("}(NNNu")), "a key without a value"},
      {"call of a text", with(py_text("eval") + ")R"), "a call of what is no function"},
      {"call of a storage type", with(py_global("torch", "FloatStorage") + ")R"),
       "a call of what is no function"},
      {"call of a dtype", with(py_global("torch", "float32") + ")R"), "what is no function"},
      {"call with a dict", with(py_global("torch", "Size") + "}R"), "what is no function"},
      {"attributes of a list", pt(pickle("]}b")), "attributes of what is no dict"},
      {"ordered dict of a number", with(py_global("collections", "OrderedDict") + "K\1\x85R"),
       "an OrderedDict of what is no list"},
      {"ordered dict of singles",
       with(py_global("collections", "OrderedDict") + "](K\1\x85" + "e\x85R"), "are no pairs"},
      {"parameter without a tensor",
       with(py_global("torch._utils", "_rebuild_parameter") + "(NNNtR"), "without its tensor"},
      {"text behind the end", with("X" + number(1000, 4) + "x"), "goes on behind the end"},
      {"text of 2^63 bytes", with("\x8d" + number(std::uint64_t{1} << 63, 8)), "goes on behind"},
      {"integer of 200 bytes", with("\x8a\xc8" + std::string(200, '\1')), "more than 16 bytes"},
      {"name without an end", with("c" + std::string(2000, 'n')), "a name without an end"},
      {"name at the end",
       pt("\x80\x02"
          "cos"),
       "goes on behind the end"},
      {"global of numbers", with("K\1K\2\x93"), "a global without a name"},
      {"many marks", pt(pickle(std::string(200'000, '('))), "too many marks"},
      {"many values", pt(pickle(std::string(200'000, 'N'))), "too many values"},
      {"deep", pt(pickle(deep)), "nested more than 64 deep"},
      {"within itself", pt(pickle("]q" + std::string(1, '\0') + "h" + std::string(1, '\0') + "a")),
       "nested more than 64 deep"},
      {"lists of the same lists", pt(pickle(laughs)), "share parts with each other so often"},
      {"two of one name",
       pt(pickle("}" + py_text("a") + "}" + py_text("b") + "K\1ss" + py_text("a.b") + "K\2s")),
       "two of its values have the name 'a.b'"},
      {"key of a tuple", pt(pickle("})Ns")), "neither a text nor a number"},
      {"key not UTF-8",
       pt(pickle("}U\2\xc0\xaf"
                 "Ns")),
       "is not UTF-8"},
      {"text not UTF-8", with("U\1\xff"), "is not UTF-8"},
      {"surrogate", with("U\3\xed\xa0\x80"), "is not UTF-8"},
      {"a storage alone", with(PyTensorText{}.storage()), "is a storage without a shape"},
  });
}

TEST_CASE("pt: numbers of NumPy's are metadata") {
  // What Python writes for numpy.float64(0.1) and others.
  const auto scalar = [](const std::string& module, const std::string& type,
                         const std::string& bytes, const std::string& order = "<") {
    return py_global(module, "scalar") + py_global("numpy", "dtype") + py_text(type) +
           "\x89\x88\x87R(K\x03" + py_text(order) + "NNN" + py_int(-1) + py_int(-1) + py_int(0) +
           "tb" + bytes + "\x86R";
  };
  const auto encoded = [](const std::string& text) {
    return py_global("_codecs", "encode") + py_text(text) + py_text("latin1") + "\x86R";
  };
  const std::string old_module = "numpy.core.multiarray";
  const std::string tenth = encoded("\xc2\x9a\xc2\x99\xc2\x99\xc2\x99\xc2\x99\xc2\x99\xc2\xb9?");
  const std::string raw_tenth("U\x08\x9a\x99\x99\x99\x99\x99\xb9?", 10);
  const TempFolder folder;
  const std::string path = folder.file("numbers.pt");
  struct Case {
    std::string value;
    std::string text;
  };
  for (const Case& each :
       {Case{scalar("numpy._core.multiarray", "f8", tenth), "0.1"},
        Case{scalar(old_module, "f8", tenth), "0.1"},
        Case{scalar(old_module, "f8", raw_tenth), "0.1"},
        Case{scalar(old_module, "f4", encoded(std::string("\0\0\xc3\x80?", 5))), "1.5"},
        Case{scalar(old_module, "i8",
                    encoded("\xc3\xb9\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf\xc3\xbf"
                            "\xc3\xbf\xc3\xbf")),
             "-7"},
        Case{scalar(old_module, "u1", encoded("\xc3\xbf"), "|"), "255"},
        Case{scalar(old_module, "b1", encoded("\x01"), "|"), "True"}}) {
    write_file(path, with(each.value));
    CHECK(rg::load_metadata(path).at("x") == each.text);
    CHECK(rg::load(path).empty());
  }
  check_all(
      {{"big-endian", with(scalar(old_module, "f8", tenth, ">")), "in another order"},
       {"too short", with(scalar(old_module, "f8", encoded("abc"))), "too many or too few"},
       {"an object", with(scalar(old_module, "O8", tenth)), "of an unknown dtype"},
       {"no type", with(py_global(old_module, "scalar") + tenth + "\x85R"),
        "without dtype and bytes"},
       {"a cut pair", with(scalar(old_module, "u1", encoded("\xc3"), "|") + "0"), "data.pkl"}});
}
