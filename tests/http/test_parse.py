"""GET and POST /parse: what is read, what is said of it, what is refused."""

import gzip
import os
from concurrent.futures import ThreadPoolExecutor

from support.case import Case, ServiceCase
from support.http_client import request
from support.reference import REPORTS, expected
from support.shop_log import CORNERS, MALFORMED, line, visits


class ParseCase(Case):
    def parse(self, client, log, mode=None, method="GET", path="/parse"):
        """Parses, and holds all that is said of it against the reference.

        log: the bytes that lie there, or a tuple of those of several files."""
        answer = self.assert_status(client.ask(method, path), 201)
        said, wanted = answer.json, expected(log)["parse"]
        self.assertEqual(said["log_parsing_status"], "added to the database")
        for field in "lines", "malformed", "other":
            self.assertEqual(said[field], wanted[field], field)
        files = (log,) if isinstance(log, bytes) else log
        self.assertEqual(said["files"], len(files))
        self.assertEqual(said["bytes"], sum(map(len, files)))
        self.assertTrue(said["job"])
        self.assertGreaterEqual(said["seconds"], 0)
        self.assertIn(said["mode"], [mode] if mode else
                      ["full", "incremental", "unchanged"])
        return said

    def assert_reports(self, client, log, **asked):
        wanted = expected(log, **asked)
        for n in REPORTS:
            with self.subTest(report=n):
                self.assert_report(client.get(f"/report/{n}"), wanted[n])


class Parse(ParseCase):
    def parsed(self, log, **settings):
        """A service that has parsed the log."""
        service = self.start(log, **settings)
        client = service.register()
        self.parse(client, log, "full")
        return service, client

    def test_answers_the_same_to_get_and_post(self):
        log = visits(1, 500)
        service = self.start(log)
        client = service.register()
        self.parse(client, log, "full", "POST")
        self.parse(client, log, None, "GET")
        self.parse(client, log, "full", "GET", "/parse?full=true")
        self.parse(client, log, "full", "POST", "/parse?full=true")
        self.assert_reports(client, log)

    def test_is_done_when_it_is_answered(self):
        log = visits(2, 300)
        client = self.start(log).register()
        self.assert_refused(client.get("/report/1"), 409)
        self.parse(client, log)
        self.assert_reports(client, log)

    def test_refuses_a_flag_of_another_form(self):
        client = self.start(line("/")).register()
        self.assert_refused(client.get("/parse?full=maybe"), 400)

    def test_counts_malformed_lines_and_tells_the_first_ten_places(self):
        log, places = b"", []
        for broken in MALFORMED.values():
            log += line("/fresh_fish/")
            places.append(len(log))
            log += broken
        service = self.start(log)
        client = service.register()
        said = self.parse(client, log)
        self.assertEqual(said["malformed"], len(MALFORMED))
        self.assertEqual(said["malformed_at"],
                         [{"file": "logs.txt", "offset": at}
                          for at in places[:10]])
        self.assert_reports(client, log)

    def test_shows_what_is_text_of_a_file_name_that_is_none(self):
        name, shown = os.fsdecode(b"gr\xfc\xdf.log"), "gr\ufffd\ufffd.log"
        service = self.start(logs_file_name=name)
        client = service.register()
        path = service.path(name)
        with open(path, "wb") as file:
            file.write(b"malformed\n")
        said = self.assert_status(client.get("/parse"), 201).json
        self.assertEqual(said["malformed_at"], [{"file": shown, "offset": 0}])
        source = client.get("/report/1").json["source"]
        self.assertEqual(source["files"], [shown])
        os.unlink(path)
        refused = self.assert_refused(client.get("/parse"), 404)
        self.assertTrue(refused.json["message"].startswith(shown + ": there"))

    def test_says_no_place_when_all_is_well_formed(self):
        _, client = self.parsed(visits(3, 200))
        self.assertEqual(client.get("/parse").json["malformed_at"], [])

    def test_of_lines_that_look_like_others(self):
        log = CORNERS + visits(4, 300) + CORNERS
        _, client = self.parsed(log)
        self.assert_reports(client, log)

    def test_of_an_empty_log_gives_empty_reports(self):
        for log in b"", b"\n\r\n\n":
            _, client = self.parsed(log)
            self.assert_reports(client, log)
            source = client.get("/report/1").json["source"]
            self.assertEqual((source["from"], source["to"]), (None, None))

    def test_of_malformed_lines_alone(self):
        log = b"".join(MALFORMED.values())
        _, client = self.parsed(log)
        self.assert_reports(client, log)

    def test_counts_an_unterminated_last_line(self):
        log = visits(5, 200) + line("/success_pay_1/", end="")
        service, client = self.parsed(log)
        self.assert_reports(client, log)
        rest = b"\n" + line("/frozen_fish/")
        service.append_log(rest)  # it was whole: the end of its line follows
        self.parse(client, log + rest)
        self.assert_reports(client, log + rest)

    def test_reads_an_unterminated_line_again_when_it_has_grown(self):
        half = visits(6, 200) + line("/success_pay_1", end="")
        service, client = self.parsed(half)
        rest = b"2/\n" + line("/cart?goods_id=1&amount=1&cart_id=12")
        service.append_log(rest)
        self.parse(client, half + rest)
        self.assert_reports(client, half + rest)


class ChangedLog(ParseCase):
    def test_that_grew_is_parsed_with_what_is_new(self):
        whole = visits(7, 900)
        cut = whole.index(b"\n", len(whole) // 2) + 1
        service = self.start(whole[:cut])
        client = service.register()
        self.parse(client, whole[:cut], "full")
        service.append_log(whole[cut:])
        self.parse(client, whole, "incremental")
        self.assert_reports(client, whole)

    def test_that_grew_by_pieces_of_lines(self):
        whole, tags = visits(15, 900), set()
        cuts = [len(whole) // 3, *range(len(whole) // 2, len(whole), 9001),
                len(whole)]
        service = self.start(whole[:cuts[0]])
        client = service.register()
        self.parse(client, whole[:cuts[0]], "full")
        for start, end in zip(cuts, cuts[1:]):
            service.append_log(whole[start:end])
            self.parse(client, whole[:end], "incremental")
            self.assert_reports(client, whole[:end])
            tags.add(client.get("/report/1").header("ETag"))
        self.assertEqual(len(tags), len(cuts) - 1)

    def test_that_was_rotated_is_read_from_where_it_ended(self):
        old, more, new = visits(16, 400), visits(17, 50), visits(18, 100)
        service = self.start(old, logs_file_name="logs.txt*")
        client = service.register()
        self.parse(client, old, "full")
        service.append_log(more)
        os.rename(service.log_path, service.log_path + ".1")
        os.utime(service.log_path + ".1", (1, 1))
        service.write_log(new)
        self.parse(client, (old + more, new), "incremental")
        self.assert_reports(client, (old + more, new))

    def test_that_was_replaced_is_parsed_whole(self):
        service = self.start(visits(8, 600))
        client = service.register()
        client.get("/parse")
        for seed, lines in (9, 600), (10, 900), (11, 100):
            log = visits(seed, lines)
            service.write_log(log)
            self.parse(client, log, "full")
            self.assert_reports(client, log)

    def test_that_was_rewritten_in_place_is_parsed_whole(self):
        service = self.start(visits(12, 400))
        client = service.register()
        client.get("/parse")
        for log in (visits(13, 100), line("/caviar/") + visits(12, 400)):
            with open(service.log_path, "r+b") as file:  # the same inode
                file.truncate(0)
                file.write(log)
            self.parse(client, log, "full")
            self.assert_reports(client, log)

    def test_that_vanished_leaves_the_old_reports(self):
        log = visits(14, 200)
        service = self.start(log)
        client = service.register()
        self.parse(client, log)
        os.unlink(service.log_path)
        self.assert_refused(client.get("/parse"), 404)
        self.assert_reports(client, log)
        service.write_log(log)
        self.parse(client, log)

    def test_that_is_the_same_gives_the_same(self):
        log = visits(15, 200)
        client = self.start(log).register()
        first = self.parse(client, log)
        again = self.parse(client, log, "unchanged")
        for field in "lines", "bytes", "malformed", "malformed_at", "other":
            self.assertEqual(again[field], first[field])
        self.assert_reports(client, log)

    def test_whose_reports_have_lost_a_part_is_parsed_whole(self):
        log, more = visits(18, 900, days=70), line("/caviar/")
        service = self.start(log)
        client = service.register()
        self.parse(client, log)
        for part in ("day", "month", "carts", "addresses", "votes",
                     "categories"):
            for growth in b"", more:
                with self.subTest(part=part, growth=growth):
                    with service.redis() as redis:
                        redis.ask("DEL", redis.keys(f"segment:*-{part}*")[-1])
                    service.append_log(growth)
                    log += growth
                    self.parse(client, log, "full")
                    self.assert_reports(client, log)

    def test_says_what_to_do_when_a_part_of_the_reports_is_lost(self):
        service = self.start(visits(19, 300))
        client = service.register()
        self.parse(client, visits(19, 300))
        with service.redis() as redis:
            redis.ask("DEL", redis.keys("segment:*-day-*")[0])
        self.assert_refused(
            client.get("/report/1"), 503,
            "A part of the reports is gone from Redis; parse again")


class NoLog(Case):
    def refuse(self, service, name=None):
        client = service.register()
        for path in "/parse", "/parse?full=true":
            answer = self.assert_refused(client.get(path), 404)
            if name:
                self.assertIn(name, answer.json["message"])
        self.assert_refused(client.get("/report/1"), 409)

    def test_missing(self):
        self.refuse(self.start(), "logs.txt")

    def test_a_directory(self):
        service = self.start()
        os.mkdir(service.log_path)
        self.refuse(service, "logs.txt")

    def test_a_fifo_is_not_waited_for(self):
        service = self.start()
        os.mkfifo(service.log_path)
        self.refuse(service, "logs.txt")

    def test_a_dangling_link(self):
        service = self.start()
        os.symlink(service.path("nowhere"), service.log_path)
        self.refuse(service, "logs.txt")

    def test_a_link_to_itself(self):
        service = self.start()
        os.symlink("logs.txt", service.log_path)
        self.refuse(service, "logs.txt")

    def test_below_a_file(self):
        service = self.start(line("/"), logs_file_name="logs.txt/x")
        self.refuse(service)

    def test_a_glob_of_nothing(self):
        self.refuse(self.start(logs_file_name="log-*.txt"), "log-*.txt")

    def test_one_of_several_missing(self):
        self.refuse(self.start(line("/"), logs_file_name="logs.txt,more.txt"),
                    "more.txt")

    def test_a_device(self):
        self.refuse(self.start(logs_file_name="/dev/zero"))


class SeveralFiles(ParseCase):
    def lay(self, service, files):
        """files: name -> bytes, oldest first."""
        for age, (name, data) in enumerate(files.items()):
            with open(service.path(name), "wb") as file:
                file.write(data)
            os.utime(service.path(name), (1_500_000_000 + age,) * 2)

    def pieces(self):
        """One log cut into three, twice in the middle of a visit."""
        whole = visits(20, 900)
        cuts = [whole.index(b"\n", len(whole) * i // 3) + 1 for i in (1, 2)]
        return whole[:cuts[0]], whole[cuts[0]:cuts[1]], whole[cuts[1]:]

    def test_named_one_by_one_are_read_in_that_order(self):
        service = self.start(logs_file_name="c.log,a.log,b.log")
        pieces = self.pieces()
        self.lay(service, dict(zip(["c.log", "a.log", "b.log"], pieces)))
        client = service.register()
        self.parse(client, pieces, "full")
        self.assert_reports(client, pieces)
        self.assertEqual(client.get("/report/1").json["source"]["files"],
                         ["c.log", "a.log", "b.log"])

    def test_of_a_glob_are_read_by_time(self):
        service = self.start(logs_file_name="shop.log*")
        pieces = self.pieces()
        names = ["shop.log.2", "shop.log.1", "shop.log"]
        self.lay(service, dict(zip(names, pieces)))
        client = service.register()
        self.parse(client, pieces, "full")
        self.assert_reports(client, pieces)
        self.assertEqual(client.get("/report/1").json["source"]["files"],
                         names)

    def test_packed_are_read_as_their_text(self):
        service = self.start(logs_file_name="*.gz", chunk_size=4096)
        pieces = self.pieces()
        paddings = bytes(10240), b"", bytes(1)
        self.lay(service, {f"{i}.gz": gzip.compress(piece) + padding
                           for i, (piece, padding) in
                           enumerate(zip(pieces, paddings))})
        client = service.register()
        self.parse(client, pieces, "full")
        self.assert_reports(client, pieces)
        with open(service.path("0.gz"), "ab") as file:
            file.write(b"x")
        refusal = self.assert_refused(client.get("/parse"), 503)
        self.assertIn("0.gz: is damaged near byte ", refusal.json["message"])
        self.assert_reports(client, pieces)

    def test_that_are_being_packed_count_once(self):
        service = self.start(logs_file_name="shop.log*")
        pieces = self.pieces()
        self.lay(service, dict(zip(["shop.log.2", "shop.log.1", "shop.log"],
                                   pieces)))
        client = service.register()
        self.parse(client, pieces, "full")
        plain, packed = (service.path("shop.log.2" + end)
                         for end in ("", ".gz"))
        text = gzip.compress(pieces[0])
        for length in 0, len(text) // 2, len(text):
            with open(packed, "wb") as file:
                file.write(text[:length])
            self.parse(client, pieces, "unchanged")
        os.utime(packed, ns=(os.stat(plain).st_mtime_ns,) * 2)
        self.parse(client, pieces, "unchanged")
        os.unlink(plain)
        self.parse(client, pieces, "full")
        self.assert_reports(client, pieces)

    def test_named_twice_counts_once(self):
        log = visits(21, 100)
        service = self.start(log, logs_file_name="logs.txt,./logs.txt")
        self.parse(service.register(), log, "full")

    def test_that_end_without_a_line_end_end_their_line(self):
        service = self.start(logs_file_name="a.log,b.log")
        pieces = line("/fresh_fish/", end=""), line("/caviar/")
        self.lay(service, dict(zip(["a.log", "b.log"], pieces)))
        client = service.register()
        self.parse(client, pieces, "full")
        self.assert_reports(client, pieces)


class Joined(ParseCase):
    def test_parses_asked_for_at_once_all_end_right(self):
        log = visits(23, 4000)
        service = self.start(log, chunk_size=65536)
        client = service.register()
        with ThreadPoolExecutor(6) as pool:
            said = list(pool.map(lambda _: client.get("/parse?full=true"),
                                 range(6)))
        for answer in said:
            self.assert_status(answer, 201)
            self.assertEqual(answer.json["bytes"], len(log))
        self.assert_reports(client, log)

    def test_a_parse_of_a_longer_log_reads_the_rest(self):
        """Whoever asks after the log has grown gets all that was there."""
        log = visits(24, 6000)
        cut = log.index(b"\n", len(log) // 2) + 1
        service = self.start(log[:cut], chunk_size=32768)
        client = service.register()
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(client.get, "/parse")
            service.append_log(log[cut:])
            self.parse(client, log)
            self.assert_status(first.result(), 201)
        self.assert_reports(client, log)

    def test_a_client_that_goes_away_ends_no_parse(self):
        log = visits(25, 3000)
        service = self.start(log, chunk_size=16384)
        client = service.register()
        for _ in range(3):
            with client.connect() as connection:
                connection.send(request("GET", "/parse", token=client.token))
        self.parse(client, log)
        self.assert_reports(client, log)


class OtherRequests(ServiceCase):
    """While a log is parsed, everybody else is served."""

    settings = {"chunk_size": 65536}
    log = visits(26, 20000)

    def test_are_answered_meanwhile(self):
        client = self.service.register()
        with ThreadPoolExecutor(1) as pool:
            parse = pool.submit(client.get, "/parse")
            asked = 0
            while not parse.done() or asked < 20:
                self.assert_status(client.get("/user/all"), 200)
                self.assertIn(client.get("/report/1").status, (200, 409))
                asked += 1
            self.assert_status(parse.result(), 201)
