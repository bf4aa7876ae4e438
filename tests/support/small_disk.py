"""A disk of a few megabytes that can be filled to its last byte."""

import os
import subprocess
import unittest


class SmallDisk:
    def __init__(self, path, megabytes=4):
        """path: of the directory that becomes one. Needs the right to mount;
        without it the case is skipped, and says so."""
        self.path = path
        self.filler = os.path.join(path, "filler")
        os.makedirs(path, mode=0o700, exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700",
             "trawl-test", path], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise unittest.SkipTest(
                f"no disk can be filled here: {done.stderr.strip()}")

    def fill(self):
        """Takes all that is left, to the last block."""
        with open(self.filler, "wb", buffering=0) as file:
            for size in 1 << 16, 1:
                try:
                    while file.write(b"x" * size):
                        pass
                except OSError:
                    continue

    def empty(self):
        os.unlink(self.filler)

    def discard(self):
        subprocess.run(["umount", "-l", self.path], check=True)
