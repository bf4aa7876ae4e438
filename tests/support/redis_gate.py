"""A door between trawl and Redis that this process holds: each command goes
through it, and one that a case waits for is kept there until the case says what
becomes of it. So a worker is caught with exactly the task that it has in hand.

    gate = Gate(listening, server)            two unix sockets
    held = gate.hold(is_commit)               the next such command is kept
    worker = held.wait()                      the process that sent it
    held.release()                            it goes on to Redis
    held.drop()                               it never gets there, and its
                                              connection breaks
    gate.lose(is_take)                        such commands get there, but their
                                              connection breaks before the answer
"""

import os
import socket
import struct
import threading

from support.processes import Process

WAIT_LIMIT_S = 20


class Held:
    """One command that is waited for."""

    def __init__(self, is_it):
        self.is_it = is_it
        self.caught = threading.Event()
        self.decided = threading.Event()
        self.goes_on = True
        self.pid = self.words = None

    def wait(self):
        """The process that sent it, as soon as it has."""
        assert self.caught.wait(WAIT_LIMIT_S), "no such command was sent"
        return Process(self.pid)

    def release(self):
        self.decided.set()

    def drop(self):
        self.goes_on = False
        self.decided.set()


class Gate:
    def __init__(self, path, server):
        """path: where to listen; server: where Redis does."""
        self.path, self.server = path, server
        self.lock = threading.Lock()
        self.held = []
        self.loses = lambda words: False
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """What is still held goes on, nobody new comes in."""
        for held in self.held:
            held.release()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        os.unlink(self.path)

    def hold(self, is_it):
        """is_it(words): whether this is the command. Only one is held."""
        held = Held(is_it)
        with self.lock:
            self.held.append(held)
        return held

    def lose(self, is_it):
        """From now on, all such commands."""
        self.loses = is_it

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            credentials = client.getsockopt(socket.SOL_SOCKET,
                                            socket.SO_PEERCRED, 12)
            pid = struct.unpack("3i", credentials)[0]
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(self.server)
            except OSError:
                client.close()  # as a Redis that is away
                continue
            for run in ((self._commands, client, server, pid),
                        (self._replies, server, client)):
                threading.Thread(target=run[0], args=run[1:],
                                 daemon=True).start()

    def _replies(self, server, client):
        try:
            while data := server.recv(1 << 16):
                client.sendall(data)
        except OSError:
            pass
        end(client, server)

    def _commands(self, client, server, pid):
        reader = client.makefile("rb")
        try:
            while (command := read_command(reader)) and \
                    self._passes(pid, command[1]):
                is_lost = self.loses(command[1])
                if is_lost:
                    client.shutdown(socket.SHUT_RDWR)
                server.sendall(command[0])
                if is_lost:
                    break
        except OSError:
            pass
        end(client, server)

    def _passes(self, pid, words):
        with self.lock:
            for held in self.held:
                if not held.caught.is_set() and held.is_it(words):
                    held.pid, held.words = pid, words
                    held.caught.set()
                    break
            else:
                return True
        held.decided.wait()
        return held.goes_on


def end(*sockets):
    for each in sockets:
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        each.close()


def read_command(reader):
    """(its bytes, its words), None at the end of the connection."""
    line = reader.readline()
    if not line.endswith(b"\n"):
        return None
    whole, words = [line], []
    for _ in range(int(line[1:])):
        head = reader.readline()
        word = reader.read(int(head[1:]) + 2)
        whole += [head, word]
        words.append(word[:-2])
    return b"".join(whole), words


def writes(key_part):
    """A command that writes to a key with this in its name: a task's result on
    its way. The keys of scripts count."""
    part = key_part.encode()

    def is_it(words):
        name = words[0].upper()
        if name in (b"EVAL", b"EVALSHA"):
            return any(part in key for key in words[3:3 + int(words[2])])
        return name in (b"SET", b"HSET") and part in words[1]
    return is_it


def is_start(words):
    """job_start.lua: of a look at the log there is to be a job."""
    return (words[0].upper() in (b"EVAL", b"EVALSHA")
            and words[3:7] == [b"{logs}:running", b"{logs}:job",
                               b"{logs}:tasks", b"{logs}:next"])


def is_reading(words):
    """What a look at the log goes on from, or a task."""
    return words == [b"HGETALL", b"{logs}:checkpoint"]


def is_take(words):
    """task_take.lua of a worker that knows a job."""
    return (words[0].upper() in (b"EVAL", b"EVALSHA")
            and words[3:6] == [b"{logs}:running", b"{logs}:tasks",
                               b"{logs}:next"] and words[6] != b"0")


def is_commit(words):
    """job_commit.lua: the one script that is given manifest and checkpoint to
    write, with the set of garbage beside them, and the queue of tasks."""
    return (words[0].upper() in (b"EVAL", b"EVALSHA")
            and {b"{logs}:tasks", b"{logs}:manifest", b"{logs}:checkpoint",
                 b"{logs}:garbage"} <= set(words))


def reads(key_part):
    """A command that reads a key with this in its name."""
    part = key_part.encode()
    return lambda words: (words[0].upper() in (b"HGETALL", b"GETRANGE")
                          and part in words[1])


# What a worker has in hand when it is caught, by the kind of its task.
TASKS = {"map": writes(":partial:"), "reduce": writes(":reduced:"),
         "commit": is_commit}
