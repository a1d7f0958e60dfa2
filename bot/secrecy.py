"""What the process holds in its memory and its environment stays there."""

import ctypes
import resource
import sys

# From linux/prctl.h.
_PR_SET_DUMPABLE = 4


def keep_to_itself() -> None:
    """No core file of a crash, which would hold keys and tokens; and on Linux no other program of
    the same user reads the memory, or lists the environment, as `ps e` does.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
