"""Random calls by family: each gives the operator's name, its options, inputs, and PyTorch's
function of the inputs."""
import torch
import torch.nn.functional as F

import indexing


def normal(dtype, *shape):
    return torch.randn(shape, dtype=torch.float64).to(dtype)


def distinct(dtype, *shape):
    """Values with no two the same, so that the largest is one."""
    count = torch.Size(shape).numel()
    return ((torch.randperm(count).double() - count / 2) / 8 + 1 / 16).reshape(shape).to(dtype)


def sizes(rng, rank, low, high):
    return [rng.randint(low, high) for _ in range(rank)]


def activations(rng, rank, channels, make=normal, dtype=torch.float64, least=1, most=9):
    """(N, C, spatial...), at times without a batch or with an empty one."""
    batch = rng.choice([[1], [2], [3], [0], []])
    return make(dtype, *batch, channels, *sizes(rng, rank, least, most))


def conv(rank):
    def family(rng, dtype):
        groups = rng.choice([1, 1, 1, 2, 3])
        into, out = groups * rng.randint(1, 5), groups * rng.randint(1, 4)
        kernel = sizes(rng, rank, 1, 3 if rank == 3 else 4)
        options = {"stride": sizes(rng, rank, 1, 3), "dilation": sizes(rng, rank, 1, 2),
                   "padding": sizes(rng, rank, 0, 3), "groups": groups}
        if rng.random() < 0.1:
            options |= {"stride": [1] * rank, "padding": rng.choice(["same", "valid"])}
        x = activations(rng, rank, into + (rng.random() < 0.02), dtype=dtype,
                        most=6 if rank == 3 else 11)
        bias = normal(dtype, out) if rng.random() < 0.7 else None
        function = getattr(F, f"conv{rank}d")
        return f"conv{rank}d", options, [x, normal(dtype, out, into // groups, *kernel), bias], \
            lambda x, w, b: function(x, w, b, **options)
    return family


def conv_transpose(rank):
    def family(rng, dtype):
        groups = rng.choice([1, 1, 2, 3])
        into, out = groups * rng.randint(1, 4), rng.randint(1, 4)
        stride, dilation = sizes(rng, rank, 1, 3), sizes(rng, rank, 1, 2)
        options = {"stride": stride, "dilation": dilation, "padding": sizes(rng, rank, 0, 2),
                   "output_padding": [rng.randint(0, max(s, d) - (rng.random() < 0.95))
                                      for s, d in zip(stride, dilation)], "groups": groups}
        x = activations(rng, rank, into, dtype=dtype, most=4 if rank == 3 else 7)
        if 0 in x.shape:
            # PyTorch checks neither the result's size nor its padding then.
            options["padding"] = options["output_padding"] = [0] * rank
        bias = normal(dtype, out * groups) if rng.random() < 0.7 else None
        weight = normal(dtype, into, out, *sizes(rng, rank, 1, 3))
        function = getattr(F, f"conv_transpose{rank}d")
        return f"conv_transpose{rank}d", options, [x, weight, bias], \
            lambda x, w, b: function(x, w, b, **options)
    return family


def pool(kind, rank):
    def family(rng, dtype):
        kernel = sizes(rng, rank, 1, 3)
        options = {"kernel_size": kernel, "stride": sizes(rng, rank, 1, 3),
                   "padding": [rng.randint(0, k // 2 + (rng.random() < 0.02)) for k in kernel],
                   "ceil_mode": rng.random() < 0.5}
        if kind == "max":
            options["dilation"] = sizes(rng, rank, 1, 2)
        else:
            options["count_include_pad"] = rng.random() < 0.5
        x = activations(rng, rank, rng.randint(1, 3), distinct, dtype, most=6 if rank == 3 else 9)
        if kind == "avg" and rank == 3:
            # PyTorch refuses more than the input, whatever the padding; only in three dimensions.
            kernel[:] = [min(k, size) for k, size in zip(kernel, x.shape[-3:])]
            options["padding"] = [min(p, k // 2) for p, k in zip(options["padding"], kernel)]
        if kind == "max":
            # A window of padding alone: its gradient goes to an element beside it in PyTorch 1.13.
            options["dilation"] = [d if size > 2 or p == 0 else 1 for d, size, p in
                                   zip(options["dilation"], x.shape[-rank:], options["padding"])]
        function = getattr(F, f"{kind}_pool{rank}d")
        return f"{kind}_pool{rank}d", options, [x], lambda x: function(x, **options)
    return family


def adaptive_pool(kind, rank):
    def family(rng, dtype):
        options = {"output_size": sizes(rng, rank, 1, 8)}
        x = activations(rng, rank, rng.randint(1, 3), distinct, dtype)
        function = getattr(F, f"adaptive_{kind}_pool{rank}d")
        return f"adaptive_{kind}_pool{rank}d", options, [x], lambda x: function(x, **options)
    return family


def affine(rng, dtype, *shape):
    return normal(dtype, *shape) if rng.random() < 0.7 else None


def batch_norm(rng, dtype):
    channels, training = rng.randint(1, 5), rng.random() < 0.6
    options = {"training": training, "momentum": 0.1, "eps": rng.choice([1e-5, 1e-3, 0.1])}
    x = normal(dtype, rng.randint(2, 4), channels, *sizes(rng, rng.randint(0, 3), 1, 4))
    running = [None, None] if training else [normal(dtype, channels),
                                             normal(dtype, channels).abs() + 0.1]
    inputs = [x, *running, affine(rng, dtype, channels), affine(rng, dtype, channels)]
    # The library's running statistics are not differentiable, as PyTorch's.
    return "batch_norm", options, inputs, \
        lambda x, m, v, w, b: F.batch_norm(x, m if m is None else m.detach(),
                                           v if v is None else v.detach(), w, b, **options)


def layer_norm(rng, dtype):
    shape = sizes(rng, rng.randint(1, 3), 1, 4)
    # Few elements can be nearly equal: rounding errors grow as 1 / eps.
    options = {"normalized_shape": shape,
               "eps": rng.choice([1e-5, 1e-2]) if dtype == torch.float64 else 0.1}
    x = normal(dtype, *sizes(rng, rng.randint(0, 2), 1, 4), *shape)
    return "layer_norm", options, [x, affine(rng, dtype, *shape), affine(rng, dtype, *shape)], \
        lambda x, w, b: F.layer_norm(x, shape, w, b, options["eps"])


def group_norm(rng, dtype):
    groups = rng.randint(1, 3)
    channels = groups * rng.randint(1, 3)
    options = {"num_groups": groups, "eps": rng.choice([1e-2, 0.1])}
    x = normal(dtype, rng.randint(1, 3), channels, *sizes(rng, rng.randint(1, 3), 2, 4))
    weight = affine(rng, dtype, channels)
    # PyTorch 1.13 has no gradient of a bias without a weight.
    bias = None if weight is None else affine(rng, dtype, channels)
    return "group_norm", options, [x, weight, bias], \
        lambda x, w, b: F.group_norm(x, groups, w, b, options["eps"])


def instance_norm(rng, dtype):
    channels = rng.randint(1, 4)
    options = {"eps": rng.choice([1e-5, 1e-2])}
    x = normal(dtype, rng.randint(1, 3), channels, *sizes(rng, rng.randint(1, 3), 2, 4))
    return "instance_norm", options, \
        [x, None, None, affine(rng, dtype, channels), affine(rng, dtype, channels)], \
        lambda x, m, v, w, b: F.instance_norm(x, None, None, w, b, eps=options["eps"])


def local_response_norm(rng, dtype):
    options = {"size": rng.randint(1, 5), "alpha": 1e-1, "beta": 0.75, "k": 1.0}
    x = normal(dtype, rng.randint(1, 3), rng.randint(1, 6), *sizes(rng, rng.randint(1, 2), 1, 4))
    return "local_response_norm", options, [x], lambda x: F.local_response_norm(x, **options)


def interpolate(rng, dtype):
    mode, rank = rng.choice([("nearest", 1), ("nearest", 2), ("linear", 1), ("bilinear", 2),
                             ("bicubic", 2)])
    x = normal(dtype, rng.randint(1, 2), rng.randint(1, 3), *sizes(rng, rank, 1, 6))
    options = {"mode": mode}
    if rng.random() < 0.5:
        options["size"] = sizes(rng, rank, 1, 9)
    else:
        options["scale_factor"] = [rng.choice([0.5, 1.0, 1.5, 2.0, 3.0]) for _ in range(rank)]
    if mode != "nearest":
        options["align_corners"] = rng.random() < 0.5
    if mode in ("bilinear", "bicubic"):
        options["antialias"] = rng.random() < 0.5
    return "interpolate", options, [x], lambda x: F.interpolate(x, **options)


def pad(rng, dtype):
    mode = rng.choice(["constant", "reflect", "replicate", "circular"])
    rank = rng.randint(1, 3)
    pads = [rng.randint(-1 if mode == "constant" else 0, 2) for _ in range(2 * rank)]
    options = {"pad": pads, "mode": mode}
    if mode == "constant":
        options["value"] = 0.5
    x = normal(dtype, rng.randint(1, 2), rng.randint(1, 2), *sizes(rng, rank, 3, 5))  # PyTorch refuses sizes of 0
    return "pad", options, [x], lambda x: F.pad(x, pads, mode, options.get("value", 0.0))


REDUCTIONS = ["none", "mean", "sum"]


def classes(rng, dtype):
    count = rng.randint(1, 5)
    shape = [rng.randint(1, 4), *sizes(rng, rng.randint(0, 2), 1, 3)]
    target = torch.randint(0, count, shape)
    options = {"reduction": rng.choice(REDUCTIONS)}
    if rng.random() < 0.4:
        options["ignore_index"] = rng.randint(0, count - 1)
    weight = normal(dtype, count).abs() + 0.1 if rng.random() < 0.5 else None
    return normal(dtype, shape[0], count, *shape[1:]), target, weight, options


def cross_entropy(rng, dtype):
    x, target, weight, options = classes(rng, dtype)
    options["label_smoothing"] = rng.choice([0.0, 0.0, 0.1, 0.5])
    if rng.random() < 0.3:
        options.pop("ignore_index", None)
        target = torch.softmax(normal(dtype, *x.shape), 1)
    return "cross_entropy", options, [x, target, weight], \
        lambda x, t, w: F.cross_entropy(x, t, None if w is None else w.detach(), **options)


def nll_loss(rng, dtype):
    x, target, weight, options = classes(rng, dtype)
    return "nll_loss", options, [x, target, weight], \
        lambda x, t, w: F.nll_loss(x, t, None if w is None else w.detach(), **options)


def regression(name, **values):
    def family(rng, dtype):
        options = {"reduction": rng.choice(REDUCTIONS)}
        options |= {key: rng.choice(choices) for key, choices in values.items()}
        shape = sizes(rng, rng.randint(0, 3), 1, 4)
        function = getattr(F, name)
        return name, options, [normal(dtype, *shape), normal(dtype, *shape)], \
            lambda x, t: function(x, t, **options)
    return family


def binary_cross_entropy_with_logits(rng, dtype):
    options = {"reduction": rng.choice(REDUCTIONS)}
    shape = sizes(rng, 2, 1, 4)
    positive = normal(dtype, shape[1]).abs() if rng.random() < 0.5 else None
    return "binary_cross_entropy_with_logits", options, \
        [4 * normal(dtype, *shape), torch.rand(shape, dtype=dtype), None, positive], \
        lambda x, t, w, p: F.binary_cross_entropy_with_logits(
            x, t, pos_weight=None if p is None else p.detach(), **options)


def softmax(name):
    def family(rng, dtype):
        shape = sizes(rng, rng.randint(1, 4), 1, 5)
        options = {"dim": rng.randint(-len(shape), len(shape) - 1)}
        function = getattr(F, name)
        return name, options, [3 * normal(dtype, *shape)], lambda x: function(x, options["dim"])
    return family


def matmul(rng, dtype):
    n, k, m = sizes(rng, 3, 1, 7)
    batch = sizes(rng, rng.randint(0, 2), 1, 3)
    a, b = [*batch, n, k], [*batch, k + (rng.random() < 0.02), m]
    if batch and rng.random() < 0.5:
        b[0] = 1
    if rng.random() < 0.2:
        a = [k]
    if rng.random() < 0.2:
        b = [k]
    return "matmul", {}, [normal(dtype, *a), normal(dtype, *b)], torch.matmul


def linear(rng, dtype):
    into, out = sizes(rng, 2, 1, 7)
    return "linear", {}, [normal(dtype, *sizes(rng, rng.randint(0, 3), 1, 4), into),
                          normal(dtype, out, into), affine(rng, dtype, out)], F.linear


def reduction(name):
    def family(rng, dtype):
        shape = sizes(rng, rng.randint(1, 4), 1, 5)
        dims = rng.sample(range(len(shape)), rng.randint(1, len(shape)))
        options = {"dim": dims, "keepdim": rng.random() < 0.5}
        function = getattr(torch, name)
        if name in ("var", "std"):
            options["unbiased"] = rng.random() < 0.5
        return name, options, [distinct(dtype, *shape)], lambda x: function(x, **options)
    return family


def cumulative(name):
    def family(rng, dtype):
        shape = sizes(rng, rng.randint(1, 4), 1, 5)
        options = {"dim": rng.randint(-len(shape), len(shape) - 1)}
        x = normal(dtype, *shape)
        if rng.random() < 0.3:
            x[torch.rand(shape) < 0.3] = 0
        function = getattr(torch, name)
        return name, options, [x], lambda x: function(x, options["dim"])
    return family


def gather(rng, dtype):
    shape = sizes(rng, rng.randint(1, 3), 1, 5)
    dim = rng.randrange(len(shape))
    index = torch.randint(0, shape[dim] + (rng.random() < 0.02),
                          [rng.randint(1, s) if d != dim else rng.randint(1, 6)
                           for d, s in enumerate(shape)])
    return "gather", {"dim": dim}, [normal(dtype, *shape), index], \
        lambda x, i: torch.gather(x, dim, i)


def unfold(rng, dtype):
    options = {"kernel_size": sizes(rng, 2, 1, 3), "dilation": sizes(rng, 2, 1, 2),
               "padding": sizes(rng, 2, 0, 2), "stride": sizes(rng, 2, 1, 3)}
    x = normal(dtype, rng.randint(1, 3), rng.randint(1, 3), *sizes(rng, 2, 1, 7))
    return "unfold", options, [x], lambda x: F.unfold(x, **options)


def grid_sample(rng, dtype):
    options = {"mode": rng.choice(["bilinear", "nearest"]),
               "padding_mode": rng.choice(["zeros", "border", "reflection"]),
               "align_corners": rng.random() < 0.5}
    batch = rng.randint(1, 2)
    x = normal(dtype, batch, rng.randint(1, 3), *sizes(rng, 2, 2, 5))
    return "grid_sample", options, [x, normal(dtype, batch, *sizes(rng, 2, 1, 4), 2)], \
        lambda x, g: F.grid_sample(x, g, **options)


FAMILIES = {
    **{f"conv{n}d": conv(n) for n in (1, 2, 3)},
    **{f"conv_transpose{n}d": conv_transpose(n) for n in (1, 2, 3)},
    **{f"{kind}_pool{n}d": pool(kind, n) for kind in ("max", "avg") for n in (1, 2, 3)},
    **{f"adaptive_{kind}_pool{n}d": adaptive_pool(kind, n)
       for kind in ("max", "avg") for n in (1, 2)},
    "batch_norm": batch_norm, "layer_norm": layer_norm, "group_norm": group_norm,
    "instance_norm": instance_norm, "local_response_norm": local_response_norm,
    "interpolate": interpolate, "pad": pad, "unfold": unfold, "grid_sample": grid_sample,
    "cross_entropy": cross_entropy, "nll_loss": nll_loss,
    "binary_cross_entropy_with_logits": binary_cross_entropy_with_logits,
    "mse_loss": regression("mse_loss"), "l1_loss": regression("l1_loss"),
    "smooth_l1_loss": regression("smooth_l1_loss", beta=[0.5, 1.0, 2.0]),
    "huber_loss": regression("huber_loss", delta=[0.5, 1.0, 2.0]),
    "softmax": softmax("softmax"), "log_softmax": softmax("log_softmax"),
    "matmul": matmul, "linear": linear, "gather": gather,
    "index": indexing.index, "assignment": indexing.assignment,
    **{name: reduction(name) for name in ("sum", "mean", "var", "std", "amax", "logsumexp")},
    "cumsum": cumulative("cumsum"), "cumprod": cumulative("cumprod"),
}
