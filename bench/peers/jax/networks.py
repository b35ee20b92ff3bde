"""Networks of the rows in JAX: functions of parameters and samples, images as (N, H, W, C).

A layer is a pair: its parameters, and a function of them and its input.
"""
import jax
import jax.numpy as jnp
from jax import lax, nn

keys = iter(jax.random.split(jax.random.PRNGKey(1), 1000))
evaluating = False  # whether batch norm uses running statistics


def uniform(fan_in, *shape):
    return jax.random.uniform(next(keys), shape, minval=-1, maxval=1) / fan_in ** 0.5


def linear(inputs, outputs):
    return ({"w": uniform(inputs, inputs, outputs), "b": uniform(inputs, outputs)},
            lambda p, x: x @ p["w"] + p["b"])


def conv(inputs, outputs, kernel, stride=1, padding=0, bias=True):
    fan_in = inputs * kernel * kernel
    parameters = {"w": uniform(fan_in, kernel, kernel, inputs, outputs)}
    if bias:
        parameters["b"] = uniform(fan_in, outputs)

    def run(p, x):
        y = lax.conv_general_dilated(x, p["w"], (stride, stride), [(padding, padding)] * 2,
                                     dimension_numbers=("NHWC", "HWIO", "NHWC"))
        return y + p["b"] if bias else y

    return parameters, run


def batch_norm(channels):
    """In training without running statistics, which saves JAX their update."""
    running = uniform(1, channels), 1 + uniform(1, channels) ** 2

    def run(p, x):
        axes = tuple(range(x.ndim - 1))
        mean, var = running if evaluating else (x.mean(axes), x.var(axes))
        return (x - mean) * lax.rsqrt(var + 1e-5) * p["w"] + p["b"]

    return {"w": jnp.ones(channels), "b": jnp.zeros(channels)}, run


def layer_norm(width):
    def run(p, x):
        mean, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        return (x - mean) * lax.rsqrt(var + 1e-5) * p["w"] + p["b"]

    return {"w": jnp.ones(width), "b": jnp.zeros(width)}, run


def plain(function):
    return {}, lambda p, x: function(x)


relu = plain(nn.relu)
pool = plain(lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID"))
flatten = plain(lambda x: x.reshape(x.shape[0], -1))
mean = plain(lambda x: x.mean((1, 2)))


def sequence(*layers):
    def run(p, x):
        for each, (_, apply) in zip(p, layers):
            x = apply(each, x)
        return x

    return [parameters for parameters, _ in layers], run


def mlp():
    return sequence(linear(784, 128), relu, linear(128, 10))


def lenet():
    return sequence(conv(1, 6, 5, padding=2), relu, pool, conv(6, 16, 5), relu, pool, flatten,
                    linear(400, 120), relu, linear(120, 84), relu, linear(84, 10))


def block(channels, out, stride):
    parameters, residual = sequence(
        conv(channels, out, 3, stride, 1, bias=False), batch_norm(out), relu,
        conv(out, out, 3, 1, 1, bias=False), batch_norm(out))
    if channels == out:
        return parameters, lambda p, x: nn.relu(residual(p, x) + x)
    more, shortcut = sequence(conv(channels, out, 1, stride, bias=False), batch_norm(out))
    return (parameters, more), lambda p, x: nn.relu(residual(p[0], x) + shortcut(p[1], x))


def resnet20():
    layers, channels = [conv(3, 16, 3, 1, 1, bias=False), batch_norm(16), relu], 16
    for out in (16, 32, 64):
        for _ in range(3):
            layers.append(block(channels, out, 1 if channels == out else 2))
            channels = out
    return sequence(*layers, mean, linear(64, 10))


def vgg():
    layers, channels = [], 3
    for out in (64, 128, 256):
        layers += [conv(channels, out, 3, 1, 1), relu, conv(out, out, 3, 1, 1), relu, pool]
        channels = out
    return sequence(*layers, flatten, linear(256 * 4 * 4, 10))


def odd_channels():
    return sequence(conv(3, 13, 3, 1, 1), relu, conv(13, 29, 3, 1, 1), relu, pool,
                    conv(29, 37, 3, 1, 1), relu, pool, flatten, linear(37 * 8 * 8, 10))


def lstm():
    parameters = {"ih": uniform(128, 32, 512), "hh": uniform(128, 128, 512),
                  "b_ih": uniform(128, 512), "b_hh": uniform(128, 512)}
    head, score = linear(128, 10)

    def run(p, x):
        own, head = p
        inputs = (x @ own["ih"] + own["b_ih"] + own["b_hh"]).transpose(1, 0, 2)

        def step(state, gates):
            h, c = state
            i, f, g, o = jnp.split(gates + h @ own["hh"], 4, axis=-1)
            c = nn.sigmoid(f) * c + nn.sigmoid(i) * jnp.tanh(g)
            h = nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        zeros = jnp.zeros((x.shape[0], 128))
        _, states = lax.scan(step, (zeros, zeros), inputs)
        return score(head, states).transpose(1, 0, 2).reshape(-1, 10)

    return (parameters, head), run


def attend(query, key, value):
    """(N, L, heads, width)"""
    return nn.dot_product_attention(query, key, value)


def encoder(width, heads):
    parts = {"norm1": layer_norm(width), "in": linear(width, 3 * width),
             "out": linear(width, width), "norm2": layer_norm(width),
             "mlp1": linear(width, 4 * width), "mlp2": linear(4 * width, width)}

    def run(p, x):
        def apply(name, x):
            return parts[name][1](p[name], x)

        size = (*x.shape[:2], heads, width // heads)
        q, k, v = (each.reshape(size) for each in jnp.split(apply("in", apply("norm1", x)), 3, -1))
        x = x + apply("out", attend(q, k, v).reshape(x.shape))
        hidden = nn.gelu(apply("mlp1", apply("norm2", x)), approximate=False)
        return x + apply("mlp2", hidden)

    return {name: parameters for name, (parameters, _) in parts.items()}, run


def vit():
    positions = {"positions": 0.02 * jax.random.normal(next(keys), (1, 64, 64))}
    return sequence(conv(3, 64, 4, 4), plain(lambda x: x.reshape(x.shape[0], 64, 64)),
                    (positions, lambda p, x: x + p["positions"]), encoder(64, 4), encoder(64, 4),
                    layer_norm(64), plain(lambda x: x.mean(1)), linear(64, 10))


# By the beginning of the row's name; and the shape of a sample where the name does not have it.
NETWORKS = {"MLP": (mlp, (784,)), "LeNet": (lenet, (1, 28, 28)), "ResNet-20": (resnet20, (3, 32, 32)),
            "LSTM": (lstm, None), "ViT": (vit, None), "VGG": (vgg, None),
            "odd channels": (odd_channels, None)}
