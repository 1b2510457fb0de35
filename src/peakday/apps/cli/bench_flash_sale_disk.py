"""How is a disk made slow on a machine whose disk is fast?

A library of twenty lines, built with the system's C compiler and loaded into PostgreSQL before all others, sleeps one
millisecond in front of every `fsync` and `fdatasync`. Everything else is as it was; without a compiler there is none.
"""

import shutil
import subprocess
from pathlib import Path

SLOWER_BY_MS = 1.0
_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
static void wait_a_moment(void) {
    struct timespec moment = {0, 1000000};
    nanosleep(&moment, 0);
}
int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_a_moment();
    return real(fd);
}
int fdatasync(int fd) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_a_moment();
    return real(fd);
}
"""


def build_slow_disk(folder: Path) -> Path | None:
    """The library, or None where there is no compiler. Everybody may read it: PostgreSQL may run as another user."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    source, library = folder / "slow_disk.c", folder / "slow_disk.so"
    source.write_text(_SOURCE, encoding="utf-8")
    done = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(source), "-ldl"], capture_output=True, check=False
    )
    if done.returncode:
        return None
    library.chmod(0o755)
    return library
