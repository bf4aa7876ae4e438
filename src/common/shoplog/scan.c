/* What scanning remembers: layouts, the day, the host. Each is learnt from a line
 * that took the right way, so a fast line is one that differs from a line known
 * to be well-formed only where any well-formed line may. */
#include "common/shoplog/scan.h"

#include "common/base/civil.h"
#include "common/shoplog/ip.h"
#include "common/shoplog/scan_ways.h"

#include <string.h>

enum { DATE_LEN = 10, LEARN_EVERY = 8 };

void
scan_init(struct scan *s)
{
	memset(s, 0, sizeof(*s));
	s->day = -1;
	s->host_mask[0] = 255; /* no line has a NUL: no host yet */
	s->way = scan_plain;
#if defined(__x86_64__)
	if (scan_has_avx2())
		s->way = scan_avx2;
#endif
}

static void
expect_digit(struct scan_layout *l, size_t at, uint8_t most)
{
	l->like[at] = '0';
	l->limit[at] = most;
}

static void
learn_layout(struct scan *s, struct span line, const struct span *field)
{
	/* HH:MM:SS, the greatest digit of each place; that an hour is below 24
	 * is left to the loop. */
	static const char greatest[] = "29:59:59";
	size_t address_at = (size_t)(field[FIELD_ADDRESS].data - line.data);
	size_t date_at = (size_t)(field[FIELD_DATE].data - line.data);
	size_t time_at = (size_t)(field[FIELD_TIME].data - line.data);
	size_t id_at = (size_t)(field[FIELD_REQUEST].data - line.data) + 1;
	struct scan_layout *l;

	if (address_at > SCAN_WIDTH)
		return;
	if (s->layouts_len && s->misses++ % LEARN_EVERY)
		return;
	s->current = s->layouts_len < SCAN_LAYOUTS
			 ? s->layouts_len++
			 : (s->current + 1) % SCAN_LAYOUTS;
	l = &s->layouts[s->current];
	memset(l, 0, sizeof(*l));
	memset(l->limit, 255, sizeof(l->limit));
	memset(l->limit, 0, address_at);
	memcpy(l->like, line.data, address_at);
	for (size_t i = 0; i < DATE_LEN; i++)
		l->limit[date_at + i] = 255;
	for (size_t i = 0; i < sizeof(greatest) - 1; i++)
		if (greatest[i] != ':')
			expect_digit(
			    l, time_at + i, (uint8_t)(greatest[i] - '0'));
	memset(l->limit + id_at, 255, field[FIELD_REQUEST].len - 2);
	memset(l->solid + id_at, 255, field[FIELD_REQUEST].len - 2);
	l->date_at = (uint32_t)date_at;
	l->time_at = (uint32_t)time_at;
	l->address_at = (uint32_t)address_at;
}

static void
learn_host(struct scan *s, const char *url, const struct span *rest)
{
	size_t len = (size_t)(rest->data - url);

	if (len > SCAN_HOST)
		return;
	memset(s->host, 0, sizeof(s->host));
	memset(s->host_mask, 0, sizeof(s->host_mask));
	memcpy(s->host, url, len);
	memset(s->host_mask, 255, len);
	s->host_len = (uint32_t)len;
}

bool
scan_read(struct scan *s, struct span line, bool is_plain, struct visit *out)
{
	struct span field[VISIT_FIELDS];

	if (!visit_read(line, out, field))
		return false;
	if (is_plain) {
		learn_layout(s, line, field);
		learn_host(s, field[FIELD_URL].data, &out->rest);
	}
	return true;
}

bool
scan_read_rest(struct scan *s, struct span line, size_t at, struct visit *out)
{
	const char *ip = line.data + at, *end = line.data + line.len;
	const char *blank = memchr(ip, ' ', line.len - at);
	struct address address;
	struct span url;

	if (!blank || blank + 1 == end ||
	    !ip_parse(span_of(ip, (size_t)(blank - ip)), &address))
		return false;
	url = span_of(blank + 1, (size_t)(end - blank) - 1);
	if (memchr(url.data, ' ', url.len) || !visit_read_url(url, &out->rest))
		return false;
	out->ip = visitor_key(&address);
	learn_host(s, url.data, &out->rest);
	return true;
}

bool
scan_read_date(struct scan *s, const char *date)
{
	int32_t day;

	if (!civil_day_parse(span_of(date, DATE_LEN), &day))
		return false;
	memcpy(s->date, date, DATE_LEN);
	s->day = day;
	return true;
}
