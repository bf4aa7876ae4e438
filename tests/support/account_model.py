"""Users and sessions as they must be, in the plainest way: a dictionary. The
service is asked the same and compared, answer by answer."""

import copy
import random
import re
import unicodedata
from dataclasses import dataclass, field

LOGINS = ["ann", "bob", "eve", "Ann", "rene\u0301", "ren\u00e9", "\U0001f41f"]
PASSWORDS = ["correct horse", "battery staple", "\u0000\n"]
NAMES = ["Lee", "Li", "O'Hara", "\u0410\u043d\u043d\u0430"]


class Differs(Exception):
    """An answer that the model has no reason for."""


@dataclass(frozen=True)
class Step:
    """What to ask, of whom. Numbers choose from what there is then, so that a
    step means something wherever the ones before it are left out."""
    kind: str
    host: int
    worker: int
    login: int
    password: int
    token: int
    name: int

    def __str__(self):
        return (f"{self.kind}(host={self.host}, worker={self.worker}, "
                f"login={self.login}, password={self.password}, "
                f"token={self.token}, name={self.name})")


# How often each is asked for, of a hundred.
KINDS = {"create": 18, "log_in": 22, "sessions": 16, "list": 6, "page": 4,
         "rename": 7, "rename_other": 2, "change_password": 6, "log_out": 5,
         "log_out_everywhere": 3, "end_session": 4, "delete": 5, "expire": 2}
# Who needs no token, and so can meet anything else at the same time.
RACING = ("create", "log_in")


def make_step(chance, kinds=tuple(KINDS)):
    kind = chance.choices(kinds, [KINDS[kind] for kind in kinds])[0]
    return Step(kind, chance.randrange(2), chance.randrange(2),
                *(chance.randrange(1000) for _ in range(4)))


def make_steps(seed, count):
    """Single steps, and now and then two at once."""
    chance = random.Random(seed)
    return [(make_step(chance),) if chance.random() < 0.9 else
            (make_step(chance, RACING), make_step(chance))
            for _ in range(count)]


@dataclass
class User:
    shown: dict
    password: str
    logins: int = 0
    sessions: dict = field(default_factory=dict)  # token -> (number, agent)


class Model:
    def __init__(self):
        self.users = {}    # login -> User
        self.last_id = 0
        self.tokens = []   # all that were ever given
        self.ended_by = {}  # token -> host that ended it; None: Redis

    # What a step asks: method, path, body, token, User-Agent; None: nothing.

    def ask(self, step):
        token = self.token(step)
        if token is None and step.kind not in RACING:
            return None
        return getattr(self, f"ask_{step.kind}")(step, token)

    def token(self, step):
        """Mostly one that is good."""
        good = [t for t in self.tokens if self.owner(t)]
        some = good if good and step.token % 5 else self.tokens
        return some[step.token % len(some)] if some else None

    def owner(self, token):
        for user in self.users.values():
            if token in user.sessions:
                return user
        return None

    def path(self, token):
        """Of the token's user, also of one that is gone."""
        return f"/user/{token.split('.')[0]}"

    @staticmethod
    def texts(step):
        return (LOGINS[step.login % len(LOGINS)],
                PASSWORDS[step.password % len(PASSWORDS)],
                NAMES[step.name % len(NAMES)])

    def ask_create(self, step, _):
        login, password, name = self.texts(step)
        return "POST", "/user", {"login": login, "password": password,
                                 "first_name": "A", "last_name": name}, None

    def ask_log_in(self, step, _):
        """Mostly somebody who is there, with the right password."""
        login, password, _ = self.texts(step)
        if self.users and step.name % 4:
            login = sorted(self.users)[step.login % len(self.users)]
        user = self.users.get(unicodedata.normalize("NFC", login))
        if user and step.token % 4:
            password = user.password
        return "POST", "/user/auth", {"login": login,
                                      "password": password}, None

    def ask_sessions(self, _, token):
        return "GET", "/user/auth", None, token

    def ask_list(self, _, token):
        return "GET", "/user/all", None, token

    def ask_page(self, step, token):
        return ("GET", f"/user/all?limit={1 + step.name % 3}&"
                f"after={step.login % (self.last_id + 1)}", None, token)

    def ask_rename(self, step, token):
        return ("PATCH", self.path(token),
                {"last_name": self.texts(step)[2]}, token)

    def ask_rename_other(self, _, token):
        return "PATCH", "/user/999999", {"last_name": "x"}, token

    def ask_change_password(self, step, token):
        """The current one is right every other time."""
        user = self.owner(token)
        right = user.password if user and step.name % 2 else "none of them"
        return "PATCH", self.path(token), {
            "password": self.texts(step)[1], "current_password": right}, token

    def ask_log_out(self, _, token):
        return "DELETE", "/user/auth", None, token

    def ask_log_out_everywhere(self, _, token):
        return "DELETE", "/user/auth?all=true", None, token

    def ask_end_session(self, step, token):
        user = self.owner(token)
        number = 1 + step.name % (user.logins + 1) if user else 1
        return "DELETE", f"/user/auth/{number}", None, token

    def ask_delete(self, _, token):
        return "DELETE", self.path(token), None, token

    # What it does, and what the answer must be.

    def take(self, step, asked, answer):
        """Compares; Differs when the answer is not the model's."""
        body, token = asked[2:]
        user = self.owner(token) if token else None
        if token and not user:
            self.expect(answer, 401)
        elif token:
            getattr(self, f"take_{step.kind}")(step, asked, answer, user)
        else:
            login = unicodedata.normalize("NFC", body["login"])
            getattr(self, f"take_{step.kind}")(step, asked, answer, login)

    @staticmethod
    def expect(answer, status, document=None):
        if answer.status != status or \
                (document is not None and answer.json != document):
            raise Differs(f"expected {status} {document or ''}, got {answer}")

    def take_create(self, _, asked, answer, login):
        if login in self.users:
            return self.expect(answer, 409)
        self.expect(answer, 201)
        shown = answer.json
        self.expect(answer, 201, {
            "id": shown["id"], "login": login, "first_name": "A",
            "last_name": asked[2]["last_name"],
            "created_at": shown["created_at"],
            "update_at": shown["created_at"]})
        if shown["id"] <= self.last_id:
            raise Differs(f"id {shown['id']} after {self.last_id}")
        self.last_id = shown["id"]
        self.users[login] = User(shown, asked[2]["password"])

    def take_log_in(self, step, asked, answer, login):
        user = self.users.get(login)
        if not user or user.password != asked[2]["password"]:
            return self.expect(answer, 401)
        self.expect(answer, 200)
        token = answer.json["Authorization"]
        if token in self.tokens:
            raise Differs("a token for the second time")
        user.logins += 1
        user.sessions[token] = (user.logins, agent_of(step))
        self.tokens.append(token)

    def take_sessions(self, _, asked, answer, user):
        self.expect(answer, 200)
        got = {s["id"]: (s["user_agent"], s["is_current"], s["address"])
               for s in answer.json}
        wanted = {number: (agent, token == asked[3], "127.0.0.1")
                  for token, (number, agent) in user.sessions.items()}
        if got != wanted:
            raise Differs(f"expected {wanted}, got {got}")

    def shown(self):
        return sorted((u.shown for u in self.users.values()),
                      key=lambda shown: shown["id"])

    def take_list(self, _, asked, answer, user):
        self.expect(answer, 200, self.shown())

    def take_page(self, _, asked, answer, user):
        limit, after = map(int, re.findall(r"\d+", asked[1]))
        rest = [shown for shown in self.shown() if shown["id"] > after]
        self.expect(answer, 200, rest[:limit])
        if (answer.header("Link") is not None) != (len(rest) > limit):
            raise Differs(f"Link: {answer.header('Link')} of {len(rest)}")

    def take_rename(self, _, asked, answer, user):
        self.expect(answer, 200)
        user.shown = dict(user.shown, last_name=asked[2]["last_name"],
                          update_at=answer.json["update_at"])
        self.expect(answer, 200, user.shown)

    def take_rename_other(self, _, asked, answer, user):
        self.expect(answer, 403)

    def take_change_password(self, step, asked, answer, user):
        if asked[2]["current_password"] != user.password:
            return self.expect(answer, 400)
        self.expect(answer, 200)
        user.shown = dict(user.shown, update_at=answer.json["update_at"])
        self.expect(answer, 200, user.shown)
        user.password = asked[2]["password"]
        for token in set(user.sessions) - {asked[3]}:
            self.end(user, token, step.host)

    def end(self, user, token, host):
        del user.sessions[token]
        self.ended_by[token] = host

    def take_log_out(self, step, asked, answer, user):
        self.expect(answer, 204)
        self.end(user, asked[3], step.host)

    def take_log_out_everywhere(self, step, asked, answer, user):
        self.expect(answer, 204)
        for token in list(user.sessions):
            self.end(user, token, step.host)

    def take_end_session(self, step, asked, answer, user):
        number = int(asked[1].rpartition("/")[2])
        ended = [t for t, (n, _) in user.sessions.items() if n == number]
        self.expect(answer, 204 if ended else 404)
        for token in ended:
            self.end(user, token, step.host)

    def take_delete(self, step, asked, answer, user):
        self.take_log_out_everywhere(step, asked, answer, user)
        del self.users[user.shown["login"]]


class Models:
    """All that fit what was answered so far: after two calls at once there may
    be two, until an answer tells which came first."""

    def __init__(self):
        self.fitting = [Model()]

    def __getattr__(self, name):
        return getattr(self.fitting[0], name)

    def take(self, steps, asked, answers):
        """As if two at once had come one after the other. A log-in that met a
        change of its account may be told to try again."""
        fitting, told = [], []
        for before in self.fitting:
            for order in (0, 1)[:len(steps)], (1, 0)[2 - len(steps):]:
                model = copy.deepcopy(before)
                try:
                    for i in order:
                        if len(steps) == 1 or answers[i].status != 503 or \
                                steps[i].kind != "log_in":
                            model.take(steps[i], asked[i], answers[i])
                except Differs as difference:
                    told.append(str(difference))
                    continue
                if model.__dict__ not in [m.__dict__ for m in fitting]:
                    fitting.append(model)
        if not fitting:
            raise Differs(" and ".join(sorted(set(told))))
        self.fitting = fitting


def agent_of(step):
    return f"agent {step.token}"
