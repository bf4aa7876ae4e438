"""The expected answers: from the reference, which reads the contract in the
plainest way and shares no code with the program."""

import functools
import json
import os
import subprocess
import tempfile

from support.build import program

REPORTS = "1234567"


@functools.cache
def expected(log, category=None, since=None, until=None):
    """{"parse": {...}, "1": {...}, ... "7": {...}} of the log: bytes, or a
    tuple of them when it is several files, in order. Asked for once.

    category       asked of reports 2, 3 and 5; None: their default ones
    since, until   "2018-08-01", inclusive"""
    command = [program("reference_cli"), "--geo", program("geo.tables")]
    if category is not None:
        for report in "235":
            command += [f"--category-{report}", category]
    if since is not None:
        command += ["--from", since]
    if until is not None:
        command += ["--to", until]
    with tempfile.TemporaryDirectory(prefix="trawl-test-") as folder:
        for i, data in enumerate([log] if isinstance(log, bytes) else log):
            path = os.path.join(folder, f"{i:03}")
            with open(path, "wb") as file:
                file.write(data)
            command.append(path)
        done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
