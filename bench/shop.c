/* The walks. Two figures of the plan are kept by feedback instead of by luck: a
 * visit is a new visitor's as long as there have been fewer than the plan wants
 * by now, and a cart is begun on the same condition. */
#include "shop.h"

#include "random.h"

#include <stdbool.h>
#include <stdlib.h>

enum {
	VISITORS_MAX = 4096, /* inside at a time */
	LINES_PER_VISITOR_INSIDE = 500,
	WALK_MAX = 20, /* steps of a visit on the average, at most */
	FIRST_CART = 8642,
	DAY_S = 86400,
	HOUR_S = 3600,
	TICKS = 65536, /* of a second: the clock's unit */
};

/* Per million. */
enum {
	BEGIN_AT_GOODS = 600000, /* a cart that is due begins at a goods page */
	ADD_AT_GOODS = 150000,   /* more is added to it at another one */
	ADD_ELSEWHERE = 6000,    /* ... or any other */
	PAY_AT_END = 910000,     /* carts that are paid */
	SUCCESS_WITHOUT_PAY = 20000,
	OTHER_USER = 50000, /* somebody else behind the same address */
};

/* Requests of an hour, 100 on the average. */
static const uint64_t busy[24] = { 60, 45, 35, 30, 30, 40, 55, 75, 95, 110, 120,
	125, 130, 125, 120, 120, 125, 130, 145, 160, 155, 140, 130, 100 };

struct visitor {
	struct request last;
	uint64_t steps; /* left */
	bool is_here;
	bool is_payer; /* the pay line is out, its success is next */
};

struct shop {
	struct shop_plan plan;
	uint64_t random;
	uint64_t lines, addresses, carts; /* so far */
	uint64_t ticks;
	uint64_t ticks_a_line; /* on the average */
	uint64_t walk;         /* steps of a visit on the average */
	uint64_t visitors;     /* inside */
	struct visitor visitor[VISITORS_MAX];
};

struct shop *
shop_new(const struct shop_plan *plan)
{
	struct shop *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->plan = *plan;
	s->random = random_mix(plan->seed + 1);
	s->ticks_a_line = plan->days * DAY_S * TICKS / plan->lines;
	s->walk = plan->lines / plan->addresses;
	if (s->walk > WALK_MAX)
		s->walk = WALK_MAX;
	if (s->walk == 0)
		s->walk = 1;
	s->visitors = 1 + plan->lines / LINES_PER_VISITOR_INSIDE;
	if (s->visitors > VISITORS_MAX)
		s->visitors = VISITORS_MAX;
	return s;
}

/* Whether `have` lags behind what the plan wants in the end. */
static bool
is_due(const struct shop *s, uint64_t have, uint64_t want)
{
	return have < want && have * s->plan.lines <= s->lines * want;
}

static void
pass_time(struct shop *s)
{
	uint64_t hour = s->ticks / TICKS / HOUR_S % 24;
	uint64_t pace = s->ticks_a_line * 100 / busy[hour];

	s->ticks += random_below(&s->random, 2 * pace + 1);
}

static uint64_t
user_of(struct shop *s, uint64_t address)
{
	uint64_t other = random_chance(&s->random, OTHER_USER);

	return 80000000000u +
	       random_mix(s->plan.seed ^ (address * 2 + other)) % 10000000000u;
}

static void
enter(struct shop *s, struct visitor *v)
{
	bool is_new = s->addresses < s->visitors ||
		      is_due(s, s->addresses, s->plan.addresses);
	uint64_t address =
	    is_new ? s->addresses++ : random_below(&s->random, s->addresses);

	*v = (struct visitor){ .is_here = true,
		.last = { .page = PAGE_HOME,
		    .address = address,
		    .user = user_of(s, address) },
		.steps = 1 + random_below(&s->random, 2 * s->walk - 1) };
}

static void
add_to_cart(struct shop *s, struct request *r)
{
	if (r->cart == 0)
		r->cart = FIRST_CART + s->carts++;
	r->page = PAGE_CART;
	r->amount = 1 + random_below(&s->random, 3);
}

/* The category page that `r` is at, or a goods page of it. */
static void
browse(struct shop *s, struct request *r)
{
	bool is_inside = r->page == PAGE_CATEGORY;
	uint64_t choice = random_below(&s->random, 100);

	if (choice < 17) {
		r->page = PAGE_HOME;
	} else if (is_inside && choice < 75) {
		r->page = PAGE_GOODS;
		r->goods = random_below(&s->random, GOODS_PER_CATEGORY);
	} else {
		r->page = PAGE_CATEGORY;
		r->category = random_below(&s->random, s->plan.categories);
	}
}

/* The last step of a walk: pay, or leave. Returns whether there is a request. */
static bool
check_out(struct shop *s, struct visitor *v)
{
	struct request *r = &v->last;

	if (v->is_payer || r->cart == 0 ||
	    !random_chance(&s->random, PAY_AT_END))
		return false;
	v->is_payer = true;
	r->page = random_chance(&s->random, SUCCESS_WITHOUT_PAY) ? PAGE_SUCCESS
								 : PAGE_PAY;
	return true;
}

/* Goes one step on. False: the visitor has left without a request. */
static bool
step(struct shop *s, struct visitor *v)
{
	struct request *r = &v->last;
	bool may_begin = r->cart == 0 && is_due(s, s->carts, s->plan.carts);
	uint64_t chance = r->page != PAGE_GOODS ? ADD_ELSEWHERE
			  : may_begin           ? BEGIN_AT_GOODS
						: ADD_AT_GOODS;

	if (v->is_payer && r->page == PAGE_PAY) {
		r->page = PAGE_SUCCESS;
		return true;
	}
	if (v->steps == 0)
		return check_out(s, v);
	v->steps--;
	if ((r->cart || may_begin) && random_chance(&s->random, chance))
		add_to_cart(s, r);
	else
		browse(s, r);
	return true;
}

void
shop_next(struct shop *s, struct request *out)
{
	struct visitor *v = &s->visitor[random_below(&s->random, s->visitors)];

	if (!v->is_here || !step(s, v))
		enter(s, v);
	pass_time(s);
	s->lines++;
	*out = v->last;
	out->second = s->ticks / TICKS;
}
