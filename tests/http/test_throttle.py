"""Wrong passwords make the next try wait, per login and per place. A place is
an address, here one that a trusted proxy names."""

import os

from support.case import Case
from support.http_client import request
from support.service import PASSWORD

PROXIED = {"trusted_proxies": "127.0.0.0/8,10.0.0.0/8,fd00::/8"}


class ThrottleCase(Case):
    def log_in(self, service, place, password, login="ann"):
        headers = {"X-Forwarded-For": place} if place else {}
        return service.client().ask(
            "POST", "/user/auth", {"login": login, "password": password},
            headers=headers)

    def fail(self, service, place, times, login="ann"):
        for _ in range(times):
            self.assert_refused(
                self.log_in(service, place, "guess", login), 401)

    def assert_waits(self, service, place, login="ann"):
        """Right or wrong, no password is tried. Gives the seconds to wait."""
        answers = [self.log_in(service, place, password, login)
                   for password in ("guess", PASSWORD)]
        for answer in answers:
            self.assert_refused(answer, 429)
        self.assertEqual(answers[0].body, answers[1].body)
        seconds = int(answers[0].header("Retry-After"))
        self.assertGreaterEqual(seconds, 1)
        return seconds


class Throttle(ThrottleCase):
    def test_stops_a_guesser_and_not_the_owner(self):
        service = self.start(login_tries=3, **PROXIED)
        service.register("ann")
        self.fail(service, "192.0.2.1", 3)
        self.assert_waits(service, "192.0.2.1")
        self.assert_status(self.log_in(service, "192.0.2.2", PASSWORD), 200)

    def test_holds_over_all_hosts_and_grows(self):
        one, two = self.start_two(login_tries=4, **PROXIED)
        one.register("ann")
        for service in one, two, one, two:
            self.fail(service, "192.0.2.1", 1)
        for service in one, two:
            self.assertEqual(self.assert_waits(service, "192.0.2.1"), 1)
        with one.redis() as redis:  # as if there had been more of them
            redis.ask("HINCRBY", "throttle:{192.0.2.1}:ann", "failures", 5)
        for service in two, one:
            self.assertIn(self.assert_waits(service, "192.0.2.1"), (31, 32))
            self.assert_status(
                self.log_in(service, "192.0.2.2", PASSWORD), 200)

    def test_of_a_place_counts_all_its_logins(self):
        one, two = self.start_two(login_tries=1, **PROXIED)
        one.register("ann")
        for i in range(10):
            self.fail(two if i % 2 else one, "192.0.2.1", 1, f"login{i}")
        for service in one, two:
            self.assert_waits(service, "192.0.2.1")
            self.assert_status(
                self.log_in(service, "192.0.2.2", PASSWORD), 200)

    def test_of_strangers_never_shuts_a_known_place_out(self):
        service = self.start(login_tries=1, login_delay_max_s=3600, **PROXIED)
        service.register("ann")
        self.assert_status(self.log_in(service, "192.0.2.9", PASSWORD), 200)
        for i in range(20):
            self.fail(service, f"198.51.100.{i}", 1)
        self.assert_status(self.log_in(service, "192.0.2.9", PASSWORD), 200)
        # A new place has one try at least: nobody is shut out for good.
        self.assert_status(self.log_in(service, "192.0.2.10", PASSWORD), 200)

    def test_holds_a_burst_to_the_tries_of_one_after_the_other(self):
        one, two = self.start_two(login_tries=5, **PROXIED)
        one.register("ann")
        guess = request("POST", "/user/auth",
                        {"login": "ann", "password": "guess"},
                        headers={"X-Forwarded-For": "192.0.2.1"})
        crowd = [service.client().connect() for service in (one, two) * 20]
        for connection in crowd:
            connection.send(guess)
        statuses = [connection.read_answer().status for connection in crowd]
        for connection in crowd:
            connection.close()
        self.assertEqual({s: statuses.count(s) for s in set(statuses)},
                         {401: 5, 429: 35})
        self.assert_waits(two, "192.0.2.1")
        self.assert_status(self.log_in(one, "192.0.2.2", PASSWORD), 200)

    def test_outlives_a_restart(self):
        service = self.start(login_tries=3, **PROXIED)
        service.register("ann")
        self.fail(service, "192.0.2.1", 3)
        service.redis_server().kill()
        service.wait_ready()
        self.assert_waits(service, "192.0.2.1")

    def test_has_the_disk_write_what_lasts_alone(self):
        service = self.start(login_tries=3)
        service.register("ann")

        def written():
            folder = service.path("var/appendonlydir")
            return sum(open(os.path.join(folder, name), "rb").read().count(
                b"throttle:") for name in os.listdir(folder))
        known = written()
        for _ in range(3):
            self.assert_status(self.log_in(service, None, PASSWORD), 200)
        self.assertEqual(written(), known)
        self.fail(service, None, 1)
        failed = written()
        self.assertGreater(failed, known)
        self.assert_status(self.log_in(service, None, PASSWORD), 200)
        self.assertGreater(written(), failed)

    def test_counts_a_wrong_current_password(self):
        service = self.start(login_tries=2)
        ann = service.register("ann")
        change = ("PATCH", f"/user/{ann.user['id']}",
                  {"password": "new", "current_password": "guess"})
        for _ in range(2):
            self.assert_refused(ann.ask(*change), 400)
        self.assert_refused(ann.ask(*change), 429)
        self.assert_refused(self.log_in(service, None, PASSWORD), 429)


class Places(ThrottleCase):
    """Whom a try is counted against: one failure is all a place has here."""

    def is_counted_as(self, service, header, place):
        """Whether a failure with `header` makes `place` wait, and forgets it
        again. header: one value, or several for as many header fields."""
        lines = [header] if isinstance(header, str) else header
        plain = request("POST", "/user/auth",
                        {"login": "ann", "password": "guess"})
        line, _, rest = plain.partition(b"\r\n")
        forwarded = "".join(f"\r\nX-Forwarded-For: {v}" for v in lines)
        with service.client().connect() as connection:
            connection.send(line + forwarded.encode() + b"\r\n" + rest)
            self.assert_refused(connection.read_answer(), 401)
        with service.redis() as redis:
            keys = redis.keys("throttle:{*}")
            for key in redis.keys("throttle:*"):
                redis.ask("DEL", key)
        return keys == ["throttle:{%s}" % place]

    def test_is_what_the_nearest_trusted_proxy_says(self):
        service = self.start(**PROXIED)
        for header, place in (
                ("192.0.2.1", "192.0.2.1"),
                ("203.0.113.9, 192.0.2.1", "192.0.2.1"),
                ("203.0.113.9, 192.0.2.1, 10.1.2.3", "192.0.2.1"),
                ("203.0.113.9,192.0.2.1 ,\t10.1.2.3, fd00::7", "192.0.2.1"),
                ("10.0.0.1, 10.0.0.2", "10.0.0.1"),
                (["203.0.113.9", "192.0.2.1"], "192.0.2.1"),
                (["192.0.2.1", "10.1.2.3"], "192.0.2.1"),
                ("::ffff:192.0.2.1", "192.0.2.1"),
                ("2001:DB8:1:2:3::9", "2001:db8:1:2::/64"),
                ("192.0.2.1:51234", "192.0.2.1"),
                ("[2001:db8:1:2::9]:51234", "2001:db8:1:2::/64"),
                ("192.0.2.1:1, 10.0.0.2:443, [fd00::7]:443", "192.0.2.1")):
            with self.subTest(header):
                self.assertTrue(self.is_counted_as(service, header, place))

    def test_is_the_last_proxy_that_said_no_address(self):
        service = self.start(**PROXIED)
        for header, place in (
                ("", "127.0.0.1"), ("unknown", "127.0.0.1"),
                ("192.0.2.1, unknown", "127.0.0.1"),
                ("192.0.2.1, 10.0.0.300", "127.0.0.1"),
                ("192.0.2.1, _hidden, 10.0.0.2", "10.0.0.2"),
                ("192.0.2.0/24", "127.0.0.1"), (",,,", "127.0.0.1"),
                ("1" * 4000, "127.0.0.1"), ("[::1", "127.0.0.1")):
            with self.subTest(header[:40]):
                self.assertTrue(self.is_counted_as(service, header, place))

    def test_is_no_word_of_a_stranger(self):
        service = self.start()
        self.assertTrue(
            self.is_counted_as(service, "192.0.2.1", "127.0.0.1"))
