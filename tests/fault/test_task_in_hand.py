"""A worker dies, hangs or comes back while it holds a map task, a reduce task
or the commit: caught with exactly that."""

from support.caught import LOG, NEW, Caught


class InHand:
    """The cases, whatever the kind of task."""

    def test_killed_gives_it_to_another(self):
        connection, held, worker = self.catch(self.task)
        worker.kill()
        held.drop()
        answer = self.answer_or_none(connection)
        if answer is None:  # it was the one that answers
            self.parse()
        else:
            self.assert_whole(answer)

    def test_killed_when_its_result_was_on_the_way(self):
        connection, held, worker = self.catch(self.task)
        worker.kill()
        held.release()
        answer = self.answer_or_none(connection)
        if answer is None:
            self.parse()
        else:
            self.assert_whole(answer)

    def test_hanging_gives_it_to_another_and_is_late(self):
        connection, held, worker = self.catch(self.task)
        worker.pause()
        try:
            self.parse()
            before = self.committed()
        finally:
            held.release()
            worker.resume()
        answer = self.answer_or_none(connection)
        if answer is not None:
            self.assert_whole(answer)
        self.service.wait_ready()
        self.assertEqual(self.committed()[:2], before[:2])
        self.assert_reports(LOG)
        self.parse(path="/parse?full=true")

    def test_late_for_another_log_changes_nothing_of_it(self):
        connection, held, worker = self.catch(self.task)
        worker.pause()
        try:
            self.parse()
            self.service.write_log(NEW)
            self.parse(NEW)
            before = self.committed()
        finally:
            held.release()
            worker.resume()
        answer = self.answer_or_none(connection)
        if answer is not None:
            self.assertEqual(answer.status, 201)
        self.service.wait_ready()
        self.assertEqual(self.committed()[:2], before[:2])
        self.assert_reports(NEW)
        self.parse(NEW, "/parse?full=true")


class MapTask(InHand, Caught):
    task = "map"


class ReduceTask(InHand, Caught):
    task = "reduce"


class Commit(InHand, Caught):
    task = "commit"
