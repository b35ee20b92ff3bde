#include "gradient/op_cases.h"

namespace op_cases {

namespace {

struct Sizes {
  rg::Shape query;
  rg::Shape key;
  rg::Shape value;
};

const Sizes kSizes[] = {{{2, 3}, {4, 3}, {4, 2}},          {{1, 1}, {1, 1}, {1, 1}},
                        {{2, 3, 2}, {2, 3, 2}, {2, 3, 2}}, {{2, 1, 2, 2}, {1, 2, 3, 2}, {3, 2}},
                        {{0, 2, 3}, {0, 2, 3}, {0, 2, 3}}, {{2, 0}, {3, 0}, {3, 2}}};

// A mask is an input of its own: of numbers that are added, or of classes of which one is hidden.
struct Variant {
  const char* label;
  rg::AttentionOptions options;
  enum Mask { none, added, boolean } mask;
  const char* scale;   // as PyTorch writes it
  const char* hidden;  // the keys that are not seen
};

const char* const kDefaultScale = "a.size(-1)**-0.5 if a.size(-1) else 1";
const char* const kCausal = "torch.ones(a.size(-2), b.size(-2)).triu(1) > 0";
const char* const kNone = "torch.tensor(False)";

const Variant kVariants[] = {
    {"", {}, Variant::none, kDefaultScale, kNone},
    {"scaled", {.scale = 0.3}, Variant::none, "0.3", kNone},
    {"causal", {.is_causal = true}, Variant::none, kDefaultScale, kCausal},
    {"added mask", {}, Variant::added, kDefaultScale, kNone},
    {"boolean mask", {.scale = 1.5}, Variant::boolean, "1.5", "d == 2"},
};

rg::Tensor attention(const Tensors& x, const Variant& variant) {
  rg::AttentionOptions options = variant.options;
  if (variant.mask == Variant::added) {
    options.attn_mask = x[3];
  } else if (variant.mask == Variant::boolean) {
    options.attn_mask = x[3] != 2;
  }
  return rg::scaled_dot_product_attention(x[0], x[1], x[2], options);
}

void add_cases(Table& table) {
  for (const Variant& variant : kVariants) {
    for (const Sizes& sizes : kSizes) {
      std::vector<Input> inputs{sizes.query, sizes.key, sizes.value};
      const rg::Shape mask{sizes.query[sizes.query.size() - 2], sizes.key[sizes.key.size() - 2]};
      if (variant.mask == Variant::added) {
        inputs.emplace_back(mask);
      } else if (variant.mask == Variant::boolean) {
        inputs.emplace_back(indices(mask, 3));
      }
      table.push_back({.op = "scaled_dot_product_attention",
                       .label = to_string(sizes.query) + " " + to_string(sizes.key) + " " +
                                to_string(sizes.value) + " " + variant.label,
                       .inputs = inputs,
                       .torch = "((a @ b.transpose(-2, -1)) * (" + std::string(variant.scale) +
                                ")" + (variant.mask == Variant::added ? " + d" : "") +
                                ").masked_fill(" + variant.hidden +
                                ", -float('inf')).softmax(-1) @ c",
                       .function = [variant](const Tensors& x) { return attention(x, variant); }});
    }
  }
}

const Registered registered({.add = add_cases, .floors = {{"scaled_dot_product_attention", 30}}});

}  // namespace

}  // namespace op_cases
