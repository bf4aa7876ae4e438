/* GET /report/{n}: its parameters, and what makes its answer cacheable. The
 * document itself comes ready (common/report). */
#include "worker/api/report.h"

#include "common/base/civil.h"
#include "worker/api/query.h"
#include "worker/document.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { OK = 200, NOT_MODIFIED = 304 };

/* Bytes of a generation's name that an ETag takes, more than there are. */
enum { GENERATION_MAX = 64 };

/* A day, or nothing when the parameter is not there. */
static enum err
read_day(struct req *r, const char *name, int32_t *day, bool *has)
{
	struct span text;
	bool is_given;
	enum err e = query_get(r, name, &text, &is_given);

	if (e != ERR_OK || !is_given)
		return e;
	if (civil_day_parse(text, day))
		*has = true;
	else
		req_field_error(r, name, "Not a date; expected YYYY-MM-DD.");
	return ERR_OK;
}

static enum err
read_period(struct req *r)
{
	struct period *p = &r->in.period;
	bool has_from = false, has_to = false;
	enum err e;

	e = read_day(r, "from", &p->from, &has_from);
	if (e == ERR_OK)
		e = read_day(r, "to", &p->to, &has_to);
	if (has_from && has_to && p->from > p->to)
		req_field_error(r, "from", "Lies after to.");
	r->in.has_period = has_from || has_to;
	return e;
}

enum err
api_report_decode(struct req *r)
{
	enum err e = ERR_OK;

	if (r->path_id < 1 || r->path_id > REPORTS) {
		r->out.detail = "There are reports 1 to 7";
		return ERR_BAD_PARAMETER;
	}
	r->in.report = (int)r->path_id;
	r->in.period = PERIOD_ALL;
	if (r->query.len == 0)
		return ERR_OK;
	if (answer_default_category(r->in.report).len > 0)
		e = query_get(
		    r, "category", &r->in.category, &r->in.has_category);
	if (e == ERR_OK)
		e = read_period(r);
	if (e != ERR_OK)
		return e;
	return r->out.errors_len ? ERR_INVALID : ERR_OK;
}

/* FNV-1a: tells the queries of one generation apart. An ETag is compared with
 * those of the same URL only, so a collision harms nobody. */
static uint64_t
hash(uint64_t h, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < len; i++)
		h = (h ^ at[i]) * 0x100000001b3;
	return h;
}

/* "<generation>-<report>", and "-<hash>" of what was asked beyond that. */
static void
make_etag(char out[DOCUMENT_NAME_MAX], const struct req *r)
{
	struct span generation = r->out.document->generation;
	uint64_t h = 0xcbf29ce484222325;
	int len = generation.len < GENERATION_MAX ? (int)generation.len
						  : GENERATION_MAX;

	len = snprintf(out, DOCUMENT_NAME_MAX, "\"%.*s-%d", len,
	    generation.data, r->in.report);
	if (r->in.has_category || r->in.has_period) {
		h = hash(h, r->in.category.data, r->in.category.len);
		h = hash(h, &r->in.period.from, sizeof(r->in.period.from));
		h = hash(h, &r->in.period.to, sizeof(r->in.period.to));
		len += snprintf(out + len, DOCUMENT_NAME_MAX - (size_t)len,
		    "-%016" PRIx64, h);
	}
	strcpy(out + len, "\"");
}

static struct span
trim(struct span s)
{
	while (s.len && (*s.data == ' ' || *s.data == '\t'))
		s = span_of(s.data + 1, s.len - 1);
	while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
		s.len--;
	return s;
}

/* RFC 9110, 13.1: a list of tags or "*". Ours holds no comma. */
static bool
matches(struct span list, struct span etag, bool is_weak)
{
	if (span_is_equal(trim(list), span_text("*")))
		return true;
	while (list.len > 0) {
		struct span one = trim(span_cut(&list, ','));

		if (is_weak && one.len > 2 && memcmp(one.data, "W/", 2) == 0)
			one = span_of(one.data + 2, one.len - 2);
		if (span_is_equal(one, etag))
			return true;
	}
	return false;
}

enum err
api_report_encode(struct req *r)
{
	struct document *d = r->out.document;
	char *etag = d->etag;

	/* What was asked is the document's: all who get it asked the same. */
	if (!d->has_etag)
		make_etag(etag, r);
	d->has_etag = true;
	if (r->if_match.len && !matches(r->if_match, span_text(etag), false))
		return ERR_PRECONDITION;
	r->out.etag = etag;
	r->out.status = OK;
	if (r->if_none_match.len &&
	    matches(r->if_none_match, span_text(etag), true)) {
		r->out.status = NOT_MODIFIED;
		r->out.body = (struct span){ NULL, 0 };
	}
	return ERR_OK;
}
