/* Aligned text. Names come from the log: a name is printed as it is, but no part
 * of it may speak to the terminal. */
#include "master/report_text.h"

#include "common/base/civil.h"

#include <inttypes.h>
#include <string.h>

enum { ROWS_MAX = 10, NAME_WIDTH_MAX = 60 };

/* The bytes of the next character; whether a terminal may see it: no control
 * character, be it one of U+0080 to U+009F or a byte that begins none. */
static size_t
next_char(struct span text, bool *is_plain)
{
	const unsigned char *p = (const unsigned char *)text.data;
	size_t len = 1;

	while (*p >= 0xc0 && len < text.len && (p[len] & 0xc0) == 0x80)
		len++;
	*is_plain = *p >= 0x20 && *p != 0x7f && (*p & 0xc0) != 0x80 &&
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

void
report_text_words(FILE *out, struct span text)
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

/* "1 cart", "2 carts". */
static void
print_count(FILE *out, uint64_t value, const char *unit)
{
	size_t len = strlen(unit);

	if (value == 1 && len && unit[len - 1] == 's')
		len--;
	fprintf(out, "%" PRIu64 " %.*s", value, (int)len, unit);
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
		report_text_words(out, a->ranking[i].name);
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
		fputs("    ", out);
		print_count(out, a->carts, "paid carts");
		fputs(" with goods of it\n", out);
		break;
	case 7:
		fputs("    ", out);
		print_count(out, a->buyers, "users");
		fputs(" bought anything\n", out);
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
		report_text_words(out, a->category);
		fputc(')', out);
	}
	fputs("\n\n    ", out);
	if (a->is_named && a->ranking_len == 0) {
		fprintf(out, "No %s.\n", report_unit(a->report));
	} else {
		if (a->is_named) {
			report_text_words(out, a->ranking[0].name);
			fputs(": ", out);
		}
		print_count(out, a->value, report_unit(a->report));
		fputc('\n', out);
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
		report_text_words(out, span_text(s->files[i]));
	}
	fputs(": ", out);
	print_count(out, s->lines, "lines");
	fprintf(out, ", %" PRIu64 " of them malformed\n", s->malformed);
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
