/* From a question to the field of a day that it sums up, and from the sum to the
 * answer. */
#include "common/shoplog/answer/question.h"

#include "common/shoplog/answer/buyers.h"
#include "common/shoplog/answer/day.h"
#include "common/shoplog/answer/together.h"

#include <assert.h>

/* Report -> field of a day; NULL: it asks the carts. */
static const char *const fields[REPORTS + 1] = { NULL, "countries", "goods",
	"views", "hours", NULL, "carts", NULL };

bool
question_is_of_days(const struct question *q)
{
	return fields[q->report] != NULL;
}

bool
question_takes_sums(const struct question *q)
{
	return question_is_of_days(q) && q->report != 4;
}

bool
question_covers(const struct question *q, int32_t day)
{
	return day >= q->period.from && day <= q->period.to;
}

const char *
question_field(const struct question *q, struct arena *a)
{
	const char *field = fields[q->report];

	assert(field);
	if (q->category.len == 0)
		return field;
	return arena_printf(
	    a, "%s %.*s", field, (int)q->category.len, q->category.data);
}

enum err
question_sum_init(struct question_sum *s, const struct question *q,
    struct arena *a, size_t days_max)
{
	*s = (struct question_sum){ .question = q, .days_max = days_max };
	if (q->report != 4)
		return ERR_OK;
	s->days = arena_alloc(a, days_max * sizeof(*s->days));
	return s->days ? ERR_OK : ERR_NO_MEMORY;
}

enum err
question_sum_add(struct question_sum *s, int32_t day, struct span value)
{
	struct day_hours *hours;

	if (!question_covers(s->question, day))
		return ERR_OK;
	switch (s->question->report) {
	case 1:
	case 2:
		return day_add_countries(value, s->countries);
	case 3:
		return day_add_hours(value, s->hours);
	case 4:
		assert(s->days_len < s->days_max);
		hours = &s->days[s->days_len++];
		hours->day = day;
		return day_add_hours(value, hours->hours);
	default:
		return day_add_carts(value, &s->begun, &s->paid);
	}
}

enum err
question_sum_answer(
    const struct question_sum *s, struct arena *a, struct answer *out)
{
	switch (s->question->report) {
	case 1:
		return answer_visitors(out, a, s->countries);
	case 2:
		return answer_interest(
		    out, a, s->question->category, s->countries);
	case 3:
		return answer_time_of_day(
		    out, a, s->question->category, s->hours);
	case 4:
		return answer_load(out, a, s->days, s->days_len);
	default:
		return answer_unpaid(out, a, s->begun, s->paid);
	}
}

enum columns_choice
question_columns(const struct question *q, bool by_id)
{
	assert(!question_is_of_days(q));
	if (q->report == 5)
		return by_id ? COLUMNS_OF_GOODS_BY_ID : COLUMNS_OF_GOODS;
	return by_id ? COLUMNS_OF_BUYERS_BY_ID : COLUMNS_OF_BUYERS;
}

enum err
question_carts_init(struct question_carts *c, const struct question *q,
    const struct catalogue *catalogue)
{
	assert(!question_is_of_days(q));
	*c = (struct question_carts){ NULL, NULL };
	if (q->report == 5)
		c->together = together_new(q->category, catalogue);
	else
		c->buyers = buyers_new();
	return c->together || c->buyers ? ERR_OK : ERR_NO_MEMORY;
}

void
question_carts_cleanup(struct question_carts *c)
{
	together_free(c->together);
	buyers_free(c->buyers);
}

enum err
question_carts_add(struct question_carts *c, const struct columns *shard)
{
	return c->together ? together_add(c->together, shard)
			   : buyers_add(c->buyers, shard);
}

enum err
question_carts_end(struct question_carts *c, unsigned threads)
{
	return c->together ? together_end(c->together)
			   : buyers_end(c->buyers, threads);
}

enum err
question_carts_answer(const struct question_carts *c, struct period period,
    struct arena *a, struct answer *out)
{
	return c->together ? together_answer(c->together, period, a, out)
			   : buyers_answer(c->buyers, period, a, out);
}

size_t
question_carts_size(const struct question_carts *c)
{
	return c->together ? together_size(c->together)
			   : buyers_size(c->buyers);
}
