"""POST and DELETE /user/auth, and what a token opens."""

import time

from support.case import BROKEN_JSON, Case, ServiceCase
from support.clock import moment
from support.http_client import request
from support.processes import wait_until
from support.service import PASSWORD

EVERY_WORKER = 6  # connections after which each worker has been met


class LoggingIn(ServiceCase):
    @classmethod
    def prepare(cls):
        cls.ann = cls.service.register("ann")

    def log_in(self, document, **more):
        return self.service.client().ask("POST", "/user/auth", document,
                                         **more)

    def test_gives_another_token_each_time(self):
        tokens = [self.service.log_in() for _ in range(3)]
        self.assertEqual(len(set(tokens)), 3)
        for token in tokens:
            self.assertGreaterEqual(len(token), 43)
            self.assertRegex(token, r"^[A-Za-z0-9_.=-]+$")
            self.assert_status(self.ann.get("/user/all", token=token), 200)

    def test_answers_an_unknown_login_like_a_wrong_password(self):
        wrong = [self.log_in({"login": login, "password": password})
                 for login, password in (("ann", "wrong"), ("nobody", "wrong"),
                                         ("nobody", PASSWORD), ("ANN", PASSWORD))]
        for answer in wrong:
            self.assert_refused(answer, 401)
            self.assertEqual(answer.body, wrong[0].body)

    def test_names_every_missing_or_wrong_field(self):
        self.assert_refused(self.log_in({}), 400, fields=["login", "password"])
        self.assert_refused(self.log_in({"login": 1, "password": None}), 400,
                            fields=["login", "password"])

    def test_refuses_what_is_not_json(self):
        for what, data in BROKEN_JSON.items():
            with self.subTest(what):
                self.assert_refused(self.log_in(data), 400)
        self.assert_refused(self.log_in(
            b"login=ann", headers={"Content-Type": "text/plain"}), 415)

    def test_needs_no_token_and_minds_no_bad_one(self):
        answer = self.log_in({"login": "ann", "password": PASSWORD},
                             token="nonsense")
        self.assert_status(answer, 200)

    def test_keeps_no_token_that_a_dump_could_show(self):
        token = self.service.log_in()
        with self.service.redis() as redis:
            user = f"{{user:{self.ann.user['id']}}}"
            sessions = redis.keys(f"{user}:session:*")
            self.assertTrue(sessions)
            for key in sessions:
                shown = key + str(redis.hash(key))
                self.assertNotIn(token, shown)
                self.assertNotIn(token.split(".")[-1], shown)
                self.assertGreater(redis.ask("TTL", key), 86000)
            self.assertTrue(redis.hash(user)["password"]
                            .startswith("$argon2id$"))


class Tokens(ServiceCase):
    @classmethod
    def prepare(cls):
        cls.ann = cls.service.register("ann")

    def test_travels_bare_or_as_bearer(self):
        for form in "{}", "Bearer {}", "bearer {}":
            with self.subTest(form):
                answer = self.ann.get("/user/all",
                                      token=form.format(self.ann.token))
                self.assert_status(answer, 200)

    def test_is_refused_in_any_other_form(self):
        token = self.ann.token
        wrong = {"nothing": "", "noise": "x" * 43, "cut": token[:-1],
                 "longer": token + "A", "changed": token[:-2] + "__",
                 "another scheme": f"Basic {token}", "two": f"{token} {token}",
                 "bearer alone": "Bearer", "another user's id":
                 "7777" + token, "very long": "a" * 4000,
                 "no ASCII": "\u00e9" * 43, "quoted": f'"{token}"'}
        for what, value in wrong.items():
            with self.subTest(what):
                self.assert_refused(self.ann.get("/user/all", token=value),
                                    401)

    def test_is_needed_where_the_contract_says(self):
        for method, path in (("GET", "/user/all"), ("DELETE", "/user/auth"),
                             ("PATCH", "/user/1"), ("DELETE", "/user/1"),
                             ("GET", "/parse"), ("POST", "/parse"),
                             ("GET", "/report/1"), ("GET", "/report/7")):
            with self.subTest(method, path=path):
                answer = self.ann.ask(method, path, token=None)
                self.assert_refused(answer, 401)
                self.assertEqual(answer.header("WWW-Authenticate"),
                                 'Bearer realm="trawl"')

    def test_given_twice_is_not_one(self):
        with self.ann.connect() as connection:
            connection.send(
                b"GET /user/all HTTP/1.1\r\nHost: x\r\n"
                b"Authorization: %b\r\nAuthorization: %b\r\n\r\n"
                % (self.ann.token.encode(), b"x" * 43))
            self.assertIn(connection.read_answer().status, (400, 401))


class LoggingOut(ServiceCase):
    @classmethod
    def prepare(cls):
        cls.ann = cls.service.register("ann")

    def use(self, token, status):
        for _ in range(EVERY_WORKER):
            self.assert_status(self.ann.get("/user/all", token=token), status)

    def test_kills_this_token_on_every_worker_and_no_other(self):
        token, other = self.service.log_in(), self.service.log_in()
        self.use(token, 200)  # each worker now has a copy of the session
        answer = self.ann.ask("DELETE", "/user/auth", token=token)
        self.assert_empty(answer)
        self.use(token, 401)
        self.use(other, 200)

    def test_everywhere_kills_all_tokens_of_the_user(self):
        bob = self.service.register("bob")
        tokens = [self.service.log_in("bob") for _ in range(3)]
        for token in tokens:
            self.use(token, 200)
        answer = bob.ask("DELETE", "/user/auth?all=true", token=tokens[0])
        self.assert_empty(answer)
        for token in tokens + [bob.token]:
            self.use(token, 401)
        self.use(self.ann.token, 200)
        self.service.log_in("bob")

    def test_is_seen_by_connections_that_used_the_token_before(self):
        token = self.service.log_in()
        ask = request("GET", "/user/all", token=token)
        connections = [self.ann.connect() for _ in range(EVERY_WORKER)]
        try:
            for connection in connections:
                connection.send(ask)
                self.assert_status(connection.read_answer(), 200)
            self.ann.ask("DELETE", "/user/auth", token=token)
            for connection in connections:
                connection.send(ask)
                self.assert_status(connection.read_answer(), 401)
        finally:
            for connection in connections:
                connection.close()

    def test_counts_for_a_request_whose_body_comes_later(self):
        carol = self.service.register("carol")
        body = b'{"last_name": "Stolen"}'
        for method in "PATCH", "DELETE":
            token = self.service.log_in("carol")
            with self.subTest(method), carol.connect() as connection:
                connection.send(request(
                    method, f"/user/{carol.user['id']}", b"", {
                        "Content-Length": len(body),
                        "Expect": "100-continue"}, token))
                self.assert_status(connection.read_answer(), 100)
                self.assert_empty(carol.ask("DELETE", "/user/auth",
                                            token=token))
                connection.send(body)
                self.assert_refused(connection.read_answer(), 401)
        self.assertIn(carol.user, carol.get("/user/all").json)

    def test_refuses_a_flag_of_another_form(self):
        token = self.service.log_in()
        self.assert_refused(
            self.ann.ask("DELETE", "/user/auth?all=maybe", token=token), 400)
        self.use(token, 200)


class ListOfSessions(ServiceCase):
    def test_tells_every_session_and_no_token(self):
        began, expires_from = moment(), moment(86400)
        ann = self.service.register("ann")
        other = self.service.client().ask(
            "POST", "/user/auth", {"login": "ann", "password": PASSWORD},
            headers={"User-Agent": "phone \xe9"}).json["Authorization"]
        self.assert_status(ann.get("/user/all", token=other), 200)
        answer = ann.get("/user/auth")
        ended, expires_to = moment(), moment(86400)
        self.assert_status(answer, 200)
        sessions = {session["id"]: session for session in answer.json}
        self.assertEqual(set(sessions), {1, 2})
        for session in sessions.values():
            self.assertEqual(set(session), {
                "id", "created_at", "last_seen_at", "expires_at", "address",
                "user_agent", "is_current"})
            self.assertEqual(session["address"], "127.0.0.1")
            self.assertRegex(session["last_seen_at"], r"T\d\d:\d\d:00Z$")
            self.assertLessEqual(began[:-3] + "00Z", session["last_seen_at"])
            self.assertLessEqual(session["last_seen_at"], ended)
            self.assertLessEqual(began, session["created_at"])
            self.assertLessEqual(session["created_at"], ended)
            self.assertLessEqual(expires_from, session["expires_at"])
            self.assertLessEqual(session["expires_at"], expires_to)
        self.assertTrue(sessions[1]["is_current"])
        self.assertFalse(sessions[2]["is_current"])
        self.assertTrue(sessions[2]["user_agent"].startswith("phone "))
        for token in ann.token, other:
            self.assertNotIn(token.split(".")[1].encode(), answer.body)

    def test_lets_one_be_ended_everywhere(self):
        bob = self.service.register("bob")
        other = self.service.log_in("bob")
        for _ in range(EVERY_WORKER):
            self.assert_status(bob.get("/user/all", token=other), 200)
        self.assert_empty(bob.ask("DELETE", "/user/auth/2"))
        for _ in range(EVERY_WORKER):
            self.assert_refused(bob.get("/user/all", token=other), 401)
        self.assert_status(bob.get("/user/all"), 200)
        for path in "/user/auth/2", "/user/auth/9", "/user/auth/0":
            self.assert_refused(bob.ask("DELETE", path), 404)


class ChangeOfPassword(ServiceCase):
    def change(self, client, document):
        return client.ask("PATCH", f"/user/{client.user['id']}", document)

    def test_ends_all_other_sessions_on_every_worker(self):
        ann = self.service.register("ann")
        other = self.service.log_in("ann")
        for _ in range(EVERY_WORKER):
            self.assert_status(ann.get("/user/all", token=other), 200)
        self.assert_status(self.change(ann, {
            "password": "new", "current_password": PASSWORD}), 200)
        for _ in range(EVERY_WORKER):
            self.assert_refused(ann.get("/user/all", token=other), 401)
            self.assert_status(ann.get("/user/all"), 200)
        self.service.log_in("ann", "new")

    def test_needs_the_current_one(self):
        bob = self.service.register("bob")
        for more in {}, {"current_password": "wrong"}:
            answer = self.change(bob, {"password": "new", **more})
            self.assert_refused(answer, 400, fields=["current_password"])
        self.service.log_in("bob")


class Ended(ServiceCase):
    """However a session ends, Redis keeps nothing of it."""

    def setUp(self):
        self.redis = self.service.redis()
        self.addCleanup(self.redis.__exit__)

    def left(self, user):
        """Digests of the sessions, of those in the list, of those noted as used."""
        prefix = f"{user}:session:"
        return ({key[len(prefix):] for key in self.redis.keys(f"{prefix}*")},
                set(self.redis.ask("ZRANGE", f"{user}:sessions", 0, -1)),
                set(self.redis.hash(f"{user}:seen")))

    def open_two(self, login):
        """A client, and another token of its user; both have been used."""
        ann = self.service.register(login)
        other = self.service.log_in(login)
        user = f"{{user:{ann.user['id']}}}"
        for token in ann.token, other:
            self.assert_status(ann.get("/user/auth", token=token), 200)
        wait_until("both are noted", lambda: len(self.left(user)[2]) == 2)
        return ann, other, user

    def test_alone(self):
        ways = {
            "by itself": lambda ann, other:
                ann.ask("DELETE", "/user/auth", token=other),
            "by its number": lambda ann, other:
                ann.ask("DELETE", "/user/auth/2"),
            "by a new password": lambda ann, other:
                ann.ask("PATCH", f"/user/{ann.user['id']}", {
                    "password": "new", "current_password": PASSWORD}),
        }
        for number, (way, end) in enumerate(ways.items()):
            with self.subTest(way):
                ann, other, user = self.open_two(f"alone{number}")
                self.assertIn(end(ann, other).status, (200, 204))
                sessions, listed, seen = self.left(user)
                self.assertEqual(len(sessions), 1)
                self.assertEqual(listed, sessions)
                self.assertEqual(seen, sessions)

    def test_with_all_others(self):
        ann, _, user = self.open_two("ann")
        answer = ann.ask("DELETE", "/user/auth?all=true")
        self.assert_status(answer, 204)
        self.assertEqual(self.redis.keys(f"{user}*"), [user])

    def test_with_its_user(self):
        bob, _, user = self.open_two("bob")
        answer = bob.ask("DELETE", f"/user/{bob.user['id']}")
        self.assert_status(answer, 204)
        self.assertEqual(self.redis.keys(f"{user}*"), [])


class Expiry(Case):
    def test_is_not_put_off_by_use(self):
        service = self.start(session_ttl=1000)
        ann = service.register("ann")
        [before] = ann.get("/user/auth").json
        with service.redis() as redis:
            [key] = redis.keys("*:session:*")
            ends = redis.ask("EXPIRETIME", key)
            for _ in range(EVERY_WORKER):
                self.assert_status(ann.get("/user/all"), 200)
            [after] = ann.get("/user/auth").json
            self.assertEqual(after["expires_at"], before["expires_at"])
            self.assertEqual(redis.ask("EXPIRETIME", key), ends)

    def test_ends_a_token_on_every_worker(self):
        service = self.start(session_ttl=1)
        ann = service.register("ann")
        answer = ann.get("/user/all")
        self.assertIn(answer.status, (200, 401))
        time.sleep(2.1)
        for _ in range(EVERY_WORKER):
            self.assert_refused(ann.get("/user/all"), 401)
        service.log_in("ann")


class Crowd(ServiceCase):
    def test_of_tokens_is_a_hundred_at_most(self):
        ann = self.service.register("ann")
        tokens = [ann.token] + [self.service.log_in() for _ in range(104)]
        alive = [token for token in tokens
                 if ann.get("/user/all", token=token).status == 200]
        self.assertEqual(len(alive), 100)
        self.assertEqual(alive[-1], tokens[-1])

    def test_lets_a_new_one_in_that_expires_before_all_others(self):
        ben = self.service.register("ben")
        for _ in range(99):
            self.service.log_in("ben")
        key = f"{{user:{ben.user['id']}}}"
        with self.service.redis() as redis:
            listed = redis.ask("ZRANGE", f"{key}:sessions", 0, -1, "WITHSCORES")
            for digest, ends in zip(listed[::2], listed[1::2]):
                redis.ask("ZADD", f"{key}:sessions", float(ends) + 1000, digest)
            token = self.service.log_in("ben")
            self.assert_status(ben.get("/user/all", token=token), 200)
            self.assertEqual(redis.ask("ZCARD", f"{key}:sessions"), 100)
