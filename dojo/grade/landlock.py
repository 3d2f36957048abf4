"""Landlock of Linux: from some moment on, a process gets at no file but those that were allowed.

Nobody has to be root for it, and it works in most containers. From its fourth version on it keeps
TCP away too, from its sixth signals to processes outside.
Source: linux/landlock.h, whose numbers stand below.
"""

import ctypes
import os

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # system calls
_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}  # on files, by version
_READ, _OF_FILES = 0b1101, 0b110 | 1 << 14 | 1 << 15
_DEVICE_NODES = 1 << 6 | 1 << 11
_TCP, _SIGNALS_AND_SOCKETS = 0b11, 0b11
_SYSTEM = "/usr", "/lib", "/lib64", "/bin", "/etc", "/opt", "/nix/store", "/var/cache/fontconfig"
_DEVICES = "/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/dev/random"


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = [("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32)]


class Landlock:
    """What is allowed from the moment of `close` on.

    read     the folders that may be read, beside those of the system
    write    the folder below which anything may be done
    version  of Landlock here; 0 where there is none
    """

    def __init__(self, read, write):
        self._libc = ctypes.CDLL(None, use_errno=True)
        self.version = max(0, self._libc.syscall(_CREATE, None, 0, 1))
        if not self.version:
            return
        here = self.version
        rights = sum(bits for since, bits in _RIGHTS.items() if since <= here)
        handled = _Ruleset(rights, _TCP * (here >= 4), _SIGNALS_AND_SOCKETS * (here >= 6))
        size = 8 if here < 4 else 16 if here < 6 else 24
        self._rules = self._libc.syscall(_CREATE, ctypes.byref(handled), size, 0)
        if self._rules < 0:
            self.version = 0
            return
        for path in (*_SYSTEM, *read):
            self._allow(path, rights & _READ)
        for path in _DEVICES:
            self._allow(path, rights & _OF_FILES)
        self._allow(write, rights & ~_DEVICE_NODES)

    def _allow(self, path, rights):
        try:
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:  # not on every system
            return
        rule = _Beneath(rights, handle)
        self._libc.syscall(_ADD, self._rules, 1, ctypes.byref(rule), 0)
        os.close(handle)

    def close(self):
        """Allow this process, and what it starts, no more than that."""
        if not self.version:
            return
        if self._libc.syscall(_RESTRICT, self._rules, 0):
            raise OSError(ctypes.get_errno(), "Landlock does not close")
        os.close(self._rules)
