"""Prints the arrays of a NumPy archive as JSON, without NumPy."""

import ast
import json
import struct
import sys
import zipfile

arrays = {}
with zipfile.ZipFile(sys.argv[1]) as archive:
    assert archive.testzip() is None
    for name in archive.namelist():
        b = archive.read(name)
        assert b[:8] == b"\x93NUMPY\x01\x00"
        (length,) = struct.unpack("<H", b[8:10])
        assert (10 + length) % 64 == 0 and b[9 + length] == ord("\n")
        header = ast.literal_eval(b[10 : 10 + length].decode("ascii"))
        data, descr = b[10 + length :], header["descr"]
        array = {"shape": header["shape"]}
        if descr.startswith("|S"):
            assert len(data) == int(descr[2:])
            array["text"] = data.decode()
        else:
            code, size = {"|i1": ("b", 1), "<f4": ("f", 4), "<i8": ("q", 8)}[descr]
            array["values"] = struct.unpack(f"<{len(data) // size}{code}", data)
        arrays[name.removesuffix(".npy")] = array
json.dump(arrays, sys.stdout)
