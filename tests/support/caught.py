"""A parse whose worker is caught with a task in hand: which one is the case's
choice, through a gate in front of Redis (redis_gate.py)."""

import os

from support.case import Case
from support.http_client import NoAnswer, request
from support.redis_gate import TASKS, Gate
from support.redis_server import RedisServer
from support.reference import REPORTS, expected
from support.service import Service
from support.shop_log import visits

OLD, LOG, NEW = visits(81, 300), visits(80, 2500), visits(82, 1800)
SETTINGS = {"chunk_size": 48 << 10, "task_timeout_ms": 300}
SECRET = "0123456789abcdef"


class Caught(Case):
    """Each case begins with the reports of OLD and LOG in the log's place."""

    settings = SETTINGS
    redis_options = {}  # of RedisServer

    def setUp(self):
        self.redis = RedisServer(**self.redis_options)
        self.addCleanup(self.redis.discard)
        self.redis.start()
        self.gate = Gate(os.path.join(self.redis.home, "gate.sock"),
                         self.redis.path)
        self.service = self.start_on_gate(OLD)
        # Before the service ends, which it does not with a task held.
        self.addCleanup(self.gate.close)
        self.client = self.service.register()
        self.assert_status(self.client.get("/parse"), 201)
        self.assert_reports(OLD)
        self.service.write_log(LOG)

    def start_on_gate(self, log=None, **settings):
        return self.start(log, redis_url=f"unix://{self.gate.path}",
                          secret=SECRET, **{**self.settings, **settings})

    def catch(self, what, path="/parse"):
        """Sends /parse; gives its connection, what is held, and the worker
        that sent it. what: a kind of task, or a question of redis_gate.py."""
        held = self.gate.hold(TASKS.get(what, what))
        connection = self.client.connect()
        self.addCleanup(connection.close)
        connection.send(request("GET", path, token=self.client.token))
        return connection, held, held.wait()

    def answer_or_none(self, connection):
        try:
            return connection.read_answer()
        except NoAnswer:
            return None

    def parse(self, log=LOG, path="/parse"):
        """By somebody who asks until it is answered: all that is asked."""
        self.assert_whole(self.client.ask_until_answered("GET", path), log)

    def end_right(self, connection, log):
        """Done, or refused on a busy machine; then the next one is done."""
        answer = self.answer_or_none(connection)
        if answer is not None and answer.status == 201:
            self.assert_whole(answer, log)
        else:
            self.service.wait_ready()
            self.parse(log)

    def assert_whole(self, answer, log=LOG):
        self.assert_status(answer, 201)
        wanted = expected(log)["parse"]
        for field in "lines", "malformed", "other":
            self.assertEqual(answer.json[field], wanted[field], field)
        self.assertEqual(answer.json["bytes"], len(log))
        self.assert_reports(log)

    def assert_reports(self, log):
        for n in REPORTS:
            self.assert_report(self.client.get(f"/report/{n}"),
                               expected(log)[n])

    def committed(self):
        """All that a commit changes."""
        with self.redis.client() as redis:
            return [redis.hash("{logs}:manifest"),
                    redis.hash("{logs}:checkpoint"),
                    redis.keys("segment:*")]
