"""HTTP/1.1 as a client sees it, byte for byte: what is sent is what the test
wrote, and what comes back is read as strictly as the standard allows."""

import json
import socket
import time

READ_LIMIT_S = 20  # an answer that takes longer never comes


class NoAnswer(Exception):
    """The connection ended, or fell silent, before a whole answer."""


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        """The value of the one header of that name, None without it."""
        values = [v for k, v in self.headers if k == name.lower()]
        assert len(values) < 2, f"{name} was sent {len(values)} times"
        return values[0] if values else None

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Connection:
    def __init__(self, address):
        self.socket = socket.create_connection(address, READ_LIMIT_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.local = self.socket.getsockname()
        self.unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        """Writes what the peer takes: it may answer and close before the end
        of a request that it refuses."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def shut(self):
        """No more will be sent."""
        self.socket.shutdown(socket.SHUT_WR)

    def read_head(self):
        """An answer without its body, which is still to be read."""
        head = self._until(b"\r\n\r\n")
        lines = head.decode("iso-8859-1").split("\r\n")
        version, status, reason = lines[0].split(" ", 2)
        assert version == "HTTP/1.1" and reason, f"status line {lines[0]!r}"
        headers = []
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            assert colon and name == name.strip() and name, f"header {line!r}"
            headers.append((name.lower(), value.strip()))
        return Answer(int(status), headers, b"")

    def read_answer(self, method="GET"):
        answer = self.read_head()
        if method != "HEAD" and answer.status not in (100, 204, 304):
            length = answer.header("Content-Length")
            if answer.header("Transfer-Encoding") == "chunked":
                assert length is None, f"both lengths in {answer.headers}"
                answer.body = b"".join(iter(self.read_chunk, b""))
                return answer
            assert length is not None, f"no length in {answer.headers}"
            answer.body = self.read_bytes(int(length))
        return answer

    def read_chunk(self):
        """The next piece of a body that comes in chunks, empty at its end."""
        size = int(self._until(b"\r\n"), 16)
        data = self.read_bytes(size)
        assert self.read_bytes(2) == b"\r\n", "a chunk has no end"
        return data

    def is_closed(self, seconds=READ_LIMIT_S):
        """Whether the peer ends the connection, with nothing more to say."""
        self.socket.settimeout(seconds)
        try:
            more = self.unread or self.socket.recv(1)
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
        finally:
            self.socket.settimeout(READ_LIMIT_S)
        return more == b""

    def is_silent(self):
        """Whether the peer has said nothing yet."""
        self.socket.setblocking(False)
        try:
            self.unread += self.socket.recv(65536) or b""
        except BlockingIOError:
            pass
        finally:
            self.socket.settimeout(READ_LIMIT_S)
        return not self.unread

    def _until(self, end):
        while end not in self.unread:
            self._more()
        head, _, self.unread = self.unread.partition(end)
        return head

    def read_bytes(self, length):
        while len(self.unread) < length:
            self._more()
        body, self.unread = self.unread[:length], self.unread[length:]
        return body

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except (ConnectionResetError, TimeoutError) as error:
            raise NoAnswer(f"{error}, after {self.unread!r}") from error
        if not data:
            raise NoAnswer(f"closed after {self.unread!r}")
        self.unread += data


def request(method, path, body=None, headers=None, token=None):
    """The bytes of a request. body: bytes as they are, anything else as JSON."""
    lines = [f"{method} {path} HTTP/1.1", "Host: trawl.test"]
    given = dict(headers or {})
    if token is not None:
        given.setdefault("Authorization", token)
    if body is not None:
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        given.setdefault("Content-Type", "application/json")
        given.setdefault("Content-Length", len(body))
    lines += [f"{name}: {value}" for name, value in given.items()]
    return "\r\n".join(lines + ["", ""]).encode() + (body or b"")


class Client:
    """Somebody who asks, each time over a new connection, which the kernel
    gives to any of the workers."""

    def __init__(self, address, token=None, user=None):
        self.address, self.token, self.user = address, token, user

    def connect(self):
        return Connection(self.address)

    def ask(self, method, path, body=None, headers=None, token="own"):
        """token: "own", another one, or None."""
        token = self.token if token == "own" else token
        with self.connect() as connection:
            connection.send(request(method, path, body, headers, token))
            return connection.read_answer(method)

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def ask_until_answered(self, method, path, seconds=READ_LIMIT_S):
        """The same for a service under fault: asks again when the connection
        breaks, as clients do."""
        end = time.monotonic() + seconds
        while True:
            try:
                return self.ask(method, path)
            except (NoAnswer, ConnectionError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
