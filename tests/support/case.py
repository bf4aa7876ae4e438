"""What the cases of all files have in common."""

import unittest

from support.service import Service

ERROR_FIELDS = {"message", "error_code"}


class Case(unittest.TestCase):
    maxDiff = None

    def start(self, log=None, **settings):
        """A service that ends, and must end well, with this case."""
        service = Service(log, **settings)
        self.addCleanup(self.end, service)
        return service.start()

    def start_two(self, log=None, **settings):
        """Two masters on one Redis stand for two hosts: they share no memory.
        The first one runs the Redis."""
        settings = dict(settings, secret="the secret of both hosts")
        one = self.start(log, **settings)
        two = self.start(log, **dict(
            settings, redis_url=f"unix://{one.path('var/redis.sock')}"))
        return one, two

    def end(self, service):
        """Whatever the case did to it, the service still ends as it should."""
        try:
            if service.process.poll() is None:
                self.assertEqual(service.stop(), [])
            else:
                self.assertEqual(service.findings(), [])
        finally:
            service.discard()

    def assert_status(self, answer, status):
        self.assertEqual(answer.status, status, answer)
        return answer

    def assert_refused(self, answer, status, message=None, fields=None):
        """The one error shape: the number of the status line, and words.

        fields: the names that a validation complains of, where it is one."""
        self.assert_status(answer, status)
        self.assertEqual(answer.header("Content-Type"), "application/json")
        self.assertEqual(answer.json.get("error_code"), status, answer)
        self.assertTrue(answer.json.get("message"), answer)
        if message:
            self.assertEqual(answer.json["message"], message)
        extra = set(answer.json) - ERROR_FIELDS
        self.assertLessEqual(extra, {"errors"} if status == 400 else set())
        errors = answer.json.get("errors", {})
        if fields:
            self.assertEqual(set(errors), set(fields), answer)
        for words in errors.values():
            self.assertTrue(words and all(isinstance(w, str) and w
                                          for w in words), answer)
        if status == 503:
            self.assertIsNotNone(answer.header("Retry-After"), answer)
        return answer

    def assert_json(self, answer, status, document):
        self.assert_status(answer, status)
        self.assertEqual(answer.header("Content-Type"), "application/json")
        self.assertEqual(answer.json, document)
        return answer

    def assert_empty(self, answer, status=204):
        self.assert_status(answer, status)
        self.assertEqual(answer.body, b"")
        return answer

    def assert_report(self, got, expected):
        """got: an answer of /report/{n}; expected: the reference's one."""
        self.assert_status(got, 200)
        self.assertTrue(got.json["question"] and got.json["unit"], got)
        self.assertEqual({k: got.json.get(k) for k in expected}, expected)


class ServiceCase(Case):
    """Cases that share one service, made with `settings` and `log`."""

    settings = {}
    log = None

    @classmethod
    def setUpClass(cls):
        cls.service = Service(cls.log, **cls.settings)
        try:
            cls.service.start()
            cls.prepare()
        except BaseException:
            cls.service.discard()
            raise

    @classmethod
    def prepare(cls):
        """What all cases of the class need, once."""

    @classmethod
    def tearDownClass(cls):
        try:
            wrong = cls.service.stop()
        finally:
            cls.service.discard()
        if wrong:
            raise AssertionError(f"{cls.__name__}: {wrong}")


# Bodies that are no JSON document, by what is wrong with them.
BROKEN_JSON = {
    "cut short": b'{"a":',
    "a word": b"hello",
    "single quotes": b"{'a': 1}",
    "two documents": b'{"a": 1} {"b": 2}',
    "a comma too many": b'{"a": 1,}',
    "a key twice": b'{"a": 1, "a": 2}',
    "a key twice, further down": b'{"a": [{"b": 1, "b": 2}]}',
    "not UTF-8": b'{"a": "\xff"}',
    "a bare control character": b'{"a": "\x01"}',
    "half a surrogate pair": b'{"a": "\\ud800"}',
    "deeper than any need": b"[" * 5000 + b"]" * 5000,
}
