"""A parse that is caught in the middle of its map phase."""

from support.case import Case
from support.http_client import NoAnswer, request
from support.jobs import jobs, map_tasks
from support.processes import wait_until
from support.reference import REPORTS, expected
from support.shop_log import visits

# Enough small chunks that the first are done long before the last.
BIG = visits(50, 8000) * 16
OLD = visits(51, 300)
SETTINGS = {"chunk_size": 128 << 10, "task_timeout_ms": 500}


class MidParse(Case):
    """Each case begins with the reports of OLD and BIG in the log's place."""

    def setUp(self):
        self.service = self.start(OLD, **SETTINGS)
        self.client = self.service.register()
        self.assert_status(self.client.get("/parse"), 201)
        self.assert_reports(OLD)
        self.service.write_log(BIG)

    def start_parse(self):
        """Sends /parse and returns its connection when a worker is done
        with a chunk, and the worker that will answer it."""
        connection = self.client.connect()
        self.addCleanup(connection.close)
        with self.service.redis() as redis:
            before = jobs(redis)
            connection.send(request("GET", "/parse", token=self.client.token))

            def begun():
                return any(map_tasks(redis, job) for job in jobs(redis)
                           if job not in before)
            wait_until("a chunk is done", begun)
        return connection, self.service.worker_of(connection)

    def others(self, worker):
        return [p for p in self.service.workers() if p.pid != worker.pid]

    def answer_or_none(self, connection):
        try:
            return connection.read_answer()
        except NoAnswer:
            return None

    def assert_failed_or_right(self, answer):
        """A parse under fault: done, or refused with words."""
        if answer is None:
            return  # its worker died with the connection
        if answer.status == 201:
            self.assertEqual(answer.json["bytes"], len(BIG))
        else:
            self.assert_refused(answer, 503)

    def assert_whole(self, answer):
        self.assert_status(answer, 201)
        wanted = expected(BIG)["parse"]
        self.assertEqual({k: answer.json[k] for k in
                          ("lines", "malformed", "other", "bytes")},
                         dict({k: wanted[k] for k in
                               ("lines", "malformed", "other")},
                              bytes=len(BIG)))
        self.assert_reports(BIG)

    def assert_reports(self, log):
        for n in REPORTS:
            self.assert_report(self.client.get(f"/report/{n}"),
                               expected(log)[n])

    def assert_reports_of_one(self, *logs):
        """The reports are those of one of the logs, and all of the same."""
        lines = self.client.get("/report/1").json["source"]["lines"]
        for log in logs:
            if expected(log)["parse"]["lines"] == lines:
                self.assert_reports(log)
                return
        self.fail(f"reports of {lines} lines")

    def parse_again(self):
        """The next parse is as if nothing had been."""
        self.service.wait_ready()
        self.assert_whole(self.client.ask_until_answered("GET", "/parse"))
