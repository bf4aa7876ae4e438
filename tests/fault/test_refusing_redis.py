"""A Redis that takes no more connections, or whose user may not do all that a parse
takes."""

from support.caught import LOG, OLD, SETTINGS, Caught
from support.http_client import request

# Two jobs that fall silent, of ten seconds and some task_timeout_ms each.
ANSWER_LIMIT_S = 50


class Crowded(Caught):
    settings = {**SETTINGS, "segment_copies": 0}  # all reports ask Redis

    def test_is_away_until_there_is_room(self):
        cold = "/report/1?from=2018-08-01&to=2018-08-07"
        with self.redis.client() as redis:
            lasting = redis.ask("CLIENT", "LIST").count(" name=trawl-")
            redis.ask("CONFIG", "SET", "maxclients", lasting + 1)
            for _ in range(4):
                self.assert_refused(self.client.get(cold), 503)
            redis.ask("CONFIG", "SET", "maxclients", 1000)
        self.assert_status(self.client.get(cold), 200)
        self.parse()


class NotAllowed(Caught):
    def test_to_read_the_queue_ends_the_parse(self):
        with self.redis.client() as redis, self.client.connect() as connection:
            redis.ask("ACL", "SETUSER", "default", "-xreadgroup")
            connection.socket.settimeout(ANSWER_LIMIT_S)
            connection.send(request("GET", "/parse", token=self.client.token))
            self.assert_refused(connection.read_answer(), 503)
            self.assert_reports(OLD)
            redis.ask("ACL", "SETUSER", "default", "+xreadgroup")
        self.parse(LOG)
