/* What of a cart outlives what, case by case. */
#include "common/shoplog/carts/carts.h"

#include "unit/shoplog/stream.h"

static const struct hash_key ipv4 = { 0, (uint64_t)0xffff << 32 | 0x01020304 };
static const struct hash_key other_ipv4 = { 0, (uint64_t)0xffff << 32 | 9 };
static const struct hash_key ipv6 = { (uint64_t)0x2a00 << 48, 1 };

static void
open_carts(struct carts *c)
{
	struct hash_secret secret;

	assert_true(hash_secret_new(&secret));
	carts_init(c, &secret);
}

static struct cart
unpaid(void)
{
	return (struct cart){ .paid_day = COLUMNS_NO_DAY };
}

static void
the_last_address_that_pays_owns_the_cart(void **state)
{
	struct cart c = unpaid();

	(void)state;
	cart_success(&c, 5, ipv6);
	assert_int_equal(c.owner, OWNER_IPV6);
	assert_true(c.owner_key == ipv6.high && c.owner_low == 1);
	cart_success(&c, 6, ipv4);
	assert_int_equal(c.owner, OWNER_IPV4);
	assert_true(c.owner_key == 0x01020304 && c.owner_low == 0);
	assert_int_equal(c.paid_day, 5);
}

static void
the_last_user_outranks_any_address(void **state)
{
	struct cart c = unpaid();

	(void)state;
	cart_pay(&c, 1);
	cart_pay(&c, 2);
	cart_success(&c, 5, ipv4);
	assert_int_equal(c.owner, OWNER_USER);
	assert_int_equal(c.owner_key, 2);
	assert_int_equal(c.paid_day, 5);
}

static void
a_user_nobody_paid_for_stays(void **state)
{
	struct cart left = unpaid(), right = unpaid();

	(void)state;
	cart_pay(&left, 1);
	cart_follow(&left, &right);
	assert_int_equal(left.owner, OWNER_USER);
	assert_int_equal(left.owner_key, 1);
	assert_true(left.paid_day == COLUMNS_NO_DAY);
}

static void
a_later_user_wins_and_a_later_address_only_over_an_address(void **state)
{
	struct cart user = unpaid(), later_user = unpaid();
	struct cart address = unpaid(), later_address = unpaid();
	struct cart c;

	(void)state;
	cart_pay(&user, 1);
	cart_pay(&later_user, 2);
	cart_success(&address, 5, ipv4);
	cart_success(&later_address, 4, other_ipv4);

	c = user;
	cart_follow(&c, &later_user);
	assert_int_equal(c.owner_key, 2);
	c = user;
	cart_follow(&c, &later_address);
	assert_int_equal(c.owner, OWNER_USER);
	assert_int_equal(c.paid_day, 4);
	c = address;
	cart_follow(&c, &later_user);
	assert_int_equal(c.owner, OWNER_USER);
	assert_int_equal(c.paid_day, 5);
	c = address;
	cart_follow(&c, &later_address);
	assert_int_equal(c.owner_key, 9);
	assert_int_equal(c.paid_day, 5); /* the first in the log, not in time */
}

static void
the_same_goods_lie_in_a_cart_once(void **state)
{
	struct carts c;
	struct cart *cart;
	struct radix_row scratch[3];
	size_t last;

	(void)state;
	open_carts(&c);
	assert_int_equal(carts_name(&c, 7, 3, &cart), ERR_OK);
	assert_int_equal(carts_hold(&c, cart, 1), ERR_OK);
	assert_int_equal(carts_hold(&c, cart, 1), ERR_OK);
	assert_int_equal(carts_hold(&c, cart, 2), ERR_OK);
	assert_int_equal(carts_name(&c, 7, 9, &cart), ERR_OK);
	assert_int_equal(cart->named_day, 3);
	assert_int_equal(c.table.len, 1);
	assert_int_equal(c.goods.len, 3);
	assert_int_equal(held_goods_settle(c.goods.rows, 3, scratch, &last), 2);
	carts_cleanup(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_address_that_pays_owns_the_cart),
		cmocka_unit_test(the_last_user_outranks_any_address),
		cmocka_unit_test(a_user_nobody_paid_for_stays),
		cmocka_unit_test(
		    a_later_user_wins_and_a_later_address_only_over_an_address),
		cmocka_unit_test(the_same_goods_lie_in_a_cart_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
