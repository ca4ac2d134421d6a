#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime_moderation/mandate.h"

#include "unit/support/end_chime_service.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/str.h"

#include <string.h>

#define LIST                                                                   \
	"GET /channels?scope=app-instance-user-moderated-channels&"            \
	"app-instance-user-arn=APP/user/bridge&max-results=50"
#define PROBE(channel)                                                         \
	"GET /channels/APP/channel/" channel "/bans?max-results=1"
#define ONE(channel)                                                           \
	"{\"ChannelSummary\":{\"ChannelArn\":\"" WORLD_APP "/channel/" channel \
	"\"}}"
#define OF(channels) "{\"Channels\":[" channels "]}"
#define POLICY "{\"Code\":\"AccessDeniedException\",\"Message\":\"policy\"}"

enum { WATCHES = 3 };

struct fixture {
	struct service s;
	struct mandate *mandate;
	struct mandate_watch *watches[WATCHES];
	struct buf log;
	int drop_all_at; /* in the callback of this one; -1: none */
};

struct who {
	struct fixture *f;
	int index;
};
static struct who who[WATCHES];

static void drop_all(struct fixture *f)
{
	for (int i = 0; i < WATCHES; i++)
		mandate_unwatch(TAKE(f->watches[i]));
}

/* What the service said. */
static const char *said(const char *why)
{
	const char *words = why ? strstr(why, "): ") : NULL;
	return words ? words + 3 : why;
}

static void on_mandate(void *arg, bool may, const char *why)
{
	const struct who *w = arg;
	struct fixture *f = w->f;
	assert_int_equal(may, why == NULL);
	buf_addf(&f->log, "%d %s\n", w->index,
		may                                    ? "may"
		: str_starts(why, "the bridge's user") ? "may not"
						       : said(why));
	if (f->drop_all_at == w->index)
		drop_all(f);
}

static void watch(struct fixture *f, int index, const char *channel)
{
	who[index] = (struct who){f, index};
	f->watches[index] =
		mandate_watch(f->mandate, channel, on_mandate, &who[index]);
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.log, 1 << 16);
	f.drop_all_at = -1;
	f.mandate = mandate_new(f.s.w.loop, f.s.w.client, WORLD_USER);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	drop_all(f);
	mandate_free(f->mandate);
	mandate_free(NULL);
	service_release(&f->s);
	buf_release(&f->log);
	return 0;
}

static void expect_log(struct fixture *f, const char *text)
{
	service_settle(&f->s);
	assert_string_equal(f->log.data, text);
	buf_clear(&f->log);
}

static int64_t pass(struct fixture *f)
{
	return service_pass_until_asked(&f->s, 10 * MANDATE_EVERY_MS);
}

static void test_one_list_for_all(void **state)
{
	struct fixture *f = *state;
	service_pass(&f->s, 2 * MANDATE_EVERY_MS);
	watch(f, 0, WORLD_APP "/channel/x");
	watch(f, 1, WORLD_APP "/channel/y");
	assert_int_equal(pass(f), MANDATE_SOON_MS);
	service_expect(&f->s, LIST);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
	service_answer(&f->s, 200,
		"{\"Channels\":[" ONE("y") "," ONE(
			"z") "],\"NextToken\":\"n\"}");
	service_expect(&f->s, LIST "&next-token=n");
	service_answer(&f->s, 200, OF(ONE("x")));
	expect_log(f, "0 may\n1 may\n");
	assert_int_equal(pass(f), MANDATE_EVERY_MS);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200, OF(ONE("x") ",{}"));
	service_expect(&f->s, PROBE("y"));
	expect_log(f, "0 may\n");
	service_answer(&f->s, 403, "{}");
	expect_log(f, "1 may not\n");
	assert_int_equal(pass(f), MANDATE_EVERY_MS);
}

static void test_administrator(void **state)
{
	struct fixture *f = *state;
	watch(f, 0, WORLD_APP "/channel/x");
	pass(f);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200, OF(""));
	service_expect(&f->s, PROBE("x"));
	service_answer(&f->s, 200, "{\"ChannelBans\":[]}");
	expect_log(f, "0 may\n");
	mandate_doubt(f->mandate);
	mandate_doubt(f->mandate);
	assert_int_equal(pass(f), MANDATE_GAP_MS);
	service_expect(&f->s, LIST);
	mandate_doubt(f->mandate); /* again after this one */
	service_answer(&f->s, 200, OF(""));
	service_expect(&f->s, PROBE("x"));
	service_answer(&f->s, 403, POLICY);
	expect_log(f, "0 policy\n");
	assert_int_equal(pass(f), MANDATE_GAP_MS);
}

/* One who comes while a list is under way may not be in it. */
static void test_late(void **state)
{
	struct fixture *f = *state;
	watch(f, 0, WORLD_APP "/channel/x");
	pass(f);
	service_expect(&f->s, LIST);
	watch(f, 1, WORLD_APP "/channel/y");
	service_answer(&f->s, 200, OF(ONE("x")));
	expect_log(f, "0 may\n");
	assert_int_equal(pass(f), MANDATE_GAP_MS);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200, OF(ONE("x") "," ONE("y")));
	expect_log(f, "0 may\n1 may\n");
}

static void test_list_is_refused(void **state)
{
	struct fixture *f = *state;
	watch(f, 0, WORLD_APP "/channel/x");
	pass(f);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 403, POLICY);
	service_expect(&f->s, PROBE("x"));
	service_answer(&f->s, 200, "{\"ChannelBans\":[]}");
	expect_log(f, "0 may\n");
	assert_int_equal(pass(f), MANDATE_EVERY_MS);
	/* What is no answer changes nothing. */
	service_expect(&f->s, LIST);
	service_answer(&f->s, 401, "{}");
	expect_log(f, "");
	assert_in_range(pass(f), MANDATE_GAP_MS / 2, MANDATE_GAP_MS);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200, OF(""));
	service_expect(&f->s, PROBE("x"));
	service_answer(&f->s, 401, "{}");
	expect_log(f, "");
	assert_int_equal(pass(f), MANDATE_EVERY_MS);
}

/* A token that has lived too long. */
static void test_restart(void **state)
{
	struct fixture *f = *state;
	watch(f, 0, WORLD_APP "/channel/x");
	pass(f);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200,
		"{\"Channels\":[" ONE("x") "],\"NextToken\":\"n\"}");
	service_expect(&f->s, LIST "&next-token=n");
	service_answer(&f->s, 400, "{}");
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200, OF(""));
	service_expect(&f->s, PROBE("x"));
	service_answer(&f->s, 404, "{}");
	expect_log(f, "0 may not\n");
}

static void test_all_go_inside(void **state)
{
	struct fixture *f = *state;
	f->drop_all_at = 1;
	watch(f, 0, WORLD_APP "/channel/x");
	watch(f, 1, WORLD_APP "/channel/y");
	watch(f, 2, WORLD_APP "/channel/z");
	pass(f);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200, OF(ONE("x") "," ONE("y") "," ONE("z")));
	expect_log(f, "0 may\n1 may\n");
	service_pass(&f->s, 2 * MANDATE_EVERY_MS);
	/* While it is asked. */
	watch(f, 0, WORLD_APP "/channel/x");
	pass(f);
	drop_all(f);
	watch(f, 1, WORLD_APP "/channel/y");
	service_cut(&f->s);
	pass(f);
	service_expect(&f->s, LIST);
	service_answer(&f->s, 200, OF(""));
	service_expect(&f->s, PROBE("y"));
	mandate_unwatch(TAKE(f->watches[1]));
	service_cut(&f->s);
	expect_log(f, "");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_one_list_for_all),
		T(test_administrator),
		T(test_late),
		T(test_list_is_refused),
		T(test_restart),
		T(test_all_go_inside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
