"""Well-formed and malformed files of each reader, by names that say what they are."""
import gzip
import struct
import zlib


def safetensors(header, values=b""):
    header = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(header)) + header + values


def one(fields):
    """The file of one tensor "a" with these fields and 8 bytes of values."""
    return safetensors('{"a":{' + fields + "}}", bytes([1] * 8))


def entry(name, begin, end):
    return f'"{name}":{{"dtype":"U8","shape":[{end - begin}],"data_offsets":[{begin},{end}]}}'


def two(first, second):
    return safetensors("{" + first + "," + second + "}", b"12345678")


def shaped(shape, offsets="[0,8]"):
    return one(f'"dtype":"F32","shape":{shape},"data_offsets":{offsets}')


def safetensors_files():
    metadata = '{"__metadata__":%s}'
    return {
        "empty": b"",
        "seven_bytes": b"1234567",
        "no_header": safetensors(""),
        "header_cut_off": struct.pack("<Q", 3) + b"{}",
        "enormous_header": struct.pack("<Q", 2**64 - 1) + b"{}",
        "header_at_the_limit": struct.pack("<Q", 10**8) + b"{}",
        "trailing_bytes": shaped("[2]") + b"PK",
        "white_space": safetensors('{ "a" :\n{"shape":[2], "data_offsets":[0, 8],"dtype":"F32"}}\n\t ', bytes(8)),
        "list": safetensors("[]"),
        "two_values": safetensors("{}{}"),
        "zero_byte": safetensors(b"{}\0garbage"),
        "not_utf8": safetensors(b'{"\xff":{}}'),
        "lone_surrogate": safetensors('{"\\ud800":{}}'),
        "escaped_name": safetensors('{"a\\u0000\\n\\u001b[31m":null}'),
        "control_characters_in_a_good_name":
            safetensors('{"a\\u0000\\n\\u001b\\ud83d\\ude00":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'),
        "nested_lists": safetensors('{"a":' + "[" * 1000),
        "nested_objects": safetensors('{"a":' * 500),
        "nested_shape": safetensors('{"a":{"shape":' + "[" * 1000),
        "tensor_twice": two(entry("a", 0, 4), entry("\\u0061", 4, 8)),
        "metadata_twice": safetensors('{"__metadata__":{},"__metadata__":{}}'),
        "metadata_key_twice": safetensors(metadata % '{"k":"1","k":"2"}'),
        "metadata_number": safetensors(metadata % '{"k":1}'),
        "metadata_string": safetensors(metadata % '"k"'),
        "metadata_no_checksum": safetensors(metadata % '{"k":"v"}'),
        "checksum_wrong": safetensors(metadata % '{"retrograd.crc32":"00000000","retrograd.format":"1"}'),
        "checksum_short": safetensors(metadata % '{"retrograd.crc32":"0","retrograd.format":"1"}'),
        "own_format_alone": safetensors(metadata % '{"retrograd.format":"1"}'),
        "field_twice": one('"dtype":"F32","dtype":"F32"'),
        "fields_missing": one('"dtype":"F32"'),
        "unknown_field": one('"strides":[1]'),
        "dtype_f16": one('"dtype":"F16","shape":[2],"data_offsets":[0,8]'),
        "dtype_number": one('"dtype":32,"shape":[2],"data_offsets":[0,8]'),
        "boolean_two": safetensors('{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}', b"\1\2"),
        "negative_size": shaped("[-1]"),
        "fraction": shaped("[2.0]"),
        "size_2_63": shaped("[9223372036854775808]"),
        "size_2_64": shaped("[18446744073709551616]"),
        "product_wraps": shaped("[2,9223372036854775807,2]"),
        "overflow_beside_zero": shaped("[4611686018427387904,0,2]"),
        "nine_dimensions": shaped("[1,1,1,1,1,1,1,1,2]"),
        "too_few_elements": shaped("[1]"),
        "offsets_one": shaped("[2]", "[0]"),
        "offsets_backwards": shaped("[2]", "[8,0]"),
        "offsets_far": shaped("[2]", "[9223372036854775799,9223372036854775807]"),
        "hole": two(entry("a", 0, 4), entry("b", 5, 8)),
        "overlap": two(entry("a", 0, 5), entry("b", 4, 8)),
        "declares_a_terabyte": safetensors("{" + entry("a", 0, 2**40) + "}"),
        "any_order": safetensors("{" + ",".join([entry("c", 3, 3), entry("b", 2, 3), entry("e", 0, 0),
                                                 entry("a", 0, 2)]) + "}", b"xyz"),
        "many_empty_tensors": safetensors("{" + ",".join(entry(str(i), 0, 0) for i in range(300)) + "}"),
    }


def idx(kind, shape, values=b""):
    return bytes([0, 0, kind, len(shape)]) + b"".join(struct.pack(">I", size) for size in shape) + values


def idx_files():
    return {
        "empty": b"",
        "three_bytes": bytes([0, 0, 8]),
        "first_byte": bytes([1, 0, 8, 1, 0, 0, 0, 0]),
        "unsigned_bytes": idx(8, [2, 2], bytes([0, 1, 128, 255])),
        "signed_bytes": idx(9, [3], bytes([0x7F, 0x80, 0xFF])),
        "shorts": idx(0x0B, [2], bytes([1, 2, 0x80, 0])),
        "ints": idx(0x0C, [2], bytes([1, 2, 3, 4, 0x80, 0, 0, 0])),
        "floats": idx(0x0D, [2, 1], struct.pack(">2f", 1, float("nan"))),
        "doubles": idx(0x0E, [1], struct.pack(">d", -2.5)),
        "unknown_type": idx(0x0A, [1], b"a"),
        "no_dimension": idx(8, [], b"a"),
        "eight_dimensions": idx(8, [1, 1, 1, 1, 2, 1, 1, 1], b"ab"),
        "nine_dimensions": idx(8, [1] * 9, b"a"),
        "no_element": idx(0x0E, [3, 0, 5]),
        "one_byte_short": idx(8, [2, 2], b"abc"),
        "one_byte_long": idx(8, [2, 2], b"abcde"),
        "larger_than_the_file": idx(8, [65536, 65535], b"a"),
        "wraps_to_zero": idx(8, [65536] * 4),
        "overflow": idx(0x0E, [0xFFFFFFFF, 0xFFFFFFFF, 2], b"a"),
        "overflow_beside_zero": idx(8, [0xFFFFFFFF, 0, 0xFFFFFFFF]),
        "many_signed_bytes": idx(9, [4000], bytes(4000)),
    }


def packed(content):
    return gzip.compress(content, mtime=0)


def gzip_files():
    good = packed(idx(8, [300], bytes(range(256)) + bytes(44)))
    plain = idx(8, [4], b"abcd")
    return {name: packed(content) for name, content in idx_files().items()} | {
        "two_members": packed(plain[:5]) + packed(plain[5:]),
        "empty_members": packed(b"") + packed(plain) + packed(b""),
        "truncated": good[:-9],
        "header_truncated": good[:5],
        "crc_wrong": good[:-8] + bytes([good[-8] ^ 1]) + good[-7:],
        "length_wrong": good[:-4] + bytes([good[-4] ^ 1]) + good[-3:],
        "method_unknown": good[:2] + b"\7" + good[3:],
        "trailing_byte": good + b"x",
        "trailing_magic": good + b"\x1f",
        "bomb": packed(idx(8, [10], bytes(1_500_000))),
        "declares_4_gb": packed(idx(8, [0xFFFFFFFF], b"abc")),
        "file_name_in_header": good[:3] + b"\x08" + good[4:10] + b"name\0" + good[10:],
    }


def mnist_files():
    labels = idx(8, [2], bytes([3, 9]))
    images = idx(8, [2, 28, 28], bytes(range(256)) * 6 + bytes(32))
    pairs = {
        "good": (labels, images),
        "packed": (packed(labels), packed(images)),
        "label_ten": (idx(8, [2], bytes([3, 10])), packed(images)),
        "labels_of_two_dimensions": (idx(8, [2, 1], bytes(2)), packed(images)),
        "images_27_high": (labels, packed(idx(8, [2, 27, 28], bytes(2 * 27 * 28)))),
        "images_of_shorts": (labels, packed(idx(0x0B, [2, 28, 28], bytes(4 * 784)))),
        "more_labels_than_images": (idx(8, [3], bytes(3)), packed(images)),
        "none": (idx(8, [0]), idx(8, [0, 28, 28])),
        "images_missing": (labels, b""),
    }
    return {name: struct.pack("<H", len(first)) + first + second for name, (first, second) in pairs.items()}


def cifar_files():
    record = bytes([7]) + bytes(range(256)) * 12
    return {
        "one_image": record,
        "three_images": record * 3,
        "packed": packed(record * 2),
        "packed_in_two_members": packed(record[:100]) + packed(record[100:]),
        "packed_and_truncated": packed(record)[:-5],
        "empty": b"",
        "packed_empty": packed(b""),
        "one_byte_short": record[:-1],
        "one_byte_long": record + b"x",
        "cifar_100": bytes([1]) + record,
        "label_ten": packed(record + bytes([10]) + record[1:]),
        "label_255": bytes([255]) + record[1:],
    }


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, colour, lines, before=b"", interlace=0):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))
    return b"\x89PNG\r\n\x1a\n" + header + before + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def png_files():
    colours = chunk(b"PLTE", bytes([255, 0, 0, 0, 255, 0, 1, 2, 3]))
    good = png(3, 1, 8, 0, bytes([0, 1, 2, 3]))
    grey = {f"grey_of_{depth}_bits": png(3, 2, depth, 0, (bytes(1) + bytes([0x1B] * ((3 * depth + 7) // 8))) * 2)
            for depth in (1, 2, 4, 8, 16)}
    filters = b"".join(bytes([kind, 1, 2, 3]) for kind in range(5))
    ancillary = b"".join([chunk(b"gAMA", struct.pack(">I", 45455)), chunk(b"tEXt", b"Title\0x"),
                          chunk(b"zTXt", b"k\0\0" + zlib.compress(b"text" * 99)),
                          chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(200))),
                          chunk(b"tRNS", bytes([0, 1])), chunk(b"abCd", b"private")])
    return grey | {
        "every_filter": png(3, 5, 8, 0, filters),
        "interlaced_grey": png(5, 5, 8, 0, bytes(200)[:2 + 2 + 3 + 6 + 9 + 0] + bytes(30), interlace=1),
        "interlaced": png(9, 9, 8, 2, b"".join(bytes(1 + 3 * w) * h for w, h in
                                               [(2, 2), (1, 2), (3, 1), (2, 3), (5, 2), (4, 5), (9, 4)]), interlace=1),
        "palette": png(3, 1, 2, 3, bytes([0, 0x24]), colours),
        "palette_transparent": png(3, 1, 2, 3, bytes([0, 0x24]), colours + chunk(b"tRNS", b"\x01\x02")),
        "colour_not_in_the_palette": png(1, 1, 2, 3, bytes([0, 0xC0]), colours),
        "palette_missing": png(1, 1, 2, 3, bytes([0, 0])),
        "optional_chunks": png(3, 1, 8, 0, bytes([0, 1, 2, 3]), ancillary),
        "bytes_after_the_end": good + b"tail",
        "empty": b"",
        "signature_alone": good[:8],
        "header_cut_off": good[:20],
        "truncated": good[:-20],
        "crc_wrong": good[:29] + bytes([good[29] ^ 1]) + good[30:],
        "width_zero": png(0, 1, 8, 0, bytes(1)),
        "enormous": png(2**31 - 1, 2**31 - 1, 16, 6, bytes(1)),
        "more_pixels_than_allowed": png(60000, 60, 1, 0, bytes(60 * 7501)),
        "wide": png(65536, 1, 8, 0, bytes(65537)),
        "three_bits": png(3, 1, 3, 0, bytes([0, 1, 2, 3])),
        "colour_type_one": png(3, 1, 8, 1, bytes([0, 1, 2, 3])),
        "interlace_two": png(3, 1, 8, 0, bytes([0, 1, 2, 3]), interlace=2),
        "unknown_filter": png(3, 1, 8, 0, bytes([5, 1, 2, 3])),
        "pixels_missing": png(3, 1, 8, 0, bytes([0, 1, 2])),
        "pixels_too_many": png(3, 1, 8, 0, bytes([0, 1, 2, 3, 4])),
        "unknown_critical_chunk": png(3, 1, 8, 0, bytes([0, 1, 2, 3]), chunk(b"CgBI", b"")),
        "header_twice": good[:33] + good[8:],
        "data_first": good[:8] + chunk(b"IDAT", b""),
        "short_header": good[:8] + chunk(b"IHDR", b"short"),
    }
