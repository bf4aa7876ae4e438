/* What scanning remembers: layouts, the day, the host. Each is learnt from a line
 * that took the right way, so a fast line is one that differs from a line known
 * to be well-formed only where any well-formed line may. */
#include "common/shoplog/scan/scan.h"

#include "common/base/civil.h"
#include "common/shoplog/scan/ip.h"
#include "common/shoplog/scan/scan_ways.h"

#include <string.h>

enum { DATE_LEN = 10 };

void
scan_init(struct scan *s)
{
	memset(s, 0, sizeof(*s));
	s->current = s->layouts;
	for (int i = 0; i < SCAN_LAYOUTS; i++)
		s->layouts[i].follower = &s->layouts[i];
	/* No line has a NUL: no host fits so far. */
	for (int i = 0; i < SCAN_HOSTS; i++)
		s->hosts[i].mask[0] = 255;
	s->way = scan_plain;
#if defined(__x86_64__)
	if (scan_has_avx2())
		s->way = scan_avx2;
#endif
}

/* Takes any of `least` to `most` at `len` places from `at` on. */
static void
allow(struct scan_layout *l, size_t at, size_t len, uint8_t least, uint8_t most)
{
	memset(l->least + at, least, len);
	memset(l->range + at, most - least, len);
}

/* Whether the line has the layout up to its address. */
static bool
has_layout(const struct scan_layout *l, struct span line)
{
	for (size_t i = 0; i < l->address_at; i++)
		if (i >= line.len || (uint8_t)((uint8_t)line.data[i] -
					       l->least[i]) > l->range[i])
			return false;
	return true;
}

/* What is literally the same in another line is as well-formed there: all but the
 * time and the request id. */
static void
learn(struct scan *s, struct span line, const struct span field[VISIT_FIELDS],
    int32_t day)
{
	/* HH:MM:SS, the greatest digit of each place; that an hour is below 24
	 * is left to the loop. */
	static const char greatest[] = "29:59:59";
	size_t address_at = (size_t)(field[FIELD_ADDRESS].data - line.data);
	size_t time_at = (size_t)(field[FIELD_TIME].data - line.data);
	size_t id_at = (size_t)(field[FIELD_REQUEST].data - line.data) + 1;
	struct scan_layout *l;

	if (address_at > SCAN_WIDTH)
		return;
	for (unsigned i = 0; i < s->layouts_len; i++)
		if (has_layout(&s->layouts[i], line))
			return;
	l = &s->layouts[s->layouts_len < SCAN_LAYOUTS
			    ? s->layouts_len++
			    : (size_t)(s->current + 1 - s->layouts) %
				  SCAN_LAYOUTS];
	*l = (struct scan_layout){ .follower = l };
	s->current = l;
	allow(l, address_at, SCAN_WIDTH - address_at, 0, 255);
	memcpy(l->least, line.data, address_at);
	for (size_t i = 0; i < sizeof(greatest) - 1; i++)
		if (greatest[i] != ':')
			allow(l, time_at + i, 1, '0', (uint8_t)greatest[i]);
	allow(l, id_at, field[FIELD_REQUEST].len - 2, '!', '~');
	l->date_at = (uint32_t)(field[FIELD_DATE].data - line.data);
	l->time_at = (uint32_t)time_at;
	l->address_at = (uint32_t)address_at;
	l->day = day;
	memcpy(l->range_any_day, l->range, SCAN_WIDTH);
	memset(l->range_any_day + l->date_at, 255, DATE_LEN);
}

bool
scan_turn_day(struct scan_layout *l, const char *line)
{
	if (!civil_day_parse(span_of(line + l->date_at, DATE_LEN), &l->day))
		return false;
	memcpy(l->least + l->date_at, line + l->date_at, DATE_LEN);
	return true;
}

bool
scan_read_date(struct scan *s, struct span date)
{
	if (!civil_day_parse(date, &s->day))
		return false;
	memcpy(s->date, date.data, DATE_LEN);
	return true;
}

static void
learn_host(struct scan *s, const char *url, struct span rest)
{
	size_t len = (size_t)(rest.data - url);
	struct scan_host *host;

	if (len >= SCAN_HOST || rest.len == 0 || rest.data[0] != '/')
		return;
	s->host = (s->host + 1) % SCAN_HOSTS;
	host = &s->hosts[s->host];
	*host = (struct scan_host){ .len = (uint32_t)len };
	memcpy(host->text, url, len + 1);
	memset(host->mask, 255, len + 1);
}

/* The first line of a block, without its end. */
static struct span
first_line(struct span block, const char **next)
{
	const char *end = memchr(block.data, '\n', block.len);
	struct span line = span_of(block.data, (size_t)(end - block.data));

	*next = end + 1;
	if (line.len && line.data[line.len - 1] == '\r')
		line.len--;
	return line;
}

void
scan_learn_line(struct scan *s, struct span lines)
{
	struct span field[VISIT_FIELDS];
	struct visit visit;
	const char *next;
	struct span line = first_line(lines, &next);

	if (line.len && visit_read(line, &visit, field))
		learn(s, line, field, visit.day);
}

enum scan_kind
scan_read(
    struct scan *s, struct span block, struct visit *out, const char **next)
{
	struct span line = first_line(block, next);
	struct span field[VISIT_FIELDS];

	if (line.len == 0)
		return SCAN_EMPTY;
	if (!visit_read(line, out, field))
		return SCAN_MALFORMED;
	if (scan_may_learn(s, 1))
		learn(s, line, field, out->day);
	return SCAN_VISIT;
}

bool
scan_read_address(struct span text, struct visit *out)
{
	struct address address;

	if (!ip_parse(text, &address))
		return false;
	out->ip = visitor_key(&address);
	return true;
}

bool
scan_read_url(struct scan *s, struct span url, struct visit *out)
{
	if (!visit_read_url(url, &out->rest))
		return false;
	learn_host(s, url.data, out->rest);
	return true;
}
