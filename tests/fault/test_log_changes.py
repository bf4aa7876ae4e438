"""The log shrinks, vanishes or is replaced under a parse."""

import os

from support.mid_parse import BIG, OLD, MidParse
from support.shop_log import visits


class UnderAParse(MidParse):
    def assert_unmixed(self, connection):
        """The reports are of the log as it was, or the old ones."""
        answer = connection.read_answer()
        if answer.status == 201:
            self.assert_reports(BIG)
        else:
            self.assert_refused(answer, 503)
            self.assert_reports(OLD)
        self.service.write_log(BIG)
        self.parse_again()

    def test_a_log_that_shrinks_fails_it_and_the_old_reports_stand(self):
        connection, _ = self.start_parse()
        os.truncate(self.service.log_path, 1000)
        answer = connection.read_answer()
        if answer.status != 201:  # else it was read to its end before
            self.assert_refused(answer, 503)
            self.assert_reports(OLD)
        self.service.write_log(BIG)
        self.parse_again()

    def test_a_log_that_vanishes_ends_it_one_way_or_the_other(self):
        connection, _ = self.start_parse()
        os.unlink(self.service.log_path)
        answer = connection.read_answer()
        if answer.status != 201:
            self.assert_refused(answer, 503)
            self.assert_reports(OLD)
        self.service.write_log(BIG)
        self.parse_again()

    def test_a_log_that_is_replaced_never_mixes_with_the_new_one(self):
        connection, _ = self.start_parse()
        self.service.write_log(visits(70, 500))
        answer = connection.read_answer()
        if answer.status == 201:
            self.assert_reports_of_one(BIG, visits(70, 500))
        else:
            self.assert_refused(answer, 503)
            self.assert_reports(OLD)
        self.service.write_log(BIG)
        self.parse_again()

    def test_a_log_that_is_written_anew_in_place_never_mixes_with_what_it_was(
            self):
        connection, _ = self.start_parse()
        other = BIG[:8192] + (visits(72, 8000) * 20)[8192:]
        self.assertGreater(len(other), len(BIG))
        with open(self.service.log_path, "r+b") as file:
            for at in len(BIG) - 4096, 8192:  # its end first
                file.seek(at)
                file.write(other[at:])
        self.assert_unmixed(connection)

    def test_a_log_that_is_written_over_never_mixes_with_what_it_was(self):
        connection, _ = self.start_parse()
        middle = visits(73, 8000)  # neither its head nor its end
        with open(self.service.log_path, "r+b") as file:
            for at in range(8192, len(BIG) - len(middle) - 4096, len(middle)):
                file.seek(at)
                file.write(middle)
        self.assert_unmixed(connection)

    def test_a_log_that_grows_is_read_as_it_was_or_as_it_is(self):
        connection, _ = self.start_parse()
        more = visits(71, 100)
        self.service.append_log(more)
        self.assert_status(connection.read_answer(), 201)
        self.assert_reports_of_one(BIG, BIG + more)
