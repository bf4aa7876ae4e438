"""The answers never depend on the split: any chunk size, any number of
workers; and the chunks of one job are really shared."""

from urllib.parse import quote

from support.case import Case
from support.jobs import map_tasks
from support.reference import REPORTS, expected
from support.shop_log import CATEGORIES, CORNERS, MALFORMED, line, visits

LOG = CORNERS + visits(40, 1200) + b"".join(MALFORMED.values()) + \
    visits(41, 300) + line("/success_pay_3", end="")
TINY = visits(42, 12) + line("/x\x07y/") + line("/caviar/", end="\r")


class Splits(Case):
    def check(self, log, **settings):
        service = self.start(log, **settings)
        client = service.register()
        answer = self.assert_status(client.get("/parse"), 201)
        wanted = expected(log)
        self.assertEqual({k: answer.json[k] for k in
                          ("lines", "malformed", "other")},
                         {k: wanted["parse"][k] for k in
                          ("lines", "malformed", "other")})
        places = [p["offset"] for p in answer.json["malformed_at"]]
        if hasattr(self, "places"):
            self.assertEqual(places, self.places)
        self.places = places
        for n in REPORTS:
            self.assert_report(client.get(f"/report/{n}"), wanted[n])
        for category in wanted["parse"]["categories"]:
            wanted = expected(log, category=category)
            for n in "235":
                self.assert_report(
                    client.get(f"/report/{n}?category={quote(category)}"),
                    wanted[n])
        self.assertEqual(service.stop(), [])

    def test_by_chunk_size(self):
        for chunk_size in (1 << 30, len(LOG), len(LOG) // 2, 65536, 30011,
                           4096):
            with self.subTest(chunk_size=chunk_size):
                self.check(LOG, chunk_size=chunk_size)

    def test_by_workers(self):
        for workers in 1, 2, 5:
            with self.subTest(workers=workers):
                self.check(LOG, workers=workers, chunk_size=20000)

    def test_into_bytes(self):
        for chunk_size in 1, 7, 64:
            with self.subTest(chunk_size=chunk_size):
                self.check(TINY, chunk_size=chunk_size, workers=3)


class Shared(Case):
    def test_slow_chunks_of_one_job_are_taken_by_two_workers(self):
        """Forty blocks that count alike, so that the answers are forty times
        those of one; each long enough that no worker is done with all."""
        block = b"".join(line(f"/{c}/goods_{g}/", ip=ip)
                         for c in CATEGORIES for g in range(40)
                         for ip in ("8.8.8.8", "1.1.1.1", "77.88.8.8",
                                    "192.168.0.1", "2a02:6b8::1")) * 14
        service = self.start(block * 40, chunk_size=len(block))
        client = service.register()
        answer = self.assert_status(client.get("/parse"), 201)
        wanted = expected(block)
        self.assertEqual(answer.json["lines"], 40 * wanted["parse"]["lines"])
        for n in "12":
            got = client.get(f"/report/{n}").json
            self.assertEqual(
                {row["name"]: row["value"] for row in got["ranking"]},
                {row["name"]: 40 * row["value"]
                 for row in wanted[n]["ranking"]})
            self.assertEqual(got["unknown"], 40 * wanted[n]["unknown"])
        with service.redis() as redis:
            tasks = map_tasks(redis, answer.json["job"])
        self.assertEqual(len(tasks), 40)
        workers = {process.pid for process in service.workers()}
        self.assertEqual(set(tasks.values()), workers)
