"""Paths, methods, connections: what every route shares."""

import json

from support.case import BROKEN_JSON, ServiceCase
from support.http_client import Connection, request
from support.service import PASSWORD

ROUTES = {  # every path, an example of it, and its methods
    "/": {"GET", "HEAD", "POST", "OPTIONS"},
    "/user": {"POST", "OPTIONS"},
    "/user/auth": {"GET", "HEAD", "POST", "DELETE", "OPTIONS"},
    "/user/7": {"PATCH", "DELETE", "OPTIONS"},
    "/user/all": {"GET", "HEAD", "OPTIONS"},
    "/parse": {"GET", "HEAD", "POST", "OPTIONS"},
    "/report/1": {"GET", "HEAD", "OPTIONS"},
    "/live": {"GET", "HEAD", "OPTIONS"},
    "/ready": {"GET", "HEAD", "OPTIONS"},
}


class HttpCase(ServiceCase):
    @classmethod
    def prepare(cls):
        cls.client = cls.service.client()


class Root(HttpCase):
    def test_says_hello(self):
        self.assert_json(self.client.get("/"), 200, {"hello": "world"})

    def test_is_live_and_ready(self):
        for path in "/live", "/ready":
            answer = self.assert_status(self.client.get(path), 200)
            self.assertEqual(answer.header("Content-Type"), "application/json")

    def test_echoes_the_bytes_it_got(self):
        for data in (b'{"ping": [1, 2, {"a": null}]}', b" [1 ,\n2]\t",
                     '{"é":"\\u00e9 é 🐟"}'.encode(), b"{}", b"[]", b'"text"',
                     b"1.50", b"null", b'{"b":1,"a":1e2}'):
            with self.subTest(data):
                answer = self.client.ask("POST", "/", data)
                self.assert_status(answer, 200)
                self.assertEqual(answer.body, data)

    def test_echoes_an_empty_object_without_a_body(self):
        self.assert_json(self.client.ask("POST", "/"), 200, {})
        self.assert_json(self.client.ask("POST", "/", b""), 200, {})

    def test_echoes_a_chunked_body(self):
        with self.client.connect() as connection:
            connection.send(
                b"POST / HTTP/1.1\r\nHost: x\r\n"
                b"Content-Type: application/json\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n"
                b'4;name=value\r\n{"a"\r\n3\r\n: 1\r\n1\r\n}\r\n'
                b"0\r\nTrailer: ignored\r\n\r\n")
            self.assert_json(connection.read_answer(), 200, {"a": 1})

    def test_refuses_malformed_json(self):
        for what, data in BROKEN_JSON.items():
            with self.subTest(what):
                self.assert_refused(self.client.ask("POST", "/", data), 400)


class Paths(HttpCase):
    def test_are_exact(self):
        for path in ("/nothing", "/user/", "//", "/user//auth", "/USER",
                     "/user/auth/", "/report", "/report/", "/report/1/",
                     "/parse/", "/parse/1/2/3", "/%75ser", "/user/./auth",
                     "/../", "/report/1/2", "/live/", "/index.html", "*"):
            with self.subTest(path):
                answer = self.client.ask("POST", path, {})
                self.assertIn(answer.status, (400, 404) if path == "*"
                              else (404,), answer)
                self.assert_refused(answer, answer.status)

    def test_ignore_an_unknown_query(self):
        self.assert_json(self.client.get("/?a=1&b"), 200, {"hello": "world"})
        self.assert_json(self.client.get("/?"), 200, {"hello": "world"})


class Methods(HttpCase):
    def test_unknown_to_a_path_are_405_with_those_it_knows(self):
        for path, known in ROUTES.items():
            for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE",
                           "TRACE", "PROPFIND", "CONNECT"} - known:
                with self.subTest(method, path=path):
                    answer = self.client.ask(method, path)
                    self.assert_status(answer, 405)
                    self.assertEqual(set(answer.header("Allow").split(", ")),
                                     known)
                    if method != "HEAD":
                        self.assert_refused(answer, 405)

    def test_options_are_answered_without_a_token(self):
        for path, known in ROUTES.items():
            with self.subTest(path):
                answer = self.client.ask("OPTIONS", path)
                self.assertIn(answer.status, (200, 204), answer)
                self.assertEqual(set(answer.header("Allow").split(", ")),
                                 known)
                self.assertEqual(answer.header("Accept-Patch"),
                                 "application/json" if "PATCH" in known
                                 else None)
        self.assert_refused(self.client.ask("OPTIONS", "/nothing"), 404)

    def test_options_are_those_of_any_version(self):
        answer = self.client.ask("OPTIONS", "/user",
                                 headers={"If-Match": '"1"'})
        self.assert_empty(answer)

    def test_head_is_get_without_the_body(self):
        for path in "/", "/live", "/user/all", "/nothing":
            with self.subTest(path):
                got = self.client.get(path)
                with self.client.connect() as connection:
                    connection.send(request("HEAD", path))
                    head = connection.read_answer("HEAD")
                    connection.send(request("GET", "/"))  # nothing is left over
                    self.assert_status(connection.read_answer(), 200)
                self.assertEqual(head.status, got.status)
                self.assertEqual(head.header("Content-Length"),
                                 got.header("Content-Length"))
                self.assertEqual(head.header("Content-Type"),
                                 got.header("Content-Type"))

    def test_connect_is_no_way_in(self):
        with self.client.connect() as connection:
            connection.send(b"CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n")
            answer = connection.read_answer()
            self.assertIn(answer.status, (400, 404, 405, 501), answer)


class OrderOfChecks(HttpCase):
    """404, 405, 401, 403, 413, 415, 400: of several faults the first."""

    FORM = {"Content-Type": "text/plain"}
    LARGE = b"x" * 70000

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.ann = cls.service.register("ann")
        cls.own = f"/user/{cls.ann.user['id']}"

    def test_of_a_request_with_every_fault(self):
        ann, nobody = self.ann.token, None
        for status, method, path, token, body, headers in (
                (404, "PUT", "/nothing", nobody, self.LARGE, self.FORM),
                (404, "PATCH", "/user/x", nobody, self.LARGE, self.FORM),
                (405, "PUT", "/user", nobody, self.LARGE, self.FORM),
                (405, "POST", "/report/1", nobody, self.LARGE, self.FORM),
                (401, "PATCH", "/user/999", nobody, self.LARGE, self.FORM),
                (403, "PATCH", "/user/999", ann, self.LARGE, self.FORM),
                (413, "PATCH", self.own, ann, self.LARGE, self.FORM),
                (415, "PATCH", self.own, ann, b"{", self.FORM),
                (400, "PATCH", self.own, ann, b"{", {}),
                (413, "POST", "/user", nobody, self.LARGE, self.FORM),
                (415, "POST", "/user", nobody, b"{", self.FORM)):
            with self.subTest(status, method=method, path=path):
                answer = self.ann.ask(method, path, body, headers, token)
                self.assert_refused(answer, status)
                self.assertEqual(answer.header("Accept"),
                                 "application/json" if status == 415
                                 else None)

    def test_of_a_report_asks_for_the_token_before_the_number(self):
        self.assert_refused(self.client.get("/report/8"), 401)
        self.assert_refused(self.ann.get("/report/8"), 400)
        self.assert_refused(self.ann.get("/report/1?from=x"), 400)
        self.assert_refused(self.ann.get("/report/1"), 409)


class Connections(HttpCase):
    HELLO = request("GET", "/")

    def test_stay_open_for_more(self):
        with self.client.connect() as connection:
            for _ in range(5):
                connection.send(self.HELLO)
                self.assert_json(connection.read_answer(), 200,
                                 {"hello": "world"})
            self.assertFalse(connection.is_closed(0.05))

    def test_stay_open_after_a_refusal_of_the_work(self):
        with self.client.connect() as connection:
            for method, path, status in (("GET", "/nothing", 404),
                                         ("PUT", "/", 405),
                                         ("GET", "/user/all", 401)):
                connection.send(request(method, path))
                self.assert_refused(connection.read_answer(), status)
            connection.send(self.HELLO)
            self.assert_status(connection.read_answer(), 200)

    def test_end_when_the_client_says_so(self):
        with self.client.connect() as connection:
            connection.send(request("GET", "/", headers={
                "Connection": "close"}))
            answer = self.assert_status(connection.read_answer(), 200)
            self.assertEqual(answer.header("Connection"), "close")
            self.assertTrue(connection.is_closed())

    def test_end_after_http_1_0(self):
        with self.client.connect() as connection:
            connection.send(b"GET / HTTP/1.0\r\nHost: x\r\n\r\n")
            self.assert_json(connection.read_answer(), 200,
                             {"hello": "world"})
            self.assertTrue(connection.is_closed())

    def test_stay_open_after_http_1_0_only_when_asked(self):
        for words, stays in (("keep-alive", True), ("Keep-Alive", True),
                             ("keep-alive, close", False),
                             ("close, keep-alive", False)):
            with self.subTest(words), self.client.connect() as connection:
                connection.send(b"GET / HTTP/1.0\r\nConnection: " +
                                words.encode() + b"\r\n\r\n")
                answer = self.assert_status(connection.read_answer(), 200)
                self.assertEqual(answer.header("Connection"),
                                 "keep-alive" if stays else "close")
                self.assertEqual(connection.is_closed(0.05), not stays)

    def test_answer_a_client_that_has_sent_its_last(self):
        with self.client.connect() as connection:
            connection.send(self.HELLO)
            connection.shut()
            self.assert_status(connection.read_answer(), 200)
            self.assertTrue(connection.is_closed())

    def test_answer_pipelined_requests_in_order(self):
        with self.client.connect() as connection:
            connection.send(b"".join(request("POST", "/", {"n": n})
                                     for n in range(200)))
            for n in range(200):
                self.assert_json(connection.read_answer(), 200, {"n": n})

    def test_keep_the_order_when_some_answers_take_longer(self):
        ann = self.service.register("slow")
        log_in = request("POST", "/user/auth", {"login": "slow",
                                                "password": PASSWORD})
        with self.client.connect() as connection:
            for _ in range(3):
                connection.send(
                    log_in + self.HELLO +
                    request("GET", "/user/all", token=ann.token) +
                    request("GET", "/nothing"))
            for _ in range(3):
                self.assertIn("Authorization", connection.read_answer().json)
                self.assertIn("hello", connection.read_answer().json)
                self.assertIn(ann.user, connection.read_answer().json)
                self.assert_status(connection.read_answer(), 404)

    def test_take_a_pipeline_cut_anywhere(self):
        data = (request("POST", "/", {"n": 1}) + self.HELLO +
                request("POST", "/", {"n": 2}))
        for cut in range(1, len(data)):
            with self.client.connect() as connection:
                connection.send(data[:cut])
                connection.send(data[cut:])
                answers = [connection.read_answer() for _ in range(3)]
            self.assertEqual([a.json for a in answers],
                             [{"n": 1}, {"hello": "world"}, {"n": 2}], cut)

    def test_skip_empty_lines_before_a_request(self):
        with self.client.connect() as connection:
            connection.send(b"\r\n" + self.HELLO)
            self.assert_status(connection.read_answer(), 200)

    def test_go_away_without_a_trace(self):
        """Half a request, a whole one unread, an answer unread: the service
        goes on."""
        for data in (self.HELLO[:20], self.HELLO,
                     request("POST", "/", {"n": 1})[:-3],
                     request("POST", "/user/auth", {"login": "a",
                                                    "password": "b"}) * 5):
            for _ in range(10):
                connection = self.client.connect()
                connection.send(data)
                connection.close()
        self.assert_status(self.client.get("/"), 200)

    def test_are_many_at_once(self):
        connections = [Connection(self.client.address) for _ in range(300)]
        try:
            for connection in connections:
                connection.send(self.HELLO)
            for connection in connections:
                self.assert_status(connection.read_answer(), 200)
        finally:
            for connection in connections:
                connection.close()


class Expectations(HttpCase):
    def head(self, length, expect="100-continue"):
        return (f"POST / HTTP/1.1\r\nHost: x\r\nExpect: {expect}\r\n"
                "Content-Type: application/json\r\n"
                f"Content-Length: {length}\r\n\r\n").encode()

    def test_continue_is_said_before_the_body(self):
        body = json.dumps({"n": 1}).encode()
        with self.client.connect() as connection:
            connection.send(self.head(len(body)))
            self.assert_status(connection.read_answer(), 100)
            connection.send(body)
            self.assert_json(connection.read_answer(), 200, {"n": 1})

    def test_a_body_that_is_refused_is_not_waited_for(self):
        with self.client.connect() as connection:
            connection.send(self.head(10 ** 9))
            self.assert_refused(connection.read_answer(), 413)

    def test_none_is_no_expectation(self):
        with self.client.connect() as connection:
            connection.send(self.head(2, "") + b"{}")
            self.assert_json(connection.read_answer(), 200, {})

    def test_others_are_417(self):
        with self.client.connect() as connection:
            connection.send(self.head(2, "a-pony"))
            self.assert_refused(connection.read_answer(), 417)


class Headers(HttpCase):
    def test_name_the_type_and_the_date(self):
        answer = self.client.get("/")
        self.assertEqual(answer.header("Content-Type"), "application/json")
        self.assertRegex(answer.header("Date"),
                         r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")

    def test_are_read_in_any_case_with_blanks_around(self):
        with self.client.connect() as connection:
            connection.send(b"POST / HTTP/1.1\r\nhOST:x\r\n"
                            b"CONTENT-TYPE:\t application/json \t\r\n"
                            b"content-length:  2 \r\n\r\n{}")
            self.assert_json(connection.read_answer(), 200, {})
