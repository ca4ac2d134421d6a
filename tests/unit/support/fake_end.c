#include "fake_end.h"

#include "model/text.h"
#include "util/alloc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_POSITION = 1000000 };

/* Every payload begins with its version. */
static const char PREFIX[] = "v1 ";

void fake_must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fake end: %s\n", what);
	abort();
}

void fake_worlds_init(struct fake_world *a, struct fake_world *b)
{
	memset(a, 0, sizeof(*a));
	memset(b, 0, sizeof(*b));
	a->other = b;
	b->other = a;
	a->step_ms = 10;
	b->step_ms = 10;
}

struct fake_message *fake_say(struct fake_world *world, const char *text)
{
	struct fake_message *message = &world->messages[world->count];

	fake_must(world->count < FAKE_MESSAGES_MAX, "too many messages");
	fake_must(strlen(text) < FAKE_TEXT_MAX, "text too long");
	snprintf(message->id, sizeof(message->id), "%s-%zu", world->name,
		world->count);
	snprintf(message->text, sizeof(message->text), "%s", text);
	message->position =
		FIRST_POSITION + (int64_t)world->count * world->step_ms;
	world->count++;
	return message;
}

size_t fake_parts(const char *text)
{
	size_t parts = 1;

	for (; *text; text++)
		parts += *text == '|';
	return parts;
}

static struct fake_end *of(struct end_room *room)
{
	return (struct fake_end *)room;
}

/* --- verbs -----------------------------------------------------------------
 */

static int fake_prepare(struct end_room *room, const struct event *event,
	struct buf *ret_payload, const char **ret_why)
{
	struct fake_end *end = of(room);

	if (text_is_empty(event->text))
		return -ENODATA;
	if (end->prepare_code) {
		*ret_why = "told to fail";
		return end->prepare_code;
	}
	buf_adds(ret_payload, PREFIX);
	buf_adds(ret_payload, text_plain(event->text));
	return 0;
}

/* By id, or by the text where there are no ids. */
static struct fake_message *find_message(
	struct fake_world *world, const struct parcel *parcel)
{
	for (size_t i = 0; i < world->count; i++) {
		struct fake_message *m = &world->messages[i];

		if (parcel->source_id[0]
				? !strcmp(m->id, parcel->source_id)
				: !strcmp(m->text,
					  parcel->payload + strlen(PREFIX)))
			return m;
	}
	fake_must(false, "a parcel that nobody said");
	return NULL;
}

static void check_parcel(struct fake_end *end, struct fake_message *message,
	const struct parcel *parcel)
{
	fake_must(
		strlen(parcel->payload) == parcel->payload_len, "payload cut");
	fake_must(
		parcel->progress <= parcel->payload_len, "progress too large");
	fake_must(parcel->position == message->position, "another position");
	fake_must(strlen(parcel->token) >= 2 && strlen(parcel->token) <= 64,
		"token of a wrong length");
	if (message->token[0]) {
		fake_must(!strcmp(message->token, parcel->token),
			"another token");
		fake_must(!strcmp(message->payload, parcel->payload),
			"another payload");
		fake_must(parcel->first_sent_ms != 0 ||
				  end->world->other->is_replayable,
			"sent before, but it says never");
	}
	snprintf(message->token, sizeof(message->token), "%s", parcel->token);
	snprintf(message->payload, sizeof(message->payload), "%s",
		parcel->payload);
}

static void fake_deliver(struct end_room *room, const struct parcel *parcel)
{
	struct fake_end *end = of(room);
	struct fake_message *message = find_message(end->world->other, parcel);

	fake_must(end->is_ready, "given a parcel while not ready");
	fake_must(end->held_count < end->window, "window exceeded");
	if (end->held_count > 0)
		fake_must(end->held[end->held_count - 1].message < message,
			"out of order");
	check_parcel(end, message, parcel);
	if (end->on_deliver)
		end->on_deliver(end->on_deliver_arg, parcel);
	end->held[end->held_count++] = (struct fake_held){
		.ticket = parcel->ticket,
		.message = message,
		.progress = parcel->progress,
		.in_doubt = parcel->first_sent_ms != 0,
	};
}

static void fake_resume(struct end_room *room)
{
	struct fake_end *end = of(room);

	fake_must(end->is_busy, "resumed without need");
	end->is_busy = false;
	end->resumed++;
}

/* A little further than is needed. */
static void go_back(struct fake_end *end, int64_t position)
{
	const struct fake_world *world = end->world;

	while (end->next > 0 && world->messages[end->next - 1].position >=
					position - 3 * world->step_ms)
		end->next--;
}

static void fake_start(struct end_room *room, int64_t position)
{
	struct fake_end *end = of(room);
	struct fake_world *world = end->world;

	end->started = true;
	if (!world->is_replayable) {
		end->from = position;
		end->next = world->read;
		if (world->has_history && position >= 0)
			go_back(end, position);
		return;
	}
	end->must_position = position < 0;
	end->next = position < 0 ? world->count : 0;
	while (end->next < world->count && world->messages[end->next].position <
						   position - world->overlap_ms)
		end->next++;
}

static void fake_note(struct end_room *room, const char *text)
{
	struct fake_world *world = of(room)->world;
	size_t len = strlen(world->notes);

	/* Best effort. */
	if (len + strlen(text) + 2 > FAKE_NOTES_BYTES)
		return;
	snprintf(world->notes + len, FAKE_NOTES_BYTES - len, "%s\n", text);
}

static void fake_confirmed(struct end_room *room, bool all)
{
	struct fake_end *end = of(room);

	fake_must(end->world->is_replayable, "told what it need not know");
	fake_must(end->is_unconfirmed == all, "told what it knows");
	end->is_unconfirmed = !all;
	end->confirmed += all;
}

static void fake_moderate(struct end_room *room, bool on)
{
	of(room)->stands.moderated += on;
}

static void fake_stand(
	struct end_room *room, const struct standing_change *change)
{
	fake_stands_note(&of(room)->stands, change);
}

static void fake_set_attribute(struct end_room *room, enum attribute attribute,
	const char *value, const char *by)
{
	fake_stands_set(&of(room)->stands, attribute, value, by);
}

static void fake_close(struct end_room *room)
{
	free(of(room));
}

struct fake_end *fake_end_new(
	struct fake_world *world, const struct end_sink *sink, size_t window)
{
	struct fake_end *end = xcalloc(1, sizeof(*end));

	fake_must(window <= FAKE_HELD_MAX, "window too large");
	end->ops = (struct end_ops){
		.is_replayable = world->is_replayable,
		.settles_doubt = world->has_history && !world->is_replayable,
		.prepare = fake_prepare,
		.deliver = fake_deliver,
		.resume = fake_resume,
		.start = fake_start,
		.close = fake_close,
		.note = fake_note,
		.confirmed = fake_confirmed,
	};
	if (world->has_people)
		fake_people_ops(&end->ops);
	if (world->has_standings) {
		end->ops.moderate = fake_moderate;
		end->ops.stand = fake_stand;
		end->ops.set_attribute = fake_set_attribute;
	}
	end->room.ops = &end->ops;
	end->sink = *sink;
	end->world = world;
	end->window = window;
	return end;
}

/* --- the source's steps -----------------------------------------------------
 */

static enum end_answer present(
	struct fake_end *end, const struct fake_message *message)
{
	struct text AUTOTEXT text;
	struct event event = {
		.kind = EVENT_MESSAGE,
		.origin = message->origin,
		.sender = {.id = "somebody", .name = "Somebody"},
		.text = &text,
		.source_id = end->world->nameless ? "" : message->id,
		.position = message->position,
		.clock_off_ms = end->world->clock_off_ms,
	};

	text_init(&text, FAKE_TEXT_MAX);
	text_append_plain(&text, message->text);
	return end->sink.event(end->sink.arg, &event);
}

bool fake_present(struct fake_end *end)
{
	struct fake_world *world = end->world;
	struct fake_message *message;

	if (!end->started)
		return false;
	if (end->must_position) {
		end->must_position = false;
		end->next = world->count;
		world->begun = world->count;
		end->sink.position(
			end->sink.arg, FIRST_POSITION + (int64_t)world->count *
								world->step_ms);
		return true;
	}
	if (end->is_busy || end->next >= world->count)
		return false;
	message = &world->messages[end->next];
	if (present(end, message) == END_BUSY) {
		end->is_busy = true;
		return true;
	}
	message->taken = true;
	end->next++;
	if (!world->is_replayable && end->next > world->read)
		world->read = end->next;
	return true;
}

/* --- the destination's steps ------------------------------------------------
 */

static size_t part_at(const struct fake_held *held)
{
	size_t part = 0;

	for (size_t i = 0; i < held->progress; i++)
		part += held->message->payload[i] == '|';
	return part;
}

static size_t part_end(const struct fake_held *held)
{
	const char *rest = held->message->payload + held->progress;
	const char *bar = strchr(rest, '|');

	return bar ? (size_t)(bar + 1 - held->message->payload)
		   : strlen(held->message->payload);
}

static void arrive(struct fake_world *world, struct fake_held *held)
{
	size_t part = part_at(held);
	struct fake_message *message = held->message;
	bool found = world->has_history && held->in_doubt;

	held->on_wire = true;
	if ((world->is_idempotent || found) && message->arrived[part] > 0)
		return;
	if (part == 0 && message->arrived[0] == 0)
		world->order[world->order_count++] =
			(size_t)(message - world->other->messages);
	message->arrived[part]++;
}

bool fake_arrive(struct fake_end *end)
{
	for (size_t i = 0; i < end->held_count; i++)
		if (!end->held[i].on_wire) {
			arrive(end->world, &end->held[i]);
			return true;
		}
	return false;
}

static struct fake_held release_oldest(struct fake_end *end)
{
	struct fake_held oldest = end->held[0];

	end->held_count--;
	memmove(&end->held[0], &end->held[1],
		end->held_count * sizeof(end->held[0]));
	return oldest;
}

bool fake_confirm(struct fake_end *end)
{
	struct receipt receipt = {.outcome = RECEIPT_DONE};
	struct fake_held *held = &end->held[0];

	if (end->held_count == 0 || !held->on_wire)
		return false;
	held->progress = part_end(held);
	held->on_wire = false;
	receipt.ticket = held->ticket;
	receipt.progress = held->progress;
	receipt.complete = held->progress == strlen(held->message->payload);
	receipt.dest_id = "dest";
	if (receipt.complete)
		(void)release_oldest(end);
	end->sink.receipt(end->sink.arg, &receipt);
	return true;
}

bool fake_refuse(struct fake_end *end)
{
	struct receipt receipt = {
		.outcome = RECEIPT_REFUSED, .why = "no", .dest_id = ""};
	struct fake_held held;

	if (end->held_count == 0 || end->held[0].on_wire)
		return false;
	held = release_oldest(end);
	held.message->refused = true;
	receipt.ticket = held.ticket;
	receipt.progress = held.progress;
	end->sink.receipt(end->sink.arg, &receipt);
	return true;
}

static void end_oldest(
	struct fake_end *end, bool may_doubt, int64_t retry_ms, const char *why)
{
	struct fake_held held = release_oldest(end);
	struct receipt receipt = {
		.ticket = held.ticket,
		.outcome = may_doubt && held.on_wire ? RECEIPT_IN_DOUBT
						     : RECEIPT_LATER,
		.progress = held.progress,
		.dest_id = "",
		.why = why,
		.retry_ms = retry_ms,
	};

	end->sink.receipt(end->sink.arg, &receipt);
}

static void end_all(
	struct fake_end *end, bool may_doubt, int64_t retry_ms, const char *why)
{
	while (end->held_count > 0)
		end_oldest(end, may_doubt, retry_ms, why);
}

bool fake_later(struct fake_end *end, int64_t retry_ms)
{
	for (size_t i = 0; i < end->held_count; i++)
		if (end->held[i].on_wire)
			return false;
	if (end->held_count == 0)
		return false;
	end_all(end, false, retry_ms, "busy");
	return true;
}

bool fake_later_one(struct fake_end *end)
{
	if (end->held_count == 0 || end->held[0].on_wire)
		return false;
	end_oldest(end, false, 0, "busy");
	return true;
}

bool fake_cut(struct fake_end *end)
{
	if (!end->is_ready)
		return false;
	end->is_ready = false;
	end_all(end, true, 0, "link lost");
	end->sink.ready(end->sink.arg, false, "link lost");
	return true;
}

bool fake_ready(struct fake_end *end, bool ready)
{
	if (end->is_ready == ready)
		return false;
	end->is_ready = ready;
	end->sink.ready(end->sink.arg, ready, ready ? NULL : "not joined");
	return true;
}
