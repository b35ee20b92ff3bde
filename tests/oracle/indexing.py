"""Random indices: numbers, slices, ellipses, new axes, tensors and masks in any mix."""
import torch


def bound(rng, size):
    return rng.choice([None, rng.randint(-size - 2, size + 2)])


def numbers(rng, size, shape):
    """Indices from both ends; few are out of range."""
    most = size + (rng.random() < 0.01)
    return torch.randint(-size, max(most, 1 - size), shape)


def key_of(rng, shape):
    """Entries as data, as calls_file takes them; the same as Python has them; the tensors."""
    entries, key, tensors = [], [], []

    def add(kind, python, *values):
        entries.append([kind, *values])
        key.append(python)

    common = [rng.randint(1, 3) for _ in range(rng.randint(0, 2))]  # what index tensors broadcast to
    masked = False
    dim, ellipsis = 0, rng.random() < 0.3
    while dim < len(shape):
        size = shape[dim]
        kind = rng.choice(["number", "slice", "all", "tensor", "tensor", "mask", "newaxis",
                           "ellipsis", "end"])
        if kind == "number":
            value = rng.randint(-size, max(size - (rng.random() < 0.99), -size))
            add(kind, value, value)
        elif kind == "slice":
            start, stop, step = bound(rng, size), bound(rng, size), rng.choice([1, 1, 2, 3])
            add(kind, slice(start, stop, step), start, stop, step)
        elif kind == "all":
            add(kind, slice(None))
        elif kind == "tensor":
            index = numbers(rng, size, [1 if rng.random() < 0.2 else n for n in common])
            add("tensor", index)
            tensors.append(index)
        elif kind == "mask" and not masked:
            width = rng.randint(1, len(shape) - dim)
            mask = torch.rand(shape[dim:dim + width]) < 0.5
            add("tensor", mask)
            tensors.append(mask)
            masked, common = True, common[:1] and [int(mask.sum())]
            dim += width - 1
            if width > 1:
                break  # PyTorch takes what follows for the mask's second dimension
        elif kind == "newaxis":
            add(kind, None)
            continue
        elif kind == "ellipsis" and ellipsis:
            add(kind, Ellipsis)
            dim += rng.randint(0, len(shape) - dim) - 1
            ellipsis = False
        elif kind == "end" and key:
            break
        else:
            continue
        dim += 1
    if not key:
        add("ellipsis", Ellipsis)
    return entries, tuple(key), tensors


def drawn(rng, dtype):
    """A tensor and its indices. Where no element is named, PyTorch takes any, and we do not."""
    while True:
        shape = [rng.choice([0, 1, 2, 3, 4, 5]) if rng.random() < 0.2 else rng.randint(1, 5)
                 for _ in range(rng.randint(1, 4))]
        x = torch.randn(shape, dtype=torch.float64).to(dtype)
        entries, key, tensors = key_of(rng, shape)
        try:
            names_nothing = x[key].numel() == 0
        except (RuntimeError, IndexError):
            names_nothing = False
        if not (names_nothing and any(each.dtype == torch.int64 for each in tensors)):
            return x, entries, key, tensors


def with_tensors(key, tensors):
    """The key with those that the function was given."""
    left = iter(tensors)
    return tuple(next(left) if isinstance(each, torch.Tensor) else each for each in key)


def index(rng, dtype):
    x, entries, key, tensors = drawn(rng, dtype)
    # Adding nothing makes a copy of a view.
    return "index", {"key": entries}, [x, *tensors], \
        lambda x, *given: x[with_tensors(key, given)] + 0


def assignment(rng, dtype):
    """x[key] = v, by what is distinct: of equal indices PyTorch keeps any."""
    x, entries, key, tensors = drawn(rng, dtype)
    try:
        places = torch.arange(x.numel()).reshape(x.shape)[key]
    except (RuntimeError, IndexError):
        return index(rng, dtype)
    if places.unique().numel() < places.numel():
        return index(rng, dtype)
    shape = [1 if rng.random() < 0.2 else n for n in places.shape]
    shape = [1] * rng.randint(0, 1) + shape if rng.random() < 0.8 else shape[rng.randint(0, 2):]
    value = torch.randn(shape, dtype=torch.float64).to(dtype)

    def write(x, v, *given):
        y = x * 2
        y[with_tensors(key, given)] = v
        return y

    return "assign", {"key": entries}, [x, value, *tensors], write
