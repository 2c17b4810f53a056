"""Writes float32 data as array w of a NumPy archive: writenpz.py OUT DATA ROWS COLUMNS."""

import pathlib
import struct
import sys
import zipfile

out, data, rows, columns = sys.argv[1:]
header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}"
header += " " * (63 - (10 + len(header)) % 64) + "\n"
npy = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + pathlib.Path(data).read_bytes()
how = zipfile.ZIP_DEFLATED if out.endswith("deflated") else zipfile.ZIP_STORED
with zipfile.ZipFile(out, "w", how) as archive:
    archive.writestr("w.npy", npy)
