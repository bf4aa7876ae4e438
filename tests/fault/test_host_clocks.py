"""Two hosts whose clocks differ, by more than a session lives: Redis's clock is that
of all."""

import os

from support.caught import Caught
from support.clock import Clock
from support.http_client import Client
from support.processes import wait_until

YEAR_S = 365 * 86400
SECONDS_MOST = 600  # of a parse, as it is told; no clock is off by so little


class HostClocks:
    """The cases, by how far ahead the other host is."""

    def setUp(self):
        super().setUp()
        clock = Clock(os.path.join(self.redis.home, "clock"), self.ahead_s)
        self.other = self.start_on_gate(
            logs_file_name=self.service.log_path, **clock.environment)
        self.there = Client(self.other.address, self.client.token)

    def test_tokens_of_each_are_good_at_both(self):
        tokens = [self.client.token, self.other.log_in(), self.service.log_in()]
        for client in self.client, self.there:
            for token in tokens:
                listed = self.assert_status(
                    client.get("/user/auth", token=token), 200).json
                self.assertEqual([s["id"] for s in listed], [3, 2, 1])

    def test_a_token_ends_at_both_when_its_time_has_come(self):
        for service in self.service, self.other:
            token = service.log_in()
            with self.redis.client() as redis:
                [key] = [key for key in redis.keys("*:session:*")
                         if redis.ask("HGET", key, "id") ==
                         redis.ask("HGET", "{user:1}", "logins")]
                redis.ask("EXPIRE", key, 1)
            for client in self.client, self.there:
                wait_until("it is over", lambda client=client, token=token:
                           client.get("/user/all", token=token).status == 401)

    def test_a_session_is_seen_between_its_beginning_and_its_end(self):
        for client in self.client, self.there:
            [session] = self.assert_status(
                client.get("/user/auth"), 200).json
            moments = [session[name][:len("2026-01-31T09:00")] for name in
                       ("created_at", "last_seen_at", "expires_at")]
            self.assertEqual(moments, sorted(moments))

    def test_a_parse_that_both_do_lasts_as_long_as_it_lasts(self):
        for self.client in self.there, self.client:
            answer = self.client.get("/parse?full=true")
            self.assert_whole(answer)
            self.assertLess(answer.json["seconds"], SECONDS_MOST)
            job = self.client.get(f"/parse/{answer.json['job']}").json
            self.assertEqual(job["seconds"], answer.json["seconds"])


class Ahead(HostClocks, Caught):
    ahead_s = YEAR_S


class Behind(HostClocks, Caught):
    ahead_s = -YEAR_S
