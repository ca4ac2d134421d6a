#include "chimed/faults.h"

#include "util/log.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <errno.h>
#include <stdio.h>
#include <string.h>

static char last_line[256];

static void keep_line(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	snprintf(last_line, sizeof(last_line), "%s", line);
}

static int quiet(void **state)
{
	(void)state;
	log_set_sink(keep_line, NULL);
	return 0;
}

static int loud(void **state)
{
	(void)state;
	log_set_sink(NULL, NULL);
	return 0;
}

static struct faults *make(uint64_t seed, const char *a, const char *b)
{
	struct faults *faults = faults_new(seed);
	struct err err;

	assert_int_equal(faults_add(faults, a, &err), 0);
	if (b != NULL)
		assert_int_equal(faults_add(faults, b, &err), 0);
	return faults;
}

static struct mishap next(struct faults *faults, enum chime_op op)
{
	return faults_next(faults, chime_operation(op));
}

static void test_only_what_was_asked_for(void **state)
{
	struct faults *faults = make(1, "SendChannelMessage:500", NULL);

	(void)state;
	last_line[0] = '\0';
	assert_int_equal(next(faults, CHIME_LIST_CHANNELS).kind, MISHAP_NONE);
	assert_string_equal(last_line, "");
	assert_int_equal(
		next(faults, CHIME_SEND_CHANNEL_MESSAGE).fault, FAULT_FAILURE);
	assert_non_null(strstr(last_line, "SendChannelMessage:500"));
	faults_free(faults);
	assert_int_equal(next(NULL, CHIME_LIST_CHANNELS).kind, MISHAP_NONE);
	faults_free(NULL);
}

/* One after the other: the second is not used up by the first. */
static void test_turns(void **state)
{
	struct faults *faults = make(1, "*:429:x2", "*:drop-after:x1");

	(void)state;
	assert_int_equal(
		next(faults, CHIME_LIST_CHANNELS).fault, FAULT_THROTTLED);
	assert_int_equal(
		next(faults, CHIME_LIST_CHANNELS).fault, FAULT_THROTTLED);
	struct mishap third = next(faults, CHIME_LIST_CHANNELS);

	assert_int_equal(third.kind, MISHAP_DROP);
	assert_false(third.before);
	assert_int_equal(next(faults, CHIME_LIST_CHANNELS).kind, MISHAP_NONE);
	faults_free(faults);
}

static void test_delays_add_up(void **state)
{
	struct faults *before = make(1, "*:delay=20", "*:500");
	struct faults *behind = make(1, "*:500", "*:delay=20");
	struct faults *twice = make(1, "*:delay=20", "*:delay=22");
	struct mishap one = next(before, CHIME_LIST_CHANNELS);
	struct mishap two = next(behind, CHIME_LIST_CHANNELS);
	struct mishap three = next(twice, CHIME_LIST_CHANNELS);

	(void)state;
	assert_int_equal(one.kind, MISHAP_ERROR);
	assert_true(one.before);
	assert_int_equal(one.delay_ms, 20);
	assert_int_equal(two.kind, MISHAP_ERROR);
	assert_int_equal(two.delay_ms, 20);
	assert_int_equal(three.kind, MISHAP_NONE);
	assert_int_equal(three.delay_ms, 42);
	faults_free(before);
	faults_free(behind);
	faults_free(twice);
}

enum { CALLS = 1000 };

/* Which of many calls go wrong; the number of those. */
static int draw(uint64_t seed, const char *rate, bool out[CALLS])
{
	char text[32];
	int count = 0;

	snprintf(text, sizeof(text), "*:500:%s", rate);
	struct faults *faults = make(seed, text, NULL);

	for (int i = 0; i < CALLS; i++) {
		out[i] = next(faults, CHIME_LIST_CHANNELS).kind != MISHAP_NONE;
		count += out[i];
	}
	faults_free(faults);
	return count;
}

static void test_chance_comes_from_the_seed(void **state)
{
	bool first[CALLS], again[CALLS], other[CALLS];

	(void)state;
	assert_in_range(draw(1, "0.2", first), 150, 250);
	assert_in_range(draw(1, "0.2", again), 150, 250);
	assert_in_range(draw(2, "0.2", other), 150, 250);
	assert_memory_equal(first, again, sizeof(first));
	assert_memory_not_equal(first, other, sizeof(first));
	assert_int_equal(draw(1, "0", first), 0);
	assert_int_equal(draw(1, "1", first), CALLS);
}

/* What one fault meets does not depend on how often another is asked. */
static void test_chances_are_apart(void **state)
{
	struct faults *quiet_town =
		make(7, "ListChannels:500:0.5", "CreateChannel:500:0.5");
	struct faults *busy_town =
		make(7, "ListChannels:500:0.5", "CreateChannel:500:0.5");
	int same_as_neighbour = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		struct mishap list = next(busy_town, CHIME_LIST_CHANNELS);
		struct mishap one = next(quiet_town, CHIME_CREATE_CHANNEL);
		struct mishap two = next(busy_town, CHIME_CREATE_CHANNEL);

		assert_int_equal(one.kind, two.kind);
		same_as_neighbour += list.kind == two.kind;
	}
	assert_in_range(same_as_neighbour, 20, 80);
	faults_free(quiet_town);
	faults_free(busy_town);
}

static void test_ceiling_and_errors(void **state)
{
	struct faults *faults = faults_new(1);
	struct err err;

	(void)state;
	assert_int_equal(faults_add(faults, "*:what", &err), -EINVAL);
	for (int i = 0; i < FAULTS_MAX; i++)
		assert_int_equal(faults_add(faults, "*:500:0", &err), 0);
	assert_int_equal(faults_add(faults, "*:500", &err), -E2BIG);
	assert_int_equal(next(faults, CHIME_LIST_CHANNELS).kind, MISHAP_NONE);
	faults_free(faults);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_what_was_asked_for),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_delays_add_up),
		cmocka_unit_test(test_chance_comes_from_the_seed),
		cmocka_unit_test(test_chances_are_apart),
		cmocka_unit_test(test_ceiling_and_errors),
	};

	return cmocka_run_group_tests(tests, quiet, loud);
}
