#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime/opening.h"

#include "unit/support/end_chime_service.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/str.h"

#include <stdio.h>
#include <string.h>

#define JOIN "POST /channels/APP/channel/c/memberships"
#define MODERATOR                                                              \
	"GET /channels/APP/channel/c?scope=app-instance-user-moderated-"       \
	"channel&app-instance-user-arn=APP/user/bridge"
#define LOOK                                                                   \
	"GET /channels?scope=app-instance-user-memberships&"                   \
	"app-instance-user-arn=APP/user/bridge&max-results=50"
#define CREATE "POST /channels"
#define FOUND(arn, name)                                                       \
	"{\"ChannelSummary\":{\"ChannelArn\":\"" arn "\",\"Name\":\"" name     \
	"\"}}"

struct fixture {
	struct service s;
	struct opening_params params;
	struct opening *opening;
	struct buf log;
	bool close_in_failed;
};

static void on_opened(void *arg, const char *channel)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "opened %s\n", channel);
	opening_close(TAKE(f->opening));
}

static void on_failed(void *arg, const char *why)
{
	struct fixture *f = arg;
	buf_addf(&f->log, "failed: %s\n", why);
	if (f->close_in_failed)
		opening_close(TAKE(f->opening));
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.log, 1 << 16);
	f.params = (struct opening_params){
		.client = f.s.w.client,
		.store = &f.s.store.base,
		.object = "mapping m",
		.mapping = "m",
		.app_instance = WORLD_APP,
		.bridge = WORLD_USER,
		.opened = on_opened,
		.failed = on_failed,
		.arg = &f,
	};
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	opening_close(f->opening);
	service_settle(&f->s);
	service_release(&f->s);
	buf_release(&f->log);
	return 0;
}

static void begin(struct fixture *f)
{
	f->opening = opening_new(f->s.w.loop, &f->params);
}

static void expect_log(struct fixture *f, const char *text)
{
	service_settle(&f->s);
	assert_string_equal(f->log.data, text);
	buf_clear(&f->log);
}

static void expect_failed(struct fixture *f, const char *word)
{
	service_settle(&f->s);
	assert_memory_equal(f->log.data, "failed: ", 8);
	assert_non_null(strstr(f->log.data, word));
	buf_clear(&f->log);
}

static void expect_opened(struct fixture *f)
{
	service_expect(&f->s, JOIN);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
	assert_string_equal(service_string(&f->s, "MemberArn"), WORLD_USER);
	service_answer(&f->s, 409, "{}");
	service_expect(&f->s, MODERATOR);
	service_answer(&f->s, 200, "{}");
	expect_log(f, "opened " WORLD_CHANNEL "\n");
	service_expect_none(&f->s);
}

static void test_by_arn(void **state)
{
	struct fixture *f = *state;
	f->params.channel = WORLD_CHANNEL;
	begin(f);
	expect_opened(f);
	assert_string_equal(f->s.store.log.data,
		"room m found=" WORLD_CHANNEL "\nroom m joined=" WORLD_CHANNEL
		"\n");
}

/* A restart does not ask what is known; a channel of another ARN, or one that
 * could not be read, is asked about. */
static void test_joined_before(void **state)
{
	struct fixture *f = *state;
	f->params.channel = WORLD_CHANNEL;
	fake_store_put(&f->s.store, "room m", "joined", WORLD_CHANNEL);
	begin(f);
	expect_log(f, "opened " WORLD_CHANNEL "\n");
	service_expect_none(&f->s);
}

static void keep_warning(enum log_level level, const char *line, void *arg)
{
	if (level == LOG_LEVEL_WARN)
		snprintf(arg, 512, "%s", line);
}

static void test_joined_elsewhere(void **state)
{
	struct fixture *f = *state;
	char said[512] = "";
	f->params.channel = WORLD_CHANNEL;
	fake_store_put(&f->s.store, "room m", "joined", "arn:other");
	begin(f);
	log_set_sink(keep_warning, said);
	expect_opened(f);
	log_set_sink(NULL, NULL);
	assert_non_null(strstr(said, "it had the channel arn:other before"));
}

static void test_forgotten(void **state)
{
	struct fixture *f = *state;
	f->params.channel = WORLD_CHANNEL;
	fake_store_put(&f->s.store, "room m", "joined", WORLD_CHANNEL);
	opening_forget(f->params.store, "m");
	assert_string_equal(f->s.store.log.data, "room m joined gone\n");
	begin(f);
	expect_opened(f);
}

static void test_new_member(void **state)
{
	struct fixture *f = *state;
	f->params.channel = WORLD_CHANNEL;
	begin(f);
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, MODERATOR);
	/* Text needs no moderator: it is a warning. */
	service_answer(&f->s, 403, "{}");
	expect_log(f, "opened " WORLD_CHANNEL "\n");
	assert_string_equal(
		f->s.store.log.data, "room m made=" WORLD_CHANNEL "\n");
}

static void test_created_before(void **state)
{
	struct fixture *f = *state;
	f->params.name = "Lounge";
	f->params.create = true;
	fake_store_put(&f->s.store, "room other", "channel", "wrong");
	fake_store_put(&f->s.store, "room m", "channel", WORLD_CHANNEL);
	begin(f);
	expect_opened(f);
}

static void test_another_name(void **state)
{
	struct fixture *f = *state;
	f->params.name = "Lounge";
	fake_store_put(&f->s.store, "room m", "channel", "arn:bar");
	fake_store_put(&f->s.store, "room m", "name", "Bar");
	fake_store_put(&f->s.store, "room m", "joined", "arn:bar");
	assert_null(opening_channel(f->params.store, "m", "Lounge"));
	begin(f);
	service_expect(&f->s, LOOK);
	service_answer(&f->s, 200,
		"{\"ChannelMemberships\":[" FOUND(
			WORLD_CHANNEL, "Lounge") "]}");
	expect_opened(f);
	assert_non_null(strstr(f->s.store.log.data, "room m name=Lounge\n"));
}

/* What was remembered by none has this one. */
static void test_name_was_not_remembered(void **state)
{
	struct fixture *f = *state;
	f->params.name = "Lounge";
	fake_store_put(&f->s.store, "room m", "channel", WORLD_CHANNEL);
	fake_store_put(&f->s.store, "room m", "joined", WORLD_CHANNEL);
	begin(f);
	expect_log(f, "opened " WORLD_CHANNEL "\n");
	assert_string_equal(f->s.store.log.data, "room m name=Lounge\n");
}

static void test_found_by_name(void **state)
{
	struct fixture *f = *state;
	f->params.name = "Lounge";
	begin(f);
	service_expect(&f->s, LOOK);
	/* Another name, another app instance, none at all; two pages. */
	service_answer(&f->s, 200,
		"{\"ChannelMemberships\":[" FOUND(WORLD_APP "/channel/d",
			"Lounge2") "," FOUND("arn:other/"
					     "channel/c",
			"Lounge") ",{}],\"NextToken\":\"n\"}");
	service_expect(&f->s, LOOK "&next-token=n");
	service_answer(&f->s, 200,
		"{\"ChannelMemberships\":[" FOUND(
			WORLD_CHANNEL, "Lounge") "],\"NextToken\":\"x\"}");
	service_expect(&f->s, LOOK "&next-token=x");
	service_answer(&f->s, 200,
		"{\"ChannelMemberships\":[" FOUND(
			WORLD_CHANNEL, "Lounge") "]}");
	expect_opened(f);
	assert_string_equal(f->s.store.log.data,
		"room m channel=" WORLD_CHANNEL "\nroom m name=Lounge"
		"\nroom m found=" WORLD_CHANNEL "\nroom m joined=" WORLD_CHANNEL
		"\n");
}

/* None of several is taken by chance. */
static void test_several_of_the_name(void **state)
{
	struct fixture *f = *state;
	f->params.name = "Lounge";
	f->params.create = true;
	begin(f);
	service_expect(&f->s, LOOK);
	service_answer(&f->s, 200,
		"{\"ChannelMemberships\":[" FOUND(
			WORLD_CHANNEL, "Lounge") "],\"NextToken\":\"n\"}");
	service_expect(&f->s, LOOK "&next-token=n");
	service_answer(&f->s, 200,
		"{\"ChannelMemberships\":[" FOUND(
			WORLD_APP "/channel/d", "Lounge") "]}");
	expect_failed(f,
		"/channel/c and " WORLD_APP "/channel/d): give the ARN of one");
	/* Slowly, until somebody has done so. */
	assert_in_range(
		service_pass_until_asked(&f->s, 1000000), 10000, 600000);
	service_expect(&f->s, LOOK);
	service_answer(&f->s, 200,
		"{\"ChannelMemberships\":[" FOUND(
			WORLD_CHANNEL, "Lounge") "]}");
	expect_opened(f);
}

static void test_created(void **state)
{
	struct fixture *f = *state;
	f->params.name = "Lounge";
	f->params.mode = "RESTRICTED";
	f->params.privacy = "PRIVATE";
	f->params.create = true;
	begin(f);
	service_expect(&f->s, LOOK);
	service_answer(&f->s, 200, "{\"ChannelMemberships\":[]}");
	service_expect(&f->s, CREATE);
	assert_string_equal(service_string(&f->s, "Name"), "Lounge");
	assert_string_equal(service_string(&f->s, "Mode"), "RESTRICTED");
	assert_string_equal(service_string(&f->s, "Privacy"), "PRIVATE");
	assert_string_equal(service_string(&f->s, "AppInstanceArn"), WORLD_APP);
	char token[100];
	snprintf(token, sizeof(token), "%s",
		service_string(&f->s, "ClientRequestToken"));
	assert_int_equal(strlen(token), 64);
	/* It failed, perhaps: the same token the next time. */
	service_answer(&f->s, 400, "{\"Message\":\"no\"}");
	expect_failed(f, "cannot be created: ");
	service_pass_until_asked(&f->s, 60000);
	service_expect(&f->s, LOOK);
	service_answer(&f->s, 200, "{\"ChannelMemberships\":[]}");
	service_expect(&f->s, CREATE);
	assert_string_equal(service_string(&f->s, "ClientRequestToken"), token);
	service_answer(&f->s, 201, "{\"ChannelArn\":\"" WORLD_CHANNEL "\"}");
	service_expect(&f->s, JOIN);
	assert_string_equal(f->s.store.log.data,
		"room m channel=" WORLD_CHANNEL "\nroom m name=Lounge"
		"\nroom m created=" WORLD_CHANNEL "\n");
	buf_clear(&f->s.store.log);
	/* What is that new may be unknown for a moment. */
	for (int i = 0; i < 3; i++) {
		service_answer(&f->s, 404, "{}");
		assert_true(service_pass_until_asked(&f->s, 2000) >= 400);
		service_expect(&f->s, JOIN);
	}
	service_answer(&f->s, 409, "{}");
	service_expect(&f->s, MODERATOR);
	service_answer(&f->s, 200, "{}");
	expect_log(f, "opened " WORLD_CHANNEL "\n");
	/* Whoever creates it is a member by that: not found there. */
	assert_string_equal(
		f->s.store.log.data, "room m joined=" WORLD_CHANNEL "\n");
}

static void test_created_without_an_arn(void **state)
{
	struct fixture *f = *state;
	f->params.name = "Lounge";
	f->params.create = true;
	begin(f);
	service_expect(&f->s, LOOK);
	service_answer(&f->s, 200, "{\"ChannelMemberships\":[]}");
	service_expect(&f->s, CREATE);
	service_answer(&f->s, 201, "{}");
	expect_failed(f, "cannot be created");
	assert_string_equal(f->s.store.log.data, "");
}

static void test_not_found_and_not_to_be_created(void **state)
{
	struct fixture *f = *state;
	f->params.name = "Lounge";
	begin(f);
	for (int i = 0; i < 2; i++) {
		service_expect(&f->s, LOOK);
		service_answer(&f->s, 200, "{\"ChannelMemberships\":[]}");
		if (i == 0)
			expect_failed(f, "create is false");
		else /* the same again is no news */
			expect_log(f, "");
		service_pass_until_asked(&f->s, 200000);
	}
}

static void test_failures(void **state)
{
	static const struct {
		int status;
		const char *advice;
	} rows[] = {
		{403, "must be a member and moderator"},
		{404, "is the channel's ARN right"},
		{401, "AppInstanceUser exist"},
		{400, "cannot join"},
	};
	struct fixture *f = *state;
	f->params.channel = WORLD_CHANNEL;
	begin(f);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		service_expect(&f->s, JOIN);
		service_answer(&f->s, rows[i].status, "{}");
		expect_failed(f, rows[i].advice);
		int64_t ms = service_pass_until_asked(&f->s, 1000000);
		/* Slowly where people must act. */
		assert_in_range(
			ms, rows[i].status == 400 ? 500 : 15000, 600000);
	}
	expect_opened(f);
}

/* The same again is no news, whatever the number of the request. */
static void test_the_same_failure_again(void **state)
{
	struct fixture *f = *state;
	f->params.channel = WORLD_CHANNEL;
	begin(f);
	for (int i = 0; i < 3; i++) {
		service_expect(&f->s, JOIN);
		service_answer(
			&f->s, 403, "{\"Message\":\"no [request %d]\"}", i);
		if (i == 0)
			expect_failed(f, "must be a member and moderator");
		else
			expect_log(f, "");
		service_pass_until_asked(&f->s, 1000000);
	}
	expect_opened(f);
}

static void test_listing_fails(void **state)
{
	struct fixture *f = *state;
	f->params.name = "Lounge";
	f->params.create = true;
	begin(f);
	service_expect(&f->s, LOOK);
	service_answer(&f->s, 403, "{}");
	/* Never created unless it is certain that there is none. */
	expect_failed(f, "cannot be listed");
	service_pass_until_asked(&f->s, 1000000);
	service_expect(&f->s, LOOK);
}

static void test_broken_store(void **state)
{
	struct fixture *f = *state;
	f->params.name = "Lounge";
	f->s.store.is_broken = true;
	begin(f);
	service_expect(&f->s, LOOK);
}

static void test_closing(void **state)
{
	struct fixture *f = *state;
	f->params.channel = WORLD_CHANNEL;
	begin(f);
	opening_close(TAKE(f->opening));
	service_expect_none(&f->s);
	begin(f);
	service_expect(&f->s, JOIN);
	opening_close(TAKE(f->opening));
	service_answer(&f->s, 201, "{}");
	expect_log(f, "");
	f->params.channel = NULL;
	f->params.name = "Lounge";
	begin(f);
	service_expect(&f->s, LOOK);
	opening_close(TAKE(f->opening));
	service_answer(&f->s, 200, "{\"ChannelMemberships\":[]}");
	expect_log(f, "");
	f->close_in_failed = true;
	begin(f);
	service_expect(&f->s, LOOK);
	service_answer(&f->s, 403, "{}");
	expect_failed(f, "listed");
	assert_null(f->opening);
	service_pass(&f->s, 100000);
	opening_close(NULL);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_by_arn),
		T(test_joined_before),
		T(test_joined_elsewhere),
		T(test_forgotten),
		T(test_new_member),
		T(test_created_before),
		T(test_another_name),
		T(test_name_was_not_remembered),
		T(test_found_by_name),
		T(test_several_of_the_name),
		T(test_created),
		T(test_created_without_an_arn),
		T(test_not_found_and_not_to_be_created),
		T(test_failures),
		T(test_the_same_failure_again),
		T(test_listing_fails),
		T(test_broken_store),
		T(test_closing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
