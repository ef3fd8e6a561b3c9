"""What a process gives up before it opens a foreign file: memory, time, large files, the network, further programs.

Limits of the kernel hold everywhere. On Linux a filter of system calls is added that cannot be taken off again and that
programs started later inherit: no sockets, no looking into other processes.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
from typing import Final

MB: Final = 1024 * 1024
# Address space that is only reserved, never filled: libraries, stacks, the allocator's arenas.
RESERVED: Final = 1024 * MB

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001  # the second answers EPERM
_FOREIGN_TABLE = 0x40000000  # x86-64 has a second numbering of its calls from here on
_ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# socket, socketpair, ptrace, process_vm_readv, process_vm_writev, io_uring_setup
_OUTWARD: Final = {"x86_64": (41, 53, 101, 310, 311, 425), "aarch64": (198, 199, 117, 270, 271, 425)}
# execve, execveat
_PROGRAMS: Final = {"x86_64": (59, 322), "aarch64": (221, 281)}


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("value", ctypes.c_uint))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction)))


def confine(*, memory: int, seconds: int, file: int, may_exec: bool) -> None:
    """Give up all but `memory` bytes, `seconds` of the processor, and files of `file` bytes."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, seconds, hard=seconds + 1)  # the first asks by a signal that tells why
    _limit(resource.RLIMIT_FSIZE, file)
    _limit(resource.RLIMIT_NOFILE, 64)
    # What is really filled; the parent watches the whole, pages of libraries included.
    _limit(resource.RLIMIT_DATA, memory)
    _limit(resource.RLIMIT_AS, memory + RESERVED)
    # A file that outgrows its limit is an error to be told, not an end without words.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # whoever waits for this process is gone: so is its purpose
        _prctl(_PR_SET_NO_NEW_PRIVS, 1)
        _filter_calls(may_exec=may_exec)


def _limit(what: int, value: int, hard: int | None = None) -> None:
    # macOS knows some of these limits and refuses to set others; elsewhere there may be a stricter one already.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (value, hard or value))


def _filter_calls(*, may_exec: bool) -> None:
    machine = os.uname().machine
    if machine not in _ARCHITECTURES:
        return
    refused = _OUTWARD[machine] + (() if may_exec else _PROGRAMS[machine])
    steps = [
        (_LOAD, 0, 0, 4),  # for which machine the call is written
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, 0),  # its number
        (_AT_LEAST, 0, 1, _FOREIGN_TABLE),
        (_RETURN, 0, 0, _REFUSE),
    ]
    for number in refused:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    steps.append((_RETURN, 0, 0, _ALLOW))
    instructions = (_Instruction * len(steps))(*(_Instruction(*step) for step in steps))
    program = _Program(len(steps), instructions)
    # A kernel without the filter leaves the other limits.
    _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(program))


def _prctl(what: int, first: int, second: int = 0) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(what, ctypes.c_ulong(first), ctypes.c_ulong(second), ctypes.c_ulong(0), ctypes.c_ulong(0))
