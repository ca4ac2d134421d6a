#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/control_unmap.h"
#include "end_chime/end_chime.h"
#include "util/json.h"
#include "util/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The wiring and the end, as far as they are asked. */
static struct {
	int answer;
	unsigned calls;
	unsigned forgotten;
	bool delete_channel;
	end_chime_unmap_fn *fn;
	void *arg;
} end;

struct mapping *wire_mapping(struct wire *wire, const char *name)
{
	static char there;

	(void)wire;
	return str_eq(name, "used") ? (struct mapping *)&there : NULL;
}

void wire_forget(struct wire *wire, const char *mapping)
{
	(void)wire;
	end.forgotten += str_eq(mapping, "old");
}

struct end_chime *wire_chime(const struct wire *wire)
{
	(void)wire;
	return NULL;
}

int end_chime_unmap(struct end_chime *chime, const char *mapping,
	bool delete_channel, end_chime_unmap_fn *fn, void *arg)
{
	(void)chime;
	(void)mapping;
	end.calls++;
	end.delete_channel = delete_channel;
	end.fn = fn;
	end.arg = arg;
	return end.answer;
}

static int setup(void **state)
{
	memset(&end, 0, sizeof(end));
	log_set_level(LOG_LEVEL_ERROR);
	*state = unmaps_new();
	return 0;
}

static int teardown(void **state)
{
	unmaps_free(*state);
	unmaps_free(NULL);
	return 0;
}

/* The status; the body must be dropped by the caller. */
static int ask(void **state, const char *query,
	struct control_answer (*fn)(const struct control_request *request),
	json_t **ret_body)
{
	struct control_request request = {
		.unmaps = *state,
		.query = span_of(query),
	};
	struct control_answer answer = fn(&request);

	*ret_body = answer.body;
	return answer.status;
}

static int begin(void **state, const char *query)
{
	json_t AUTOJSON *body = NULL;

	return ask(state, query, control_unmap_begin, &body);
}

static void test_its_way(void **state)
{
	json_t AUTOJSON *half = NULL;
	json_t AUTOJSON *done = NULL;
	char channel[] = "arn:aws:x/channel/1";

	assert_int_equal(begin(state, "mapping=old&delete_channel=1"), 200);
	assert_true(end.delete_channel);
	end.fn(&(struct end_chime_unmapped){.mapping = "old",
		       .channel = channel,
		       .removed = 2,
		       .left = 3,
		       .kept = 1},
		end.arg);
	/* They are borrowed. */
	memset(channel, 'x', sizeof(channel) - 1);
	assert_int_equal(
		ask(state, "mapping=old", control_unmap_progress, &half), 200);
	assert_string_equal(json_get_string(half, "mapping"), "old");
	assert_string_equal(
		json_get_string(half, "channel"), "arn:aws:x/channel/1");
	assert_int_equal(json_get_int(half, "removed", 0), 2);
	assert_int_equal(json_get_int(half, "left", 0), 3);
	assert_int_equal(json_get_int(half, "kept", 0), 1);
	assert_int_equal(json_get_int(half, "failed", -1), 0);
	assert_false(json_get_bool(half, "done", true));
	assert_null(json_get_string(half, "why"));
	end.fn(&(struct end_chime_unmapped){.mapping = "old",
		       .removed = 4,
		       .failed = 1,
		       .why = "forbidden",
		       .is_channel_deleted = true,
		       .is_done = true},
		end.arg);
	assert_int_equal(
		ask(state, "mapping=old", control_unmap_progress, &done), 200);
	assert_true(json_get_bool(done, "done", false));
	assert_true(json_get_bool(done, "channel_deleted", false));
	assert_int_equal(json_get_int(done, "failed", 0), 1);
	assert_string_equal(json_get_string(done, "why"), "forbidden");
	assert_int_equal(end.forgotten, 0);
	assert_int_equal(begin(state, "mapping=old"), 200);
	end.fn(&(struct end_chime_unmapped){.mapping = "old", .is_done = true},
		end.arg);
	assert_int_equal(end.forgotten, 1);
}

static void test_once_more(void **state)
{
	assert_int_equal(begin(state, "mapping=old"), 200);
	assert_false(end.delete_channel);
	end.fn(&(struct end_chime_unmapped){.is_done = true}, end.arg);
	assert_int_equal(begin(state, "mapping=old"), 200);
	assert_int_equal(end.calls, 2);
	json_t AUTOJSON *body = NULL;

	assert_int_equal(
		ask(state, "mapping=old", control_unmap_progress, &body), 200);
	assert_false(json_get_bool(body, "done", true));
}

static void test_refusals(void **state)
{
	static const struct {
		int answer;
		int status;
	} cases[] = {{-EBUSY, 409}, {-EALREADY, 409}, {-EIO, 500}};
	json_t AUTOJSON *body = NULL;

	assert_int_equal(begin(state, ""), 400);
	assert_int_equal(begin(state, "mapping=used"), 409);
	assert_int_equal(end.calls, 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		end.answer = cases[i].answer;
		assert_int_equal(begin(state, "mapping=old"), cases[i].status);
	}
	assert_int_equal(
		ask(state, "mapping=old", control_unmap_progress, &body), 404);
	assert_non_null(json_get_string(body, "error"));
}

/* One that is under way is not forgotten for another that was refused. */
static void test_a_refusal_forgets_nothing(void **state)
{
	json_t AUTOJSON *body = NULL;

	assert_int_equal(begin(state, "mapping=old"), 200);
	end.answer = -EALREADY;
	assert_int_equal(begin(state, "mapping=old"), 409);
	assert_int_equal(
		ask(state, "mapping=old", control_unmap_progress, &body), 200);
}

static void test_bounds(void **state)
{
	char query[64];
	json_t AUTOJSON *body = NULL;

	for (int i = 0; i < UNMAPS_MAX; i++) {
		snprintf(query, sizeof(query), "mapping=m%d", i);
		assert_int_equal(begin(state, query), 200);
		if (i == 5)
			end.fn(&(struct end_chime_unmapped){.is_done = true},
				end.arg);
	}
	assert_int_equal(begin(state, "mapping=one"), 200);
	assert_int_equal(begin(state, "mapping=two"), 503);
	/* The one that was done made room. */
	assert_int_equal(
		ask(state, "mapping=m5", control_unmap_progress, &body), 404);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_its_way),
		CASE(test_once_more),
		CASE(test_refusals),
		CASE(test_a_refusal_forgets_nothing),
		CASE(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
