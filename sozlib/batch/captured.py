"""What a chapter writes to its standard output and error, whoever writes it: Python, a child process, C code.

Both go into files that the parent has opened before the fork. The chapter reads them after each part of a cell, so the
text stands in the notebook where it belongs. Parent and child share the place up to which was read, so what a chapter
could no longer read before it died, the parent can.
"""

from __future__ import annotations

import codecs
import os
import tempfile

NAMES = ("stdout", "stderr")

#: Bytes of the last words of a chapter that has died.
_LAST_WORDS = 100_000


class CapturedText:
    """Text written to one file descriptor, read piece by piece.

    Parameters
    ----------
    name
        ``stdout`` or ``stderr``.
    """

    def __init__(self, name: str):
        self.name = name
        # Nameless, appended to by whoever writes, so that no two writers overwrite each other.
        handle, path = tempfile.mkstemp(prefix="sozlib-")
        os.close(handle)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)
        # A fork shares the place of reading; writers have a place of their own.
        self._reading = os.open(path, os.O_RDONLY)
        os.unlink(path)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    @property
    def written(self) -> int:
        """Bytes written so far."""
        return os.fstat(self._file).st_size

    def redirect(self, descriptor: int) -> None:
        """Let a file descriptor of this process write here."""
        os.dup2(self._file, descriptor)

    def read(self) -> str:
        """What was written since the last reading."""
        return self._decoder.decode(os.read(self._reading, self._unread))

    @property
    def _unread(self) -> int:
        return self.written - os.lseek(self._reading, 0, os.SEEK_CUR)

    def rest(self) -> str:
        """Beginning and end of what nobody has read, for the parent of a chapter that has died."""
        size = self._unread
        if size <= _LAST_WORDS:
            return self.read()
        half = _LAST_WORDS // 2
        first = os.read(self._reading, half).decode("utf-8", "replace")
        last = os.pread(self._reading, half, self.written - half).decode("utf-8", "replace")
        return f"{first}\n[… {size - 2 * half} Bytes ausgelassen …]\n{last}"

    def close(self) -> None:
        """Give the file up."""
        os.close(self._file)
        os.close(self._reading)


def write_text(descriptor: int, text: str) -> int:
    """Write text to a file descriptor, where child processes and C code write too, so that the order stays.

    Returns the number of characters, as ``write`` of Python's streams does.
    """
    if not isinstance(text, str):
        raise TypeError(f"write() argument must be str, not {type(text)}")
    left = memoryview(text.encode("utf-8", "replace"))
    while left:
        left = left[os.write(descriptor, left) :]
    return len(text)
