"""GET /report/{1..7}: the answers, their form, their categories."""

import re

from support.case import ServiceCase
from support.clock import moment
from support.http_client import request
from support.reference import REPORTS, expected
from support.shop_log import CATEGORIES, CORNERS, MALFORMED, line, visits

TOP = {"report", "question", "answer", "unit", "value", "ranking", "source"}
OWN = {"1": {"unknown"}, "2": {"category", "unknown"},
       "3": {"category", "hours"}, "4": {"series"},
       "5": {"category", "carts"}, "6": set(), "7": {"buyers"}}
SOURCE = {"job", "files", "lines", "malformed", "from", "to", "parsed_at",
          "geo"}
DEFAULTS = {"2": "fresh_fish", "3": "frozen_fish", "5": "semi_manufactures"}


class ReportsCase(ServiceCase):
    log = CORNERS + visits(30, 3000) + b"".join(MALFORMED.values())

    @classmethod
    def prepare(cls):
        cls.client = cls.service.register()
        cls.parsed_from = moment()
        parse = cls.client.get("/parse")
        cls.parsed_to = moment()
        assert parse.status == 201, parse
        cls.job = parse.json["job"]

    def compare(self, query, **asked):
        wanted = expected(self.log, **asked)
        for n in REPORTS:
            with self.subTest(report=n, query=query):
                self.assert_report(self.client.get(f"/report/{n}{query}"),
                                   wanted[n])


class Documents(ReportsCase):
    def test_give_the_answers_of_the_reference(self):
        self.compare("")

    def test_have_the_fields_of_the_contract_and_no_other(self):
        for n in REPORTS:
            with self.subTest(report=n):
                answer = self.assert_status(self.client.get(f"/report/{n}"),
                                            200)
                document = answer.json
                self.assertEqual(set(document), TOP | OWN[n])
                self.assertEqual(document["report"], int(n))
                self.assertTrue(document["question"].endswith("?"))
                self.assertEqual(answer.header("Content-Type"),
                                 "application/json")

    def test_describe_the_whole_parse(self):
        wanted = expected(self.log)["parse"]
        for n in REPORTS:
            source = self.client.get(f"/report/{n}").json["source"]
            self.assertEqual(set(source), SOURCE)
            self.assertEqual({k: source[k] for k in
                              ("lines", "malformed", "from", "to")},
                             {k: wanted[k] for k in
                              ("lines", "malformed", "from", "to")})
            self.assertEqual(source["job"], self.job)
            self.assertEqual(source["files"], ["logs.txt"])
            self.assertRegex(source["parsed_at"],
                             r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            self.assertLessEqual(self.parsed_from, source["parsed_at"])
            self.assertLessEqual(source["parsed_at"], self.parsed_to)
            self.assertTrue(source["geo"])

    def test_name_a_default_category(self):
        for n, category in DEFAULTS.items():
            self.assertEqual(self.client.get(f"/report/{n}").json["category"],
                             category)

    def test_are_the_same_from_every_worker(self):
        for n in REPORTS:
            bodies = {self.client.get(f"/report/{n}").body for _ in range(8)}
            self.assertEqual(len(bodies), 1)

    def test_of_another_number_are_400(self):
        for n in ("0", "8", "9", "-1", "01", "+1", "1.0", "x", "1x", "%31",
                  "99999999999999999999"):
            with self.subTest(n):
                self.assert_refused(self.client.get(f"/report/{n}"), 400)


class Tags(ReportsCase):
    def etag(self, path="/report/1"):
        answer = self.assert_status(self.client.get(path), 200)
        etag = answer.header("ETag")
        self.assertRegex(etag, r'^(W/)?"[!#-~]+"$')
        return etag

    def ask_with(self, value, method="GET"):
        return self.client.ask(method, "/report/1", headers={
            "If-None-Match": value})

    def test_of_the_same_generation_get_304_without_a_body(self):
        etag = self.etag()
        weak = etag if etag.startswith("W/") else "W/" + etag
        for value in (etag, weak, f'"other", {etag}', f'{etag},"x"', "*"):
            for method in "GET", "HEAD":
                with self.subTest(value, method=method):
                    answer = self.ask_with(value, method)
                    self.assert_empty(answer, 304)
                    self.assertEqual(answer.header("ETag"), etag)

    def test_of_another_get_the_whole_report(self):
        for value in '"other"', "", "no quotes", '"', self.etag()[1:-1] + "x":
            with self.subTest(value):
                self.assertTrue(self.assert_status(self.ask_with(value),
                                                   200).body)

    def test_of_another_version_than_if_match_names_are_412(self):
        etag = self.etag()
        for tags, status in ((etag, 200), ("*", 200), (f'"x", {etag}', 200),
                             ("W/" + etag, 412), ('"x"', 412)):
            answer = self.client.get("/report/1", headers={"If-Match": tags})
            with self.subTest(tags):
                if status == 200:
                    self.assert_status(answer, 200)
                else:
                    self.assert_refused(answer, 412)

    def test_leave_the_connection_in_order_after_304(self):
        etag = self.etag()
        with self.client.connect() as connection:
            for _ in range(3):
                connection.send(request("GET", "/report/1", headers={
                    "If-None-Match": etag}, token=self.client.token))
                self.assert_status(connection.read_answer(), 304)
                connection.send(request("GET", "/"))
                self.assert_status(connection.read_answer(), 200)

    def test_are_the_same_from_every_worker(self):
        self.assertEqual(len({self.etag() for _ in range(8)}), 1)

    def test_do_not_open_a_report_without_a_token(self):
        answer = self.client.ask("GET", "/report/1", token=None, headers={
            "If-None-Match": self.etag()})
        self.assert_refused(answer, 401)


class Generations(ReportsCase):
    def test_that_differ_have_other_tags_on_every_worker(self):
        for seed in 31, 32, 33:
            before = {n: self.client.get(f"/report/{n}").header("ETag")
                      for n in REPORTS}
            log = visits(seed, 400)
            self.service.write_log(log)
            self.assert_status(self.client.get("/parse"), 201)
            wanted = expected(log)
            for n in REPORTS:
                for _ in range(6):  # dead means dead: no worker shows the old
                    answer = self.client.ask(
                        "GET", f"/report/{n}",
                        headers={"If-None-Match": before[n]})
                    self.assert_report(answer, wanted[n])
                    self.assertNotEqual(answer.header("ETag"), before[n])


class Categories(ReportsCase):
    def test_may_be_any_of_the_log(self):
        for name in CATEGORIES:
            wanted = expected(self.log, category=name)
            for n in DEFAULTS:
                with self.subTest(name, report=n):
                    answer = self.client.get(f"/report/{n}?category={name}")
                    self.assert_report(answer, wanted[n])

    def test_are_decoded_once_and_plus_is_plus(self):
        odd = {"caf%C3%A9": "caf%25C3%25A9", "café": "caf%C3%A9",
               "success_pay": "success%5Fpay"}
        for name, query in odd.items():
            with self.subTest(name):
                wanted = expected(self.log, category=name)
                for n in DEFAULTS:
                    answer = self.client.get(f"/report/{n}?category={query}")
                    self.assert_report(answer, wanted[n])
        self.assert_refused(
            self.client.get("/report/2?category=fresh+fish"), 404)

    def test_that_no_view_names_are_404_with_those_that_occur(self):
        occurring = expected(self.log)["parse"]["categories"]
        for n in DEFAULTS:
            for category in "no_such", "":
                answer = self.client.get(f"/report/{n}?category={category}")
                self.assert_refused(answer, 404)
                for name in f"'{category}'", *occurring:
                    self.assertIn(name, answer.json["message"])

    def test_that_are_no_text_are_refused(self):
        for value in "%ff", "%", "%2", "%zz", "%00":
            with self.subTest(value):
                answer = self.client.get(f"/report/2?category={value}")
                self.assertIn(answer.status, (400, 404), answer)
                self.assert_refused(answer, answer.status)


class MissingCategories(ServiceCase):
    """A log of many other categories, none of which is a default one."""

    names = [f"c{i:03}" for i in range(60)]
    log = b"".join(line(f"/c{i:03}/") for i in range(60))

    @classmethod
    def prepare(cls):
        cls.client = cls.service.register()
        assert cls.client.get("/parse").status == 201

    def test_by_default_give_an_empty_report(self):
        wanted = expected(self.log)
        for n in DEFAULTS:
            self.assert_report(self.client.get(f"/report/{n}"), wanted[n])

    def test_asked_for_by_name_are_404(self):
        for n, name in DEFAULTS.items():
            self.assert_refused(
                self.client.get(f"/report/{n}?category={name}"), 404)

    def test_are_listed_up_to_fifty(self):
        message = self.client.get("/report/2?category=x").json["message"]
        listed = [name for name in self.names
                  if re.search(rf"\b{name}\b", message)]
        self.assertEqual(len(listed), 50)
        self.assertTrue(message.endswith(", ..."), message)
