"""Stands between trawl and its Redis and stops, or cuts, what workers ask for
requests after any number of commands."""

import re
import socket
import threading

COUNTED = re.compile(rb"trawl-worker-\d+$")  # CLIENT SETNAME of such links


class Gone(Exception):
    """One end has closed the connection."""


class Stream:
    """One end of a connection: whole commands or replies, as raw bytes."""

    def __init__(self, sock):
        self.socket = sock
        self.file = sock.makefile("rb")

    def read(self):
        """The bytes of one value, and its words when it is a command."""
        line = self.file.readline()
        if not line.endswith(b"\r\n"):
            raise Gone
        kind, size = line[:1], line[1:-2]
        if kind == b"$" and size != b"-1":
            data = self.file.read(int(size) + 2)
            return line + data, [data[:-2]]
        raw, words = line, []
        if kind == b"*" and size != b"-1":
            for _ in range(int(size)):
                more, inner = self.read()
                raw += more
                words += inner
        return raw, words

    def write(self, raw):
        self.socket.sendall(raw)

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()


class RedisProxy:
    def __init__(self, path, upstream):
        """Both are paths of unix sockets; listens on `path`."""
        self.upstream = upstream
        self.lock = threading.Lock()
        self.left = None  # commands until the cut; None: no end
        self.seen = []    # the commands since stop_after(), by name
        self.stopped = threading.Event()  # it came to the cut
        self.open_again = threading.Event()
        self.open_again.set()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def stop_after(self, count):
        """From the next command of a request on, so many reach Redis; the
        answer of the last one, and all that follows, waits for go_on()."""
        with self.lock:
            self.left, self.seen = count, []
            self.stopped.clear()
            self.open_again.clear()

    def go_on(self):
        """Ends the connections that were stopped; others work as ever."""
        with self.lock:
            self.left = None
            self.open_again.set()

    def close(self):
        self.go_on()
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,),
                             daemon=True).start()

    def _serve(self, client):
        server = socket.socket(socket.AF_UNIX)
        near, far = Stream(client), Stream(server)
        try:
            server.connect(self.upstream)
            if COUNTED.match(self._greet(near, far)):
                while True:
                    self._one(near, far)
            back = threading.Thread(target=self._pump, args=(far, near),
                                    daemon=True)
            back.start()
            self._pump(near, far)
        except (Gone, OSError, ValueError):
            pass
        finally:
            near.close()
            far.close()

    @staticmethod
    def _greet(near, far):
        """Hands on up to CLIENT SETNAME, which says whose the link is."""
        while True:
            raw, words = near.read()
            far.write(raw)
            near.write(far.read()[0])
            if [word.upper() for word in words[:2]] == [b"CLIENT", b"SETNAME"]:
                return words[2]

    def _one(self, near, far):
        """One command and its answer, unless the cut lies between."""
        raw, words = near.read()
        with self.lock:
            if self.left is not None:
                if self.left > 0:
                    self.seen.append(words[0].decode())
                self.left -= 1
            is_beyond = self.left is not None and self.left < 0
            is_last = self.left == 0
        if not is_beyond:
            far.write(raw)
            answer = far.read()[0]
        if is_beyond or is_last:
            self.stopped.set()
            self.open_again.wait()
            raise Gone
        near.write(answer)

    @staticmethod
    def _pump(source, target):
        """Hands on whatever comes, for links that Redis speaks on by itself;
        what was read ahead is first."""
        try:
            while data := source.file.read1(65536):
                target.write(data)
        except OSError:
            pass
        target.close()
