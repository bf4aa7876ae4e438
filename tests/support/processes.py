"""Processes as /proc shows them."""

import os
import signal
import time


class Process:
    """A pid that cannot be mistaken for a later one of the same number."""

    def __init__(self, pid):
        self.pid = pid
        self.name, self.parent, self.state, self.started = read_stat(pid)

    def is_alive(self):
        try:
            _, _, state, started = read_stat(self.pid)
        except OSError:
            return False
        return started == self.started and state not in "ZX"

    def cpu_s(self):
        """Seconds that it has used, in the program and in the kernel."""
        with open(f"/proc/{self.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
        return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")

    def send(self, signum):
        if self.is_alive():
            os.kill(self.pid, signum)

    def kill(self):
        self.send(signal.SIGKILL)

    def pause(self):
        self.send(signal.SIGSTOP)

    def resume(self):
        self.send(signal.SIGCONT)

    def __repr__(self):
        return f"{self.name}[{self.pid}]"


def read_stat(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        text = file.read()
    name = text[text.index("(") + 1:text.rindex(")")]
    fields = text[text.rindex(")") + 2:].split()
    return name, int(fields[1]), fields[0], fields[19]


def everybody():
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                yield Process(int(entry))
            except OSError:
                pass  # it has ended since


def children(pid):
    return [p for p in everybody() if p.parent == pid and p.state not in "ZX"]


def owner_of_connection(processes, server_port, client_port):
    """Which of the processes holds the server's end of a loopback connection,
    None while nobody has accepted it."""
    inode = None
    with open("/proc/net/tcp", encoding="ascii") as table:
        for row in table.readlines()[1:]:
            fields = row.split()
            local, remote = (int(f.split(":")[1], 16) for f in fields[1:3])
            if (local, remote) == (server_port, client_port):
                inode = fields[9]
    for process in processes:
        folder = f"/proc/{process.pid}/fd"
        try:
            links = [os.readlink(f"{folder}/{fd}") for fd in os.listdir(folder)]
        except OSError:
            continue
        if f"socket:[{inode}]" in links:
            return process
    return None


def has_connections(server_port):
    """Whether the server has a loopback connection that it has not closed."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        for row in table.readlines()[1:]:
            fields = row.split()
            if (int(fields[1].split(":")[1], 16) == server_port and
                    fields[3] in ("01", "08")):  # established, close-wait
                return True
    return False


def wait_until(what, is_so, seconds=20):
    """Returns what is_so() says as soon as that is true; fails when it never
    is."""
    end = time.monotonic() + seconds
    while True:
        found = is_so()
        if found:
            return found
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)
