"""Files of PyTorch and NumPy, well-formed and malformed, by names that say what they are."""
import io
import pickle
import pickletools
import struct
import zipfile

from reader_files import entry, safetensors

FLOATS = struct.pack("<16f", *range(16))


def text(value):
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def number(value):
    return b"\x8a\x08" + struct.pack("<q", value)


def call(name, *arguments):
    module, _, name = name.rpartition(".")
    return f"c{module}\n{name}\n".encode() + b"(" + b"".join(arguments) + b"tR"


def tensor(kind="Float", key="0", numel=16, offset=0, shape=(4, 4), strides=(4, 1), rest=b"\x89N"):
    lists = [b"(" + b"".join(map(number, each)) + b"t" for each in (shape, strides)]
    storage = b"(" + text("storage") + f"ctorch\n{kind}Storage\n".encode() + text(key) + text("cpu") + \
        number(numel) + b"tQ"
    return call("torch._utils._rebuild_tensor_v2", storage, number(offset), *lists, rest)


def state(**values):
    return b"\x80\x02}(" + b"".join(text(name) + value for name, value in values.items()) + b"u."


def archive(files, method=zipfile.ZIP_STORED, zip64=False):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as out:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)  # of 1980, always
            info.compress_type = method
            with out.open(info, "w", force_zip64=zip64) as member:
                member.write(content)
    return file.getvalue()


def pickles():
    laughs = b"]" + b"q\0" + b"".join(b"0](" + b"h%c" % i * 9 + b"eq%c" % (i + 1) for i in range(20))
    return {
        "one_tensor": b"\x80\x02" + tensor() + b".",
        "state": state(a=tensor(), b=tensor(offset=4, shape=(2, 3), strides=(1, 4)), epoch=number(3)),
        "parameter": state(a=call("torch._utils._rebuild_parameter", tensor(), b"\x88", b"N")),
        "old_rebuild": state(a=tensor().replace(b"_v2", b"").replace(b"\x89Nt", b"t")),
        "bytes": state(a=tensor("Byte", numel=64)), "chars": state(a=tensor("Char", numel=64)),
        "halves": state(a=tensor("Half", numel=32)), "flags": state(a=tensor("Bool", numel=64)),
        "shorts": state(a=tensor("Short", numel=32)), "doubles": state(a=tensor("Double", numel=8, shape=(2, 2))),
        "expanded": state(a=tensor(shape=(2**40, 2), strides=(0, 1))),
        "outside": state(a=tensor(offset=1)), "overflow": state(a=tensor(shape=(2**62, 2), strides=(2**62, 1))),
        "no_element": state(a=tensor(shape=(0, 3))), "negative": state(a=tensor(shape=(-1, 2))),
        "nested": pickle.dumps({"a": {"b": [1, (2.5, "c", None, True)], 3: {}}, "big": 2**70}, 2),
        "protocol_4": pickle.dumps({"a": {"b": [1, (2.5, "c", None, True)]}, "texts": ["x"] * 4}, 4),
        "python_2": b"\x80\x02ccollections\nOrderedDict\n](](U\1aK\1ee\x85R}U\1bK\1sb.",
        "size": state(a=call("torch.Size", b"K\1K\2\x86"), b=call("torch.device", text("cpu")), c=b"ctorch\nint64\n"),
        "system": state(a=call("os.system", text("true"))), "shared_lists": b"\x80\x02" + laughs + b".",
        "view": state(a=tensor(shape=(2, 2)).replace(b"tQ", b"(" + text("1") + number(4) + number(4) + b"ttQ")),
        "no_end": state(a=b"N")[:-1], "unknown_opcode": b"\x80\x02\x81.", "empty": b"",
        "within_itself": b"\x80\x02]q\0h\0a.", "bad_memo": b"\x80\x02h\7.", "long_text": b"\x80\x02X\xff\xff\xff\x7f.",
    }


def pt_files():
    files = {f"zip_{name}": b"\1" + content for name, content in pickles().items()}
    files |= {f"old_{name}": b"\2" + content for name, content in pickles().items()
              if name in ("one_tensor", "state", "expanded", "view", "nested", "no_end", "system", "outside")}
    pickled = pickletools.optimize(pickles()["state"])
    whole = archive({"archive/data.pkl": pickled, "archive/byteorder": b"little", "archive/data/0": FLOATS})
    return files | {
        "file": b"\0" + whole, "file_truncated": b"\0" + whole[:-30], "file_with_tail": b"\0" + whole + b"x",
        "file_big_endian": b"\0" + whole.replace(b"little", b"big\0\0\0"),
        "file_zip64": b"\0" + archive({"x/data.pkl": pickled, "x/data/0": FLOATS}, zip64=True),
        "file_deflated": b"\0" + archive({"x/data.pkl": pickled, "x/data/0": FLOATS}, zipfile.ZIP_DEFLATED),
        "file_no_storage": b"\0" + archive({"x/data.pkl": pickled}),
        "file_no_pickle": b"\0" + archive({"x/data/0": FLOATS}), "file_empty_archive": b"\0" + archive({}),
        "file_empty": b"\0",
    }


def npy(descr="'<f4'", shape="(2, 3)", order="False", values=bytes(24), version=1, header=None):
    header = header if header is not None else \
        f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n".encode()
    length = struct.pack("<H" if version == 1 else "<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header + values


def npy_files():
    sizes = {"<f8": 48, ">f8": 48, "<f4": 24, ">f4": 24, "<f2": 12, ">f2": 12, "<i8": 48, ">i4": 24, "<i2": 12,
             "|i1": 6, "<u4": 24, ">u2": 12, "|u1": 6, "|b1": 6, "=f4": 24}
    files = {f"dtype_{'big' if descr[0] == '>' else 'native'}_{descr[1:]}_{i}":
             npy(f"'{descr}'", values=bytes(size)) for i, (descr, size) in enumerate(sizes.items())}
    files |= {f"version_{version}": npy(version=version) for version in (1, 2, 3, 4)}
    return files | {
        "empty": b"", "magic_alone": npy()[:6], "cut": npy()[:-1], "tail": npy() + b"x", "no_header": npy(header=b""),
        "header_too_long": b"\x93NUMPY\2\0\xf0\xff\xff\xff{", "scalar": npy(shape="()", values=bytes(4)),
        "no_element": npy(shape="(0, 3)", values=b""), "fortran": npy(order="True"),
        "fortran_cube": npy(shape="(1, 3, 2)", order="True"), "python_2": npy(shape="(2L, 3L)"),
        "order_number": npy(order="1"), "order_text": npy(order="'True'"), "negative": npy(shape="(-1,)"),
        "overflow": npy(shape="(9223372036854775807, 2)"), "no_tuple": npy(shape="(6)"),
        "nine_dimensions": npy(shape="(1, 1, 1, 1, 1, 1, 1, 1, 6)"), "brackets": npy(shape="(" * 3000),
        "object": npy("'|O'"), "text": npy("'<U3'"), "void": npy("'|V2'", values=bytes(12)), "uint64": npy("'<u8'"),
        "structured": npy("[('a', '<f4')]"), "flag_two": npy("'|b1'", values=bytes([2] * 6)),
        "any_order": npy(header=b"{\"shape\":(6,),\"descr\":'<f4','fortran_order':False}"),
        "key_twice": npy(header=b"{'descr': '<f4', 'descr': '<f4'}"), "unknown_key": npy(header=b"{'x': 1}"),
    }


def npz_files():
    chosen = ("fortran", "scalar", "cut", "tail", "dtype_big_f4_3", "dtype_native_i1_9", "no_element", "object")
    arrays = {name: npy_files()[name] for name in chosen}
    files = {f"{kind}_{name}": bytes([number]) + content for name, content in arrays.items()
             for number, kind in ((1, "stored"), (2, "deflated"), (3, "zip64"))}
    both = {"a.npy": npy(), "b/c.npy": npy("'|u1'", values=bytes(6))}
    damaged = bytearray(archive(both))
    damaged[150] ^= 1
    return files | {
        "file": b"\0" + archive(both), "file_deflated": b"\0" + archive(both, zipfile.ZIP_DEFLATED),
        "file_zip64": b"\0" + archive(both, zip64=True), "file_empty": b"\0" + archive({}),
        "file_of_text": b"\0" + archive({"a.txt": b"hello"}), "file_damaged": b"\0" + bytes(damaged),
        "file_truncated": b"\0" + archive(both)[:-10],
        "file_bomb": b"\0" + archive({"a.npy": npy("'|i1'", "(100000,)", values=bytes(100000))}, zipfile.ZIP_DEFLATED),
    }


def sharded_files():
    part = safetensors("{" + entry("x", 0, 4) + "," + entry("y", 4, 8) + "}", b"12345678")
    good = '{"metadata":{"total_size":8,"by":"us"},"weight_map":{"x":"a","y":"a"}}'
    indices = {
        "good": good, "white_space": good.replace(",", ",\n  ").replace("{", " {\n", 1), "no_map": '{ "metadata": {}}',
        "empty_map": '{"weight_map":{}}', "one_of_two": '{"weight_map":{"x":"a"}}',
        "one_too_many": good.replace('"x"', '"z":"a","x"'), "missing_file": good.replace('"a"', '"b"'),
        "parent": good.replace('"a"', '"../a"'), "absolute": good.replace('"a"', '"/dev/null"'),
        "itself": good.replace('"a"', '"index.json"'), "folder": good.replace('"a"', '"."'),
        "zero_byte": good.replace('"a"', '"a\\u0000"'), "twice": good.replace('"y"', '"x"'),
        "list": good.replace('"us"', "[1]"), "number": good.replace('"a"', "1", 1), "unknown_key": '{"weights":{}}   ',
        "nested": '{"metadata":' + "[" * 1000, "object_in_map": good.replace('"a"', "{}", 1), "cut": good[:-1],
        "text_after": good + "x", "empty": "",
    }
    return {name: struct.pack(">H", len(index)) + index.encode() + part for name, index in indices.items()} | {
        "bad_part": struct.pack(">H", len(good)) + good.encode() + part[:-1],
        "part_is_index": struct.pack(">H", len(good)) + good.encode() + good.encode(),
    }
