"""The seven reports in SQL by DuckDB, one thread, countries included."""

import json
import os
import subprocess

from peers.packages import npm

HERE = os.path.dirname(os.path.realpath(__file__))
SCRIPT = os.path.join(HERE, "duckdb.mjs")


def command(folder, geo, log):
    """What answers about the log. The country tables are put into a database
    before, as trawl's are compiled by its build.

    geo   path of Debian's table of IPv4 ranges; that of IPv6 is beside it"""
    node = npm(folder, "@duckdb/node-api@1.5.6-r.1")
    database = os.path.join(folder, "countries.duckdb")
    if not os.path.exists(database):
        subprocess.run(["node", SCRIPT, node, database + ".new",
                        os.path.join(HERE, "countries.sql"), "geoip", geo],
                       check=True)
        os.rename(database + ".new", database)
    return ["node", SCRIPT, node, database, os.path.join(HERE, "shoplog.sql"),
            "log", log]


def read(lines):
    """What it said of the whole log, and by report {name: value}; countries
    are codes, those that are unknown None."""
    parse, answers = {}, {}
    for line in lines:
        for row in json.loads(line):
            if row["report"] == "parse":
                parse = row
            else:
                answers.setdefault(row["report"], {})[row["name"]] = int(
                    row["value"])
    return parse, answers


def answer_of(document):
    """The same of a document of trawl. An empty row of report 6 is none."""
    rows = {row.get("code", row["name"]): row["value"]
            for row in document["ranking"] if row["value"]}
    if document.get("unknown"):
        rows[None] = document["unknown"]
    return rows
