#include "bridge/recall.h"

#include "util/clock.h"

static void recall_on_cursor(const struct store_record *record, void *arg)
{
	struct lane *lane = arg;

	lane->has_cursor = true;
	lane->cursor_durable = true;
	lane->cursor = record->position;
}

static void recall_see(struct lane *lane, const struct store_record *record)
{
	struct ident ident;

	ident_of(&ident, lane->params.way, lane->mapping, record->source_id);
	lane_see(lane, &ident, record->position);
}

static void recall_on_done(const struct store_record *record, void *arg)
{
	struct lane *lane = arg;

	if (!record->complete) {
		unfinished_part(
			&lane->unfinished, record->source_id, record->progress);
		return;
	}
	(void)unfinished_take(&lane->unfinished, record->source_id);
	recall_see(lane, record);
}

static void recall_on_intent(const struct store_record *record, void *arg)
{
	struct lane *lane = arg;

	unfinished_sent(&lane->unfinished, record->source_id, record->at_ms);
}

/*
 * Whether a line of the outbox was ever sent is not known. Taking the moment
 * it was accepted for the first attempt is safe: an end then looks whether it
 * arrived rather too often than too rarely.
 */
static void recall_on_outbox(const struct store_record *record, void *arg)
{
	struct lane *lane = arg;
	struct parcel parcel = {
		.source_id = record->source_id,
		.token = record->token,
		.payload = record->payload,
		.payload_len = record->payload_len,
		.position = record->position,
		.first_sent_ms = record->at_ms,
		.accepted_ms = record->at_ms,
	};
	struct item *item = item_new(lane, &parcel, NULL);
	int64_t age_ms = clock_wall_ms() - record->at_ms;

	item->seq = record->seq;
	item->said_ms =
		loop_now_ms(lane->params.loop) - (age_ms > 0 ? age_ms : 0);
	lane->next_seq = record->seq + 1;
	lane_push(lane, item, ITEM_QUEUED);
	if (record->source_id[0] != '\0')
		recall_see(lane, record);
}

/* From where on DONE records matter: the overlap twice, and all parts of what
 * is in the outbox. */
static int64_t recall_since(const struct lane *lane)
{
	int64_t from = lane->has_cursor ? lane->cursor : clock_wall_ms();
	int64_t since = from - 2 * lane->params.overlap_ms;
	struct item *item = queue_head(&lane->queue);

	while (item) {
		if (item->parcel.position < since)
			since = item->parcel.position;
		item = queue_find(&lane->queue, item->parcel.ticket + 1);
	}
	return since;
}

/* Resumes the lines of the outbox at their confirmed parts. */
static void recall_progress(struct lane *lane)
{
	struct item *item = queue_head(&lane->queue);

	while (item) {
		struct parcel *parcel = &item->parcel;
		struct unfinished_state state =
			unfinished_take(&lane->unfinished, parcel->source_id);

		parcel->progress = state.progress < parcel->payload_len
					   ? state.progress
					   : parcel->payload_len;
		item = queue_find(&lane->queue, parcel->ticket + 1);
	}
}

static void recall_on_aside(const struct store_record *record, void *arg)
{
	struct lane *lane = arg;

	aside_recall(&lane->aside, record->seq);
}

int recall(struct lane *lane)
{
	struct journal *journal = &lane->journal;
	int code = journal_read_floor(journal, &lane->floor);

	if (code == 0)
		code = journal_each(
			journal, STORE_CURSOR, 0, recall_on_cursor, lane);
	if (code == 0)
		code = journal_each(
			journal, STORE_OUTBOX_ADD, 0, recall_on_outbox, lane);
	if (code == 0)
		code = journal_each(journal, STORE_DONE, recall_since(lane),
			recall_on_done, lane);
	if (code == 0)
		code = journal_each(
			journal, STORE_INTENT, 0, recall_on_intent, lane);
	if (code == 0)
		code = journal_each(
			journal, STORE_ASIDE_ADD, 0, recall_on_aside, lane);
	if (code == 0)
		recall_progress(lane);
	return code;
}
