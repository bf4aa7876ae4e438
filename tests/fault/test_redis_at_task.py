"""Redis dies, forgets or refuses at exactly the moment at which a worker hands
in a map task, a reduce task or the commit."""

from support.caught import LOG, OLD, Caught
from support.redis_gate import reads
from support.service import time_of

# Without its store a parse ends, it does not wait.
ANSWER_LIMIT_S = 15
# Ten seconds without a sign of life, and then some.
REFUSED_LIMIT_S = 18


class AtTask:
    """The cases, whatever the kind of task."""

    def answered(self, connection):
        """Bounded in time: done and right, or refused with words."""
        answer, seconds = time_of(lambda: self.answer_or_none(connection))
        self.assertLess(seconds, ANSWER_LIMIT_S)
        if answer is not None and answer.status != 201:
            self.assert_refused(answer, 503)
        return answer

    def test_killed_goes_on_where_it_was(self):
        connection, held, _ = self.catch(self.task)
        self.redis.kill()
        self.redis.start()
        held.drop()
        self.answered(connection)
        self.service.wait_ready()
        self.parse()

    def test_its_scripts_forgotten_learns_them_again(self):
        connection, held, _ = self.catch(self.task)
        with self.redis.client() as redis:
            redis.ask("SCRIPT", "FLUSH")
        held.release()
        self.assert_whole(self.answered(connection))

    def test_emptied_is_like_a_new_one(self):
        connection, held, _ = self.catch(self.task)
        with self.redis.client() as redis:
            redis.ask("FLUSHALL")
        held.release()
        self.answered(connection)
        self.client = self.service.register()
        self.parse()

    def test_out_of_memory_ends_the_parse_one_way_or_the_other(self):
        connection, held, _ = self.catch(self.task)
        with self.redis.client() as redis:
            redis.ask("CONFIG", "SET", "maxmemory", "1")
            held.release()
            answer = self.answered(connection)
            self.assert_reports(
                LOG if answer and answer.status == 201 else OLD)
            redis.ask("CONFIG", "SET", "maxmemory", "0")
        self.parse()


class Refused(Caught):
    """Redis answers, but takes no writes: not even that the job has failed."""

    def refuse(self, task, how, back):
        connection, held, _ = self.catch(task)
        with self.redis.client() as redis:
            redis.ask(*how)
            held.release()
            answer, seconds = time_of(connection.read_answer)
            self.assertLess(seconds, REFUSED_LIMIT_S)
            self.assert_refused(answer, 503)
            self.assert_reports(OLD)
            redis.ask(*back)
        self.parse()

    def test_because_it_is_a_replica(self):
        self.refuse("map", ("REPLICAOF", "127.0.0.1", "1"),
                    ("REPLICAOF", "NO", "ONE"))

    def test_because_its_replicas_are_away(self):
        self.refuse("commit", ("CONFIG", "SET", "min-replicas-to-write", "1"),
                    ("CONFIG", "SET", "min-replicas-to-write", "0"))


class MapTask(AtTask, Caught):
    task = "map"


class ReduceTask(AtTask, Caught):
    task = "reduce"


class Commit(AtTask, Caught):
    task = "commit"


class Lost(Caught):
    """What tasks leave for each other is gone, and nothing else is."""

    def lose(self, keys, read):
        connection, held, _ = self.catch(read)
        with self.redis.client() as redis:
            for key in redis.keys(keys):
                redis.ask("DEL", key)
        held.release()
        self.assert_refused(connection.read_answer(), 503)
        self.assert_reports(OLD)
        self.parse()

    def test_partials_end_the_parse_and_the_old_reports_stand(self):
        self.lose("{logs}:job:*:partial:*", reads(":partial:"))

    def test_reduced_shards_end_the_parse_and_the_old_reports_stand(self):
        self.lose("{logs}:job:*:reduced:*", reads(":reduced:"))
