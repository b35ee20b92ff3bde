// CSV files.
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <zlib.h>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;

namespace {

using Names = std::vector<std::string>;
using Values = std::vector<std::int64_t>;

rg::CsvDataset read(const std::string& text, const rg::CsvOptions& options = {}) {
  const test::TempFolder folder;
  test::write_file(folder.file("table.csv"), text);
  return rg::load_csv(folder.file("table.csv"), options);
}

std::string refusal(const std::string& text, const rg::CsvOptions& options = {}) {
  return test::message_of<rg::IoError>([&] { read(text, options); });
}

std::vector<float> values(const rg::CsvDataset& data) {
  return data.images().to_vector<float>();
}

}  // namespace

TEST_CASE("CSV: a header, values and integer labels in the last column") {
  const rg::CsvDataset data = read("a,b,class\n1,-2.5,3\n 4e-1 ,+5,\t0\n");
  CHECK(data.columns() == Names{"a", "b"});
  CHECK(data.classes().empty());
  CHECK(data.images().shape() == rg::Shape{2, 2});
  CHECK(values(data) == std::vector<float>{1, -2.5, 0.4F, 5});
  CHECK(data.labels().dtype() == rg::int64);
  CHECK(data.labels().to_vector<std::int64_t>() == Values{3, 0});
  CHECK(data.size() == 2);
}

TEST_CASE("CSV: text labels are numbered in sorted order, or in the order given") {
  const std::string text = "kind,x\ndog,1\ncat,2\n\"a \"\"b\"\"\",3\ndog,4\n";
  const rg::CsvDataset data = read(text, {.label = "kind"});
  CHECK(data.classes() == Names{"a \"b\"", "cat", "dog"});
  CHECK(data.labels().to_vector<std::int64_t>() == Values{2, 1, 0, 2});
  CHECK(data.columns() == Names{"x"});
  const rg::CsvDataset given =
      read("kind,x\ncat,1\n", {.label = "kind", .classes = {"dog", "bird", "cat"}});
  CHECK(given.labels().to_vector<std::int64_t>() == Values{2});
  test::check_contains(refusal("kind,x\ncat,1\ncow,2\n", {.label = "kind", .classes = {"cat"}}),
                       "line 3: 'cow' is none of the 1 classes");
}

TEST_CASE("CSV: numbers as targets, no labels, no header, another separator") {
  const rg::CsvDataset targets = read("x,y\n1,0.5\n2,3\n");
  CHECK(targets.labels().dtype() == rg::float32);
  CHECK(targets.labels().to_vector<float>() == std::vector<float>{0.5, 3});
  const rg::CsvDataset plain =
      read("1;2\n3;4", {.header = false, .separator = ';', .labels = false});
  CHECK(values(plain) == std::vector<float>{1, 2, 3, 4});
  CHECK_FALSE(plain.labels().defined());
  CHECK(plain.columns() == Names{"", ""});
  CHECK(plain.get(1).size() == 1);
  CHECK(read("a,b\n").size() == 0);
  CHECK(read("only\n7\n").images().shape() == rg::Shape{1, 0});
}

TEST_CASE("CSV: quoted fields, line ends and marks of other programs") {
  const rg::CsvDataset data =
      read("\xef\xbb\xbf\"first, \"\"x\"\"\n\",y\r\n\r\n\"1\",2\r\n\n3,\"4\"\r");
  CHECK(data.columns() == Names{"first, \"x\"\n"});
  CHECK(values(data) == std::vector<float>{1, 3});
  CHECK(data.labels().to_vector<std::int64_t>() == Values{2, 4});
}

TEST_CASE("CSV: empty fields are refused, or have the value given") {
  test::check_contains(refusal("a,b\n1,2\n ,3\n"), "line 3: field 1 is empty");
  const rg::CsvDataset data = read("a,b\n,1\n2,2\n", {.missing = -1});
  CHECK(values(data) == std::vector<float>{-1, 2});
  const rg::CsvDataset nan = read("a,b\n,1\n", {.missing = std::nan("")});
  CHECK(std::isnan(values(nan)[0]));
  // Otherwise the labels would be texts: "10" before "2".
  test::check_contains(refusal("a,b\n1,2\n3, \n4,10\n"), "line 3: the label is empty");
}

TEST_CASE("CSV: errors name the file and the line") {
  const std::string number = refusal("a,b\n1,2\n\"3\n\",2\n1x,4\n");
  test::check_contains(number, "load_csv: '");
  test::check_contains(number, "table.csv'");
  test::check_contains(number, "line 3: field 1 is no number: '3\\x0a'");
  test::check_contains(number, "data_csv_test.cpp:");
  test::check_contains(refusal("a,b\n1,2\n\n1,2,3\n"), "line 4: 3 fields instead of 2");
  test::check_contains(refusal("a,b\n1\n"), "line 2: 1 fields instead of 2");
  test::check_contains(refusal("a,b\n\"1,2\n"), "line 2: a quoted field does not end");
  test::check_contains(refusal("a,b\n\"1\"2,3\n"), "line 2: text follows a quoted field");
  test::check_contains(refusal("a,b\n1\"2\",3\n"), "line 2: a quote inside a field");
  test::check_contains(refusal("a,b\n1e39,3\n"), "line 2: field 1 is too large for float32");
  test::check_contains(refusal("a,b\n1e999,3\n"), "field 1 is no number");
  test::check_contains(refusal("a,b\n+-1,3\n"), "field 1 is no number");
  test::check_contains(refusal(""), "it has no line");
  test::check_contains(refusal("\n\n"), "it has no line");
  const auto wrong = [](const rg::CsvOptions& options) {
    return test::message_of<rg::ValueError>([&] { read("a,b\n1,2\n", options); });
  };
  test::check_contains(wrong({.label = "c"}), "has no column 'c'");
  test::check_contains(wrong({.separator = '"'}), "the separator is a quote");
  CHECK_THROWS_AS(rg::load_csv("/nowhere.csv"), rg::IoError);
}

TEST_CASE("CSV: files larger than a block, plain or gzipped") {
  std::string text = "x,y\n";
  for (int i = 0; i < 20000; ++i) {
    text += std::to_string(i) + "," + std::to_string(i % 10) + "\r\n";
  }
  const rg::CsvDataset data = read(text);
  CHECK(data.size() == 20000);
  CHECK(values(data) == rg::arange(20000, {.dtype = rg::float32}).to_vector<float>());
  const test::TempFolder folder;
  const gzFile file = ::gzopen(folder.file("table.csv").c_str(), "wb");
  REQUIRE(::gzwrite(file, text.data(), static_cast<unsigned>(text.size())) > 0);
  REQUIRE(::gzclose(file) == Z_OK);
  const rg::CsvDataset unpacked = rg::load_csv(folder.file("table.csv"));
  CHECK(values(unpacked) == values(data));
  CHECK(unpacked.labels().to_vector<float>() == data.labels().to_vector<float>());
}
