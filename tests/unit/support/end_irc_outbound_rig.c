#include "end_irc_outbound_rig.h"

#include "util/alloc.h"
#include "util/clock.h"

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

static void rig_on_receipt(void *arg, const struct receipt *receipt)
{
	static const char *const names[] = {
		[RECEIPT_DONE] = "done",
		[RECEIPT_REFUSED] = "refused",
		[RECEIPT_LATER] = "later",
		[RECEIPT_IN_DOUBT] = "in doubt",
	};
	struct outbound_rig *rig = arg;
	assert_int_equal(
		receipt->why == NULL, receipt->outcome == RECEIPT_DONE);
	buf_addf(&rig->receipts, "%d %s%s %zu%s%s\n", (int)receipt->ticket,
		names[receipt->outcome], receipt->complete ? "!" : "",
		receipt->progress, *receipt->dest_id ? " " : "",
		receipt->dest_id);
	if (rig->close_at == receipt->ticket)
		irc_outbound_close(TAKE(rig->outbound));
	if (rig->again_at == receipt->ticket) {
		rig->again_at = 0;
		outbound_rig_add(rig, receipt->ticket + 100, "1m<A> \nagain");
	}
}

int outbound_rig_setup(void **state)
{
	static struct outbound_rig f;
	memset(&f, 0, sizeof(f));
	irc_peer_init(&f.peer);
	buf_init(&f.receipts, 1 << 16);
	f.params = (struct irc_outbound_params){
		.channel = "#a",
		.window = 1,
		.receipt = rig_on_receipt,
		.arg = &f,
	};
	*state = &f;
	return 0;
}

int outbound_rig_teardown(void **state)
{
	struct outbound_rig *rig = *state;
	irc_outbound_close(rig->outbound);
	irc_peer_turn(&rig->peer);
	irc_peer_release(&rig->peer);
	buf_release(&rig->receipts);
	return 0;
}

void outbound_rig_begin(struct outbound_rig *rig, const char *caps)
{
	irc_peer_make(&rig->peer);
	irc_peer_start(&rig->peer);
	irc_peer_welcome(&rig->peer, caps, "CHANTYPES=#");
	irc_peer_join(&rig->peer, "#a");
	rig->params.conn = rig->peer.conn;
	rig->outbound = irc_outbound_new(rig->peer.loop, &rig->params);
}

void outbound_rig_add_from(struct outbound_rig *rig, uint64_t ticket,
	const char *payload, size_t progress)
{
	const struct parcel parcel = {
		.ticket = ticket,
		.source_id = "m1",
		.token = "token",
		.payload = payload,
		.payload_len = strlen(payload),
		.progress = progress,
		.position = clock_wall_ms(),
	};
	irc_outbound_add(rig->outbound, &parcel);
}

void outbound_rig_add(
	struct outbound_rig *rig, uint64_t ticket, const char *payload)
{
	outbound_rig_add_from(rig, ticket, payload, 0);
}

void outbound_rig_expect(struct outbound_rig *rig, const char *text)
{
	irc_peer_turn(&rig->peer);
	assert_string_equal(rig->receipts.data, text);
	buf_clear(&rig->receipts);
}
