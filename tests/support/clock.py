"""The time, and a clock that is put forward or back (set_clock.c), for processes that
are started with its environment."""

import os
import struct
import time

from support.build import program


def moment(ahead_s=0):
    """Now, or so many seconds later, as documents show it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ",
                         time.gmtime(time.time() + ahead_s))


class Clock:
    def __init__(self, path, seconds=0):
        """path: of the file that says how far ahead it is."""
        self.path = path
        self.put(seconds)
        # The library comes before that of a sanitizer, if there is one.
        options = os.environ.get("ASAN_OPTIONS", "")
        self.environment = {
            "SET_CLOCK_FILE": path, "LD_PRELOAD": program("set_clock.so"),
            "ASAN_OPTIONS": f"{options}:verify_asan_link_order=0"}

    def put(self, seconds):
        """So far ahead of the machine's."""
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(file, struct.pack("=q", seconds))  # it is mapped: no truncation
        os.close(file)
