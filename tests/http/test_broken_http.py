"""Requests that are no HTTP/1.1: each refused with its status in the one error
shape, wherever TCP cuts it, and the service goes on."""

import time

from support.case import ServiceCase
from support.http_client import NoAnswer, request

HOST = b"Host: x\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST
POST = b"POST / HTTP/1.1\r\n" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"

BROKEN = {  # what is wrong with it: (its bytes, the status)
    "no HTTP at all": (b"hello\r\n\r\n", 400),
    "an answer": (b"HTTP/1.1 200 OK\r\n\r\n", 400),
    "a bare CR before it": (b"\r" + GET + b"\r\n", 400),
    "a bare CR behind an empty line": (b"\r\n\r" + GET + b"\r\n", 400),
    "a bare LF before it": (b"\n" + GET + b"\r\n", 400),
    "HTTP/0.9": (b"GET /\r\n\r\n", 400),
    "version 2.0": (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 505),
    "version 1.2": (b"GET / HTTP/1.2\r\n" + HOST + b"\r\n", 505),
    "version 0.9 in words": (b"GET / HTTP/0.9\r\n" + HOST + b"\r\n", 505),
    "a version of another form": (b"GET / HTTP/1\r\n" + HOST + b"\r\n", 400),
    "another protocol": (b"GET / RTSP/1.0\r\n" + HOST + b"\r\n", 400),
    "ICE": (b"SOURCE / ICE/1.0\r\n" + HOST + b"\r\n", 400),
    "the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", None),
    "no target": (b"GET  HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a blank in the target": (b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a fragment": (b"GET /#x HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a control character in the target":
        (b"GET /\x01 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a NUL in the target": (b"GET /\0 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    **{f"a {chr(byte)} in the {place}":
       (f"GET {target}".encode() + bytes([byte]) + b" HTTP/1.1\r\n" + HOST +
        b"\r\n", 400)
       for byte in b'"<>[]\\^`{|}' for place, target in
       (("path", "/"), ("query", "/?a="))},
    "a method of another alphabet": (b"G\xc3\xa9T / HTTP/1.1\r\n\r\n", 400),
    "no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "an empty host": (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    "two hosts": (GET + b"Host: y\r\n\r\n", 400),
    "two equal hosts": (GET + HOST + b"\r\n", 400),
    "a host with a path": (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    "a host with a blank": (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    "a host with a user": (b"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400),
    "no header name": (GET + b": x\r\n\r\n", 400),
    "no colon": (GET + b"Word\r\n\r\n", 400),
    "a blank before the colon": (GET + b"Name : x\r\n\r\n", 400),
    "a blank in the name": (GET + b"A name: x\r\n\r\n", 400),
    "a folded header": (GET + b"Name: x\r\n y\r\n\r\n", 400),
    "a folded header, by tab": (GET + b"Name: x\r\n\ty\r\n\r\n", 400),
    "a fold before any header": (b"GET / HTTP/1.1\r\n Host: x\r\n\r\n", 400),
    "a folded encoding":
        (POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400),
    "a bare CR in a value": (GET + b"Name: x\ry\r\n\r\n", 400),
    "a header behind a bare CR":
        (POST + b"Name: x\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "a bare CR for a line end": (GET + b"Name: x\r\r\n", 400),
    "a NUL in a value": (GET + b"Name: x\0y\r\n\r\n", 400),
    "a control character in a value": (GET + b"Name: \x01\r\n\r\n", 400),
    "both framings": (POST + b"Content-Length: 5\r\n"
                      b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "both framings, the other way": (POST + b"Transfer-Encoding: chunked\r\n"
                                     b"Content-Length: 5\r\n\r\n0\r\n\r\n",
                                     400),
    "two lengths": (POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
                    400),
    "two equal lengths": (POST + b"Content-Length: 2\r\n"
                          b"Content-Length: 2\r\n\r\n{}", 400),
    "a list of lengths": (POST + b"Content-Length: 2, 2\r\n\r\n{}", 400),
    "an empty length": (POST + b"Content-Length:\r\n\r\n", 400),
    "a negative length": (POST + b"Content-Length: -1\r\n\r\n", 400),
    "a length with a plus": (POST + b"Content-Length: +2\r\n\r\n{}", 400),
    "a length in hex": (POST + b"Content-Length: 0x2\r\n\r\n{}", 400),
    "a length of 2^64": (POST + b"Content-Length: 18446744073709551616\r\n\r\n",
                         400),
    "a length of 2^64 - 1":
        (POST + b"Content-Length: 18446744073709551615\r\n\r\n", None),
    "an unknown encoding": (POST + b"Transfer-Encoding: gzip\r\n\r\n", None),
    "chunked, but not last":
        (POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", None),
    "chunked twice":
        (POST + b"Transfer-Encoding: chunked\r\n"
         b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", None),
    "an encoding misspelt":
        (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", None),
    "an empty encoding": (POST + b"Transfer-Encoding:\r\n\r\n0\r\n\r\n", 400),
    "an encoding with HTTP/1.0":
        (b"POST / HTTP/1.0\r\n" + HOST +
         b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "a chunk size of no digits": (CHUNKED + b"x\r\n", 400),
    "an empty chunk size": (CHUNKED + b"\r\n{}\r\n", 400),
    "a chunk size beyond 64 bits": (CHUNKED + b"1" + b"0" * 16 + b"\r\n",
                                    None),
    "a chunk longer than it says": (CHUNKED + b"1\r\n{}\r\n0\r\n\r\n", 400),
    "a chunk ended by a bare LF": (CHUNKED + b"2\n{}\r\n0\r\n\r\n", 400),
    "a negative chunk size": (CHUNKED + b"-1\r\n{}\r\n", 400),
    "a chunk size with a plus": (CHUNKED + b"+2\r\n{}\r\n0\r\n\r\n", 400),
    "a chunk size with a prefix":
        (CHUNKED + b"0x2\r\n{}\r\n0\r\n\r\n", 400),
    "a chunk size with a separator":
        (CHUNKED + b"0_2\r\n{}\r\n0\r\n\r\n", 400),
    "a blank before a chunk size":
        (CHUNKED + b" 2\r\n{}\r\n0\r\n\r\n", 400),
    "a blank behind a chunk size":
        (CHUNKED + b"2 \r\n{}\r\n0\r\n\r\n", 400),
    "a chunk without its end": (CHUNKED + b"2\r\n{}0\r\n\r\n", 400),
    "an extension without a name":
        (CHUNKED + b"2;\r\n{}\r\n0\r\n\r\n", 400),
    "an extension of a bare LF":
        (CHUNKED + b"2;a\nb\r\n{}\r\n0\r\n\r\n", 400),
    "an extension of a bare CR":
        (CHUNKED + b"2;a\rb\r\n{}\r\n0\r\n\r\n", 400),
    "an extension whose quotes do not end":
        (CHUNKED + b'2;a="b\r\n{}\r\n0\r\n\r\n', 400),
    "a folded trailer":
        (CHUNKED + b"0\r\nName: x\r\n y\r\n\r\n", 400),
    "a trailer without a colon": (CHUNKED + b"0\r\nName\r\n\r\n", 400),
    "a trailer ended by a bare LF":
        (CHUNKED + b"0\r\nName: x\n\r\n", 400),
    "a blank at the beginning": (b" GET / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "two blanks behind the method":
        (b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "two blanks behind the target":
        (b"GET /  HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a blank behind the version":
        (b"GET / HTTP/1.1 \r\n" + HOST + b"\r\n", 400),
    "tabs for blanks": (b"GET\t/\tHTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a version in small letters":
        (b"GET / http/1.1\r\n" + HOST + b"\r\n", 400),
    "a version of two digits":
        (b"GET / HTTP/1.10\r\n" + HOST + b"\r\n", 400),
    "a method in small letters": (b"get / HTTP/1.1\r\n" + HOST + b"\r\n", 501),
    "a method that nobody knows": (b"ODD / HTTP/1.1\r\n" + HOST + b"\r\n", 501),
    "a method of one letter": (b"G / HTTP/1.1\r\n" + HOST + b"\r\n", 501),
    "a method with a control character at its end":
        (b"ODD\x01 / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "an authority for a target":
        (b"GET x:80 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "half a byte in percent in the path":
        (b"GET /%2 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "no byte in percent in the query":
        (b"GET /?a=%zz HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "an asterisk for a target": (b"GET * HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a whole URL with a user":
        (b"GET http://u@x/ HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a whole URL without a host": (b"GET http://x/ HTTP/1.1\r\n\r\n", 400),
    "an address with two gaps":
        (b"GET / HTTP/1.1\r\nHost: [1::2::3]\r\n\r\n", 400),
    "an address of the other kind":
        (b"GET / HTTP/1.1\r\nHost: [1.2.3.4]\r\n\r\n", 400),
    "half a byte in percent in the host":
        (b"GET / HTTP/1.1\r\nHost: a%2\r\n\r\n", 400),
    "a port that is none": (b"GET / HTTP/1.1\r\nHost: x:y\r\n\r\n", 400),
    "a port beyond all": (b"GET / HTTP/1.1\r\nHost: x:65536\r\n\r\n", 400),
    "a list of hosts": (b"GET / HTTP/1.1\r\nHost: x, y\r\n\r\n", 400),
    "a bracket that stays open":
        (b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400),
    "a length of two numbers":
        (POST + b"Content-Length: 2 2\r\n\r\n{}", 400),
    "an encoding in quotes":
        (POST + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n', None),
    "an encoding behind a comma":
        (POST + b"Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n", None),
    "an encoding and chunked":
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    "an encoding behind a control character":
        (POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400),
    "identity": (POST + b"Transfer-Encoding: identity\r\n\r\n", None),
    "an expectation that nobody knows": (POST + b"Expect: a\r\n\r\n", 417),
}
# Where the standard leaves a choice of statuses.
CHOICE = {"HTTP/0.9": (400, 505),
          "a version of another form": (400, 505),
          "another protocol": (400, 505),
          "ICE": (400, 505),
          "the preface of HTTP/2": (400, 505),
          "a length of 2^64 - 1": (400, 413),
          "a chunk size beyond 64 bits": (400, 413),
          "an unknown encoding": (400, 501),
          "chunked, but not last": (400, 501),
          "chunked twice": (400, 501),
          "an encoding misspelt": (400, 501),
          "an encoding in quotes": (400, 501),
          "an encoding behind a comma": (400, 501),
          "identity": (400, 501)}


class Broken(ServiceCase):
    @classmethod
    def prepare(cls):
        cls.client = cls.service.client()

    def refuse(self, what, connection):
        """Checks the answer to a request whose bytes have all been sent."""
        status = BROKEN[what][1]
        answer = connection.read_answer()
        self.assertIn(answer.status, CHOICE.get(what, (status,)), answer)
        self.assert_refused(answer, answer.status)
        self.assertTrue(connection.is_closed(), "the connection stays open")
        return answer.status

    def test_is_refused_and_the_connection_ends(self):
        for what, (data, _) in BROKEN.items():
            with self.subTest(what), self.client.connect() as connection:
                connection.send(data)
                self.refuse(what, connection)
        self.assert_status(self.client.get("/"), 200)

    def test_is_refused_however_it_is_cut(self):
        for what, (data, _) in BROKEN.items():
            with self.subTest(what):
                connections = [self.client.connect() for _ in data[1:]]
                try:
                    for cut, connection in enumerate(connections, 1):
                        connection.send(data[:cut])
                    time.sleep(0.02)  # so that each half is read by itself
                    for cut, connection in enumerate(connections, 1):
                        connection.send(data[cut:])
                    found = {self.refuse(what, c) for c in connections}
                    self.assertEqual(len(found), 1, found)
                finally:
                    for connection in connections:
                        connection.close()

    def test_is_a_method_without_end(self):
        """However much of it comes, and however it comes."""
        for pieces in [b"A" * 100000], [b"A"] * 50 + [b"A" * 50000] * 2:
            with self.client.connect() as connection:
                for piece in pieces:
                    connection.send(piece)
                self.assert_refused(connection.read_answer(), 400)
                self.assertTrue(connection.is_closed())

    def test_does_not_run_what_follows_it(self):
        smuggled = request("POST", "/user", {
            "login": "smuggled", "password": "x", "first_name": "x",
            "last_name": "x"})
        for what, (data, _) in BROKEN.items():
            with self.client.connect() as connection:
                connection.send(data + smuggled)
                with self.subTest(what), self.assertRaises(NoAnswer):
                    connection.read_answer()
                    connection.read_answer()
        with self.service.redis() as redis:
            self.assertEqual(redis.keys("login:*"), [])

    def test_leaves_the_answers_before_it_whole(self):
        with self.client.connect() as connection:
            connection.send(request("GET", "/") * 3 + BROKEN["no host"][0])
            for _ in range(3):
                self.assert_status(connection.read_answer(), 200)
            self.refuse("no host", connection)


class Unusual(ServiceCase):
    """What looks odd and is HTTP all the same."""

    def test_is_answered(self):
        fine = {
            "a port in the host": b"GET / HTTP/1.1\r\nHost: x:80\r\n\r\n",
            "IPv6 in the host": b"GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
            "the whole URL as target":
                b"GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
            "a value of other bytes": GET + b"Name: \xe9\xff\r\n\r\n",
            "an empty value": GET + b"Name:\r\n\r\n",
            "an encoding in capitals":
                POST + b"Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n",
            "a length of many zeros": POST + b"Content-Length: 0002\r\n\r\n{}",
            "extensions of a chunk":
                CHUNKED + b"2;a=b;c=d\r\n{}\r\n0;e\r\n\r\n",
            "quotes in an extension":
                CHUNKED + b'2 ; a = "b;\\"c";d\r\n{}\r\n0\r\n\r\n',
            "trailers": CHUNKED + b"2\r\n{}\r\n0\r\nContent-Length: 9\r\n"
                        b"Transfer-Encoding: x\r\n\r\n",
            "a chunk size of many zeros":
                CHUNKED + b"0" * 30 + b"2\r\n{}\r\n000\r\n\r\n",
            "an empty line before it": b"\r\n" + GET + b"\r\n",
            "blanks around a length": POST + b"Content-Length: \t2 \r\n\r\n{}",
            "an upgrade": GET + b"Connection: upgrade\r\nUpgrade: h2c\r\n\r\n",
        }
        may_refuse = {"the whole URL as target", "an upgrade"}
        for what, data in fine.items():
            with self.subTest(what), \
                    self.service.client().connect() as connection:
                connection.send(data)
                answer = connection.read_answer()
                if what in may_refuse and answer.status != 200:
                    self.assert_refused(answer, 400)
                else:
                    self.assert_status(answer, 200)
