"""A Redis that takes no more connections."""

from support.caught import SETTINGS, Caught


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
