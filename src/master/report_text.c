/* Aligned text. Names come from the log: a name is printed as it is, but no part
 * of it may speak to the terminal. */
#include "master/report_text.h"

#include "common/base/civil.h"

#include <inttypes.h>

enum { ROWS_MAX = 10, NAME_WIDTH_MAX = 60 };

/* The bytes of the next character of well-formed UTF-8; whether a terminal may
 * see it: the control characters U+0080 to U+009F are left of those that a log
 * line can have. */
static size_t
next_char(struct span text, bool *is_plain)
{
	const unsigned char *p = (const unsigned char *)text.data;
	size_t len = 1;

	while (len < text.len && (p[len] & 0xc0) == 0x80)
		len++;
	*is_plain = *p >= 0x20 && *p != 0x7f &&
		    !(len == 2 && p[0] == 0xc2 && p[1] < 0xa0);
	return len;
}

static size_t
width_of(struct span text)
{
	size_t width = 0, len;
	bool is_plain;

	for (; text.len; text.data += len, text.len -= len, width++)
		len = next_char(text, &is_plain);
	return width;
}

static void
print_name(FILE *out, struct span text)
{
	bool is_plain;
	size_t len;

	for (; text.len; text.data += len, text.len -= len) {
		len = next_char(text, &is_plain);
		if (is_plain)
			fwrite(text.data, 1, len, out);
		else
			fputc('?', out);
	}
}

static void
print_rows(FILE *out, const struct answer *a)
{
	size_t shown = a->ranking_len < ROWS_MAX ? a->ranking_len : ROWS_MAX;
	size_t column = 0;
	int digits = snprintf(
	    NULL, 0, "%" PRIu64, a->ranking_len ? a->ranking[0].value : 0);

	for (size_t i = 0; i < shown; i++) {
		size_t width = width_of(a->ranking[i].name);

		if (width > column && width <= NAME_WIDTH_MAX)
			column = width;
	}
	for (size_t i = 0; i < shown; i++) {
		size_t width = width_of(a->ranking[i].name);

		fputs("    ", out);
		print_name(out, a->ranking[i].name);
		fprintf(out, "%*s  %*" PRIu64 "\n",
		    (int)(width < column ? column - width : 0), "", digits,
		    a->ranking[i].value);
	}
	if (shown < a->ranking_len)
		fprintf(out, "    and %zu more\n", a->ranking_len - shown);
}

static void
print_own(FILE *out, const struct answer *a)
{
	switch (a->report) {
	case 1:
	case 2:
		fprintf(out,
		    "    %" PRIu64 " from addresses of no known country\n",
		    a->unknown);
		break;
	case 5:
		fprintf(out, "    %" PRIu64 " paid carts hold goods of it\n",
		    a->carts);
		break;
	case 7:
		fprintf(
		    out, "    %" PRIu64 " users bought anything\n", a->buyers);
		break;
	default:
		break;
	}
}

void
report_text_answer(FILE *out, const struct answer *a)
{
	fprintf(out, "\n%d. %s", a->report, report_question(a->report));
	if (a->category.len) {
		fputs(" (", out);
		print_name(out, a->category);
		fputc(')', out);
	}
	fputs("\n\n    ", out);
	if (a->is_named && a->ranking_len == 0) {
		fprintf(out, "No %s.\n", report_unit(a->report));
	} else {
		if (a->is_named) {
			print_name(out, a->ranking[0].name);
			fputs(": ", out);
		}
		fprintf(
		    out, "%" PRIu64 " %s\n", a->value, report_unit(a->report));
	}
	if (a->ranking_len)
		fputs(a->report == 7 ? "\n    users by paid carts:\n" : "\n",
		    out);
	print_rows(out, a);
	print_own(out, a);
}

static void
print_day(FILE *out, const char *before, int32_t day)
{
	char text[CIVIL_DAY_TEXT];

	if (day < 0 || day > CIVIL_DAY_MAX)
		return;
	civil_day_format(day, text);
	fprintf(out, "%s%s", before, text);
}

void
report_text_source(
    FILE *out, const struct report_source *s, const struct period *period)
{
	char first[CIVIL_MOMENT_TEXT], last[CIVIL_MOMENT_TEXT];

	for (size_t i = 0; i < s->files_len; i++) {
		fputs(i ? ", " : "", out);
		print_name(out, span_text(s->files[i]));
	}
	fprintf(out, ": %" PRIu64 " lines, %" PRIu64 " of them malformed\n",
	    s->lines, s->malformed);
	if (s->first_s <= s->last_s) {
		civil_moment_format(s->first_s, first);
		civil_moment_format(s->last_s, last);
		fprintf(out, "%s to %s\n", first, last);
	}
	if (period) {
		fputs("counted:", out);
		print_day(out, " from ", period->from);
		print_day(out, " to ", period->to);
		fputc('\n', out);
	}
}
