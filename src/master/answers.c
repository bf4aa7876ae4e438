#include "master/answers.h"

#include <stdlib.h>
#include <string.h>

static enum err
derive_days(struct answers *a, const struct span *categories, size_t len)
{
	struct day_carts *carts = NULL;
	size_t carts_len = 0;
	enum err e = ERR_OK;

	for (unsigned i = 0; i < SHARDS && e == ERR_OK; i++)
		e = day_carts_of(&a->log->carts[i], &carts, &carts_len);
	if (e == ERR_OK)
		e = day_segments_of(a->log->tally, categories, len, carts,
		    carts_len, a->arena, &a->days, &a->days_len);
	free(carts);
	return e;
}

enum err
answers_init(struct answers *out, const struct reading *log,
    const struct span *categories, size_t categories_len, struct arena *arena)
{
	enum err e;

	*out = (struct answers){ .log = log, .arena = arena };
	e = derive_days(out, categories, categories_len);
	if (e == ERR_OK)
		e = catalogue_of_tally(log->tally, &out->catalogue);
	if (e != ERR_OK)
		answers_cleanup(out);
	return e;
}

void
answers_cleanup(struct answers *a)
{
	catalogue_free(a->catalogue);
	memset(a, 0, sizeof(*a));
}

/* Empty when the day has no such field. */
static struct span
field_of(const struct day_segment *day, const char *name)
{
	for (size_t i = 0; i < day->fields_len; i++)
		if (span_is_equal(day->fields[i].name, span_text(name)))
			return day->fields[i].value;
	return span_of(NULL, 0);
}

static enum err
answer_of_days(
    const struct answers *a, const struct question *q, struct answer *out)
{
	const char *field = question_field(q, a->arena);
	struct question_sum sum;
	enum err e = ERR_NO_MEMORY;

	if (field)
		e = question_sum_init(&sum, q, a->arena, a->days_len);
	for (size_t i = 0; i < a->days_len && e == ERR_OK; i++) {
		struct span value = field_of(&a->days[i], field);

		if (value.len)
			e = question_sum_add(&sum, a->days[i].day, value);
	}
	return e == ERR_OK ? question_sum_answer(&sum, a->arena, out) : e;
}

static enum err
answer_of_carts(const struct answers *a, const struct question *q,
    unsigned threads, struct answer *out)
{
	struct question_carts carts;
	enum err e = question_carts_init(&carts, q, a->catalogue);

	for (size_t i = 0; i < SHARDS && e == ERR_OK; i++)
		e = question_carts_add(&carts, &a->log->carts[i]);
	if (e == ERR_OK)
		e = question_carts_end(&carts, threads);
	if (e == ERR_OK)
		e = question_carts_answer(&carts, q->period, a->arena, out);
	question_carts_cleanup(&carts);
	return e;
}

enum err
answers_get(const struct answers *a, const struct question *q, unsigned threads,
    struct answer *out)
{
	return question_is_of_days(q) ? answer_of_days(a, q, out)
				      : answer_of_carts(a, q, threads, out);
}
