"""What a worker remembers dies with what it is a copy of."""

import time

from support.case import Case
from support.http_client import request
from support.processes import wait_until
from support.service import PASSWORD

LINE = "web | 2018-08-01 00:00:0{} [A] INFO: 9.9.9.9 https://s.com/\n"


def log(lines):
    return "".join(LINE.format(i) for i in range(lines)).encode()


class Everywhere:
    """One connection to each worker, as far as the kernel spreads them."""

    def __init__(self, *services, connections=8):
        self.open = [s.client().connect() for s in services
                     for _ in range(connections)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.open:
            connection.close()

    def ask(self, token, path="/report/4"):
        answers = []
        for connection in self.open:
            connection.send(request("GET", path, token=token))
        for connection in self.open:
            answers.append(connection.read_answer())
        return answers

    def statuses(self, token, path="/report/4"):
        return {answer.status for answer in self.ask(token, path)}

    def values(self, token):
        return {answer.json["value"] for answer in self.ask(token)}


class OneHost(Case):
    """Before the answer that revokes has left, on every worker."""

    ROUNDS = 20

    def start_parsed(self):
        service = self.start(log(3), workers=3)
        client = service.register()
        self.assert_status(client.get("/parse"), 201)
        return service, client

    def test_a_token_that_was_logged_out_is_dead(self):
        service, client = self.start_parsed()
        with Everywhere(service) as all_workers:
            for _ in range(self.ROUNDS):
                token = service.log_in()
                for _ in range(5):  # read, kept, used, known by its head
                    self.assertEqual(all_workers.statuses(token), {200})
                self.assert_empty(client.ask("DELETE", "/user/auth",
                                             token=token))
                self.assertEqual(all_workers.statuses(token), {401})
            self.assertEqual(all_workers.statuses(client.token), {200})

    def test_all_tokens_are_dead_after_a_logout_of_all_and_a_deletion(self):
        service, client = self.start_parsed()
        with Everywhere(service) as all_workers:
            for path in "/user/auth?all=true", f"/user/{client.user['id']}":
                tokens = [service.log_in() for _ in range(3)]
                for token in tokens * 5:
                    self.assertEqual(all_workers.statuses(token), {200})
                self.assert_empty(client.ask("DELETE", path, token=tokens[0]))
                for token in tokens:
                    self.assertEqual(all_workers.statuses(token), {401})

    def test_a_replaced_report_is_gone(self):
        service, client = self.start_parsed()
        with Everywhere(service) as all_workers:
            for lines in range(4, 4 + self.ROUNDS // 3):
                self.assertEqual(all_workers.values(client.token), {lines - 1})
                service.write_log(log(lines))
                self.assert_status(client.get("/parse"), 201)
                self.assertEqual(all_workers.values(client.token), {lines})


class Change(Case):
    """Who reads does not wait for what a change of the reports needs."""

    ROUNDS = 20  # a busy machine may be late in some of them

    def test_new_reports_are_ready_when_the_parse_is_answered(self):
        service = self.start(log(3), workers=3, redis_timeout_ms=500)
        client = service.register()
        self.assert_status(client.get("/parse"), 201)
        with Everywhere(service) as all_workers:
            for lines in range(4, 4 + self.ROUNDS):
                for _ in range(3):  # made, asked again
                    all_workers.values(client.token)
                service.write_log(log(lines))
                self.assert_status(client.get("/parse"), 201)
                if self.values_without_redis(
                        service, all_workers, client) == {lines}:
                    return
        self.fail("the workers had to ask Redis each time")

    def values_without_redis(self, service, all_workers, client):
        service.redis_server().pause()
        try:
            answers = all_workers.ask(client.token)
        finally:
            service.redis_server().resume()
        wait_until("Redis is back", lambda: all_workers.statuses(
            client.token) == {200}, 10)
        return {answer.json.get("value") for answer in answers}


class TwoHosts(Case):
    LIMIT_S = 0.1

    def start_two_parsed(self):
        one, two = self.start_two(log(3))
        client = one.register()
        self.assert_status(client.get("/parse"), 201)
        return one, two, client

    def test_a_revoked_token_is_dead_on_the_other_soon(self):
        one, two, client = self.start_two_parsed()
        with Everywhere(two) as other:
            for _ in range(5):
                token = one.log_in()
                for _ in range(3):
                    self.assertEqual(other.statuses(token), {200})
                self.assert_empty(client.ask("DELETE", "/user/auth",
                                             token=token))
                time.sleep(self.LIMIT_S)
                self.assertEqual(other.statuses(token), {401})

    def test_every_way_to_end_sessions_ends_them_on_the_other_soon(self):
        one, two = self.start_two()
        with Everywhere(two) as other:
            for name, end in self.WAYS.items():
                client = one.register(name)
                token = one.log_in(name)
                for _ in range(3):
                    self.assertEqual(other.statuses(token, "/user/auth"),
                                     {200})
                answer = client.ask(*end(client))
                self.assertIn(answer.status, (200, 204), answer)
                time.sleep(self.LIMIT_S)
                self.assertEqual(other.statuses(token, "/user/auth"), {401},
                                 name)

    # All by the first session; the second one is to end.
    WAYS = {
        "by-id": lambda c: ("DELETE", "/user/auth/2"),
        "all": lambda c: ("DELETE", "/user/auth?all=true"),
        "password": lambda c: ("PATCH", f"/user/{c.user['id']}", {
            "password": "new", "current_password": PASSWORD}),
        "deletion": lambda c: ("DELETE", f"/user/{c.user['id']}"),
    }

    def test_a_replaced_report_is_gone_on_the_other_soon(self):
        one, two, client = self.start_two_parsed()
        with Everywhere(two) as other:
            for lines in range(4, 8):
                self.assertEqual(other.values(client.token), {lines - 1})
                one.write_log(log(lines))
                self.assert_status(client.get("/parse"), 201)
                time.sleep(self.LIMIT_S)
                self.assertEqual(other.values(client.token), {lines})


class WithoutRedis(Case):
    def test_no_copy_is_used_once_redis_is_gone(self):
        service = self.start(log(3), workers=1)
        client = service.register()
        self.assert_status(client.get("/parse"), 201)
        self.assert_status(client.get("/report/4"), 200)
        service.redis_server().pause()
        try:
            wait_until("the copy is not used", lambda: client.get(
                "/report/4").status == 503, 3)
        finally:
            service.redis_server().resume()
        wait_until("it is back", lambda: client.get(
            "/report/4").status == 200, 10)


class Off(Case):
    def test_without_copies_all_is_the_same(self):
        service = self.start(log(3), local_copies=0)
        client = service.register()
        self.assert_status(client.get("/parse"), 201)
        self.assert_status(client.get("/report/4"), 200)
        self.assert_empty(client.ask("DELETE", "/user/auth"))
        self.assert_refused(client.get("/report/4"), 401)
