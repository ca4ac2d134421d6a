#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "end_chime_outbound_rig.h"

#include "end_chime/lookup.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <stdio.h>
#include <string.h>

static void on_receipt(void *arg, const struct receipt *receipt)
{
	static const char *const names[] = {
		[RECEIPT_DONE] = "done",
		[RECEIPT_REFUSED] = "refused",
		[RECEIPT_LATER] = "later",
		[RECEIPT_IN_DOUBT] = "in doubt",
	};
	struct outbound_rig *f = arg;
	assert_int_equal(
		receipt->why == NULL, receipt->outcome == RECEIPT_DONE);
	assert_int_equal(receipt->complete, receipt->outcome == RECEIPT_DONE);
	buf_addf(&f->receipts, "%d %s%s%s\n", (int)receipt->ticket,
		names[receipt->outcome], *receipt->dest_id ? " " : "",
		receipt->dest_id);
	f->retry_ms = receipt->retry_ms;
	if (receipt->why)
		snprintf(f->why, sizeof(f->why), "%s", receipt->why);
	if (f->close_at == receipt->ticket)
		chime_outbound_close(TAKE(f->outbound));
	if (f->again_at == receipt->ticket) {
		f->again_at = 0;
		outbound_rig_add(f, receipt->ticket + 100, "", 0);
	}
}

int outbound_rig_setup(void **state)
{
	static struct outbound_rig f;
	memset(&f, 0, sizeof(f));
	service_init(&f.s);
	buf_init(&f.receipts, 1 << 16);
	f.users = service_users(&f.s);
	const struct chime_outbound_params params = {
		.client = f.s.w.client,
		.users = f.users,
		.object = "mapping m",
		.channel = WORLD_CHANNEL,
		.bridge = WORLD_USER,
		.token_trust_ms = TRUST_MS,
		.late_after_ms = LATE_MS,
		.look_up_pages = 3,
		.receipt = on_receipt,
		.arg = &f,
	};
	f.outbound = chime_outbound_new(f.s.w.loop, &params);
	*state = &f;
	return 0;
}

int outbound_rig_teardown(void **state)
{
	struct outbound_rig *f = *state;
	chime_outbound_close(f->outbound);
	service_settle(&f->s);
	users_free(f->users);
	service_release(&f->s);
	buf_release(&f->receipts);
	return 0;
}

void outbound_rig_add(struct outbound_rig *f, uint64_t ticket, const char *more,
	int64_t first_sent_ms)
{
	char payload[512], token[32];
	snprintf(payload, sizeof(payload),
		"{\"v\":1,\"name\":\"Bob\",\"kind\":\"message\","
		"\"content\":\"hi %d\"%s%s}",
		(int)ticket, *more ? "," : "", more);
	snprintf(token, sizeof(token), "t%d", (int)ticket);
	const struct parcel parcel = {
		.ticket = ticket,
		.source_id = "x1",
		.token = token,
		.payload = payload,
		.payload_len = strlen(payload),
		.position = f->position ? f->position : clock_wall_ms(),
		.first_sent_ms = first_sent_ms,
		.turn_ms = f->turn_ms ? f->turn_ms : clock_wall_ms(),
	};
	chime_outbound_add(f->outbound, &parcel);
}

void outbound_rig_expect_receipts(struct outbound_rig *f, const char *text)
{
	service_settle(&f->s);
	assert_string_equal(f->receipts.data, text);
	buf_clear(&f->receipts);
}

void outbound_rig_expect_send(struct outbound_rig *f, const char *content)
{
	service_expect(&f->s, SEND);
	assert_string_equal(service_string(&f->s, "Content"), content);
}

void outbound_rig_sent(struct outbound_rig *f, const char *id)
{
	service_answer(&f->s, 201, "{\"MessageId\":\"%s\"}", id);
}

void outbound_rig_expect_look_up(struct outbound_rig *f, int64_t first_sent_ms)
{
	char from[CLOCK_ISO8601_BYTES], line[512];
	clock_format_iso8601(first_sent_ms - LOOK_UP_MARGIN_MS, from);
	snprintf(line, sizeof(line),
		"GET /channels/APP/channel/c/messages?sort-order=ASCENDING&"
		"not-before=%s&max-results=50",
		from);
	service_expect(&f->s, line);
	assert_string_equal(f->s.bearer, "APP/user/bridge");
}

void outbound_rig_know_bob(struct outbound_rig *f)
{
	outbound_rig_add(f, 99, BOB, 0);
	service_expect(&f->s, USER);
	service_answer(&f->s, 201, "{}");
	service_expect(&f->s, JOIN);
	service_answer(&f->s, 201, "{}");
	outbound_rig_expect_send(f, "hi 99");
	outbound_rig_sent(f, "m99");
	outbound_rig_expect_receipts(f, "99 done m99\n");
}
