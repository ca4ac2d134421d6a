/* Following NextToken: short pages, refused tokens, ceilings, stopping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../support/chime_world.h"
#include "chime/paging.h"
#include "util/attr.h"

#include <stdlib.h>
#include <string.h>

struct listing {
	struct world world;
	struct chime_paging *paging;
	unsigned pages;
	size_t items;
	unsigned restarts;
	unsigned stop_after; /* 0: never */
	bool ended;
	bool truncated;
	enum chime_error error;
};

static int setup(void **state)
{
	struct listing *l = calloc(1, sizeof(*l));
	world_init(&l->world, NULL);
	*state = l;
	return 0;
}

static int teardown(void **state)
{
	struct listing *l = *state;
	world_release(&l->world);
	free(l);
	return 0;
}

static bool on_page(const struct chime_page *page, void *arg)
{
	struct listing *l = arg;
	assert_false(l->ended);
	l->world.answers++;
	l->ended = page->last;
	l->error = page->result->error;
	if (l->error != CHIME_OK) {
		assert_null(page->items);
		assert_true(page->last);
		return true;
	}
	l->pages++;
	if (page->restarted) {
		l->restarts++;
		l->items = 0;
	}
	l->items += json_array_size(page->items);
	l->truncated = page->truncated;
	return l->pages != l->stop_after;
}

static void start(struct listing *l, unsigned max_pages)
{
	json_t *members = json_pack("{s:s, s:s, s:i}", "ChannelArn",
		WORLD_CHANNEL, "ChimeBearer", WORLD_USER, "MaxResults", 2);
	const struct chime_request request = {
		.op = CHIME_LIST_CHANNEL_BANS, .members = members};
	l->paging = chime_paging_start(
		l->world.client, &request, max_pages, on_page, l);
	/* The caller's members are its own, before and after. */
	assert_null(json_object_get(members, "NextToken"));
	json_decref(members);
}

static void run(struct listing *l, const struct world_step *steps, size_t count,
	unsigned max_pages)
{
	world_script(&l->world, steps, count);
	start(l, max_pages);
	for (unsigned i = 1; !l->ended && i < 100; i++)
		world_until(&l->world, i, 20);
	assert_true(l->ended);
	world_idle(&l->world);
}

#define PAGE(items, token)                                                     \
	{                                                                      \
		.status = 200,                                                 \
		.body = "{\"ChannelBans\":" items ",\"NextToken\":" token "}"  \
	}

static const struct world_step one = PAGE("[1]", "null");

static void test_one_page(void **state)
{
	struct listing *l = *state;
	run(l, &one, 1, 0);
	assert_int_equal(l->pages, 1);
	assert_int_equal(l->items, 1);
	assert_false(l->truncated);
}

static void test_pages_of_all_kinds(void **state)
{
	static const struct world_step steps[] = {
		PAGE("[1,2]", "\"a/b+c=\""),
		PAGE("[]", "\"t2\""),
		PAGE("null", "\"t3\""),
		PAGE("[3]", "\"\""),
	};
	struct listing *l = *state;
	run(l, steps, ARRAY_LEN(steps), 0);
	assert_int_equal(l->pages, 4);
	assert_int_equal(l->items, 3);
	assert_int_equal(l->world.request_count, 4);
	assert_non_null(
		strstr(l->world.requests[0].target, "/bans?max-results=2"));
	assert_null(strstr(l->world.requests[0].target, "next-token"));
	assert_non_null(strstr(l->world.requests[1].target,
		"/bans?max-results=2&next-token=a%2Fb%2Bc%3D"));
	assert_non_null(strstr(l->world.requests[2].target, "next-token=t2"));
}

static void test_refused_token_restarts_once(void **state)
{
	static const struct world_step steps[] = {
		PAGE("[1,2]", "\"old\""),
		{.status = 400, .type = "BadRequestException"},
		PAGE("[1,2]", "\"new\""),
		PAGE("[3]", "null"),
	};
	struct listing *l = *state;
	run(l, steps, ARRAY_LEN(steps), 0);
	assert_int_equal(l->error, CHIME_OK);
	assert_int_equal(l->restarts, 1);
	assert_int_equal(l->items, 3);
	assert_null(strstr(l->world.requests[2].target, "next-token"));
}

static void test_second_refusal_is_an_error(void **state)
{
	static const struct world_step steps[] = {
		PAGE("[1]", "\"a\""),
		{.status = 400},
		PAGE("[1]", "\"b\""),
		{.status = 400},
	};
	struct listing *l = *state;
	run(l, steps, ARRAY_LEN(steps), 0);
	assert_int_equal(l->error, CHIME_BAD_REQUEST);
	assert_int_equal(l->world.request_count, 4);
}

static void test_first_refusal_without_token(void **state)
{
	static const struct world_step step = {.status = 400};
	struct listing *l = *state;
	run(l, &step, 1, 0);
	assert_int_equal(l->error, CHIME_BAD_REQUEST);
	assert_int_equal(l->world.request_count, 1);
}

static void test_failure_in_the_middle(void **state)
{
	static const struct world_step steps[] = {
		PAGE("[1]", "\"a\""),
		{.status = 403},
	};
	struct listing *l = *state;
	run(l, steps, ARRAY_LEN(steps), 0);
	assert_int_equal(l->error, CHIME_FORBIDDEN);
	assert_int_equal(l->pages, 1);
}

static void test_page_is_retried_within(void **state)
{
	static const struct world_step steps[] = {
		PAGE("[1]", "\"a\""),
		{.status = 503},
		PAGE("[2]", "null"),
	};
	struct listing *l = *state;
	run(l, steps, ARRAY_LEN(steps), 0);
	assert_int_equal(l->error, CHIME_OK);
	assert_int_equal(l->items, 2);
}

static void test_ceiling(void **state)
{
	static const struct world_step endless = PAGE("[1]", "\"same\"");
	struct listing *l = *state;
	run(l, &endless, 1, 5);
	assert_int_equal(l->pages, 5);
	assert_true(l->truncated);
	assert_int_equal(l->world.request_count, 5);
}

static void test_stop(void **state)
{
	static const struct world_step endless = PAGE("[1]", "\"same\"");
	struct listing *l = *state;
	l->stop_after = 2;
	world_script(&l->world, &endless, 1);
	start(l, 0);
	world_until(&l->world, 2, 20);
	world_idle(&l->world);
	assert_int_equal(l->pages, 2);
	assert_int_equal(l->world.request_count, 2);
}

static void test_cancel(void **state)
{
	static const struct world_step endless = PAGE("[1]", "\"same\"");
	struct listing *l = *state;
	world_script(&l->world, &endless, 1);
	start(l, 0);
	world_until(&l->world, 2, 20);
	unsigned pages = l->pages;
	chime_paging_cancel(l->paging);
	world_idle(&l->world);
	assert_int_equal(l->pages, pages);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_one_page),
		CASE(test_pages_of_all_kinds),
		CASE(test_refused_token_restarts_once),
		CASE(test_second_refusal_is_an_error),
		CASE(test_first_refusal_without_token),
		CASE(test_failure_in_the_middle),
		CASE(test_page_is_retried_within),
		CASE(test_ceiling),
		CASE(test_stop),
		CASE(test_cancel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
