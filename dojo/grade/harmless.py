"""The names that dojo.grade.reach goes by: what a kata may import, use and define unasked."""

_MODULES = """
abc array bisect bz2 cmath collections contextlib copy csv dataclasses datetime decimal enum
fractions functools __future__ graphlib gzip hashlib heapq io itertools json lzma math numbers numpy
operator pathlib random re shutil statistics string struct tempfile textwrap time typing warnings
zlib"""
_INSIDES = """
sys os builtins gc inspect ctypes ctypeslib importlib subprocess testing tb_frame tb_next
f_back f_globals f_locals f_code f_builtins gi_frame gi_code cr_frame ag_frame co_code
with_traceback attrgetter methodcaller memmap as_strided f2py distutils pickle copyreg
marshal codecs types code signal atexit socket threading multiprocessing asyncio posix nt pkgutil
runpy FunctionType CodeType MethodType make_dataclass ABCMeta EnumMeta EnumType new_class settrace
setprofile _getframe Formatter get_field vformat get_type_hints ForwardRef register"""
_READ = """
__init__ __name__ __qualname__ __doc__ __class__ __file__ __len__ __iter__ __next__ __repr__ __str__
__add__ __sub__ __mul__ __truediv__ __pow__ __neg__ __matmul__ __radd__ __rsub__ __rmul__
__rtruediv__ __rpow__ __rmatmul__ __call__ __getitem__ __setitem__ __post_init__"""
_DEFINED = """
__enter__ __exit__ __slots__ __contains__ __reversed__ __bool__ __all__ __iadd__ __isub__ __imul__
__itruediv__ __pos__ __floordiv__ __mod__ __del__"""

HARMLESS = frozenset(_MODULES.split())
# of these modules some names are harmless
PARTLY = {
    "sys": {"setrecursionlimit", "getrecursionlimit", "float_info", "maxsize", "version_info",
            "getsizeof", "stdout", "stderr"},
    "os": {"path", "fspath", "sep", "linesep", "PathLike", "replace", "rename", "remove", "unlink",
           "fsync", "listdir", "mkdir", "makedirs", "stat", "getpid"},
}  # fmt: skip
CLOSED = {"exec", "eval", "compile", "globals", "locals", "delattr", "breakpoint", "__import__",
          "__builtins__", "__loader__", "__spec__"}  # fmt: skip
ATTRIBUTES = frozenset(_INSIDES.split())
DUNDERS = frozenset(_READ.split())
METHODS = DUNDERS - {"__class__", "__name__", "__file__"} | frozenset(_DEFINED.split())
ASKED = {"getattr", "setattr", "vars", "type"}  # fine as some calls, and as nothing else
NAMED = {"__name__", "__file__", "__doc__", "__all__", "__class__", "__debug__"}
PASSED = {"random"}  # a module that goes for a generator; dojo.grade.intact sees a change in it
# a class may be a kind of these, wherever they come from
BASES = {"object", "ABC", "Enum", "NamedTuple", "TypedDict", "Protocol", "Generic"}
