#include "gradient/op_cases.h"

namespace op_cases {

namespace {

struct Row {
  const char* equation;
  std::vector<rg::Shape> shapes;
};

const Row kRows[] = {
    {"ij->ji", {{2, 3}}},
    {"ij->", {{2, 3}}},
    {"ij->j", {{2, 3}}},
    {"ba", {{2, 3}}},
    {"->", {{}}},
    {"ii->i", {{3, 3}}},
    {"ii", {{3, 3}}},
    {"iji->j", {{2, 3, 2}}},
    {"iii->i", {{2, 2, 2}}},
    {"iijj->ij", {{2, 2, 3, 3}}},
    {"...ii->...i", {{2, 3, 3}}},
    {"i...->...", {{2, 3}}},
    {"...->", {{2, 3}}},
    {"i,i->", {{3}, {3}}},
    {"i,i->i", {{3}, {3}}},
    {"i,j->ij", {{2}, {3}}},
    {"i,j->ji", {{2}, {3}}},
    {"ij,jk->ik", {{2, 3}, {3, 2}}},
    {"ij,jk", {{2, 3}, {3, 2}}},
    {"ij , kj -> ki", {{2, 3}, {2, 3}}},
    {"ij,ij->", {{2, 3}, {2, 3}}},
    {"ij,j->i", {{2, 3}, {3}}},
    {"bij,bjk->bik", {{2, 2, 3}, {2, 3, 2}}},
    {"bij,jk->kbi", {{2, 2, 3}, {3, 2}}},
    {"...ij,...jk->...ik", {{2, 2, 3}, {3, 2}}},
    {"...ij,...jk", {{1, 2, 3}, {2, 3, 2}}},
    {"a...b,b...->a...", {{2, 3, 2}, {2, 3}}},
    {"...,...->...", {{2, 1}, {3}}},
    {"ij,jk->ik", {{2, 1}, {3, 2}}},  // length 1 broadcasts
    {"ij,kl->il", {{2, 3}, {2, 3}}},
    {"ii,ij->j", {{2, 2}, {2, 3}}},
    {"aB,Bc->ac", {{2, 3}, {3, 2}}},
    {"bnd,bmd->bnm", {{2, 2, 3}, {2, 3, 3}}},
    {"i,j,k->ijk", {{2}, {3}, {2}}},
    {"ij,jk,kl->il", {{2, 2}, {2, 3}, {3, 2}}},
    {"i,ij,j->", {{2}, {2, 3}, {3}}},
    {"bi,oij,bj->bo", {{2, 2}, {2, 2, 3}, {2, 3}}},
    {"ij,ij,ij->i", {{2, 3}, {2, 3}, {2, 3}}},
    {"ij,j,,i->i", {{2, 2}, {2}, {}, {2}}},
    {"ij,jk->ik", {{0, 3}, {3, 2}}},
    {"ij,jk->ik", {{2, 0}, {0, 2}}},
    {"ii->i", {{0, 0}}},
    {"ij->j", {{0, 2}}},
};

// "a, b" for two operands.
std::string python_names(std::size_t count) {
  std::string names;
  for (std::size_t i = 0; i < count; ++i) {
    names += ", " + std::string(1, static_cast<char>('a' + i));
  }
  return names;
}

void add_cases(Table& table) {
  for (const Row& row : kRows) {
    OpCase added{.op = "einsum", .label = std::string(row.equation) + " of"};
    for (const rg::Shape& shape : row.shapes) {
      added.label += " " + to_string(shape);
      added.inputs.emplace_back(shape);
    }
    added.torch =
        "torch.einsum('" + std::string(row.equation) + "'" + python_names(row.shapes.size()) + ")";
    added.function = [equation = row.equation](const Tensors& x) {
      return rg::einsum(equation, x);
    };
    added.affine = true;
    table.push_back(added);
  }
  table.push_back({.op = "einsum",
                   .label = "of one tensor twice",
                   .inputs = {{2, 3}},
                   .torch = "torch.einsum('ij,kj->ik', a, a)",
                   .function = [](const Tensors& x) {
                     return rg::einsum("ij,kj->ik", {x[0], x[0]});
                   }});
}

const Registered registered({.add = add_cases, .floors = {{"einsum", 20}}});

}  // namespace

}  // namespace op_cases
