"""The master is killed, or told to end, in the middle of a parse."""

import signal

from support.mid_parse import BIG, OLD, MidParse
from support.processes import wait_until


class MidParseMaster(MidParse):
    def start_again(self):
        self.service.start()
        self.client.address = self.service.address

    def test_killed_leaves_no_orphan_and_the_old_reports(self):
        self.start_parse()
        family = self.service.family()
        self.service.master().kill()
        self.service.process.wait()
        wait_until("every child has ended",
                   lambda: not any(p.is_alive() for p in family))
        self.start_again()
        self.assert_reports_of_one(OLD, BIG)
        self.parse_again()

    def test_told_to_end_does_so_and_answers_who_waits(self):
        connection, _ = self.start_parse()
        self.assertEqual(self.service.stop(signal.SIGTERM), [])
        self.assert_failed_or_right(self.answer_or_none(connection))
        self.start_again()
        self.assert_reports_of_one(OLD, BIG)
        self.parse_again()

    def test_killed_with_everything_else_keeps_what_was_acknowledged(self):
        self.start_parse()
        bob = self.service.register("bob")
        family = self.service.family()
        self.service.master().kill()
        for process in family:
            process.kill()
        self.service.process.wait()
        self.start_again()
        bob.address = self.service.address
        self.assertIn(bob.user, bob.get("/user/all").json)
        self.assert_reports_of_one(OLD, BIG)
        self.parse_again()
