"""Jobs: /parse that does not wait, GET /parse/{job}, and who joins whom."""

import gzip
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor

from support.case import Case
from support.http_client import request
from support.jobs import Elsewhere, jobs
from support.processes import wait_until
from support.reference import REPORTS, expected
from support.shop_log import visits

ASYNC = {"Prefer": "respond-async"}
LOG = visits(60, 900)
# A number that is a time to come: the next one is one more.
ELSEWHERE, AFTER_IT = 9_000_000_000_007, "/parse/9000000000008"


def of_another_kernel(source):
    """What a host that runs another kernel, to which the files have other
    devices and inodes, would write (ingest/source_text.h)."""
    return re.sub(r"(?m)^(\d+ -?\d+) \d+ \d+", r"\1 77 78",
                  source.replace("kernel ", "kernel un", 1))


class JobCase(Case):
    def begin(self, log=LOG, **settings):
        self.service = self.start(log, **settings)
        self.client = self.service.register()
        self.redis = self.service.redis()
        self.addCleanup(self.redis.__exit__)

    def assert_accepted(self, answer):
        """Returns the path of its job."""
        self.assert_status(answer, 202)
        where = answer.header("Location")
        self.assertEqual(where, f"/parse/{answer.json['job']}")
        return where

    def end_of(self, where, state="done"):
        """The document of a job once it is over."""
        def ask():
            document = self.assert_status(self.client.get(where), 200).json
            return document["state"] != "running" and document
        document = wait_until(f"{where} is over", ask)
        self.assertEqual(document["state"], state, document)
        return document

    def assert_reports(self, log):
        for n in REPORTS:
            self.assert_report(self.client.get(f"/report/{n}"),
                               expected(log)[n])


class Accepted(JobCase):
    def test_at_once_and_done_later(self):
        self.begin()
        for method in "GET", "POST":
            answer = self.client.ask(method, "/parse?full=true",
                                     headers=ASYNC)
            where = self.assert_accepted(answer)
            self.assertEqual(answer.header("Preference-Applied"),
                             "respond-async")
            done = self.end_of(where)
            wanted = expected(LOG)["parse"]
            for field in "lines", "malformed", "other":
                self.assertEqual(done[field], wanted[field], field)
            self.assertEqual(done["bytes"], len(LOG))
            self.assertEqual(done["bytes_done"], len(LOG))
            self.assertEqual(done["bytes_total"], len(LOG))
            self.assertEqual(done["lines_done"], wanted["lines"])
            self.assertEqual(done["lines_total"], wanted["lines"])
            self.assertEqual(done["seconds_left"], 0)
            self.assertEqual(done["mode"], "full")
            self.assertEqual(done["job"], answer.json["job"])
            self.assertEqual(done["files"], 1)
            self.assertEqual(done["log_parsing_status"],
                             "added to the database")
            self.assert_reports(LOG)

    def test_of_packed_logs_counts_the_bytes_that_it_reads(self):
        log = visits(64, 60) * 20
        packed = gzip.compress(log)
        for chunk_size in 1 << 20, 1024:
            with self.subTest(chunk_size=chunk_size):
                self.begin(packed, chunk_size=chunk_size,
                           logs_file_name="logs.txt,more.txt")
                with open(self.service.path("more.txt"), "wb") as file:
                    file.write(LOG)
                where = self.assert_accepted(self.client.get("/parse",
                                                             headers=ASYNC))
                done = self.end_of(where)
                self.assertEqual(done["bytes"], len(log) + len(LOG))
                self.assertEqual(done["bytes_total"], len(packed) + len(LOG))
                self.assertEqual(done["bytes_done"], done["bytes_total"])

    def test_is_the_job_of_the_reports_when_nothing_is_unread(self):
        self.begin()
        job = self.client.get("/parse").json["job"]
        where = self.assert_accepted(self.client.get("/parse", headers=ASYNC))
        self.assertEqual(where, f"/parse/{job}")
        self.assertEqual(self.end_of(where)["bytes"], len(LOG))

    def test_is_refused_at_once_without_a_log(self):
        self.begin(log=None)
        self.assert_refused(self.client.get("/parse", headers=ASYNC), 404)

    def test_when_others_are_waited_for_too_long(self):
        self.begin(parse_wait_ms=300)
        other = Elsewhere(self.redis)
        answer = self.client.get("/parse")
        where = self.assert_accepted(answer)
        self.assertIsNone(answer.header("Preference-Applied"))
        self.assertEqual(answer.json["state"], "running")
        other.end("failed", error="no", error_name="PARSE_FAILED")
        self.end_of(where)
        self.assert_reports(LOG)

    def test_outlives_its_client(self):
        self.begin()
        with self.client.connect() as connection:
            connection.send(request("GET", "/parse", headers=ASYNC,
                                    token=self.client.token))
        wait_until("the parse is done",
                   lambda: self.client.get("/report/1").status == 200)
        self.assert_reports(LOG)


class Job(JobCase):
    def test_of_another_host_shows_how_far_it_is(self):
        self.begin()
        other = Elsewhere(self.redis, 7, bytes_total=1000, bytes_done=250,
                          lines_done=5)
        other.set(alive_ms=1_010_000)
        document = self.assert_status(self.client.get("/parse/7"), 200).json
        self.assertEqual(document, {
            "job": "7", "state": "running", "phase": "map",
            "mode": "incremental", "bytes_done": 250, "bytes_total": 1000,
            "lines_done": 5, "lines_total": 20, "bytes_per_second": 25,
            "seconds_left": 30.0, "seconds": 10.0})

    def test_that_has_read_nothing_yet_knows_no_time(self):
        self.begin()
        Elsewhere(self.redis, 7, bytes_total=1000)
        document = self.client.get("/parse/7").json
        self.assertIsNone(document["seconds_left"])
        self.assertIsNone(document["lines_total"])

    def test_that_failed_says_why(self):
        self.begin()
        other = Elsewhere(self.redis, 7)
        other.end("failed", error="logs.txt: it shrank",
                  error_name="LOG_CHANGED")
        document = self.assert_status(self.client.get("/parse/7"), 200).json
        self.assertEqual(document["state"], "failed")
        self.assertEqual(document["error"], {"message": "logs.txt: it shrank",
                                             "error_code": 503})

    def test_that_is_not_there(self):
        self.begin()
        for name in "1", "0", "01", "-1", "x", "9" * 30, "1%31":
            self.assert_refused(self.client.get(f"/parse/{name}"), 404,
                                "No such job")
            self.assert_refused(self.client.get(f"/parse/{name}/events"), 404,
                                "No such job")

    def test_paths_are_exact_and_checks_in_order(self):
        self.begin()
        for path in "/parse/", "/parse/1/", "/parse/1/events/", "/parse/1/x":
            self.assert_refused(self.client.get(path), 404, "Not found")
        job = self.client.get("/parse").json["job"]
        for path in f"/parse/{job}", f"/parse/{job}/events":
            answer = self.client.ask("POST", path, token=None)
            self.assert_refused(answer, 405)
            self.assertEqual(answer.header("Allow"), "GET, HEAD, OPTIONS")
            self.assert_refused(self.client.get(path, token=None), 401)
            answer = self.client.ask("OPTIONS", path, token=None)
            self.assert_empty(answer)
            self.assertEqual(answer.header("Allow"), "GET, HEAD, OPTIONS")
            answer = self.client.ask("HEAD", path)
            self.assert_status(answer, 200)

    def test_records_expire_but_for_the_one_of_the_reports(self):
        self.begin(LOG.rstrip(), job_keep_s=5, chunk_size=4096)
        first = self.client.get("/parse").json["job"]
        record = f"{{logs}}:job:{first}"
        # Nothing else of it is left.
        kept = sorted((record, record + ":tasks"))
        self.assertEqual(sorted(self.redis.ask("KEYS", record + "*")), kept)
        for key in kept:
            self.assertEqual(self.redis.ask("TTL", key), -1, key)
        self.client.get("/parse?full=true")
        for key in kept:
            self.assertIn(self.redis.ask("TTL", key), range(1, 6), key)

    def test_that_another_host_began_is_seen_here(self):
        """Two services over one Redis: either knows the jobs of the other."""
        self.begin()
        address = f"unix://{self.service.path('var/redis.sock')}"
        with open(self.service.path("var/secret"), encoding="ascii") as file:
            secret = file.read().strip()
        there = self.start(LOG, redis_url=address, secret=secret)
        where = self.assert_accepted(self.client.get("/parse", headers=ASYNC))
        self.end_of(where)
        stranger = there.client()
        stranger.token = self.client.token
        self.assertEqual(self.assert_status(stranger.get(where), 200).json,
                         self.client.get(where).json)


class Joined(JobCase):
    def test_a_longer_log_is_read_by_the_next_job(self):
        """Who asks while a job runs that reads less waits for one more job,
        together with all others who do."""
        self.begin()
        other = Elsewhere(self.redis, ELSEWHERE)
        places = {self.assert_accepted(self.client.get("/parse",
                                                       headers=ASYNC))
                  for _ in range(5)}
        self.assertEqual(places, {AFTER_IT})
        waiting = self.client.get(AFTER_IT).json
        self.assertEqual((waiting["state"], waiting["phase"]),
                         ("running", "waiting"))
        more = visits(61, 100)
        self.service.append_log(more)
        other.end("failed", error="no", error_name="PARSE_FAILED")
        self.assertEqual(self.end_of(AFTER_IT)["bytes"], len(LOG + more))
        self.assert_reports(LOG + more)

    def test_those_who_wait_take_no_place_from_others(self):
        """Nor do those who have gone, for whom the job goes on."""
        self.begin(request_limit=3, workers=1)
        other = Elsewhere(self.redis, ELSEWHERE)
        waiting = [self.client.connect() for _ in range(12)]
        for connection in waiting:
            self.addCleanup(connection.close)
            connection.send(request("GET", "/parse", token=self.client.token))
            # Answered behind it: the one worker has it by then.
            self.assert_status(self.client.get("/user/auth"), 200)
        self.service.log_in()
        for connection in waiting[:6]:
            connection.close()
        self.service.log_in()
        wait_until("they wait",
                   lambda: self.redis.ask("EXISTS", "{logs}:next"))
        other.end("failed", error="no", error_name="PARSE_FAILED")
        for connection in waiting[6:]:
            self.assert_status(connection.read_answer(), 201)

    def test_a_full_parse_is_not_an_incremental_one(self):
        self.begin()
        self.client.get("/parse")
        source = self.redis.hash("{logs}:checkpoint")["source"]
        other = Elsewhere(self.redis, ELSEWHERE)
        other.set(source=source)  # reads what there is, but only what is new
        with ThreadPoolExecutor(1) as pool:
            full = pool.submit(self.client.get, "/parse?full=true")
            wait_until("it waits",
                       lambda: self.redis.ask("EXISTS", "{logs}:next"))
            self.assertFalse(full.done())
            other.end("failed", error="no", error_name="PARSE_FAILED")
            answer = self.assert_status(full.result(), 201)
        self.assertEqual(answer.json["mode"], "full")
        self.assertEqual("/parse/" + answer.json["job"], AFTER_IT)

    def test_hosts_with_different_kernels_share_a_job(self):
        self.begin()
        self.client.get("/parse")
        source = self.redis.hash("{logs}:checkpoint")["source"]
        other = Elsewhere(self.redis, ELSEWHERE)
        other.set(source=of_another_kernel(source), mode="full")
        where = self.assert_accepted(
            self.client.get("/parse?full=true", headers=ASYNC))
        self.assertEqual(where, f"/parse/{ELSEWHERE}")

    def test_a_log_that_a_host_with_another_kernel_has_read_is_known(self):
        self.begin()
        job = self.client.get("/parse").json["job"]
        source = self.redis.hash("{logs}:checkpoint")["source"]
        self.redis.ask("HSET", "{logs}:checkpoint", "source",
                       of_another_kernel(source))
        again = self.client.get("/parse").json
        self.assertEqual((again["mode"], again["job"]), ("unchanged", job))
        more = visits(63, 100)
        self.service.append_log(more)
        self.assertEqual(self.client.get("/parse").json["mode"], "incremental")
        self.assert_reports(LOG + more)

    def test_a_log_that_is_known_by_then_is_not_read(self):
        self.begin(chunk_size=4096)
        other = Elsewhere(self.redis, 7)
        where = self.assert_accepted(self.client.get("/parse", headers=ASYNC))
        # The other job has read it all meanwhile, as far as anybody can see.
        self.redis.ask("RENAME", "{logs}:running", "kept")
        self.redis.ask("RENAME", "{logs}:next", "kept:next")
        reports = self.client.get("/parse").json["job"]
        self.redis.ask("RENAME", "kept:next", "{logs}:next")
        done = self.end_of(where)
        self.assertEqual(done["mode"], "unchanged")
        self.assertEqual(done["bytes_done"], 0)
        self.assertEqual(done["bytes_total"], 0)
        self.assertEqual(
            self.client.get("/report/1").json["source"]["job"], reports)
        self.assertEqual(done["bytes"], len(LOG))
        self.assertEqual(done["job"], where.rpartition("/")[2])
        self.assertEqual(other.number, 7)
        record = f"{{logs}}:job:{done['job']}"
        for key in record, record + ":tasks":
            self.assertGreater(self.redis.ask("TTL", key), 0, key)

    def test_a_host_that_sees_no_log_speaks_for_itself(self):
        self.begin()
        Elsewhere(self.redis, ELSEWHERE)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(self.client.get, "/parse")
            wait_until("it waits",
                       lambda: self.redis.ask("EXISTS", "{logs}:next"))
            # Such a host was the one to look at the log for the next job.
            self.redis.ask("DEL", "{logs}:next")
            Elsewhere(self.redis, ELSEWHERE + 1).end(
                "failed", phase="plan", error_name="NO_LOG",
                error="logs.txt: there is no such file")
            self.assert_status(waiting.result(), 201)
        self.assert_reports(LOG)

    def test_a_failure_is_told_to_all_who_wait(self):
        self.begin()
        self.client.get("/parse")
        self.service.append_log(visits(62, 10))
        other = Elsewhere(self.redis, 7)
        with ThreadPoolExecutor(3) as pool:
            waiting = [pool.submit(self.client.get, "/parse")
                       for _ in range(3)]
            wait_until("they wait",
                       lambda: self.redis.ask("EXISTS", "{logs}:next"))
            time.sleep(0.3)  # the others, too, as far as one can see
            os.unlink(self.service.log_path)
            other.end("failed", error="no", error_name="PARSE_FAILED")
            for answer in (w.result() for w in waiting):
                self.assert_refused(answer, 404)
                self.assertIn("logs.txt", answer.json["message"])
        self.assertEqual(len(jobs(self.redis)), 3)
