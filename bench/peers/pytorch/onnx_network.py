"""A network of an ONNX file in PyTorch, by the operators that text_direction_cls.onnx has."""
import onnx
import torch
from onnx import helper, numpy_helper
from torch import nn
from torch.nn import functional


def reshape(x, shape=None):
    # A shape that is no constant keeps the batch.
    return x.flatten(1) if shape is None else x.reshape(shape.tolist())


class OnnxNetwork(nn.Module):
    def __init__(self, path):
        super().__init__()
        graph = onnx.load(path).graph
        constants = {each.name: each for each in graph.initializer}
        constants |= {node.output[0]: node.attribute[0].t for node in graph.node
                      if node.op_type == "Constant"}
        self.names = {name: f"c{i}" for i, name in enumerate(constants)}
        for name, tensor in constants.items():
            value = torch.from_numpy(numpy_helper.to_array(tensor).copy())
            if value.is_floating_point() and value.dim() > 0:
                self.register_buffer(self.names[name], value)
            else:  # bounds, and the shapes of biases
                setattr(self, self.names[name], value.item() if value.dim() == 0 else value)
        self.nodes = []
        for node in graph.node:
            known = all(name in self.names for name in node.input)
            if node.op_type == "Reshape" and known:
                self.fold(node)
            elif node.op_type not in ("Constant", "Shape", "Cast", "Slice", "Concat"):
                self.nodes.append((node.op_type, list(node.input), node.output[0],
                                   {a.name: helper.get_attribute_value(a) for a in node.attribute}))
        self.output = graph.output[0].name

    def fold(self, node):
        value, shape = (getattr(self, self.names[name]) for name in node.input)
        self.names[node.output[0]] = f"c{len(self.names)}"
        self.register_buffer(self.names[node.output[0]], reshape(value, shape))

    def call(self, kind, inputs, options):
        x, *rest = inputs
        if kind == "Conv":
            return functional.conv2d(x, *rest, *([None] if len(rest) == 1 else []),
                                     options["strides"], options["pads"][:2],
                                     options["dilations"], options["group"])
        if kind == "BatchNormalization":
            scale, bias, mean, var = rest
            return functional.batch_norm(x, mean, var, scale, bias, eps=options["epsilon"])
        if kind == "HardSigmoid":
            return torch.clamp(x * options["alpha"] + options["beta"], 0, 1)
        if kind == "MaxPool":
            return functional.max_pool2d(x, options["kernel_shape"], options["strides"])
        return {"Add": torch.add, "Mul": torch.mul, "Div": torch.div, "Clip": torch.clamp,
                "Relu": torch.relu, "MatMul": torch.matmul, "Reshape": reshape,
                "Identity": lambda x: x, "GlobalAveragePool": lambda x: x.mean((2, 3), True),
                "Softmax": lambda x: x.softmax(1)}[kind](x, *rest)

    def forward(self, x):
        values = {"x": x}
        for kind, inputs, output, options in self.nodes:
            found = [values[name] if name in values else getattr(self, self.names[name])
                     for name in inputs if name in values or name in self.names]
            values[output] = self.call(kind, found, options)
        return values[self.output]
