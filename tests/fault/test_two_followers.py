"""Two hosts follow one log, and their countries come from different sources."""

from support.caught import LOG, SETTINGS, Caught
from support.http_client import Client
from support.ipinfo import IPinfo
from support.processes import wait_until
from support.shop_log import visits

TOKEN = "a-token-of-the-stand-in"


class TwoFollowers(Caught):
    settings = {**SETTINGS, "follow": "true"}

    def setUp(self):
        super().setUp()
        self.api = IPinfo(TOKEN)
        self.addCleanup(self.api.close)

    def reports_of(self, lines):
        """{field: value} of the manifest when it has so many lines."""
        def look():
            with self.redis.client() as redis:
                manifest = redis.hash("{logs}:manifest")
            return manifest if manifest.get("lines") == str(lines) else None
        return wait_until("the reports are up to date", look)

    def test_leave_the_reports_to_the_one_that_made_them(self):
        # Who comes while it makes them would take part in that.
        self.reports_of(LOG.count(b"\n"))
        other = self.start_on_gate(
            logs_file_name=self.service.log_path, ipinfo_token=TOKEN,
            ipinfo_url=self.api.url)
        there = Client(other.address, self.client.token)
        wait_until("it has made them", lambda: there.get(
            "/report/1").json["source"]["geo"].startswith("ipinfo"))
        lines = there.get("/report/1").json["source"]["lines"]
        for seed in range(3):
            more = visits(seed, 50)
            self.service.append_log(more)
            lines += more.count(b"\n")
            reports = self.reports_of(lines)
            self.assertEqual(reports["mode"], "incremental")
            self.assertTrue(reports["geo"].startswith("ipinfo"), reports["geo"])
        other.stop()
        # Nobody else keeps up with the log any more.
        self.service.append_log(visits(9, 50))
        reports = self.reports_of(lines + visits(9, 50).count(b"\n"))
        self.assertTrue(reports["geo"].startswith("ranges"), reports["geo"])
