#include "filter/mutes.h"

#include "../support/fake_store.h"
#include "../support/filter_rig.h"
#include "../support/log_catch.h"
#include "util/clock.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct person bob = {
	.id = "net/bob",
	.name = "Bob",
	.address = "Bob!b@host.example",
};

static void on_ended(void *arg, const char *mapping)
{
	unsigned *count = arg;

	/* "n" is not concerned. */
	assert_string_equal(mapping, "m");
	++*count;
}

static void list_on_mute(void *arg, const struct mute *mute)
{
	struct buf *out = arg;

	buf_addf(out, "%s %s %lld;", mute->mask, mute->by,
		(long long)mute->until_ms);
}

static void assert_list(
	const struct mutes *mutes, const char *mapping, const char *expected)
{
	struct buf AUTOBUF out;

	buf_init(&out, 4096);
	mutes_each(mutes, mapping, list_on_mute, &out);
	assert_string_equal(out.data, expected);
}

static int add(struct mutes *mutes, const char *mapping, const char *mask,
	int64_t until_ms)
{
	return mutes_add(mutes, &(struct mute){.mapping = mapping,
					.mask = mask,
					.by = "op",
					.until_ms = until_ms});
}

static void test_who_is_muted(void **state)
{
	struct filter_rig *rig = *state;
	unsigned ended = 0;
	struct mutes *mutes =
		mutes_new(rig->loop, rig->store, on_ended, &ended);

	assert_non_null(mutes);
	assert_false(mutes_fit(mutes, "m", &bob));
	assert_int_equal(add(mutes, "m", "*@host.example", 0), 0);
	assert_int_equal(add(mutes, "m", "carl", 0), 0);
	assert_true(mutes_fit(mutes, "m", &bob));
	assert_false(mutes_fit(mutes, "other", &bob));
	assert_list(mutes, "m", "*@host.example op 0;carl op 0;");
	assert_list(mutes, "other", "");
	assert_int_equal(mutes_remove(mutes, "m", "nobody"), -ENOENT);
	assert_int_equal(mutes_remove(mutes, "other", "carl"), -ENOENT);
	assert_int_equal(mutes_remove(mutes, "m", "*@host.example"), 0);
	assert_false(mutes_fit(mutes, "m", &bob));
	assert_int_equal(mutes_remove(mutes, "m", "carl"), 0);
	assert_int_equal(add(mutes, "m", "", 0), -EINVAL);
	mutes_free(mutes);
	mutes_free(NULL);
}

static void test_they_outlive_the_process(void **state)
{
	struct filter_rig *rig = *state;
	unsigned ended = 0;
	struct mutes *mutes =
		mutes_new(rig->loop, rig->store, on_ended, &ended);
	int64_t until_ms = clock_wall_ms() + 5000;

	assert_int_equal(add(mutes, "m", "a/b c!*@*", until_ms), 0);
	assert_int_equal(add(mutes, "m", "bob", 0), 0);
	assert_int_equal(add(mutes, "m", "gone", 0), 0);
	assert_int_equal(mutes_remove(mutes, "m", "gone"), 0);
	filter_rig_turns(rig);
	mutes_free(mutes);
	mutes = mutes_new(rig->loop, rig->store, on_ended, &ended);
	assert_true(mutes_fit(mutes, "m", &bob));
	char expected[100];

	snprintf(expected, sizeof(expected), "a/b c!*@* op %lld;bob op 0;",
		(long long)until_ms);
	assert_list(mutes, "m", expected);
	mutes_free(mutes);
}

static void test_their_time_ends(void **state)
{
	struct filter_rig *rig = *state;
	unsigned ended = 0;
	struct mutes *mutes =
		mutes_new(rig->loop, rig->store, on_ended, &ended);

	assert_int_equal(
		add(mutes, "m", "bob", clock_wall_ms() + 150 * 1000), 0);
	assert_int_equal(add(mutes, "m", "carl", 0), 0);
	assert_int_equal(
		add(mutes, "n", "bob", clock_wall_ms() + 600 * 1000), 0);
	for (int i = 0; i < 2; i++) {
		clock_advance(70 * 1000);
		filter_rig_turns(rig);
		assert_true(mutes_fit(mutes, "m", &bob));
	}
	assert_int_equal(ended, 0);
	clock_advance(11 * 1000);
	filter_rig_turns(rig);
	assert_false(mutes_fit(mutes, "m", &bob));
	assert_int_equal(ended, 1);
	assert_list(mutes, "m", "carl op 0;");
	filter_rig_turns(rig);
	mutes_free(mutes);
	/* Nor does it come back. */
	mutes = mutes_new(rig->loop, rig->store, on_ended, &ended);
	assert_list(mutes, "m", "carl op 0;");
	mutes_free(mutes);
}

static void test_of_a_mapping_that_is_no_more(void **state)
{
	struct filter_rig *rig = *state;
	struct mutes *mutes = mutes_new(rig->loop, rig->store, on_ended, NULL);

	assert_int_equal(add(mutes, "m", "bob", 0), 0);
	assert_int_equal(add(mutes, "m", "carl", 0), 0);
	assert_int_equal(add(mutes, "n", "bob", 0), 0);
	mutes_forget(mutes, "m");
	mutes_forget(mutes, "m");
	for (int i = 0; i < 2; i++) {
		assert_list(mutes, "m", "");
		assert_list(mutes, "n", "bob op 0;");
		filter_rig_turns(rig);
		mutes_free(mutes);
		mutes = mutes_new(rig->loop, rig->store, on_ended, NULL);
	}
	mutes_free(mutes);
}

/* What ended while nobody looked ends at the start. */
static void test_their_time_ended_meanwhile(void **state)
{
	struct filter_rig *rig = *state;
	unsigned ended = 0;
	struct mutes *mutes =
		mutes_new(rig->loop, rig->store, on_ended, &ended);

	assert_int_equal(add(mutes, "m", "bob", clock_wall_ms() + 1000), 0);
	filter_rig_turns(rig);
	mutes_free(mutes);
	clock_advance(5000);
	mutes = mutes_new(rig->loop, rig->store, on_ended, &ended);
	filter_rig_turns(rig);
	assert_int_equal(ended, 1);
	assert_list(mutes, "m", "");
	mutes_free(mutes);
}

static void test_too_many(void **state)
{
	struct filter_rig *rig = *state;
	unsigned ended = 0;
	struct mutes *mutes =
		mutes_new(rig->loop, rig->store, on_ended, &ended);
	char mask[MUTE_MASK_BYTES_MAX + 2];

	memset(mask, 'x', sizeof(mask));
	mask[MUTE_MASK_BYTES_MAX + 1] = '\0';
	assert_int_equal(add(mutes, "m", mask, 0), -EINVAL);
	for (int i = 0; i < MUTES_MAX; i++) {
		char mapping[16];

		snprintf(mapping, sizeof(mapping), "m%d", i);
		assert_int_equal(add(mutes, mapping, "bob", 0), 0);
	}
	assert_int_equal(add(mutes, "m", "bob", 0), -ENOSPC);
	/* To change one is still possible. */
	assert_int_equal(add(mutes, "m7", "bob", clock_wall_ms() + 1000), 0);
	assert_int_equal(mutes_remove(mutes, "m7", "bob"), 0);
	assert_int_equal(add(mutes, "m", "bob", 0), 0);
	mutes_free(mutes);
}

static void test_nonsense_in_the_state(void **state)
{
	struct filter_rig *rig = *state;
	struct fake_store store;
	struct mutes *mutes;
	unsigned ended = 0;

	fake_store_init(&store);
	fake_store_put(&store, "mute", "no-mapping", "0 op");
	fake_store_put(&store, "mute", "m/", "0 op");
	fake_store_put(&store, "mute", "m/later", "soon op");
	fake_store_put(&store, "mute", "m/bob", "0");
	mutes = mutes_new(rig->loop, &store.base, on_ended, &ended);
	assert_non_null(mutes);
	assert_int_equal(log_catch_count("a mute is unreadable"), 3);
	assert_true(mutes_fit(mutes, "m", &bob));
	mutes_free(mutes);
	store.is_broken = true;
	assert_null(mutes_new(rig->loop, &store.base, on_ended, &ended));
	fake_store_release(&store);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
		test_##name, filter_rig_setup, filter_rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_is_muted),
		TEST(they_outlive_the_process),
		TEST(their_time_ends),
		TEST(of_a_mapping_that_is_no_more),
		TEST(their_time_ended_meanwhile),
		TEST(too_many),
		TEST(nonsense_in_the_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
