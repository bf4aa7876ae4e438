"""A worker dies, or hangs, in the middle of a parse."""

from support.mid_parse import BIG, OLD, MidParse


class Killed(MidParse):
    def test_another_worker_costs_nothing(self):
        connection, serving = self.start_parse()
        for other in self.others(serving):
            other.kill()
        self.assert_whole(connection.read_answer())

    def test_the_worker_that_answers_loses_the_answer_only(self):
        connection, serving = self.start_parse()
        serving.kill()
        self.assertIsNone(self.answer_or_none(connection))
        self.assert_whole(self.client.ask_until_answered("GET", "/parse"))

    def test_all_workers_at_once(self):
        connection, _ = self.start_parse()
        for worker in self.service.workers():
            worker.kill()
        self.assertIsNone(self.answer_or_none(connection))
        self.assert_whole(self.client.ask_until_answered("GET", "/parse"))

    def test_again_and_again_ends_the_parse_one_way_or_the_other(self):
        connection, serving = self.start_parse()
        for _ in range(3):
            for other in self.others(serving):
                other.kill()
            self.service.wait_ready()
        answer = connection.read_answer()
        self.assert_failed_or_right(answer)
        self.assert_reports_of_one(OLD, BIG)
        self.parse_again()


class Hanging(MidParse):
    def test_another_worker_gives_its_chunks_back(self):
        connection, serving = self.start_parse()
        hanging = self.others(serving)[0]
        hanging.pause()
        try:
            self.assert_whole(connection.read_answer())
        finally:
            hanging.resume()
        # What it had half done is late now, and changes nothing.
        self.service.wait_ready()
        self.assert_reports(BIG)
        self.parse_again()

    def test_the_worker_that_answers_holds_up_nobody_else(self):
        connection, serving = self.start_parse()
        serving.pause()
        try:
            answer = self.client.ask("GET", "/parse")
            self.assert_whole(answer)
        finally:
            serving.resume()
        self.assert_failed_or_right(self.answer_or_none(connection))
        self.assert_reports(BIG)
