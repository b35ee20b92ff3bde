"""The checks of check_dlpack.py, for the Python that has PyTorch and NumPy.

  dlpack_python.py LIBRARY
"""
import ctypes
import gc
import sys
import weakref

import numpy
import torch
import torch.utils.dlpack

lib = ctypes.CDLL(sys.argv[1])
for name in ("make", "make_versioned", "kept", "kept_versioned", "kept_data"):
    getattr(lib, f"exchange_{name}").restype = ctypes.c_void_p
lib.exchange_error.restype = ctypes.c_char_p
lib.exchange_fill_kept.argtypes = [ctypes.c_double]
for name in ("keep", "keep_versioned"):
    getattr(lib, f"exchange_{name}").argtypes = [ctypes.c_void_p]
python = ctypes.pythonapi
python.PyCapsule_New.restype = ctypes.py_object
python.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
python.PyCapsule_GetPointer.restype = ctypes.c_void_p
python.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
python.PyCapsule_SetName.argtypes = [ctypes.py_object, ctypes.c_char_p]
python.PyCapsule_IsValid.argtypes = [ctypes.py_object, ctypes.c_char_p]

OLD, NEW = b"dltensor", b"dltensor_versioned"
USED = {OLD: b"used_dltensor", NEW: b"used_dltensor_versioned"}
DTYPES = {0: "float32", 1: "float64", 2: "bfloat16", 3: "int64", 4: "uint8", 5: "bool"}


def version(module):
    return tuple(int(part) for part in module.__version__.split("+")[0].split("a")[0].split(".")[:2])


class Source:
    """What from_dlpack takes: an object with the two methods of the protocol."""

    def __init__(self, pointer, name):
        assert pointer, lib.exchange_error()
        self.capsule = python.PyCapsule_New(pointer, name, None)

    def __dlpack__(self, stream=None, max_version=None, dl_device=None, copy=None):
        return self.capsule

    def __dlpack_device__(self):
        return (1, 0)


def keep(capsule):
    """Hands a capsule to the library, which keeps its tensor. Returns whether it was taken."""
    name = NEW if python.PyCapsule_IsValid(capsule, NEW) else OLD
    pointer = python.PyCapsule_GetPointer(capsule, name)
    taken = (lib.exchange_keep_versioned if name == NEW else lib.exchange_keep)(pointer)
    if taken:
        python.PyCapsule_SetName(capsule, NAMES_KEPT[name])
    return bool(taken)


NAMES_KEPT = {name: ctypes.c_char_p(used) for name, used in USED.items()}  # capsules do not copy


def expected(dtype, layout):
    x = torch.arange(24).reshape(2, 3, 4).to(getattr(torch, DTYPES[dtype]))
    return [x, x.permute(2, 0, 1), x[:, 1:3, 0:4:2], x[:, 0:1].expand(2, 5, 4), x[1, 2, 3], x[0:0]][layout]


def check_out():
    count = 0
    for dtype in DTYPES:
        for layout in range(6):
            want = expected(dtype, layout)
            sources = [lambda: (lib.exchange_make(dtype, layout), OLD)]
            if version(torch) >= (2, 9):
                sources.append(lambda: (lib.exchange_make_versioned(dtype, layout, 0), NEW))
            if DTYPES[dtype] == "bool" and version(torch) < (2, 0):
                sources = []  # DLPack had no bool then
            for source in sources:
                got = torch.from_dlpack(Source(*source()))
                assert got.dtype == want.dtype and got.shape == want.shape and torch.equal(got, want)
                if want.numel() > 1:
                    assert got.stride() == want.stride(), (dtype, layout, got.stride(), want.stride())
                count += 1
            if DTYPES[dtype] in ("float32", "float64", "int64", "uint8"):
                got = numpy.from_dlpack(Source(lib.exchange_make(dtype, layout), OLD))
                assert got.dtype == want.numpy().dtype and numpy.array_equal(got, want.numpy())
                count += 1
    return count


def check_in(module, values):
    """Shares an array with the library and back: one memory, in every layout."""
    count = 0
    for array in values:
        capsules = [lambda: array.__dlpack__()]
        if version(module) >= ((2, 1) if module is numpy else (2, 9)):
            capsules.append(lambda: array.__dlpack__(max_version=(1, 0)))
        for capsule in capsules:
            assert keep(capsule()), lib.exchange_error()
            address = array.ctypes.data if module is numpy else array.data_ptr()
            if array.size if module is numpy else array.numel():
                assert lib.exchange_kept_data() == address
            back = torch.from_dlpack(Source(lib.exchange_kept(), OLD))
            assert torch.equal(back, torch.as_tensor(array)) and back.shape == array.shape
            lib.exchange_fill_kept(5.0)
            assert (array == 5).all(), "a write was not seen"
            count += 1
    return count


def check_lifetime():
    """The memory stays as long as one of the two sides has it."""
    array = numpy.arange(6.0)
    alive = weakref.ref(array)
    assert keep(array.__dlpack__())
    del array
    gc.collect()
    assert alive() is not None, "the array went while the library had it"
    back = torch.from_dlpack(Source(lib.exchange_kept(), OLD))
    lib.exchange_drop_kept()
    gc.collect()
    assert alive() is not None and back.tolist() == [0, 1, 2, 3, 4, 5]
    del back
    gc.collect()
    assert alive() is None, "the array was never released"


def check_copies():
    """Memory that cannot be shared is copied, and released at once."""
    backwards = numpy.arange(6.0)[::-1]
    assert keep(backwards.__dlpack__())
    copied = torch.from_dlpack(Source(lib.exchange_kept(), OLD))
    assert copied.tolist() == [5, 4, 3, 2, 1, 0]
    lib.exchange_fill_kept(9.0)
    assert backwards[0] == 5
    unaligned = numpy.frombuffer(bytearray(1 + 8 * 3), dtype=numpy.uint8)[1:].view(numpy.float64)
    unaligned[:] = [1, 2, 3]
    assert keep(unaligned.__dlpack__())
    assert torch.from_dlpack(Source(lib.exchange_kept(), OLD)).tolist() == [1, 2, 3]
    if version(numpy) >= (2, 1):
        constant = numpy.arange(4.0)
        constant.flags.writeable = False
        alive = weakref.ref(constant)
        assert keep(constant.__dlpack__(max_version=(1, 0)))
        lib.exchange_fill_kept(9.0)
        assert constant.tolist() == [0, 1, 2, 3], "read-only memory was written"
        del constant
        gc.collect()
        assert alive() is None, "a copied array was not released"
        shown = numpy.from_dlpack(Source(lib.exchange_make_versioned(0, 0, 1), NEW))
        assert not shown.flags.writeable


def check_refusals():
    def refused(capsule, text):
        assert not keep(capsule) and text in lib.exchange_error().decode(), lib.exchange_error()

    refused(torch.ones(2, dtype=torch.float16).__dlpack__(), "none of the library's dtypes")
    refused(torch.ones(2, dtype=torch.int32).__dlpack__(), "none of the library's dtypes")
    refused(torch.ones(2, dtype=torch.complex64).__dlpack__(), "none of the library's dtypes")
    refused(torch.ones([1] * 9).__dlpack__(), "9 dimensions")
    assert lib.exchange_requires_grad() and b"use detach()" in lib.exchange_error()


def arrays(make):
    yield make(24.0)
    yield make(24.0).reshape(2, 3, 4)
    yield make(24.0).reshape(2, 3, 4)[:, 1:, ::2]
    yield make(24.0).reshape(4, 6).T
    yield make(1.0).reshape(())
    yield make(0.0).reshape(0, 3)


outgoing = check_out()
incoming = check_in(torch, arrays(torch.arange)) + check_in(numpy, arrays(numpy.arange))
incoming += check_in(torch, [torch.zeros(3, dtype=d) for d in (torch.bfloat16, torch.int64, torch.uint8)])
check_lifetime()
check_copies()
check_refusals()
print(f"PyTorch {torch.__version__}, NumPy {numpy.__version__}: {outgoing} tensors out, {incoming} in")
