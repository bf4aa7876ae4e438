/* Who should have a connection, and how it gets there. */
#include "worker/transport/handover.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>
#include <sys/socket.h>

enum { NOW_MS = 1000000 };

/* Workers with so many connections; -1: nobody lives there. */
static struct shared *
shared_of(const int *conns, uint32_t len)
{
	struct shared *s = shared_new(len);

	assert_non_null(s);
	for (uint32_t i = 0; i < len; i++) {
		if (conns[i] < 0)
			continue;
		atomic_store(&s->worker[i].heartbeat_ms, NOW_MS);
		atomic_store(&s->worker[i].connections, (uint32_t)conns[i]);
	}
	return s;
}

static void
assert_target(const int conns[3], int slot, int target)
{
	struct shared *s = shared_of(conns, 3);
	/* With the one that was accepted just now. */
	size_t own = (size_t)conns[slot] + 1;

	assert_int_equal(handover_target(s, slot, own, NOW_MS), target);
	shared_free(s);
}

static void
a_few_go_to_who_has_fewest(void **state)
{
	(void)state;
	assert_target((int[]){ 0, 0, 0 }, 0, 0);
	assert_target((int[]){ 1, 0, 1 }, 0, 1);
	assert_target((int[]){ 1, 1, 0 }, 0, 2);
	assert_target((int[]){ 2, 2, 2 }, 1, 1);
	assert_target((int[]){ 9, 3, 2 }, 1, 2);
	assert_target((int[]){ 9, 3, 2 }, 2, 2);
}

static void
of_many_an_eighth_more_is_even(void **state)
{
	(void)state;
	assert_target((int[]){ 900, 800, 850 }, 0, 0);
	assert_target((int[]){ 901, 800, 850 }, 0, 1);
}

static void
nobody_who_is_silent_is_given_any(void **state)
{
	struct shared *s = shared_of((int[]){ 5, -1 }, 2);

	(void)state;
	assert_int_equal(handover_target(s, 0, 6, NOW_MS), 0);
	atomic_store(&s->worker[1].heartbeat_ms, NOW_MS - 1000);
	assert_int_equal(handover_target(s, 0, 6, NOW_MS), 1);
	assert_int_equal(handover_target(s, 0, 6, NOW_MS + 1), 0);
	shared_free(s);
}

static void
what_was_sent_to_a_living_one_is_its_own(void **state)
{
	struct shared *s = shared_of((int[]){ 0, 0, -1 }, 3);
	const struct worker_setup setup = { .shared = s, .slot = 1 };

	(void)state;
	assert_false(handover_is_ours(&setup, 0, NOW_MS));
	assert_true(handover_is_ours(&setup, 1, NOW_MS));
	assert_true(handover_is_ours(&setup, 2, NOW_MS));
	assert_true(handover_is_ours(&setup, 0, NOW_MS + SILENCE_MS + 1));
	shared_free(s);
}

static void
a_descriptor_arrives_and_counts_until_then(void **state)
{
	struct shared *s = shared_of((int[]){ 3, 0 }, 2);
	int fds[4], pipe_fds[2], got;
	const struct worker_setup setup = { .shared = s, .handover_fds = fds };
	char byte;

	(void)state;
	for (int slot = 0; slot < 2; slot++)
		assert_int_equal(
		    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, &fds[2 * slot]), 0);
	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(handover_receive(&setup, 1), -1);
	assert_true(handover_send(&setup, 1, pipe_fds[1]));
	close(pipe_fds[1]);
	/* Two here and one on its way: that is even. */
	assert_int_equal(handover_target(s, 0, 2, NOW_MS), 0);
	assert_int_equal(handover_target(s, 0, 3, NOW_MS), 1);
	got = handover_receive(&setup, 1);
	assert_true(got >= 0);
	assert_int_equal(handover_receive(&setup, 1), -1);
	assert_int_equal(atomic_load(&s->worker[1].handed), 0);
	assert_int_equal(write(got, "x", 1), 1);
	assert_int_equal(read(pipe_fds[0], &byte, 1), 1);
	close(got);
	close(pipe_fds[0]);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	shared_free(s);
}

static void
a_full_mailbox_keeps_it_here(void **state)
{
	struct shared *s = shared_of((int[]){ 3, 0 }, 2);
	int fds[4];
	const struct worker_setup setup = { .shared = s, .handover_fds = fds };
	int sent = 0, got;

	(void)state;
	for (int slot = 0; slot < 2; slot++)
		assert_int_equal(
		    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, &fds[2 * slot]), 0);
	while (sent < 100000 && handover_send(&setup, 1, STDIN_FILENO))
		sent++;
	assert_in_range(sent, 1, 99999);
	assert_int_equal(atomic_load(&s->worker[1].handed), sent);
	while ((got = handover_receive(&setup, 1)) >= 0) {
		close(got);
		sent--;
	}
	assert_int_equal(sent, 0);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	shared_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_few_go_to_who_has_fewest),
		cmocka_unit_test(of_many_an_eighth_more_is_even),
		cmocka_unit_test(nobody_who_is_silent_is_given_any),
		cmocka_unit_test(what_was_sent_to_a_living_one_is_its_own),
		cmocka_unit_test(a_descriptor_arrives_and_counts_until_then),
		cmocka_unit_test(a_full_mailbox_keeps_it_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
