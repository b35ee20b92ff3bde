// Builds an explanation from the nodes of a chain. Internal.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <retrograd/explain/detail/chain.h>
#include <retrograd/explain/detail/known.h>
#include <retrograd/explain/explain.h>
#include <retrograd/tensor/frame.h>

namespace retrograd::detail {

class Explainer {
 public:
  // `values` has what tensors at hand hold, by node.
  Explainer(const Frame& call, const Chain& chain, const KnownTensors& known,
            const ExplainOptions& options, std::unordered_map<const Node*, Tensor> values)
      : call_(call), chain_(chain), known_(known), options_(options), values_(std::move(values)) {}

  // The explanation of the gradient of `output`, whose node is `last`.
  Explanation run(const Tensor& output, const NodePtr& last);

 private:
  ExplainedStation station_of(const Node* node, std::string name) const;
  // A copy; undefined for a tensor of too many elements.
  static Tensor copied(const Tensor& value);
  void find_insides();
  // That of a source, or of the folded station itself.
  const ExplainedStation* known_station(const Chain::Inside& inside, std::size_t station,
                                        std::size_t number) const;
  // The gradients of the output by all stations.
  void find_gradients(const Tensor& output, const NodePtr& last);
  void slice_stations();
  // Copies the links of the chain and of its insides, and computes them.
  void find_links();
  // Names the entries that are elements of named tensors.
  void recognise();
  void add_steps();
  // Tensors without a gradient: what calls of the trace got, or operators saved of named ones.
  void add_data();
  std::vector<KnownTensors::Data> data_of(std::size_t to) const;
  NamedTensors tensors_to_recognise() const;

  const Frame& call_;
  const Chain& chain_;
  const KnownTensors& known_;
  const ExplainOptions& options_;
  std::unordered_map<const Node*, Tensor> values_;
  Explanation e_;
  std::vector<Chain::Inside> insides_;
  std::vector<std::vector<Link>> links_;  // into the stations, then into those of insides
  std::vector<ElementRange> shown_;
  std::vector<std::vector<std::map<std::int64_t, NamedElement>>> names_;  // by link
};

}  // namespace retrograd::detail
