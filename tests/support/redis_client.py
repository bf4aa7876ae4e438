"""Redis as redis-cli sees it: one command, one answer."""

import socket


class RedisError(Exception):
    pass


class Redis:
    def __init__(self, path):
        """path: of a unix socket."""
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.file.close()
        self.socket.close()

    def ask(self, *words):
        """Texts, ints, None, lists of them; RedisError for an error reply."""
        out = b"*%d\r\n" % len(words)
        for word in map(str, words):
            out += b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode())
        self.socket.sendall(out)
        return self._reply()

    def hash(self, key):
        flat = self.ask("HGETALL", key)
        return dict(zip(flat[::2], flat[1::2]))

    def keys(self, pattern):
        return sorted(self.ask("KEYS", pattern))

    def _reply(self):
        line = self.file.readline()
        if not line:
            raise ConnectionError("Redis closed the connection")
        kind, rest = line[:1], line[1:-2].decode()
        if kind == b"-":
            raise RedisError(rest)
        if kind == b"+":
            return rest
        if kind == b":":
            return int(rest)
        if rest == "-1":
            return None
        if kind == b"$":
            data = self.file.read(int(rest) + 2)[:-2]
            return data.decode("utf-8", "backslashreplace")
        return [self._reply() for _ in range(int(rest))]
