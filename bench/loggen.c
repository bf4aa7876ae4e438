/* loggen: writes a shop log of any size to standard output. The same arguments
 * give the same bytes on every machine: an own random generator, whole numbers
 * only, no libc rand, time zone or locale.
 *
 * The logs.txt in the root of the project is the output of
 *
 *	loggen --lines 20000 --seed 2018
 *
 * and the log of the parse benchmark that of `loggen --bytes 1000000000`. */
#include "printer.h"
#include "shop.h"

#include "common/base/span.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	USUAL_LINE = 110, /* bytes, on the average */
	WIDE_LINE = 100,
	LINES_PER_ADDRESS = 25,
	LINES_PER_CART = 28,
};

struct options {
	uint64_t bytes, lines; /* 0: no such limit */
	uint64_t seed, days, addresses, carts, categories, malformed, ipv6;
	bool is_wide;
};

static const char help[] =
    "usage: loggen [option]... >LOG\n"
    "\n"
    "  --bytes N        stop at the first line end behind N bytes\n"
    "  --lines N        stop after N lines that are not empty (20000)\n"
    "  --seed N         another log of the same kind (1)\n"
    "  --days N         from 2018-08-01 on, about (14)\n"
    "  --addresses N    distinct visitors, about (a line in 25)\n"
    "  --carts N        distinct carts, about (a line in 28)\n"
    "  --categories N   of goods (5)\n"
    "  --malformed N    malformed lines per million (1000)\n"
    "  --ipv6 N         percent of the visitors (5)\n"
    "  --wide           no line in the usual layout\n";

static bool
read_number(const char *text, uint64_t minimum, uint64_t maximum, uint64_t *out)
{
	return span_to_u64(span_text(text), out) && *out >= minimum &&
	       *out <= maximum;
}

/* Returns false after having said what is wrong. */
static bool
read_options(int argc, char **argv, struct options *o)
{
	static const struct option names[] = {
		{ "bytes", required_argument, NULL, 'b' },
		{ "lines", required_argument, NULL, 'l' },
		{ "seed", required_argument, NULL, 's' },
		{ "days", required_argument, NULL, 'd' },
		{ "addresses", required_argument, NULL, 'a' },
		{ "carts", required_argument, NULL, 'c' },
		{ "categories", required_argument, NULL, 'g' },
		{ "malformed", required_argument, NULL, 'm' },
		{ "ipv6", required_argument, NULL, '6' },
		{ "wide", no_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const uint64_t most = UINT64_C(1) << 30;
	bool ok = true;
	int option, index = 0;

	while (
	    ok && (option = getopt_long(argc, argv, "", names, &index)) != -1) {
		switch (option) {
		case 'b':
			ok = read_number(
			    optarg, 1, UINT64_C(1) << 40, &o->bytes);
			break;
		case 'l':
			ok = read_number(optarg, 1, most, &o->lines);
			break;
		case 's':
			ok = read_number(optarg, 0, UINT64_MAX, &o->seed);
			break;
		case 'd':
			ok = read_number(optarg, 1, 1000000, &o->days);
			break;
		case 'a':
			ok = read_number(optarg, 1, most, &o->addresses);
			break;
		case 'c':
			ok = read_number(optarg, 0, most, &o->carts);
			break;
		case 'g':
			ok = read_number(optarg, 1, most, &o->categories);
			break;
		case 'm':
			ok = read_number(optarg, 0, 1000000, &o->malformed);
			break;
		case '6':
			ok = read_number(optarg, 0, 100, &o->ipv6);
			break;
		case 'w':
			o->is_wide = true;
			break;
		case 'h':
			fputs(help, stdout);
			exit(0);
		default:
			return false;
		}
	}
	if (!ok)
		fprintf(stderr, "loggen: --%s %s: out of range\n",
		    names[index].name, optarg);
	else if (optind < argc)
		fprintf(stderr, "loggen: %s: unexpected\n", argv[optind]);
	return ok && optind == argc;
}

/* Fills in what depends on the size of the log. */
static struct shop_plan
plan_of(const struct options *o)
{
	struct shop_plan plan = { .seed = o->seed,
		.lines = o->lines,
		.days = o->days,
		.addresses = o->addresses,
		.carts = o->carts,
		.categories = o->categories };

	if (plan.lines == 0)
		plan.lines =
		    1 + o->bytes / (o->is_wide ? WIDE_LINE : USUAL_LINE);
	if (plan.addresses == 0)
		plan.addresses = 1 + plan.lines / LINES_PER_ADDRESS;
	if (plan.carts == UINT64_MAX)
		plan.carts = 1 + plan.lines / LINES_PER_CART;
	return plan;
}

static bool
write_log(const struct options *o, struct shop *shop, struct printer *printer)
{
	uint64_t lines = 0;

	while ((o->lines == 0 || lines < o->lines) &&
	       (o->bytes == 0 || printer->written < o->bytes)) {
		struct request request;

		shop_next(shop, &request);
		printer_line(printer, &request);
		lines++;
		if (printer_is_full(printer) && !printer_flush(printer))
			return false;
	}
	return printer_flush(printer);
}

int
main(int argc, char **argv)
{
	struct options o = { .seed = 1,
		.days = 14,
		.carts = UINT64_MAX,
		.categories = 5,
		.malformed = 1000,
		.ipv6 = 5 };
	struct shop_plan plan;
	struct printer *printer;
	struct shop *shop;
	int status = 0;

	if (!read_options(argc, argv, &o)) {
		fputs(help, stderr);
		return 2;
	}
	if (o.bytes == 0 && o.lines == 0)
		o.lines = 20000;
	plan = plan_of(&o);
	shop = shop_new(&plan);
	printer = printer_new(o.seed, o.malformed, o.ipv6, o.is_wide);
	if (!shop || !printer || !write_log(&o, shop, printer)) {
		perror("loggen");
		status = 1;
	}
	free(shop);
	free(printer);
	return status;
}
