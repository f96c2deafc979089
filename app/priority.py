"""Lets the calling thread step back behind the window, where the system can do it."""

import os
import sys
import threading

NICE = 10


def lower_priority() -> None:
    """Lower the priority of the calling thread (Linux counts it by thread; else nothing)."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
