"""GET /report/{1..7}?from=…&to=…: any period, after any history of parses."""

import datetime
import json
import random
import subprocess

from support.build import program
from support.case import Case, ServiceCase
from support.reference import REPORTS, expected
from support.shop_log import (CORNERS, FIRST_DAY, MALFORMED, line, visits)

DEFAULTS = "235"  # reports of a category


def query_of(since=None, until=None, **more):
    given = {"from": since, "to": until, **more}
    return "?" + "&".join(f"{k}={v}" for k, v in given.items() if v)


def day(number):
    return (FIRST_DAY + datetime.timedelta(days=number)).date().isoformat()


def random_periods(seed, count, days):
    """Some with an open side, some of one day, some beyond the log."""
    dice = random.Random(seed)
    for _ in range(count):
        since = dice.randrange(-2, days + 2)
        until = since + dice.choice([0, 0, 1, 3, days])
        yield (dice.choice([None, day(since), day(since)]),
               dice.choice([None, day(until), day(until)]))


class PeriodCase:
    def assert_period(self, client, log, since, until, **more):
        """All seven reports of the period are those of the reference."""
        wanted = expected(log, since=since, until=until, **more)
        lines = wanted["parse"]["lines"]
        for n in REPORTS:
            category = more if n in DEFAULTS else {}
            query = query_of(since, until, **category)
            with self.subTest(report=n, query=query):
                answer = client.get(f"/report/{n}{query}")
                self.assert_report(answer, wanted[n])
                self.assertEqual(answer.json.get("period"),
                                 {"from": since, "to": until}
                                 if since or until else None)
                self.assertEqual(answer.json["source"]["lines"], lines)


class Periods(PeriodCase, ServiceCase):
    log = CORNERS + visits(30, 3000) + b"".join(MALFORMED.values())

    @classmethod
    def prepare(cls):
        cls.client = cls.service.register()
        parse = cls.client.get("/parse")
        assert parse.status == 201, parse

    def test_give_the_answers_of_the_reference(self):
        for since, until in (("2018-08-04", "2018-08-09"),
                             ("2018-08-06", "2018-08-06"),
                             (None, "2018-08-05"), ("2018-08-10", None),
                             ("2030-01-01", None), (None, "0001-01-01"),
                             ("0001-01-01", "9999-12-31")):
            self.assert_period(self.client, self.log, since, until)

    def test_and_categories_go_together(self):
        self.assert_period(self.client, self.log, "2018-08-05", "2018-08-08",
                           category="caviar")

    def test_that_are_none_are_400(self):
        for query in ("from=2018-08-08&to=2018-08-07", "from=2018-02-30",
                      "to=yesterday", "from=", "to=2018-8-1", "from=20180801",
                      "from=0000-01-01", "from=2018-08-01T00:00:00",
                      "to=10000-01-01", "from=x&to=y"):
            for n in "1", "5", "7":
                with self.subTest(query, report=n):
                    self.assert_refused(
                        self.client.get(f"/report/{n}?{query}"), 400)

    def test_say_what_is_wrong_with_both_sides_at_once(self):
        self.assert_refused(self.client.get("/report/6?from=x&to=y"), 400,
                            fields={"from", "to"})

    def test_without_a_side_are_those_of_all_days_there(self):
        for n in REPORTS:
            whole = self.client.get(f"/report/{n}").json
            for since, until in ((None, "9999-12-31"), ("0001-01-01", None)):
                document = self.client.get(
                    f"/report/{n}{query_of(since, until)}").json
                self.assertEqual(document.pop("period"),
                                 {"from": since, "to": until})
                self.assertEqual(document, whole)

    def test_have_tags_of_their_own(self):
        tags = {}
        for query in ("", query_of("2018-08-04"), query_of(None, "2018-08-04"),
                      query_of("2018-08-04", "2018-08-04")):
            for n in REPORTS:
                path = f"/report/{n}{query}"
                tag = self.client.get(path).header("ETag")
                self.assertNotIn(tag, tags)
                tags[tag] = path
        path = f"/report/4{query_of('2018-08-04')}"
        for tag, owner in tags.items():
            answer = self.client.get(path, headers={"If-None-Match": tag})
            with self.subTest(owner):
                self.assert_status(answer, 304 if owner == path else 200)

    def test_asked_again_are_the_same_from_every_worker(self):
        for n in REPORTS:
            path = f"/report/{n}{query_of('2018-08-03', '2018-08-09')}"
            self.assertEqual(
                len({self.client.get(path).body for _ in range(6)}), 1)

    def test_are_what_the_command_says(self):
        for since, until in (("2018-08-02", "2018-08-11"),
                             ("2018-08-05", None), (None, "2018-08-03")):
            options = (["--from", since] if since else []) + \
                      (["--to", until] if until else [])
            done = subprocess.run(
                [program("trawl"), "report", "--json", *options,
                 self.service.log_path], capture_output=True, timeout=30,
                check=True)
            for n, told in json.loads(done.stdout).items():
                served = self.client.get(
                    f"/report/{n}{query_of(since, until)}").json
                del told["source"], served["source"]
                self.assertEqual(told, served)


class AnySplit(PeriodCase, Case):
    """Random logs in chunks of a few lines, over two workers, each parse after
    the other; the next log begins with the one before, or is another."""

    def test_and_any_growth_give_the_answers_of_the_reference(self):
        log = visits(60, 250, days=9)
        service = self.start(log, chunk_size=3000)
        client = service.register()
        for seed in 61, 62, 63:
            self.assert_status(client.get("/parse"), 201)
            for period in random_periods(seed, 6, 10):
                self.assert_period(client, log, *period)
            more = visits(seed, 100, days=12)
            service.append_log(more)
            log += more
        service.write_log(visits(64, 200, days=5))
        self.assert_status(client.get("/parse"), 201)
        for period in random_periods(64, 6, 6):
            self.assert_period(client, visits(64, 200, days=5), *period)


class Months(PeriodCase, Case):
    """A log of several months, most of which have ended: late lines, days before
    all others, and a month that ends between two parses."""

    def check(self, client, log, seed, days):
        self.assert_status(client.get("/parse"), 201)
        dice = random.Random(seed)
        for _ in range(8):
            since, until = sorted(dice.choices(range(days), k=2))
            self.assert_period(client, log, day(since), day(until))
        self.assert_period(client, log, None, None)

    def test_give_the_answers_of_the_reference(self):
        service = self.start(log := visits(67, 500, days=100), workers=2)
        client = service.register()
        self.check(client, log, 1, 100)
        for seed, visitors, days in (68, 3, 90), (69, 60, 140), (70, 90, 95):
            more = visits(seed, visitors, days=days)
            service.append_log(more)
            log += more
            self.check(client, log, seed, 140)
        fields = service.redis().hash("{logs}:manifest")
        self.assertIn("month:2018-09", fields)
        self.assertNotIn("day:2018-09-10", fields)


class Kept(PeriodCase, Case):
    """How much of what was read may be kept for the next period, in bytes: none,
    some of it and all make no difference."""

    def test_more_or_less_gives_the_answers_of_the_reference(self):
        log = visits(65, 400, days=9)
        for size in 0, 30000, 1 << 20:
            service = self.start(log, workers=1, segment_copies=size)
            client = service.register()
            self.assert_status(client.get("/parse"), 201)
            for period in random_periods(66, 8, 10):
                self.assert_period(client, log, *period)


class Growth(PeriodCase, Case):
    """What a later line changes in a period that is long over."""

    first = b"".join([
        line("/caviar/red/", when="2018-08-01 10:00:00"),
        line("/cart?goods_id=1&amount=1&cart_id=1", when="2018-08-01 10:00:01"),
        line("/semi_manufactures/pie/", when="2018-08-01 10:01:00"),
        line("/cart?goods_id=2&amount=1&cart_id=1", when="2018-08-01 10:01:01"),
        line("/success_pay_1/", when="2018-08-02 11:00:00"),
        line("/success_pay_2/", when="2018-08-02 12:00:00", ip="1.1.1.1"),
    ])

    def check(self, service, client, log):
        self.assert_status(client.get("/parse"), 201)
        for period in (("2018-08-01", "2018-08-01"),
                       ("2018-08-02", "2018-08-02"),
                       ("2018-08-03", "2018-08-08"),
                       ("2018-08-09", None), (None, None)):
            self.assert_period(client, log, *period)

    def grow(self, *more):
        service = self.start(self.first)
        client = service.register()
        self.check(service, client, self.first)
        log = self.first
        for lines in more:
            service.append_log(lines)
            log += lines
            self.check(service, client, log)

    def test_a_vote_that_flips(self):
        self.grow(
            line("/wine/x/", when="2018-08-09 10:00:00") +
            line("/cart?goods_id=1&amount=1&cart_id=9",
                 when="2018-08-09 10:00:01") +
            line("/wine/x/", when="2018-08-09 10:00:02") +
            line("/cart?goods_id=1&amount=1&cart_id=9",
                 when="2018-08-09 10:00:03"))

    def test_a_late_pay_line(self):
        self.grow(line("/pay?user_id=7&cart_id=1", when="2018-08-09 10:00:00"),
                  line("/pay?user_id=7&cart_id=2", when="2018-08-09 11:00:00"),
                  line("/pay?user_id=8&cart_id=2", when="2018-08-09 12:00:00"))

    def test_goods_that_come_into_an_old_cart(self):
        self.grow(line("/caviar/red/", when="2018-08-09 10:00:00") +
                  line("/cart?goods_id=1&amount=1&cart_id=2",
                       when="2018-08-09 10:00:01"))

    def test_days_before_all_others(self):
        self.grow(line("/fresh_fish/eel/", when="2017-01-01 10:00:00") +
                  line("/success_pay_5/", when="2016-12-31 10:00:00"))

    def test_tags_and_ready_answers_go_with_the_generation(self):
        service = self.start(self.first)
        client = service.register()
        path = f"/report/7{query_of('2018-08-02', '2018-08-02')}"
        self.assert_status(client.get("/parse"), 201)
        tag = client.get(path).header("ETag")
        service.append_log(line("/pay?user_id=7&cart_id=1") +
                           line("/pay?user_id=7&cart_id=2"))
        self.assert_status(client.get("/parse"), 201)
        for _ in range(4):
            answer = client.get(path, headers={"If-None-Match": tag})
            self.assert_status(answer, 200)
            self.assertEqual(answer.json["value"], 1)


class Gaps(PeriodCase, Case):
    def test_between_days_are_simply_empty(self):
        log = line("/caviar/", when="2018-08-01 10:00:00") + \
            line("/caviar/", when="2019-08-01 10:00:00")
        service = self.start(log)
        client = service.register()
        self.assert_status(client.get("/parse"), 201)
        for period in (("2018-08-02", "2019-07-31"), ("2018-08-01", None),
                       (None, "2018-07-31"), ("2019-08-02", None),
                       ("2018-08-02", "2019-08-01")):
            self.assert_period(client, log, *period)

    def test_an_empty_log_has_empty_periods(self):
        service = self.start(b"")
        client = service.register()
        self.assert_status(client.get("/parse"), 201)
        for period in random_periods(1, 3, 5):
            self.assert_period(client, b"", *period)
