#include <doctest/doctest.h>

#include <string>

#include <retrograd/retrograd.h>

#include "unit/explain_nets.h"

namespace rg = retrograd;
using rg::Tensor;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("explain: the page plays training") {
  const test::SlideNet net;
  const rg::Explanation e = net.explain();
  const std::string page = e.html({e, e});
  CHECK(has(page, "id=\"training\""));
  CHECK(has(page, "\"3v\":[\"0.24\"]"));
  CHECK_FALSE(has(e.html(), "id=\"training\""));

  const rg::Explanation other = test::ManyPaths().explain();
  try {
    e.html({e, other}, rg::Where::at("here.cpp", 7));
    FAIL("nothing was thrown");
  } catch (const rg::ValueError& error) {
    CHECK(error.where().line == 7);
    CHECK(has(error.what(), "an explanation of training has other stations"));
  }
}

TEST_CASE("explain: the page shows inputs beside the way, and large matrices smaller") {
  const test::SlideNet net;
  const rg::Explanation e = net.explain();
  REQUIRE(e.inputs.size() == 2);
  CHECK(has(e.html(), "aria-label=\"value of x: 1, 2, -1, 3, 0.5\""));

  const Tensor w = rg::full({600}, 0.5, {.requires_grad = true});
  const std::string page = rg::explain(rg::sum(rg::sin(w)), w).html();
  CHECK(has(page, "Each pixel is the entry of largest magnitude among 6×6."));
  CHECK(has(page, "rows 1 to 12 of 600, columns 1 to 12 of 600"));
  CHECK(page.size() < 200'000);
}

TEST_CASE("explain: the page's digits") {
  const Tensor w = rg::tensor({123456.0, 1234.5, 0.123456, 1.2345e-5, -0.0},
                              {.dtype = rg::float64, .requires_grad = true});
  const std::string page = rg::explain(rg::sum(w), w).html();
  CHECK(has(page, "aria-label=\"value of w: 1.23e5, 1234, 0.123, 1.23e-5, 0\""));
}

TEST_CASE("explain: inputs, their matrices and the operators in a station have panels") {
  const Tensor w = rg::tensor({0.5, -0.25}, {.requires_grad = true});
  const Tensor b = rg::tensor({1.0, 2.0}, {.requires_grad = true});
  const rg::Explanation e =
      rg::explain(rg::sum(w * b), w, {.names = {{"w", w}, {"b", b}}, .fold = false});
  REQUIRE(e.stations.size() == 3);
  const std::string page = e.html();
  CHECK(
      has(page, "<a class=\"box input\" id=\"box3\" href=\"#station3\" aria-label=\"b, of shape"));
  CHECK(has(page, "id=\"station3\" aria-label=\"b\""));
  CHECK(has(page, "id=\"step2\" data-from=\"3\" data-to=\"1\" aria-label=\"dmul/db\""));

  Tensor y = w;
  for (int i = 0; i < 30; ++i) {
    y = rg::tanh(rg::sin(y) * 2 + 1);
  }
  const rg::Explanation folded = rg::explain(rg::sum(y), w);
  REQUIRE_FALSE(folded.insides.empty());
  CHECK(has(folded.html(), "<details class=\"inside\""));
  CHECK(has(folded.html(), "class=\"box inner\""));
}

TEST_CASE("explain: any name may stand in the data of the page") {
  const Tensor w = rg::tensor({1.0, 2.0}, {.requires_grad = true});
  const rg::Explanation e = rg::explain(rg::sum(w * w), w, {.names = {{"a\x01\"\\</script>", w}}});
  CHECK(has(e.html(), "[[\"a\\u0001\\u0022\\u005c\\u003c/script>\",[2]]"));
}
