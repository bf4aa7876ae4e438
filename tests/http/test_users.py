"""POST /user, PATCH and DELETE /user/{id}, GET /user/all."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

from support.case import BROKEN_JSON, ServiceCase
from support.clock import moment
from support.http_client import request
from support.service import PASSWORD

SHOWN = {"id", "login", "first_name", "last_name", "created_at", "update_at"}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def body(_login, **fields):
    return dict({"login": _login, "password": PASSWORD, "first_name": "Eve",
                 "last_name": "Lee"}, **fields)


class MakingUsers(ServiceCase):
    @classmethod
    def prepare(cls):
        cls.client = cls.service.client()

    def create(self, _login, **fields):
        return self.client.ask("POST", "/user", body(_login, **fields))

    def test_answers_the_user_without_the_password(self):
        began = moment()
        answer = self.assert_status(self.create("eve"), 201)
        ended = moment()
        self.assertEqual(answer.header("Location"),
                         f"/user/{answer.json['id']}")
        user = answer.json
        self.assertEqual(set(user), SHOWN)
        self.assertEqual((user["login"], user["first_name"],
                          user["last_name"]), ("eve", "Eve", "Lee"))
        self.assertGreater(user["id"], 0)
        for field in "created_at", "update_at":
            self.assertRegex(user[field], INSTANT)
            self.assertLessEqual(began, user[field])
            self.assertLessEqual(user[field], ended)

    def test_refuses_a_busy_login(self):
        self.assert_status(self.create("busy"), 201)
        self.assert_refused(self.create("busy", first_name="Other"), 409,
                            "Login is busy")

    def test_takes_composed_and_decomposed_letters_for_one_login(self):
        answer = self.assert_status(self.create("rene\u0301"), 201)
        self.assertEqual(answer.json["login"], "ren\u00e9")
        self.assert_refused(self.create("ren\u00e9"), 409)
        self.service.log_in("rene\u0301")

    def test_refuses_logins_that_look_like_others(self):
        for login in " eve", "eve ", "e\u200bve", "eve\u202e", "\ufeffeve":
            with self.subTest(login):
                self.assert_refused(self.create(login), 400, fields=["login"])

    def test_gives_a_login_to_one_of_many_who_ask_at_once(self):
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: self.create("raced"), range(8)))
        self.assertEqual(sorted(a.status for a in answers), [201] + [409] * 7)

    def test_names_every_missing_field(self):
        self.assert_refused(
            self.client.ask("POST", "/user", {}), 400,
            fields=["login", "password", "first_name", "last_name"])

    def test_says_of_a_missing_field_what_the_contract_says(self):
        answer = self.client.ask("POST", "/user", {"login": "x"})
        self.assertEqual(answer.json["errors"]["password"],
                         ["Missing data for required field."])

    def test_names_every_field_of_a_wrong_type(self):
        self.assert_refused(
            self.create(7, password=["x"], first_name=None, last_name={}), 400,
            fields=["login", "password", "first_name", "last_name"])

    def test_names_a_field_with_a_text_it_does_not_take(self):
        wrong = {"empty": "", "256 characters": "é" * 256,
                 "a control character": "a\u0001b", "a NUL": "a\u0000b",
                 "DEL": "a\u007fb", "a newline": "a\nb"}
        for field in "login", "first_name", "last_name":
            for what, text in wrong.items():
                with self.subTest(field=field, what=what):
                    self.assert_refused(self.create("bad", **{field: text}),
                                        400, fields=[field])

    def test_names_a_password_it_does_not_take(self):
        for what, text in {"empty": "", "1025 bytes": "é" * 512 + "x"}.items():
            with self.subTest(what):
                self.assert_refused(self.create("bad", password=text), 400,
                                    fields=["password"])

    def test_takes_texts_up_to_their_limits(self):
        for login in "x", "é" * 255, "🐟" * 255, "with blank", "a:b{c}":
            with self.subTest(login[:10]):
                user = self.assert_status(self.create(login), 201).json
                self.assertEqual(user["login"], login)

    def test_takes_any_text_of_1024_bytes_as_a_password(self):
        password = "\u0000\n\u007f" + "é" * 510 + "x"
        self.assertEqual(len(password.encode()), 1024)
        self.assert_status(self.create("any", password=password), 201)
        self.service.log_in("any", password)
        for wrong in password[:-1], "", "\u0000":
            answer = self.client.ask("POST", "/user/auth",
                                     {"login": "any", "password": wrong})
            self.assertIn(answer.status, (400, 401))

    def test_ignores_unknown_fields(self):
        user = self.assert_status(self.create("plain", id=77, admin=True), 201)
        self.assertEqual(set(user.json), SHOWN)
        self.assertNotEqual(user.json["id"], 77)

    def test_refuses_what_is_not_json(self):
        for what, data in dict(BROKEN_JSON, nothing=b"").items():
            with self.subTest(what):
                self.assert_refused(self.client.ask("POST", "/user", data),
                                    400)

    def test_refuses_json_that_is_no_object(self):
        for document in [1], "text", 7, True:
            with self.subTest(document=document):
                self.assert_refused(self.client.ask("POST", "/user", document),
                                    400)

    def test_refuses_another_content_type(self):
        for kind in ("application/x-www-form-urlencoded", "text/plain",
                     "application/jsonp", "text/json; a=application/json", ""):
            with self.subTest(kind):
                self.assert_refused(
                    self.client.ask("POST", "/user", body("typed"),
                                    {"Content-Type": kind}), 415)

    def test_refuses_a_body_with_a_content_coding(self):
        for coding in "gzip", "br", "identity, gzip":
            for path in "/user", "/":
                with self.subTest(coding, path=path):
                    answer = self.client.ask("POST", path, body("coded"),
                                             {"Content-Encoding": coding})
                    self.assert_refused(answer, 415)
                    self.assertEqual(answer.header("Accept-Encoding"),
                                     "identity")
                    self.assertIsNone(answer.header("Accept"))

    def test_takes_a_body_that_is_said_to_be_as_it_is(self):
        for i, coding in enumerate(("identity", "Identity", "")):
            with self.subTest(coding):
                answer = self.client.ask("POST", "/user", body(f"plain{i}"),
                                         {"Content-Encoding": coding})
                self.assert_status(answer, 201)

    def test_takes_json_with_parameters_in_any_case(self):
        for i, kind in enumerate(("application/json; charset=utf-8",
                                  "Application/JSON ;charset=UTF-8")):
            with self.subTest(kind):
                answer = self.client.ask("POST", "/user", body(f"kind{i}"),
                                         {"Content-Type": kind})
                self.assert_status(answer, 201)


class ClosedRegistration(ServiceCase):
    settings = {"registration": "closed"}

    def test_makes_no_user(self):
        answer = self.service.client().ask("POST", "/user", body("eve"))
        self.assert_refused(answer, 403)

    def test_is_refused_before_the_body_is_looked_at(self):
        answer = self.service.client().ask("POST", "/user", b"{",
                                           {"Content-Type": "text/plain"})
        self.assert_refused(answer, 403)


class ChangingUsers(ServiceCase):
    @classmethod
    def prepare(cls):
        cls.ann = cls.service.register("ann")
        cls.bob = cls.service.register("bob")

    def patch(self, document, who=None, path=None):
        who = who or self.ann
        return who.ask("PATCH", path or f"/user/{self.ann.user['id']}",
                       document)

    def test_changes_nothing_of_another_version_than_is_named(self):
        """Users have no ETag, so that none can be theirs."""
        path = f"/user/{self.ann.user['id']}"
        for method, document in ("PATCH", {"last_name": "x"}), \
                ("DELETE", None):
            answer = self.ann.ask(method, path, document,
                                  headers={"If-Match": '"1"'})
            self.assert_refused(answer, 412)
        answer = self.ann.ask("PATCH", path, {"first_name": "Ann"},
                              headers={"If-Match": "*"})
        self.assert_status(answer, 200)
        self.assertNotEqual(answer.json["last_name"], "x")

    def test_changes_the_names_given_and_no_other(self):
        [before] = [user for user in self.ann.get("/user/all").json
                    if user["id"] == self.ann.user["id"]]
        began = moment()
        answer = self.assert_status(self.patch({"last_name": "Li"}), 200)
        ended = moment()
        after = answer.json
        self.assertEqual(set(after), SHOWN)
        self.assertEqual(after, dict(before, last_name="Li",
                                     update_at=after["update_at"]))
        self.assertLessEqual(began, after["update_at"])
        self.assertLessEqual(after["update_at"], ended)
        self.assertIn(after, self.ann.get("/user/all").json)

    def test_takes_both_names(self):
        answer = self.patch({"first_name": "Анна", "last_name": "O'Hara"})
        self.assert_status(answer, 200)
        self.assertEqual((answer.json["first_name"],
                          answer.json["last_name"]), ("Анна", "O'Hara"))

    def test_changes_neither_login_nor_id(self):
        answer = self.patch({"first_name": "A", "login": "x", "id": 9})
        self.assert_status(answer, 200)
        self.assertEqual((answer.json["login"], answer.json["id"]),
                         ("ann", self.ann.user["id"]))

    def test_refuses_to_change_nothing(self):
        for document in {}, {"login": "eve"}:
            self.assert_refused(self.patch(document), 400)

    def test_names_all_bad_fields_at_once(self):
        self.assert_refused(self.patch({"first_name": "", "last_name": 7}),
                            400, fields=["first_name", "last_name"])

    def test_is_not_for_another_user_existing_or_not(self):
        for path in f"/user/{self.bob.user['id']}", "/user/999999":
            for method, document in ("PATCH", {"last_name": "x"}), \
                    ("DELETE", None):
                with self.subTest(method, path=path):
                    answer = self.ann.ask(method, path, document)
                    self.assert_refused(answer, 403)
        self.assertIn(self.bob.user, self.ann.get("/user/all").json)

    def test_answers_another_user_the_same_whether_he_exists(self):
        answers = [self.patch({"last_name": "x"}, path=path).body for path in
                   (f"/user/{self.bob.user['id']}", "/user/999999")]
        self.assertEqual(answers[0], answers[1])

    def test_knows_no_id_of_another_form(self):
        for name in ("0", "01", "-1", "+1", "1.0", "1x", "x", "%31", "1/",
                     "1/2"):
            with self.subTest(name):
                answer = self.patch({"last_name": "x"}, path=f"/user/{name}")
                self.assert_refused(answer, 404)

    def test_knows_no_owner_of_an_id_beyond_any(self):
        for name in "9223372036854775808", "99999999999999999999999":
            with self.subTest(name):
                answer = self.patch({"last_name": "x"}, path=f"/user/{name}")
                self.assert_refused(answer, 403)


class DeletingUsers(ServiceCase):
    def test_kills_every_token_and_frees_the_login(self):
        eve = self.service.register("eve")
        tokens = [eve.token] + [self.service.log_in("eve") for _ in range(3)]
        other = self.service.register("other")
        for token in tokens:  # so that workers have local copies
            self.assert_status(eve.get("/user/all", token=token), 200)
        answer = eve.ask("DELETE", f"/user/{eve.user['id']}")
        self.assert_empty(answer)
        self.assertIsNone(answer.header("Content-Length"))
        for token in tokens:
            for _ in range(4):  # of every worker
                self.assert_refused(eve.get("/user/all", token=token), 401)
        self.assertNotIn("eve", [u["login"] for u in
                                 other.get("/user/all").json])
        self.assert_refused(
            self.service.client().ask("POST", "/user/auth", {
                "login": "eve", "password": PASSWORD}), 401)
        again = self.service.register("eve")
        self.assertNotEqual(again.user["id"], eve.user["id"])
        self.assert_refused(eve.get("/user/all"), 401)

    def test_leaves_nothing_of_him_in_redis(self):
        gone = self.service.register("gone")
        self.assert_empty(gone.ask("DELETE", f"/user/{gone.user['id']}"))
        with self.service.redis() as redis:
            self.assertEqual(redis.keys(f"*user:{gone.user['id']}*"), [])
            self.assertEqual(redis.keys("login:gone"), [])


class ListingUsers(ServiceCase):
    logins = [f"user{i}" for i in range(7)]

    @classmethod
    def prepare(cls):
        people = [cls.service.register(login) for login in cls.logins]
        cls.client = people[0]
        cls.users = [p.user for p in people]

    def page(self, query):
        """The users of a page, and where its Link leads, None without one."""
        answer = self.assert_status(self.client.get(f"/user/all{query}"), 200)
        link = answer.header("Link")
        if link is None:
            return answer.json, None
        match = re.fullmatch(r'<(?:http://[^/>]+)?(/user/all\?[^>]+)>; '
                             r'rel="next"', link)
        self.assertTrue(match, link)
        return answer.json, match[1]

    def test_shows_all_by_id(self):
        self.assert_json(self.client.get("/user/all"), 200, self.users)
        ids = [u["id"] for u in self.users]
        self.assertEqual(ids, sorted(ids))

    def test_pages_lead_through_all_once(self):
        for limit in 1, 2, 3, 6:
            with self.subTest(limit=limit):
                seen, query = [], f"?limit={limit}"
                while query:
                    users, link = self.page(query)
                    self.assertEqual(len(users),
                                     min(limit, len(self.users) - len(seen)))
                    seen += users
                    query = link and link[len("/user/all"):]
                self.assertEqual(seen, self.users)

    def test_last_page_has_no_link(self):
        for query in "?limit=7", "?limit=1000", \
                f"?limit=6&after={self.users[0]['id']}":
            self.assertIsNone(self.page(query)[1], query)

    def test_after_need_not_be_there(self):
        self.assertEqual(self.page("?limit=2&after=0")[0], self.users[:2])
        last = self.users[-1]["id"]
        self.assertEqual(self.page(f"?limit=2&after={last}")[0], [])
        self.assertEqual(self.page(f"?after={last + 1000}")[0], [])

    def test_refuses_parameters_of_another_form(self):
        for query in ("limit=0", "limit=1001", "limit=-1", "limit=zero",
                      "limit=", "limit=1.5", "limit=99999999999999999999",
                      "after=x", "after=-1", "limit=2&after=", "limit=%20"):
            with self.subTest(query):
                self.assert_refused(self.client.get(f"/user/all?{query}"), 400)

    def test_names_both_bad_parameters_at_once(self):
        self.assert_refused(self.client.get("/user/all?limit=0&after=x"), 400,
                            fields=["limit", "after"])

    def test_drops_an_id_whose_user_is_gone_from_the_index(self):
        with self.service.redis() as redis:
            redis.ask("ZADD", "users", 999, "999")
            self.assert_json(self.client.get("/user/all"), 200, self.users)
            self.assert_json(self.client.get("/user/all?limit=1000"), 200,
                             self.users)


class ListingManyUsers(ServiceCase):
    """More than one piece of an answer holds."""

    COUNT = 1600

    @classmethod
    def prepare(cls):
        cls.ann = cls.service.register("ann")
        with cls.service.redis() as redis:
            redis.ask("EVAL", """
                for i = 2, ARGV[1] do
                    redis.call('HSET', '{user:' .. i .. '}', 'login', 'l' .. i,
                        'first_name', '"\\\\\\1\u00e9', 'last_name', 'l',
                        'created_at', 'c', 'update_at', 'u')
                    redis.call('ZADD', 'users', i, i)
                end""", 0, cls.COUNT)

    def test_streams_them_in_order_and_goes_on_with_the_connection(self):
        with self.ann.connect() as connection:
            for _ in range(2):
                connection.send(request("GET", "/user/all",
                                        token=self.ann.token))
                answer = connection.read_answer()
                self.assert_status(answer, 200)
                self.assertEqual(answer.header("Transfer-Encoding"), "chunked")
                self.assertEqual([user["id"] for user in answer.json],
                                 list(range(1, self.COUNT + 1)))
                self.assertEqual(answer.json[7]["first_name"], '"\\\x01\u00e9')
            connection.send(request("GET", "/"))
            self.assert_status(connection.read_answer(), 200)

    def test_tells_an_old_client_the_end_by_closing(self):
        with self.ann.connect() as connection:
            connection.send(b"GET /user/all HTTP/1.0\r\nAuthorization: %b\r\n"
                            b"\r\n" % self.ann.token.encode())
            data = b""
            while more := connection.socket.recv(65536):
                data += more
        head, _, body = data.partition(b"\r\n\r\n")
        self.assertNotIn(b"chunked", head)
        self.assertEqual(len(json.loads(body)), self.COUNT)

    def test_answers_head_without_a_body(self):
        with self.ann.connect() as connection:
            connection.send(request("HEAD", "/user/all", token=self.ann.token)
                            + request("GET", "/"))
            self.assert_status(connection.read_answer("HEAD"), 200)
            self.assertEqual(connection.read_answer().json,
                             {"hello": "world"})

    def test_ends_with_a_client_that_goes_away_in_the_middle(self):
        for _ in range(3):
            with self.ann.connect() as connection:
                connection.send(request("GET", "/user/all",
                                        token=self.ann.token))
                connection.socket.recv(1000)
        self.assert_status(self.ann.get("/user/all"), 200)
