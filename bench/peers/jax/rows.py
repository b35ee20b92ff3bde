#!/usr/bin/env python3
"""Times a row of the bench in JAX: the whole step under jit, in float32; see ../timed.py.

  rows.py ROW [--threads N] [--once]

It has the networks that are short in JAX.
"""
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import timed


def numbers(text, name):
    return [int(group.replace(",", "")) for group in re.search(text, name).groups()]


def network(name):
    """The parameters of a row's network, its function, and its input."""
    import jax
    import networks

    networks.evaluating = name.endswith(timed.FORWARD)
    for prefix, (make, sample) in networks.NETWORKS.items():
        if name.startswith(prefix):
            break
    else:
        raise timed.Inapplicable
    shape = (*numbers(r"batch (\d+)", name), *sample) if sample else \
        tuple(int(size) for size in re.search(r"\d+(?:x\d+)+", name)[0].split("x"))
    if len(shape) == 4:
        shape = (shape[0], *shape[2:], shape[1])
    return *make(), jax.random.normal(jax.random.PRNGKey(2), shape)


def count(parameters):
    import jax

    return sum(each.size for each in jax.tree.leaves(parameters))


def inference(name):
    import jax

    parameters, run, x = network(name)
    run = jax.jit(run)

    def step():
        run(parameters, x).block_until_ready()

    step.parameters = count(parameters)
    return step


def training(name):
    import jax
    import jax.numpy as jnp

    parameters, run, x = network(name)
    y = jax.random.randint(jax.random.PRNGKey(3), run(parameters, x).shape[:1], 0, 10)

    def loss_of(parameters, x, y):
        scores = jax.nn.log_softmax(run(parameters, x))
        return -jnp.take_along_axis(scores, y[:, None], 1).mean()

    def update(parameters, velocity, x, y):
        loss, gradients = jax.value_and_grad(loss_of)(parameters, x, y)
        velocity = jax.tree.map(lambda v, g: 0.9 * v + g, velocity, gradients)
        return jax.tree.map(lambda p, v: p - 1e-6 * v, parameters, velocity), velocity, loss

    update = jax.jit(update, donate_argnums=(0, 1))
    state = [parameters, jax.tree.map(jnp.zeros_like, parameters)]

    def step():
        state[0], state[1], loss = update(*state, x, y)
        loss.block_until_ready()
        jax.block_until_ready(state)

    step.parameters = count(parameters)
    return step


def matmul(name):
    import jax

    size, = numbers(r"(\d+)", name)
    a = jax.random.normal(jax.random.PRNGKey(1), (size, size))
    product = jax.jit(lambda a, b: a @ b)
    return lambda: product(a, a).block_until_ready()


def attention(name):
    import jax
    import networks

    tokens, heads, width = numbers(r"([\d,]+) tokens, (\d+) heads of (\d+)", name)
    inputs = [jax.random.normal(key, (1, tokens, heads, width))
              for key in jax.random.split(jax.random.PRNGKey(1), 3)]
    gradients = jax.jit(jax.value_and_grad(lambda q, k, v: networks.attend(q, k, v).sum(),
                                           argnums=(0, 1, 2)))
    return lambda: jax.block_until_ready(gradients(*inputs))


def prepare(name, _, threads):
    # JAX takes a thread for each processor that it may use, when it is imported.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])
    os.environ["JAX_PLATFORMS"] = "cpu"
    if name.endswith(timed.LOW):
        raise timed.Inapplicable
    for prefix, make in (("matmul", matmul), ("attention", attention)):
        if name.startswith(prefix):
            return make(name)
    return inference(name) if name.endswith(timed.FORWARD) else training(name)


if __name__ == "__main__":
    timed.run(["jit"], prepare)
