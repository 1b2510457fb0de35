"""Which ids do a million numbers have? The same as `kernel.ids.derived_id` gives, without a Python object for each."""

import hashlib
from collections.abc import Iterable

import numpy as np
import pyarrow as pa


def derived_id_texts(prefix: tuple[str, ...], keys: Iterable[bytes], count: int) -> pa.Array:
    """`derived_id(None, *prefix, key)` of each key as 32 hex digits, which PostgreSQL reads as uuid."""
    start = b"".join(part.encode() + b"\x1f" for part in prefix)
    sha256 = hashlib.sha256
    digests = b"".join([sha256(start + key).digest() for key in keys])
    words = np.frombuffer(digests, dtype=">u8").reshape(count, 4)[:, :2].astype(np.uint64)
    high, low = words[:, 0], words[:, 1]
    ids = np.empty((count, 2), dtype=">u8")
    ids[:, 0] = (high & ~np.uint64(0xF000)) | np.uint64(0x7000)
    ids[:, 1] = (low & np.uint64((1 << 62) - 1)) | np.uint64(1 << 63)
    offsets = pa.py_buffer(np.arange(0, 32 * count + 1, 32, dtype=np.int32))
    return pa.StringArray.from_buffers(count, offsets, pa.py_buffer(ids.tobytes().hex().encode()))
