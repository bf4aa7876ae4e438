"""Too large, too long, too many, too slow."""

import time

from support.case import Case, ServiceCase
from support.http_client import NoAnswer, request

SMALL = {"body_limit": 1024, "header_limit": 2048, "header_count_limit": 10,
         "target_limit": 256}


class Sizes(ServiceCase):
    settings = SMALL

    @classmethod
    def prepare(cls):
        cls.client = cls.service.client()

    def send(self, data):
        """The answer, and whether the connection stays open after it."""
        with self.client.connect() as connection:
            connection.send(data)
            answer = connection.read_answer()
            return answer, not connection.is_closed(0.1)

    def test_a_body_at_the_limit_is_taken_and_one_byte_more_is_413(self):
        fits = b'"' + b"x" * 1022 + b'"'
        answer = self.client.ask("POST", "/", fits)
        self.assertEqual(self.assert_status(answer, 200).body, fits)
        self.assert_refused(self.client.ask("POST", "/", fits + b" "), 413)

    def chunked(self, size, chunk):
        text = b'"' + b"x" * (size - 2) + b'"'
        parts = [text[at:at + chunk] for at in range(0, size, chunk)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in parts)
        return (b"POST / HTTP/1.1\r\nHost: x\r\n"
                b"Content-Type: application/json\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n" + body + b"0\r\n\r\n")

    def test_a_chunked_body_has_the_same_limit(self):
        for chunk in 1, 7, 1024, 5000:
            with self.subTest(chunk=chunk):
                answer, _ = self.send(self.chunked(1024, chunk))
                self.assert_status(answer, 200)
                answer, _ = self.send(self.chunked(1025, chunk))
                self.assert_refused(answer, 413)

    def test_a_body_too_large_is_refused_before_it_has_come(self):
        answer, _ = self.send(b"POST / HTTP/1.1\r\nHost: x\r\n"
                              b"Content-Length: 1000000000\r\n\r\n")
        self.assert_refused(answer, 413)

    def test_a_client_that_sends_on_still_reads_the_413(self):
        """Closing at once would reset the connection under the answer."""
        for _ in range(5):
            answer = self.client.ask("POST", "/", b" " * 2_000_000)
            self.assert_refused(answer, 413)

    def test_a_target_at_the_limit_is_taken_and_one_byte_more_is_414(self):
        fits = "/?" + "x" * 254
        self.assert_status(self.client.get(fits), 200)
        self.assert_refused(self.client.get(fits + "x"), 414)
        self.assert_refused(self.client.get("/" + "x" * 1500), 414)

    def test_an_endless_target_is_414(self):
        answer, stays = self.send(b"GET /" + b"x" * 100_000)
        self.assert_refused(answer, 414)
        self.assertFalse(stays)

    def test_a_header_block_of_one_byte_more_is_431(self):
        for begin in "GET / HTTP/1.1", "\r\nGET /?" + "x" * 200 + " HTTP/1.1":
            for block in ("Host: x\r\nName: {}\r\n\r\n",
                          "Host: x\r\nN{}: x\r\nConnection: close\r\n\r\n"):
                for size, status in (2048, 200), (2049, 431):
                    with self.subTest(begin=begin, block=block, size=size):
                        fill = "x" * (size - len(block.format("")))
                        answer, _ = self.send((begin + "\r\n" +
                                               block.format(fill)).encode())
                        self.assert_status(answer, status)

    def test_an_endless_header_is_431(self):
        for more in b"x" * 100_000, b"a: b\r\n" * 20_000, b" " * 100_000:
            answer, stays = self.send(b"GET / HTTP/1.1\r\nHost: x\r\nName: " +
                                      more)
            self.assert_refused(answer, 431)
            self.assertFalse(stays)

    def test_too_many_headers_are_431(self):
        def headers(count):  # Host is one
            return {f"N{i}": "x" for i in range(count - 1)}
        self.assert_status(self.client.get("/", headers=headers(10)), 200)
        self.assert_refused(self.client.get("/", headers=headers(11)), 431)

    def test_trailers_are_headers_too(self):
        data = self.chunked(4, 4)[:-2]
        answer, _ = self.send(data + b"Name: " + b"x" * 100_000)
        self.assertIn(answer.status, (200, 400, 431), answer)
        answer, _ = self.send(data + b"a: b\r\n" * 20_000)
        self.assertIn(answer.status, (200, 400, 431), answer)

    def test_an_endless_chunk_extension_is_refused(self):
        answer, stays = self.send(self.chunked(4, 4)[:-5] + b"1;" +
                                  b"x" * 200_000)
        self.assertIn(answer.status, (400, 413, 431), answer)
        self.assertFalse(stays)


class Times(ServiceCase):
    settings = {"head_timeout_ms": 300, "body_timeout_ms": 300,
                "idle_timeout_ms": 300, "send_timeout_ms": 300}
    BODY = (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 10\r\n\r\n[1,")

    def connect(self):
        return self.service.client().connect()

    def refuse_slow(self, connection):
        self.assert_refused(connection.read_answer(), 408)
        self.assertTrue(connection.is_closed())

    def test_a_head_that_stops_is_408(self):
        for data in b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r":
            with self.subTest(data), self.connect() as connection:
                connection.send(data)
                self.refuse_slow(connection)

    def test_a_body_that_stops_is_408(self):
        with self.connect() as connection:
            connection.send(self.BODY)
            self.refuse_slow(connection)

    def test_a_second_head_that_stops_is_408(self):
        with self.connect() as connection:
            connection.send(request("GET", "/") + b"GET /")
            self.assert_status(connection.read_answer(), 200)
            self.refuse_slow(connection)

    def drip(self, connection, data):
        """A byte at a time, until the peer has had enough."""
        try:
            for i in range(1000):
                connection.socket.sendall(data[i % len(data):][:1])
                time.sleep(0.02)
        except (BrokenPipeError, ConnectionResetError):
            return
        self.fail("a thousand bytes in twenty seconds were waited for")

    def test_a_dripping_head_or_body_is_not_waited_for(self):
        for start in b"GET / HTTP/1.1\r\nName: ", self.BODY.replace(
                b"10", b"1024"):
            with self.subTest(start), self.connect() as connection:
                connection.send(start)
                self.drip(connection, b"x")

    def test_a_silent_connection_is_closed_without_a_word(self):
        with self.connect() as connection:
            self.assertTrue(connection.is_closed())
        with self.connect() as connection:
            connection.send(request("GET", "/"))
            connection.read_answer()
            self.assertTrue(connection.is_closed())

    def test_a_client_that_takes_no_answers_is_let_go(self):
        body = b'"' + b"x" * 60000 + b'"'
        with self.connect() as connection:
            connection.socket.settimeout(0.2)
            asked = 0
            try:
                while asked < 2000:
                    connection.socket.sendall(request("POST", "/", body))
                    asked += 1
            except (TimeoutError, ConnectionError):
                pass
            self.assertLess(asked, 2000, "answers pile up without a limit")
            time.sleep(0.6)
            connection.socket.settimeout(5)
            with self.assertRaises(NoAnswer):
                for _ in range(asked + 1):
                    connection.read_answer()


class Rates(Case):
    """Fast enough for every other limit."""
    BODY = b'"' + b"x" * 20000 + b'"'
    HEAD = (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(BODY))

    def test_a_body_below_the_least_is_408_and_one_above_is_taken(self):
        service = self.start(workers=1, least_rate=1000, least_rate_ms=500)
        with service.client().connect() as connection:
            connection.send(self.HEAD)
            for at in range(0, len(self.BODY), 400):  # a second and more
                connection.send(self.BODY[at:at + 400])
                time.sleep(0.02)
            self.assert_status(connection.read_answer(), 200)
            connection.send(self.HEAD)
            for _ in range(1000):
                connection.send(b"x")
                time.sleep(0.02)
                if not connection.is_silent():
                    break
            self.assert_refused(connection.read_answer(), 408)
            self.assertTrue(connection.is_closed())

    def test_a_reader_below_the_least_is_let_go(self):
        service = self.start(workers=1, least_rate=1000000, least_rate_ms=500)
        with service.client().connect() as connection:
            connection.socket.settimeout(0.2)
            asked = 0
            try:
                while asked < 2000:
                    connection.socket.sendall(
                        request("POST", "/", self.BODY))
                    asked += 1
            except (TimeoutError, ConnectionError):
                pass
            self.assertLess(asked, 2000)
            for _ in range(100):
                connection.read_bytes(1)
                time.sleep(0.02)
            with self.assertRaises(NoAnswer):
                connection.read_bytes(asked * len(self.BODY))

    def test_none_is_asked_for_with_0(self):
        service = self.start(workers=1, least_rate=0, least_rate_ms=100)
        with service.client().connect() as connection:
            connection.send(self.HEAD)
            time.sleep(0.5)
            connection.send(self.BODY)
            self.assert_status(connection.read_answer(), 200)


class ManyConnections(Case):
    def test_beyond_the_limit_are_refused_and_the_first_ones_served(self):
        service = self.start(workers=1, connection_limit=4)
        connections = [service.client().connect() for _ in range(4)]
        try:
            for connection in connections:
                connection.send(request("GET", "/"))
                self.assert_status(connection.read_answer(), 200)
            with service.client().connect() as fifth:
                fifth.send(request("GET", "/"))
                try:
                    self.assert_refused(fifth.read_answer(), 503)
                except NoAnswer:
                    pass  # closed without a word
            connections[0].send(request("GET", "/"))
            self.assert_status(connections[0].read_answer(), 200)
        finally:
            for connection in connections:
                connection.close()
        service.wait_ready()


class ManyFromOneAddress(Case):
    def connect(self, service, count):
        connections = [service.client().connect() for _ in range(count)]
        for connection in connections:
            self.addCleanup(connection.close)
        return connections

    def test_beyond_the_limit_are_429_until_others_go(self):
        service = self.start(workers=1, address_limit=3)
        connections = self.connect(service, 3)
        for connection in connections:
            connection.send(request("GET", "/"))
            self.assert_status(connection.read_answer(), 200)
        fourth = self.connect(service, 1)[0]
        self.assert_refused(fourth.read_answer(), 429)
        self.assertTrue(fourth.is_closed())
        connections[0].close()
        service.wait_ready()

    def test_a_trusted_proxy_stands_for_many(self):
        service = self.start(workers=1, address_limit=3,
                             trusted_proxies="127.0.0.0/8")
        for connection in self.connect(service, 8):
            connection.send(request("GET", "/"))
            self.assert_status(connection.read_answer(), 200)


class ManyPasswords(Case):
    def test_waiting_beyond_the_limit_are_503(self):
        service = self.start(workers=1, hash_queue_limit=1, login_tries=100,
                             password_passes=3, password_memory=32 << 20)
        ask = request("POST", "/user/auth", {"login": "a", "password": "b"})
        connections = [service.client().connect() for _ in range(12)]
        try:
            for connection in connections:
                connection.send(ask)
            answers = [c.read_answer() for c in connections]
        finally:
            for connection in connections:
                connection.close()
        for answer in answers:
            self.assert_refused(answer, answer.status)
        self.assertEqual({a.status for a in answers}, {401, 503})


class ManyRequests(Case):
    def test_under_way_beyond_the_limit_are_503_at_once(self):
        """Redis hangs: three wait for it, all others are told to come back,
        and who needs nothing is served."""
        service = self.start(workers=1, request_limit=3, local_copies=0,
                             redis_timeout_ms=5000)
        client = service.register()
        connections = [service.client().connect() for _ in range(10)]
        ask = request("GET", "/user/all", token=client.token)
        service.redis_server().pause()
        try:
            for connection in connections:
                connection.send(ask)
            time.sleep(0.3)
            for path in "/", "/live":
                self.assert_status(client.get(path), 200)
            for connection in connections[3:]:
                self.assert_refused(connection.read_answer(), 503)
            service.redis_server().resume()
            for connection in connections[:3]:
                self.assert_status(connection.read_answer(), 200)
            for connection in connections:  # a 503 closes nothing
                connection.send(ask)
                self.assert_status(connection.read_answer(), 200)
        finally:
            service.redis_server().resume()
            for connection in connections:
                connection.close()

    def test_who_waits_for_its_turn_does_not_wait_for_long(self):
        """Redis hangs and one request with it. So many are refused at once that
        the next ones have to wait: none of them until Redis is back."""
        service = self.start(workers=1, request_limit=1, local_copies=0,
                             redis_timeout_ms=60000)
        client = service.register()
        connections = [service.client().connect() for _ in range(80)]
        ask = request("GET", "/user/all", token=client.token)
        service.redis_server().pause()
        try:
            for connection in connections:
                connection.send(ask)
            for connection in connections[1:]:
                self.assert_refused(connection.read_answer(), 503)
            service.redis_server().resume()
            self.assert_status(connections[0].read_answer(), 200)
        finally:
            service.redis_server().resume()
            for connection in connections:
                connection.close()

    def test_a_client_that_leaves_the_queue_holds_nobody_up(self):
        service = self.start(workers=1, request_limit=1, local_copies=0,
                             redis_timeout_ms=60000)
        client = service.register()
        connections = [service.client().connect() for _ in range(70)]
        ask = request("GET", "/user/all", token=client.token)
        service.redis_server().pause()
        try:
            for connection in connections:
                connection.send(ask)
            for connection in connections[1:]:
                connection.close()
        finally:
            service.redis_server().resume()
        self.assert_status(connections[0].read_answer(), 200)
        connections[0].close()
        self.assert_status(client.get("/user/all"), 200)
        self.assertEqual(service.stop(), [])
