#!/bin/sh
# Proves how the layers of src stand to each other. Prints a line for each thing
# that differs and ends with status 1, or says that all holds.
#
#	tests/layers.sh [BUILD_DIR]     where generated/ is, default build/dev
#
# The tables below are the rule; what follows them only reads.

cd "$(dirname "$0")/.." || exit 2
build=${1:-build/dev}

# A layer (a folder of src) may include what lies under a folder it names, and
# the single headers that it names.
layers='
common/base       sees  common/
common/geo        sees  common/
common/shoplog/table   sees  common/base/ common/shoplog/table/
common/shoplog/scan    sees  common/base/ common/geo/ common/shoplog/table/ common/shoplog/scan/
common/shoplog/source  sees  common/base/ common/shoplog/scan/ common/shoplog/source/
common/shoplog/carts   sees  common/base/ common/shoplog/table/ common/shoplog/scan/ common/shoplog/carts/
common/shoplog/tally   sees  common/base/ common/geo/ common/shoplog/table/ common/shoplog/scan/ common/shoplog/carts/ common/shoplog/tally/
common/shoplog/answer  sees  common/base/ common/geo/ common/shoplog/table/ common/shoplog/scan/ common/shoplog/carts/ common/shoplog/tally/ common/shoplog/answer/
common/shoplog    sees  common/
common/report     sees  common/
worker/store/redis     sees  common/base/ worker/store/redis/ worker/req.h worker/context.h
worker/store/copies    sees  common/base/ worker/store/redis/ worker/store/copies/ worker/context.h
worker/store/accounts  sees  common/base/ worker/store/redis/ worker/store/copies/ worker/store/accounts/ worker/req.h worker/context.h
worker/store/jobs      sees  common/ worker/store/redis/ worker/store/jobs/ worker/req.h
worker/store/segments  sees  common/ worker/store/redis/ worker/store/copies/ worker/store/segments/ worker/req.h worker/context.h
worker/ingest     sees  common/ worker/store/ worker/ingest/ worker/req.h worker/context.h worker/pool.h
worker/service    sees  common/ worker/store/ worker/ingest/ worker/service/ worker/req.h worker/document.h worker/context.h worker/pool.h
worker/api        sees  common/ worker/api/ worker/req.h worker/document.h
worker/transport/http  sees  common/base/ worker/transport/http/ worker/req.h
worker/transport  sees  common/ worker/api/ worker/service/ worker/transport/ worker/req.h worker/document.h worker/context.h worker/pool.h
worker            sees  common/ worker/
master            sees  common/ master/ worker/worker.h worker/user_add.h
'

# A header of a library, or one that the build makes, is known to these layers
# and to no other. A header in no row belongs to the C library.
libraries='
sodium.h         known to  common/base common/shoplog/source common/geo
zlib.h           known to  common/shoplog/source
zstd.h           known to  common/shoplog/source
jansson.h        known to  common/report worker/api
unictype.h       known to  worker/api
uninorm.h        known to  worker/api
unistr.h         known to  worker/api
maxminddb.h      known to  common/geo
curl/curl.h      known to  common/geo
hiredis/*        known to  worker/store/
llhttp.h         known to  worker/transport/http
uv.h             known to  worker worker/store/ worker/ingest worker/transport
country_names.h  known to  common/geo
script_names.h   known to  worker/store/redis
script_table.h   known to  worker/store/redis
'

# A module is tested by tests/unit/<layer>/test_<module>.c, or, when it is a part of a
# greater one, by a test of its layer that includes its header. These are tested
# by other means.
tested_elsewhere='
common/shoplog/scan/scan_avx2   one loop with scan_plain: tests/unit/scan/test_scan.c
common/shoplog/scan/scan_plain  held against scan: tests/unit/scan/test_scan.c
master/main      the command line: tests/http/test_settings.py
master/report    the offline command: tests/http/test_report_command.py
master/user      the command line: tests/http/test_user_command.py
worker/store/copies/shown  over a change of generations: tests/unit/segments/test_succession.c
worker/user_add  what it does: tests/http/test_user_command.py
worker/ingest/heap  sanitizers replace malloc: script/bench ingest measures it
worker/document  linked alone, with req: tests/unit/req/test_document.c
worker/pool      linked alone, with req: tests/unit/req/test_pool.c
worker/req       linked alone, with pool: tests/unit/req/test_req.c
'

# Every #include line of src, as "file:line:#include ...".
includes() {
	grep -rnE '^[[:space:]]*#[[:space:]]*include' src --include='*.[ch]'
}

layers_see_only_their_own() {
	includes | layers=$layers libraries=$libraries awk '
function layer_of(path) { # src/worker/store/redis/redis.c -> worker/store/redis
	sub(/^src\//, "", path)
	sub(/\/[^\/]*$/, "", path)
	return path
}
function read_tables(	n, i, lines, words, j) {
	n = split(ENVIRON["layers"], lines, "\n")
	for (i = 1; i <= n; i++) {
		split(lines[i], words)
		if (words[1] != "")
			sees[words[1]] = substr(lines[i], index(lines[i], "sees") + 5)
	}
	n = split(ENVIRON["libraries"], lines, "\n")
	for (i = 1; i <= n; i++) {
		split(lines[i], words)
		if (words[1] != "")
			known[words[1]] = substr(lines[i], index(lines[i], "known to") + 9)
	}
}
function names(list, header,	words, n, i) { # is it in the list, itself or by folder
	n = split(list, words)
	for (i = 1; i <= n; i++)
		if (words[i] == header ||
		    (words[i] ~ /\/$/ && index(header, words[i]) == 1))
			return 1
	return 0
}
function library(header) { # its row in the table, "" for the C library
	if (header in known)
		return header
	sub(/\/.*/, "/*", header)
	return header in known ? header : ""
}
BEGIN { read_tables() }
{
	split($0, place, ":")
	layer = layer_of(place[1])
	match($0, /["<][^">]*[">]/)
	quoted = substr($0, RSTART, 1) == "\""
	header = substr($0, RSTART + 1, RLENGTH - 2)
	where = place[1] ":" place[2] ": "
	row = library(header)
	if (!(layer in sees))
		print where "layer " layer " is not in the table"
	else if (header ~ /\.c$/)
		print where header " is no header"
	else if (row != "" && !names(known[row], layer))
		print where "layer " layer " may not include " header
	else if (row == "" && quoted && !names(sees[layer], header))
		print where "layer " layer " may not include " header
	else
		next
}'
}

headers_stand_alone() { # and twice does no harm
	flags=$(pkg-config --cflags libuv hiredis jansson libsodium)
	find src -name '*.h' | sort | while read -r header; do
		printf '#include "%s"\n#include "%s"\n' \
		    "${header#src/}" "${header#src/}" |
		    ${CC:-cc} -std=c11 -D_GNU_SOURCE -fsyntax-only -x c $flags \
		    -Isrc -I"$build/generated" -I/usr/share/include/llhttp \
		    -DLLHTTP_STRICT_MODE=1 - 2>&1 |
		    sed -n "/error:/{s|^.*error|$header: does not stand alone|p;q}"
	done
}

guards_are_named_by_path() {
	find src -name '*.h' | sort | while read -r header; do
		guard=TRAWL_$(echo "${header#src/}" | tr a-z/. A-Z__)
		grep -qx "#ifndef $guard" "$header" ||
		    echo "$header: its guard is not $guard"
	done
}

every_module_has_its_test() {
	find src -name '*.c' | sort | while read -r source; do
		module=${source#src/}
		module=${module%.c}
		tests=tests/unit/$(basename "$(dirname "$source")")
		header=$(sed -n 's/^#include "\(.*\)"$/\1/p' "$source" | head -n 1)
		[ -e "$tests/test_${module##*/}.c" ] ||
		    grep -rqsF "#include \"${header:-none}\"" "$tests" ||
		    echo "$tested_elsewhere" | grep -q "^$module " ||
		    echo "$source: no $tests/test_${module##*/}.c"
	done
	echo "$tested_elsewhere" | while read -r module reason; do
		[ -z "$module" ] || [ -e "src/$module.c" ] ||
		    echo "tests/layers.sh: no src/$module.c ($reason)"
	done
}

program_does_not_know_its_tests() {
	grep -rnE '^[[:space:]]*#.*(TEST|"tests/|cmocka)' src
}

violations=$(
	layers_see_only_their_own
	headers_stand_alone
	guards_are_named_by_path
	every_module_has_its_test
	program_does_not_know_its_tests
)
[ -z "$violations" ] && echo "layers hold" && exit 0
echo "$violations"
exit 1
