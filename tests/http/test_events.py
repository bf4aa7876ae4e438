"""GET /parse/{job}/events: a job as it goes on."""

import signal
import socket
import time

from support.case import Case
from support.events import ALIVE, Events
from support.http_client import NoAnswer, request
from support.jobs import Elsewhere
from support.processes import wait_until
from support.shop_log import visits

LOG = visits(63, 500)


class EventCase(Case):
    def begin(self, **settings):
        self.service = self.start(LOG, **settings)
        self.client = self.service.register()
        self.redis = self.service.redis()
        self.addCleanup(self.redis.__exit__)

    def events(self, path="/parse/7/events", last_id=None):
        stream = Events(self.client, path, last_id)
        self.addCleanup(stream.connection.close)
        return stream


class JobEvents(EventCase):
    def test_are_the_documents_of_the_job_to_its_end(self):
        self.begin()
        other = Elsewhere(self.redis, 7, bytes_total=100)
        stream = self.events()
        self.assert_status(stream.head, 200)
        self.assertEqual(stream.head.header("Content-Type"),
                         "text/event-stream")
        self.assertEqual(stream.head.header("Cache-Control"), "no-cache")
        self.assertEqual(stream.next()[1], self.client.get("/parse/7").json)
        other.step(bytes_done=30)
        number, document = stream.news()
        self.assertEqual((number, document["bytes_done"]), (2, 30))
        other.step(bytes_done=60)
        number, document = stream.news()
        self.assertEqual((number, document["bytes_done"]), (3, 60))
        other.end("failed", error="no", error_name="PARSE_FAILED")
        number, document = stream.news()
        self.assertEqual((number, document), (4,
                                              self.client.get("/parse/7").json))
        self.assertEqual(document["state"], "failed")
        self.assertIsNone(stream.next())

    def test_of_a_job_that_is_done_are_one(self):
        self.begin()
        job = self.client.get("/parse").json["job"]
        stream = self.events(f"/parse/{job}/events")
        number, document = stream.next()
        self.assertEqual(document["state"], "done")
        self.assertEqual(document["bytes"], len(LOG))
        self.assertIsNone(stream.next())
        # Over the same connection, as ever.
        stream.connection.send(request("GET", "/"))
        self.assert_status(stream.connection.read_answer(), 200)
        # Whoever has it is told not to come again.
        answer = self.client.get(f"/parse/{job}/events",
                                 headers={"Last-Event-ID": number})
        self.assert_empty(answer)

    def test_go_on_behind_the_last_one(self):
        self.begin()
        other = Elsewhere(self.redis, 7)
        other.step(bytes_done=1)
        with self.events(last_id=2) as stream:
            self.assertEqual(stream.next(), ALIVE)
            other.step(bytes_done=2)
            self.assertEqual(stream.news()[0], 3)
        for strange in "1", "99", "x", "-1", "", "9" * 30:
            with self.events(last_id=strange) as stream:
                self.assertEqual(stream.next()[0], 3, strange)

    def test_tell_between_them_that_they_go_on(self):
        self.begin(event_heartbeat_ms=100)
        Elsewhere(self.redis, 7)
        stream = self.events()
        self.assertEqual(stream.next()[0], 1)
        for _ in range(3):
            self.assertEqual(stream.next(), ALIVE)

    def test_outlast_every_timeout_of_requests(self):
        self.begin(idle_timeout_ms=200, head_timeout_ms=200,
                   body_timeout_ms=200, send_timeout_ms=200)
        other = Elsewhere(self.redis, 7)
        stream = self.events()
        stream.next()
        time.sleep(1)
        other.step(bytes_done=1)
        self.assertEqual(stream.news()[0], 2)

    def test_head_has_no_body(self):
        self.begin()
        Elsewhere(self.redis, 7)
        with self.client.connect() as connection:
            connection.send(request("HEAD", "/parse/7/events",
                                    token=self.client.token))
            answer = connection.read_answer("HEAD")
            self.assert_status(answer, 200)
            self.assertEqual(answer.header("Content-Type"),
                             "text/event-stream")
            connection.send(request("GET", "/"))
            self.assert_status(connection.read_answer(), 200)

    def test_of_http_1_0_end_with_the_connection(self):
        self.begin()
        other = Elsewhere(self.redis, 7)
        with self.client.connect() as connection:
            connection.send(b"GET /parse/7/events HTTP/1.0\r\nAuthorization: "
                            + self.client.token.encode() + b"\r\n\r\n")
            head = connection.read_head()
            self.assertIsNone(head.header("Transfer-Encoding"))
            other.end("done")
            data = b""
            while more := connection.socket.recv(65536):
                data += more
            self.assertIn(b'"state":"done"', data.replace(b": ", b":"))

    def test_of_a_job_that_vanishes_break_off(self):
        self.begin()
        other = Elsewhere(self.redis, 7)
        stream = self.events()
        stream.next()
        self.redis.ask("DEL", other.key)
        with self.assertRaises(NoAnswer):
            while stream.next():
                pass


class Watchers(EventCase):
    def reads(self):
        info = self.redis.ask("INFO", "commandstats")
        for row in info.splitlines():
            if row.startswith("cmdstat_hgetall:"):
                return int(row.split("calls=")[1].split(",")[0])
        return 0

    def test_many_are_one_reader_a_worker(self):
        self.begin()
        other = Elsewhere(self.redis, 7)
        streams = [self.events() for _ in range(40)]
        for stream in streams:
            self.assertEqual(stream.next()[0], 1)
        before, began = self.reads(), time.monotonic()
        time.sleep(1)
        looks = (time.monotonic() - began) / 0.25 + 1
        self.assertLessEqual(self.reads() - before, 2 * looks)
        other.end("done")
        for stream in streams:
            self.assertEqual(stream.news()[1]["state"], "done")
            self.assertIsNone(stream.next())

    def test_who_wait_for_events_take_nobodys_place(self):
        self.begin(request_limit=3, workers=1)
        Elsewhere(self.redis, 7)
        for _ in range(10):
            self.assertEqual(self.events().next()[0], 1)
        self.assert_status(self.client.get("/user/all"), 200)

    def connections(self):
        with open("/proc/net/tcp", encoding="ascii") as table:
            port = f":{self.service.address[1]:04X}"
            return sum(row.split()[1].endswith(port) and row.split()[3] == "01"
                       for row in table.readlines()[1:])

    def test_who_have_gone_are_let_go(self):
        self.begin()
        Elsewhere(self.redis, 7)
        for _ in range(20):
            with self.events() as stream:
                stream.next()
        wait_until("no connection is left", lambda: self.connections() == 0)

    def test_who_do_not_read_are_let_go(self):
        """A long name of a file makes long events; a small window, and soon
        nothing more fits."""
        self.begin(send_timeout_ms=300)
        other = Elsewhere(self.redis, 7)
        slow = socket.socket()
        self.addCleanup(slow.close)
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(self.service.address)
        slow.sendall(request("GET", "/parse/7/events", token=self.client.token))
        wait_until("it is connected", lambda: self.connections() == 1)

        def is_gone():
            other.step(mode="x" * 1_000_000)
            return self.connections() == 0
        wait_until("it is closed", is_gone)

    def test_are_sent_elsewhere_when_the_worker_ends(self):
        self.begin(drain_timeout_ms=60000)
        other = Elsewhere(self.redis, 7)
        stream = self.events()
        self.assertEqual(stream.next()[0], 1)
        worker = self.service.worker_of(stream.connection)
        worker.send(signal.SIGTERM)
        while stream.next():
            pass  # it ends as an answer ends, and so does its worker
        self.assertTrue(stream.connection.is_closed())
        wait_until("the worker has ended", lambda: not worker.is_alive())
        self.service.wait_ready()
        other.step(bytes_done=5)
        with self.events(last_id=1) as again:
            self.assertEqual(again.news()[0], 2)
