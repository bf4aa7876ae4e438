"""Redis dies, hangs or forgets in the middle of a parse, or of nothing."""

import time

from support.case import Case
from support.mid_parse import BIG, OLD, MidParse
from support.processes import wait_until
from support.service import time_of
from support.shop_log import visits

ANSWER_LIMIT_S = 10  # a parse without its store ends, it does not wait


class MidParseRedis(MidParse):
    def test_killed_ends_the_parse_and_the_old_reports_stand(self):
        connection, _ = self.start_parse()
        self.service.redis_server().kill()
        answer, seconds = time_of(connection.read_answer)
        self.assertLess(seconds, ANSWER_LIMIT_S)
        self.assert_failed_or_right(answer)
        self.service.wait_ready()
        self.assert_reports_of_one(OLD, BIG)
        self.parse_again()

    def test_killed_twice(self):
        connection, _ = self.start_parse()
        for _ in range(2):
            self.service.redis_server().kill()
            self.service.wait_ready()
        self.assert_failed_or_right(self.answer_or_none(connection))
        self.assert_reports_of_one(OLD, BIG)
        self.parse_again()

    def test_silent_for_a_while_ends_the_parse_one_way_or_the_other(self):
        connection, _ = self.start_parse()
        redis = self.service.redis_server()
        redis.pause()
        time.sleep(2.5)  # every deadline of a request has passed
        redis.resume()
        self.assert_failed_or_right(connection.read_answer())
        self.service.wait_ready()
        self.assert_reports_of_one(OLD, BIG)
        self.parse_again()

    def test_with_its_scripts_forgotten_learns_them_again(self):
        connection, _ = self.start_parse()
        with self.service.redis() as redis:
            redis.ask("SCRIPT", "FLUSH")
        self.assert_whole(connection.read_answer())
        self.service.register("bob")

    def test_emptied_ends_the_parse(self):
        connection, _ = self.start_parse()
        with self.service.redis() as redis:
            redis.ask("FLUSHALL")
        answer, seconds = time_of(connection.read_answer)
        self.assertLess(seconds, ANSWER_LIMIT_S)
        self.assert_failed_or_right(answer)
        self.client = self.service.register("ann")  # her account went too
        self.parse_again()


class EmptiedRedis(Case):
    def assert_all_refuse(self, client, status):
        """No worker goes by what it remembers, once Redis has told it: which it
        does on a connection of its own, so a question may come before it."""
        wait_until(f"all answer {status}", lambda: all(
            client.get("/report/1").status == status for _ in range(8)))
        self.assert_refused(client.get("/report/1"), status)

    def test_is_like_a_new_one(self):
        service = self.start(visits(60, 100))
        ann = service.register("ann")
        self.assert_status(ann.get("/parse"), 201)
        with service.redis() as redis:
            redis.ask("FLUSHALL")
        self.assert_all_refuse(ann, 401)
        again = service.register("ann")
        self.assert_all_refuse(again, 409)
        self.assert_status(again.get("/parse"), 201)
        self.assert_status(again.get("/report/1"), 200)

    def test_of_its_reports_alone_has_nothing_parsed(self):
        service = self.start(visits(61, 100))
        ann = service.register("ann")
        self.assert_status(ann.get("/parse"), 201)
        self.assert_status(ann.get("/report/1"), 200)
        with service.redis() as redis:
            for key in redis.keys("{logs}*") + redis.keys("segment:*"):
                redis.ask("DEL", key)
        self.assert_all_refuse(ann, 409)
        self.assert_status(ann.get("/parse"), 201)
        self.assert_status(ann.get("/report/1"), 200)
