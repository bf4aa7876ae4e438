"""A worker dies, or its Redis goes away, between any two commands of what is
done to a user: all of it has happened or nothing, for everybody else."""

import threading

from support import account_keys
from support.case import Case
from support.http_client import NoAnswer, request
from support.processes import wait_until
from support.redis_proxy import RedisProxy
from support.service import PASSWORD

SECRET = "the secret of both hosts"
COMMANDS_MAX = 20  # of one request


class Interrupted(Case):
    """`one` has the Redis and sees what became of it; the workers of `two` are
    those that die, with their Redis behind a proxy."""

    def setUp(self):
        self.one = self.start(secret=SECRET, workers=1)
        path = self.one.path("proxy.sock")
        self.proxy = RedisProxy(path, self.one.path("var/redis.sock"))
        self.addCleanup(self.proxy.close)
        self.two = self.start(secret=SECRET, redis_url=f"unix://{path}")
        self.redis = self.one.redis()
        self.addCleanup(self.redis.__exit__)

    def ask_until_stopped(self, *words, token=None):
        """An answer, or the worker that waits at the cut and the connection
        that waits for it."""
        connection = self.two.client().connect()
        connection.send(request(*words, token=token))
        answers = []

        def read():
            try:
                answers.append(connection.read_answer())
            except (NoAnswer, OSError):
                answers.append(None)
        reader = threading.Thread(target=read)
        reader.start()
        wait_until("an answer, or the cut",
                   lambda: answers or self.proxy.stopped.is_set())
        if not self.proxy.stopped.is_set():
            self.proxy.go_on()
            return answers[0]
        if self.is_killing:
            self.two.worker_of(connection).kill()
        self.proxy.go_on()
        reader.join()
        connection.close()
        self.two.wait_ready()
        if answers[0] is None or answers[0].status == 503:
            return None
        return answers[0]  # it was another's command that came to the cut

    def at_every_command(self, do, *arguments):
        """do(name, ...) does it once and checks what came of it; returns
        whether it was answered. Each time it gets one command further."""
        for self.is_killing in True, False:
            done = []
            for count in range(COMMANDS_MAX):
                self.count = count
                name = f"{'k' if self.is_killing else 'c'}{count}"
                with self.subTest(killed=self.is_killing, commands=count):
                    done.append(do(name, *arguments))
                account_keys.check(self, self.redis)
                if done[-1]:
                    break
            self.assertTrue(done[-1], "it never came to its end")
            self.assertGreater(len(done), 1)
            self.heal()

    def stop(self, *words, token=None):
        self.proxy.stop_after(self.count)
        return self.ask_until_stopped(*words, token=token)

    def heal(self):
        account_keys.expire_half_users(self.redis)
        witness = self.one.register("witness")
        for key in self.redis.keys("login:*"):
            owner = self.redis.ask("GET", key)
            if not account_keys.is_whole(self.redis, owner):
                self.one.register(key[len("login:"):])
        self.assert_status(witness.get("/user/all"), 200)
        witness.ask("DELETE", f"/user/{witness.user['id']}")
        account_keys.check_healed(self, self.redis)

    def shown(self, login):
        """How often the list has it, for somebody else."""
        witness = self.one.register("witness")
        users = witness.get("/user/all").json
        self.assert_empty(witness.ask("DELETE",
                                      f"/user/{witness.user['id']}"))
        return [user["login"] for user in users].count(login)

    def opens(self, login, password=PASSWORD):
        answer = self.one.client().ask(
            "POST", "/user/auth", {"login": login, "password": password})
        self.assertIn(answer.status, (200, 401), answer)
        return answer.status == 200

    def assert_tokens(self, tokens, status):
        """On both hosts; the other one hears of it within a moment."""
        for service in self.one, self.two:
            for token in tokens:
                for _ in range(3):
                    wait_until(f"{status} for a token", lambda: service.client(
                    ).get("/user/auth", token=token).status == status, 2)


class Users(Interrupted):
    def test_being_made_are_there_as_a_whole_or_not_at_all(self):
        def make(login):
            user = {"login": login, "password": PASSWORD,
                    "first_name": "Ann", "last_name": "Lee"}
            answer = self.stop("POST", "/user", user)
            is_there = self.shown(login) == 1
            self.assertEqual(self.opens(login), is_there)
            if answer:
                self.assert_status(answer, 201)
                self.assertTrue(is_there)
            if not is_there:
                self.assertEqual(self.shown(login), 0)
                account_keys.expire_half_users(self.redis)
                self.one.register(login)  # on another host, too
                self.assertEqual(self.shown(login), 1)
            return answer is not None
        self.at_every_command(make)

    def test_being_deleted_take_their_tokens_with_them(self):
        def delete(login):
            user = self.one.register(login)
            tokens = [user.token, self.one.log_in(login)]
            self.assert_tokens(tokens, 200)
            answer = self.stop("DELETE", f"/user/{user.user['id']}",
                               token=user.token)
            is_there = account_keys.is_whole(self.redis, user.user["id"])
            self.assertEqual(self.shown(login), is_there)
            self.assertEqual(self.opens(login), is_there)
            self.assert_tokens(tokens, 200 if is_there else 401)
            if answer:
                self.assert_empty(answer)
                self.assertFalse(is_there)
            if not is_there:
                self.one.register(login)  # free again, at once
            return answer is not None
        self.at_every_command(delete)

    def test_change_their_password_and_end_their_sessions_at_once(self):
        def change(login):
            user = self.one.register(login)
            other = self.one.log_in(login)
            self.assert_tokens([user.token, other], 200)
            answer = self.stop(
                "PATCH", f"/user/{user.user['id']}",
                {"password": "new", "current_password": PASSWORD},
                token=user.token)
            is_new = self.opens(login, "new")
            self.assertEqual(self.opens(login), not is_new)
            self.assert_tokens([user.token], 200)
            self.assert_tokens([other], 401 if is_new else 200)
            if answer:
                self.assert_status(answer, 200)
                self.assertTrue(is_new)
            return answer is not None
        self.at_every_command(change)


class Sessions(Interrupted):
    def sessions(self, user):
        return len(self.one.client().get("/user/auth",
                                         token=user.token).json)

    def test_being_opened_are_there_or_not(self):
        def log_in(login):
            user = self.one.register(login)
            answer = self.stop("POST", "/user/auth",
                               {"login": login, "password": PASSWORD})
            self.assertIn(self.sessions(user), (1, 2))
            if answer:
                self.assert_status(answer, 200)
                self.assertEqual(self.sessions(user), 2)
                self.assert_tokens([answer.json["Authorization"]], 200)
            return answer is not None
        self.at_every_command(log_in)

    def end_some(self, login, path, which):
        """Ends sessions of a user with three: `which` are to go."""
        user = self.one.register(login)
        tokens = [user.token] + [self.one.log_in(login) for _ in range(2)]
        going = [tokens[i] for i in which]
        self.assert_tokens(tokens, 200)
        answer = self.stop("DELETE", path, token=user.token)
        key = f"{{user:{user.user['id']}}}:sessions"
        left = self.redis.ask("ZCARD", key)
        self.assertIn(left, (3, 3 - len(going)))
        self.assert_tokens(going, 200 if left == 3 else 401)
        self.assert_tokens(set(tokens) - set(going), 200)
        if answer:
            self.assert_empty(answer)
            self.assertEqual(left, 3 - len(going))
        return answer is not None

    def test_being_ended_are_dead_or_not(self):
        self.at_every_command(self.end_some, "/user/auth", [0])

    def test_being_ended_by_number_are_dead_or_not(self):
        self.at_every_command(self.end_some, "/user/auth/2", [1])

    def test_being_ended_together_are_all_dead_or_none(self):
        self.at_every_command(self.end_some, "/user/auth?all=true", [0, 1, 2])
