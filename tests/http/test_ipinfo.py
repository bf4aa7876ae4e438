"""Countries by IPinfo: asked for in batches, each address once; all of them, or
all from the local tables."""

import collections

from support import ipinfo
from support.case import Case
from support.ipinfo import IPinfo, country_of
from support.processes import wait_until
from support.redis_server import RedisServer
from support.reference import REPORTS, expected
from support.shop_log import line, visits

TOKEN = "open-sesame"
RESERVED = ["10.1.2.3", "192.168.0.1", "203.0.113.9", "2001:db8::1", "::1"]
PUBLIC = [f"8.{i // 256}.{i % 256}.7" for i in range(1300)] + \
    [f"2a02:6b8::{i:x}" for i in range(1, 200)]
LOG = b"".join(line("/fresh_fish/x/" if i % 3 else "/", ip=ip)
               for i, ip in enumerate((PUBLIC + RESERVED) * 2))
SMALL, GROWTH = visits(95, 400), visits(96, 300)


class Countries(Case):
    def open(self, log, **settings):
        self.api = IPinfo(TOKEN)
        self.addCleanup(self.api.close)
        service = self.start(log, **{
            "ipinfo_token": TOKEN, "ipinfo_url": self.api.url,
            "ipinfo_timeout_ms": 500, **settings})
        return service, service.register()

    def parse(self, client, mode=None, path="/parse"):
        answer = self.assert_status(client.get(path), 201)
        if mode:
            self.assertEqual(answer.json["mode"], mode)
        return client.get("/report/1").json

    def assert_from_ipinfo(self, report, addresses):
        self.assertRegex(report["source"]["geo"], r"^ipinfo [0-9a-f]{8}$")
        counts = collections.Counter(country_of(a) for a in addresses)
        self.assertEqual({row["code"]: row["value"]
                          for row in report["ranking"]},
                         {k: v for k, v in counts.items() if k})

    def assert_local(self, client, log, why):
        """Every report is that of the local tables, and says why."""
        for n in REPORTS:
            answer = client.get(f"/report/{n}")
            self.assert_report(answer, expected(log)[n])
            self.assertRegex(answer.json["source"]["geo"],
                             rf"^ranges [0-9a-f]{{8}} \(IPinfo: {why}\)$")

    def test_come_in_batches_each_address_once(self):
        _, client = self.open(LOG, chunk_size=16 << 10, workers=3)
        report = self.parse(client, "full")
        self.assert_from_ipinfo(report, PUBLIC * 2)
        self.assertEqual(report["unknown"], 2 * len(RESERVED) + 2 * sum(
            country_of(a) == "" for a in PUBLIC))
        self.assertEqual(sorted(self.api.asked()), sorted(PUBLIC))
        self.assertEqual(self.api.wrong, [])

    def test_are_asked_for_once_by_the_tasks_of_one_worker(self):
        _, client = self.open(LOG, chunk_size=16 << 10, workers=1)
        self.api.behave = ipinfo.slowly
        self.assert_from_ipinfo(self.parse(client, "full"), PUBLIC * 2)
        self.assertEqual(sorted(self.api.asked()), sorted(PUBLIC))

    def test_of_a_small_log(self):
        _, client = self.open(LOG)
        self.assert_from_ipinfo(self.parse(client, "full"), PUBLIC * 2)
        self.assertEqual(sorted(self.api.asked()), sorted(PUBLIC))
        self.assertLessEqual(max(map(len, self.api.batches)), 1000)

    def test_are_remembered_and_growth_asks_for_new_ones_only(self):
        service, client = self.open(line("/", ip="8.8.8.8"), ipinfo_ttl=1000)
        self.parse(client, "full")
        self.parse(client, "full", "/parse?full=true")
        self.assertEqual(self.api.asked(), ["8.8.8.8"])
        service.append_log(line("/", ip="8.8.8.8") + line("/", ip="9.9.9.9"))
        self.assert_from_ipinfo(self.parse(client, "incremental"),
                                ["8.8.8.8", "8.8.8.8", "9.9.9.9"])
        self.assertEqual(self.api.asked(), ["8.8.8.8", "9.9.9.9"])
        with service.redis() as redis:
            self.assertIn(redis.ask("TTL", "{countries}:9.9.9.9"),
                          range(900, 1001))

    def test_are_local_when_anything_goes_wrong(self):
        for behave, why in ((ipinfo.refuse(401), "HTTP status 401"),
                            (ipinfo.refuse(429), "HTTP status 429"),
                            (ipinfo.refuse(500), "HTTP status 500"),
                            (ipinfo.omit, "its answer leaves out .*"),
                            (ipinfo.truncate, ".+"),
                            (ipinfo.cut_short, ".+"),
                            (ipinfo.names, ".* is no code of a country"),
                            (ipinfo.no_text, ".* no country for \ufffd"),
                            (ipinfo.delay, "no answer within 500 ms")):
            with self.subTest(why=why):
                service, client = self.open(SMALL)
                self.api.behave = behave
                self.parse(client, "full")
                self.assert_local(client, SMALL, why)
                self.assertNotIn(TOKEN, service.output())
                self.assertEqual(service.stop(), [])

    def test_are_all_local_when_half_were_answered(self):
        _, client = self.open(LOG, chunk_size=16 << 10)
        self.api.behave = ipinfo.limit(1)
        self.parse(client, "full")
        self.assert_local(client, LOG, "HTTP status 429")

    def test_of_a_growth_that_fails_are_all_local(self):
        service, client = self.open(SMALL, chunk_size=16 << 10)
        self.parse(client, "full")
        service.append_log(GROWTH)
        self.api.behave = ipinfo.refuse(503)
        self.parse(client, "full")
        self.assert_local(client, SMALL + GROWTH, "HTTP status 503")

    def end_of(self, client, job):
        def ask():
            document = self.assert_status(client.get(f"/parse/{job}"), 200)
            return document.json["state"] != "running" and document.json
        return wait_until(f"job {job} is over", ask)

    def test_that_fail_are_of_a_job_that_names_the_next(self):
        """So whoever did not wait finds the one that does the work."""
        service, client = self.open(SMALL)
        self.api.behave = ipinfo.refuse(503)
        answer = client.ask("GET", "/parse",
                            headers={"Prefer": "respond-async"})
        self.assert_status(answer, 202)
        failed = self.end_of(client, answer.json["job"])
        self.assertEqual((failed["state"], failed["error"]["error_code"]),
                         ("failed", 503))
        done = self.end_of(client, failed["next"])
        self.assertEqual((done["state"], done["mode"]), ("done", "full"))
        self.assertNotIn("next", done)
        self.assert_local(client, SMALL, "HTTP status 503")
        with service.redis() as redis:
            lives = [redis.ask("HGET", "{logs}:job:" + job["job"], "keep_s")
                     for job in (failed, done)]
        self.assertEqual(lives[0], lives[1])

    def test_are_those_of_ipinfo_again_when_it_is_back(self):
        service, client = self.open(line("/", ip="8.8.8.8"))
        self.api.behave = ipinfo.refuse(503)
        self.parse(client, "full")
        self.api.behave = None
        with service.redis() as redis:
            redis.ask("DEL", "{countries}:away")
        self.assert_from_ipinfo(self.parse(client, "full"), ["8.8.8.8"])

    def test_without_an_answer_for_long_are_not_asked_for_again_and_again(self):
        service, client = self.open(SMALL)
        self.api.behave = ipinfo.refuse(429)
        self.parse(client, "full")
        service.append_log(GROWTH)
        self.parse(client, "incremental")
        self.assert_local(client, SMALL + GROWTH, "HTTP status 429")
        self.assertEqual(len(self.api.batches), 1)

    def test_of_a_job_that_has_failed_are_asked_for_by_the_next(self):
        """Though one of its tasks was stopped with its questions open."""
        log = LOG + LOG
        service, client = self.open(log, chunk_size=16 << 10, workers=1,
                                    ipinfo_timeout_ms=15000)
        held = self.api.behave = ipinfo.hold()
        answer = client.ask("GET", "/parse",
                            headers={"Prefer": "respond-async"})
        self.assert_status(answer, 202)
        wait_until("two tasks ask", lambda: len(self.api.batches) == 2)
        service.write_log(LOG)
        held.let_one()
        failed = self.end_of(client, answer.json["job"])
        self.assertEqual(failed["state"], "failed")
        self.api.behave = None
        self.assert_from_ipinfo(self.parse(client, "full"), PUBLIC * 2)

    def test_of_a_worker_that_has_died_are_asked_for_by_who_waits(self):
        """Though all hands wait for them, so that nobody has its task."""
        service, client = self.open(
            line("/", ip="8.8.8.8") * 1000, workers=1, chunk_size=4096,
            ipinfo_timeout_ms=15000, task_timeout_ms=300)
        self.api.behave = ipinfo.hold()
        answer = client.ask("GET", "/parse",
                            headers={"Prefer": "respond-async"})
        self.assert_status(answer, 202)
        wait_until("it asks", lambda: self.api.batches)
        self.api.behave = None
        for worker in service.workers():
            worker.kill()
        service.wait_ready()
        self.assertEqual(self.end_of(client, answer.json["job"])["state"],
                         "done")
        self.assert_from_ipinfo(client.get("/report/1").json,
                                ["8.8.8.8"] * 1000)

    def test_of_a_host_that_ends_are_asked_for_by_another(self):
        """Which waits for them with all its hands."""
        log = line("/", ip="8.8.8.8") * 1000
        redis = RedisServer()
        self.addCleanup(redis.discard)
        redis.start()
        settings = {"redis_url": f"unix://{redis.path}", "workers": 1,
                    "secret": "the secret of both hosts", "chunk_size": 4096,
                    "ipinfo_timeout_ms": 15000, "task_timeout_ms": 300}
        one, client = self.open(log, **settings)
        self.api.behave = ipinfo.hold()
        answer = client.ask("GET", "/parse",
                            headers={"Prefer": "respond-async"})
        self.assert_status(answer, 202)
        wait_until("it asks", lambda: self.api.batches)
        two = self.start(logs_file_name=one.log_path, ipinfo_token=TOKEN,
                         ipinfo_url=self.api.url, **settings)
        with redis.client() as asking:
            wait_until("the other one waits", lambda: asking.ask(
                "XPENDING", "{logs}:tasks", "workers")[0] == 4)
        self.api.behave = None
        self.assertEqual(one.stop(), [])
        client.address = two.address
        self.assertEqual(self.end_of(client, answer.json["job"])["state"],
                         "done")
        self.assert_from_ipinfo(client.get("/report/1").json,
                                ["8.8.8.8"] * 1000)

    def test_of_another_source_make_the_next_parse_full(self):
        service, client = self.open(SMALL)
        self.parse(client, "full")
        self.assertEqual(service.stop(), [])
        del service.settings["ipinfo_token"]
        service.start()
        client.address = service.address
        self.parse(client, "full")
        for n in REPORTS:
            self.assert_report(client.get(f"/report/{n}"),
                               expected(SMALL)[n])
