#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chime_moderation/attributes.h"

#include "unit/support/end_chime_service.h"
#include "util/alloc.h"
#include "util/buf.h"
#include "util/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { EVERY_MS = 30 * 1000 };

#define READ "GET /channels/APP/channel/c"
#define WRITE "PUT /channels/APP/channel/c"

struct fixture {
	struct service s;
	struct attributes *attributes;
	struct buf log;
	unsigned load;
	bool in_verb;
	const char *close_at; /* in the callback that begins so */
};

static void note(struct fixture *f, const char *what)
{
	assert_false(f->in_verb);
	buf_addf(&f->log, "%s\n", what);
	if (str_eq(f->close_at, what))
		attributes_close(TAKE(f->attributes));
}

static const char *const names[ATTRIBUTES] = {
	[ATTRIBUTE_TOPIC] = "topic",
	[ATTRIBUTE_NAME] = "name",
	[ATTRIBUTE_RESTRICTED] = "restricted",
};

static void on_attribute(void *arg, const struct attribute_state *state)
{
	char what[2048], at[64] = "";
	if (state->at_ms)
		snprintf(
			at, sizeof(at), " at %" PRId64, state->at_ms % 1000000);
	snprintf(what, sizeof(what), "%s = %s%s", names[state->attribute],
		state->value ? state->value : "?", at);
	assert_null(state->by);
	note(arg, what);
}

/* What the service said. */
static const char *said(const char *why)
{
	const char *words = why ? strstr(why, "): ") : NULL;
	return words ? words + 3 : why;
}

static void on_set(void *arg, const struct attribute_receipt *receipt)
{
	static const char *const outcomes[] = {
		[MIRROR_DONE] = "done",
		[MIRROR_REFUSED] = "refused",
		[MIRROR_LATER] = "later",
	};
	char what[2048];
	assert_int_equal(receipt->outcome == MIRROR_DONE, receipt->why == NULL);
	snprintf(what, sizeof(what), "%s %s %s", names[receipt->attribute],
		outcomes[receipt->outcome],
		receipt->value ? receipt->value : said(receipt->why));
	note(arg, what);
}

static void on_foreign(void *arg, const char *why)
{
	note(arg, why ? "foreign" : "not foreign");
}

static void on_refused(
	void *arg, enum attribute attribute, const struct chime_result *result)
{
	char what[64];
	assert_int_equal(result->error, CHIME_FORBIDDEN);
	snprintf(what, sizeof(what), "may not %s", names[attribute]);
	note(arg, what);
}

static void begin(struct fixture *f, bool topic_is_name)
{
	const struct attributes_params params = {
		.client = f->s.w.client,
		.object = "mapping m",
		.bridge = WORLD_USER,
		.every_ms = EVERY_MS,
		.load = &f->load,
		.topic_is_name = topic_is_name,
		.attribute = on_attribute,
		.set = on_set,
		.foreign = on_foreign,
		.refused = on_refused,
		.arg = f,
	};
	f->attributes = attributes_new(f->s.w.loop, &params);
}

static int setup(void **state)
{
	static struct fixture f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.log, 1 << 16);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	attributes_close(f->attributes);
	assert_int_equal(f->load, 0);
	service_settle(&f->s);
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

static void change(
	struct fixture *f, enum attribute attribute, const char *value)
{
	f->in_verb = true;
	attributes_change(f->attributes, attribute, value);
	f->in_verb = false;
}

/* metadata: as it stands inside of quotes, or NULL. */
static void answer_read(struct fixture *f, const char *name, const char *mode,
	const char *metadata)
{
	service_expect(&f->s, READ);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
	service_answer(&f->s, 200,
		"{\"Channel\":{\"ChannelArn\":\"" WORLD_CHANNEL
		"\",\"Name\":\"%s\",\"Mode\":\"%s\",\"Privacy\":\"PRIVATE\","
		"\"LastUpdatedTimestamp\":1611079200.5%s%s%s}}",
		name, mode, metadata ? ",\"Metadata\":\"" : "",
		str_or_empty(metadata), metadata ? "\"" : "");
}

static void next_read(struct fixture *f, const char *name, const char *mode,
	const char *metadata)
{
	service_pass_until_asked(&f->s, 2 * EVERY_MS);
	answer_read(f, name, mode, metadata);
}

static void expect_write(struct fixture *f, const char *name, const char *mode,
	const char *metadata)
{
	service_expect(&f->s, WRITE);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
	assert_string_equal(service_string(&f->s, "Name"), name);
	assert_string_equal(service_string(&f->s, "Mode"), mode);
	if (metadata)
		assert_string_equal(
			service_string(&f->s, "Metadata"), metadata);
	else
		assert_null(service_string(&f->s, "Metadata"));
	service_answer(&f->s, 200, "{}");
}

/* Watched, open, told. */
static void begin_told(struct fixture *f)
{
	begin(f, false);
	attributes_open(f->attributes, WORLD_CHANNEL);
	attributes_watch(f->attributes, true);
	answer_read(f, "N", "UNRESTRICTED", NULL);
	expect_log(f, "topic = \nname = N\nrestricted = 0\n");
}

static void test_telling(void **state)
{
	struct fixture *f = *state;
	begin(f, false);
	attributes_watch(f->attributes, true);
	service_pass(&f->s, EVERY_MS);
	attributes_open(f->attributes, WORLD_CHANNEL);
	answer_read(f, "N", "RESTRICTED", "{\\\"topic\\\":\\\"t\\\"}");
	expect_log(f, "topic = t\nname = N\nrestricted = 1\n");
	next_read(f, "N", "RESTRICTED", "{\\\"topic\\\":\\\"t\\\"}");
	expect_log(f, "");
	next_read(f, "M", "UNRESTRICTED", "{\\\"a\\\":1}");
	expect_log(f, "topic =  at 200500\nname = M at 200500\n"
		      "restricted = 0 at 200500\n");
	attributes_watch(f->attributes, true);
	answer_read(f, "M", "UNRESTRICTED", NULL);
	expect_log(f, "topic = \nname = M\nrestricted = 0\n");
	attributes_watch(f->attributes, false);
	service_pass(&f->s, 2 * EVERY_MS);
}

static void test_foreign(void **state)
{
	struct fixture *f = *state;
	begin_told(f);
	next_read(f, "N", "UNRESTRICTED", "theirs");
	expect_log(f, "foreign\ntopic = ? at 200500\n");
	change(f, ATTRIBUTE_TOPIC, "ours");
	answer_read(f, "N", "UNRESTRICTED", "theirs");
	expect_log(f, "topic refused the channel's metadata in Chime is "
		      "somebody else's: it is no object of JSON with a text "
		      "as its topic\n");
	/* All else goes on, and theirs stays. */
	change(f, ATTRIBUTE_RESTRICTED, "1");
	answer_read(f, "N", "UNRESTRICTED", "theirs");
	expect_write(f, "N", "RESTRICTED", "theirs");
	expect_log(f, "restricted done 1\n");
	next_read(f, "N", "RESTRICTED", "{}");
	expect_log(f, "not foreign\ntopic =  at 200500\n");
}

static void test_changing(void **state)
{
	struct fixture *f = *state;
	begin_told(f);
	change(f, ATTRIBUTE_TOPIC, "new");
	change(f, ATTRIBUTE_NAME, "Name");
	change(f, ATTRIBUTE_RESTRICTED, "1");
	/* What others have changed in between is kept. */
	answer_read(f, "Other", "UNRESTRICTED", "{\\\"a\\\": 1.50}");
	expect_write(
		f, "Other", "UNRESTRICTED", "{\"topic\":\"new\",\"a\": 1.50}");
	answer_read(f, "Other", "UNRESTRICTED", "{\\\"a\\\": 2}");
	expect_log(f, "topic done new\n");
	expect_write(f, "Name", "UNRESTRICTED", "{\"a\": 2}");
	answer_read(f, "Name", "UNRESTRICTED", NULL);
	expect_log(f, "name done Name\n");
	expect_write(f, "Name", "RESTRICTED", NULL);
	expect_log(f, "restricted done 1\n");
	service_pass(&f->s, ATTRIBUTES_YOUNG_MS - 100);
	assert_int_equal(service_pass_until_asked(&f->s, EVERY_MS), 100);
	answer_read(f, "Name", "RESTRICTED", "{\\\"topic\\\":\\\"new\\\"}");
	expect_log(f, "");
	/* As it is already. */
	change(f, ATTRIBUTE_RESTRICTED, "1");
	answer_read(f, "Name", "RESTRICTED", NULL);
	expect_log(f, "restricted done 1\n");
	change(f, ATTRIBUTE_RESTRICTED, "0");
	answer_read(f, "Name", "RESTRICTED", NULL);
	expect_write(f, "Name", "UNRESTRICTED", NULL);
	expect_log(f, "restricted done 0\n");
	change(f, ATTRIBUTE_NAME, "");
	answer_read(f, "Name", "RESTRICTED", NULL);
	expect_log(f, "name refused the name of a channel in Chime cannot be "
		      "empty\n");
}

/* A change stops the poll that was under way: it would tell what was. */
static void test_change_while_asking(void **state)
{
	struct fixture *f = *state;
	begin_told(f);
	service_pass_until_asked(&f->s, 2 * EVERY_MS);
	change(f, ATTRIBUTE_NAME, "Name");
	service_cut(&f->s);
	answer_read(f, "N", "UNRESTRICTED", NULL);
	expect_write(f, "Name", "UNRESTRICTED", NULL);
	expect_log(f, "name done Name\n");
}

static void test_the_name_as_topic(void **state)
{
	struct fixture *f = *state;
	begin(f, true);
	attributes_open(f->attributes, WORLD_CHANNEL);
	attributes_watch(f->attributes, true);
	answer_read(f, "N", "UNRESTRICTED", "theirs");
	expect_log(f, "topic = N\nname = N\nrestricted = 0\n");
	change(f, ATTRIBUTE_TOPIC, "x\x02y");
	answer_read(f, "N", "UNRESTRICTED", "theirs");
	expect_write(f, "xy", "UNRESTRICTED", "theirs");
	expect_log(f, "topic done xy\nname = xy\n");
	change(f, ATTRIBUTE_NAME, "z");
	answer_read(f, "xy", "UNRESTRICTED", "theirs");
	expect_write(f, "z", "UNRESTRICTED", "theirs");
	expect_log(f, "name done z\ntopic = z\n");
	next_read(f, "z", "UNRESTRICTED", "theirs");
	expect_log(f, "");
	change(f, ATTRIBUTE_TOPIC, "");
	answer_read(f, "z", "UNRESTRICTED", NULL);
	expect_log(f, "topic refused the name of a channel in Chime cannot be "
		      "empty\n");
}

static void test_no_room(void **state)
{
	struct fixture *f = *state;
	char text[1100];
	begin_told(f);
	memset(text, 'x', sizeof(text));
	memcpy(text, "{\\\"a\\\":\\\"", 9);
	memcpy(text + 1020, "\\\"}", 4);
	change(f, ATTRIBUTE_TOPIC, "t");
	answer_read(f, "N", "UNRESTRICTED", text);
	expect_log(f, "topic refused the channel's metadata in Chime has no "
		      "room for it\n");
}

static void test_failures(void **state)
{
	struct fixture *f = *state;
	begin_told(f);
	change(f, ATTRIBUTE_NAME, "a");
	service_expect(&f->s, READ);
	service_answer(&f->s, 403, "{\"Message\":\"no\"}");
	expect_log(f, "may not name\nname later no\n");
	change(f, ATTRIBUTE_NAME, "a");
	answer_read(f, "N", "UNRESTRICTED", NULL);
	service_expect(&f->s, WRITE);
	service_answer(&f->s, 403, "{\"Message\":\"no\"}");
	expect_log(f, "may not name\nname later no\n");
	change(f, ATTRIBUTE_NAME, "a");
	answer_read(f, "N", "UNRESTRICTED", NULL);
	service_expect(&f->s, WRITE);
	service_answer(&f->s, 401, "{\"Message\":\"who\"}");
	expect_log(f, "name later who\n");
	change(f, ATTRIBUTE_NAME, "a");
	answer_read(f, "N", "UNRESTRICTED", NULL);
	service_expect(&f->s, WRITE);
	service_answer(&f->s, 400, "{\"Message\":\"bad\"}");
	expect_log(f, "name refused bad\n");
	service_pass_until_asked(&f->s, 2 * EVERY_MS);
	service_expect(&f->s, READ);
	service_answer(&f->s, 403, "{}");
	expect_log(f, "");
	next_read(f, "N", "UNRESTRICTED", NULL);
	expect_log(f, "");
}

static void test_not_open(void **state)
{
	struct fixture *f = *state;
	begin(f, false);
	change(f, ATTRIBUTE_NAME, "a");
	expect_log(f, "name later the channel is not open yet\n");
	attributes_open(f->attributes, WORLD_CHANNEL);
	change(f, ATTRIBUTE_NAME, "a");
	service_expect(&f->s, READ);
	attributes_open(f->attributes, NULL);
	service_cut(&f->s);
	expect_log(f, "name later the channel is not open yet\n");
	attributes_open(f->attributes, WORLD_CHANNEL);
	for (int i = 0; i <= ATTRIBUTES_WISHES; i++)
		change(f, ATTRIBUTE_NAME, "N");
	expect_log(f, "name later too much is to be changed at once\n");
	answer_read(f, "N", "UNRESTRICTED", NULL);
	service_settle(&f->s);
}

static void test_closing(void **state)
{
	static const char *const places[] = {"topic = ", "restricted = 0",
		"foreign", "may not name", "name done a", "name later no"};
	struct fixture *f = *state;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		bool is_denied = i == 3 || i == 5;
		f->close_at = places[i];
		begin(f, i == 4);
		attributes_open(f->attributes, WORLD_CHANNEL);
		attributes_watch(f->attributes, true);
		answer_read(f, "N", "UNRESTRICTED", i == 2 ? "x" : NULL);
		service_settle(&f->s);
		if (i > 2) {
			change(f, ATTRIBUTE_NAME, "a");
			answer_read(f, "N", "UNRESTRICTED", NULL);
			service_expect(&f->s, WRITE);
			service_answer(&f->s, is_denied ? 403 : 200,
				"{\"Message\":\"no\"}");
			service_settle(&f->s);
		}
		assert_null(f->attributes);
		service_settle(&f->s);
		while (f->s.w.request_count)
			service_cut(&f->s);
		service_expect_none(&f->s);
	}
	f->close_at = NULL;
	begin(f, false);
	change(f, ATTRIBUTE_NAME, "a");
	attributes_close(TAKE(f->attributes));
	attributes_close(NULL);
	service_expect_none(&f->s);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_telling),
		T(test_foreign),
		T(test_changing),
		T(test_change_while_asking),
		T(test_the_name_as_topic),
		T(test_no_room),
		T(test_failures),
		T(test_not_open),
		T(test_closing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
