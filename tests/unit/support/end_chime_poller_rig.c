#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime_poller_rig.h"

#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const int64_t poller_rig_start_ms = INT64_C(1611079200000);

static bool on_message(void *arg, const struct chime_message *message)
{
	struct poller_rig *f = arg;
	assert_false(f->in_verb);
	if (f->busy) {
		buf_addf(&f->log, "(%s) ", message->message_id);
		return false;
	}
	buf_addf(&f->log, "%s ", message->message_id);
	if (f->close_in_message)
		poller_close(TAKE(f->poller));
	return true;
}

static void on_position(void *arg, int64_t position)
{
	struct poller_rig *f = arg;
	buf_addf(&f->log, "at %" PRId64 " ", position - poller_rig_start_ms);
	if (f->close_in_position)
		poller_close(TAKE(f->poller));
}

static void on_state(void *arg, bool readable, const char *why)
{
	struct poller_rig *f = arg;
	buf_addf(&f->log, "%s%s ",
		readable ? "up" : "down: ", str_or_empty(why));
	assert_int_equal(readable, why == NULL);
	if (f->close_in_state)
		poller_close(TAKE(f->poller));
}

int poller_rig_setup(void **state)
{
	static struct poller_rig f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.log, 1 << 20);
	*state = &f;
	return 0;
}

int poller_rig_teardown(void **state)
{
	struct poller_rig *f = *state;
	poller_close(f->poller);
	service_settle(&f->s);
	service_release(&f->s);
	buf_release(&f->log);
	return 0;
}

void poller_rig_begin(struct poller_rig *f, int64_t position)
{
	const struct poller_params params = {
		.client = f->s.w.client,
		.object = "mapping m",
		.channel = WORLD_CHANNEL,
		.bearer = WORLD_USER,
		.min_ms = MIN_MS,
		.max_ms = MAX_MS,
		.overlap_ms = OVERLAP_MS,
		.position = position,
		.message = on_message,
		.position_found = on_position,
		.state = on_state,
		.arg = f,
	};
	f->poller = poller_new(f->s.w.loop, &params);
}

void poller_rig_expect_log(struct poller_rig *f, const char *text)
{
	service_settle(&f->s);
	assert_string_equal(f->log.data, text);
	buf_clear(&f->log);
}

void poller_rig_expect_list(
	struct poller_rig *f, int64_t ms, unsigned most, const char *token)
{
	char from[CLOCK_ISO8601_BYTES], line[512];
	clock_format_iso8601(poller_rig_start_ms + ms, from);
	snprintf(line, sizeof(line),
		LIST "sort-order=ASCENDING&not-before=%s&max-results=%u%s%s",
		from, most, *token ? "&next-token=" : "", token);
	service_expect(&f->s, line);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
}

void poller_rig_answer(
	struct poller_rig *f, const char *token, size_t count, ...)
{
	struct buf body AUTOBUF;
	va_list ap;
	buf_init(&body, 1 << 16);
	buf_adds(&body, "{\"ChannelMessages\":[");
	va_start(ap, count);
	for (size_t i = 0; i < count; i++) {
		int ms = va_arg(ap, int);
		int64_t at = poller_rig_start_ms + ms;
		buf_addf(&body,
			"%s{\"MessageId\":\"m%d\",\"Content\":\"x\","
			"\"CreatedTimestamp\":%" PRId64 ".%03d}",
			i ? "," : "", ms, at / 1000, (int)(at % 1000));
	}
	va_end(ap);
	buf_adds(&body, "]");
	if (*token)
		buf_addf(&body, ",\"NextToken\":\"%s\"", token);
	service_answer(&f->s, 200, "%s}", body.data);
}

void poller_rig_malformed(struct poller_rig *f)
{
	service_answer(&f->s, 200, "<html>");
}
