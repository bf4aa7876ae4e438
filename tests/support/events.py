"""Server-sent events (HTML Living Standard, 9.2) as a browser reads them."""

import json

from support.http_client import request

ALIVE = "alive"  # a comment


class Events:
    def __init__(self, client, path, last_id=None):
        headers = {} if last_id is None else {"Last-Event-ID": last_id}
        self.connection = client.connect()
        self.connection.send(request("GET", path, headers=headers,
                                     token=client.token))
        self.head = self.connection.read_head()
        length = self.head.header("Content-Length")
        self.length = length and int(length)
        self.unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.connection.close()

    def next(self):
        """(id, document), ALIVE, or None at the end."""
        while b"\n\n" not in self.unread:
            chunk = self.read_some()
            if not chunk:
                assert not self.unread, f"half an event: {self.unread}"
                return None
            self.unread += chunk
        event, _, self.unread = self.unread.partition(b"\n\n")
        if event.startswith(b":"):
            return ALIVE
        fields = dict(line.split(b": ", 1) for line in event.split(b"\n"))
        assert set(fields) == {b"id", b"data"}, event
        return int(fields[b"id"]), json.loads(fields[b"data"])

    def read_some(self):
        """Of the body: a chunk, or at once what is known to be all of it."""
        if self.length is None:
            return self.connection.read_chunk()
        length, self.length = self.length, 0
        return self.connection.read_bytes(length)

    def news(self):
        """The next that is no sign of life."""
        while (event := self.next()) == ALIVE:
            pass
        return event
