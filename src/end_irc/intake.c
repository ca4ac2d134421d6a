#include "end_irc/intake.h"

#include "end_irc/backfill.h"
#include "end_irc/inbox.h"
#include "irc/history.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/str.h"

#include <inttypes.h>
#include <stdlib.h>

enum intake_state {
	INTAKE_AWAY,     /* not in the channel, or not quite */
	INTAKE_FETCHING, /* what was said meanwhile */
	INTAKE_LIVE,
};

struct irc_intake {
	struct loop *loop;
	struct irc_intake_params params;
	struct end_sink sink;
	enum intake_state state;
	struct irc_backfill *backfill;
	struct irc_inbox past; /* is presented first */
	struct irc_inbox now;
	struct timer *pump;
	int64_t known_ms; /* of the last line that the bridge took, -1 none */
	int64_t floor_ms; /* nothing before it is wanted */
	int64_t away_ms;  /* since when we do not listen, -1: unknown */
	int64_t begun_ms; /* when the fetching began... */
	int64_t since_ms; /* ...and what was known then */
	struct irc_backfill_end end;
	bool is_busy;
	bool is_fetched; /* all that there is; `end` says how */
	bool is_closed;
};

static void intake_pump(void *arg);

/* Presenting. */

static void intake_set_busy(struct irc_intake *intake, bool is_busy)
{
	bool was_busy = intake->is_busy;

	intake->is_busy = is_busy;
	/* Again, too: a new link knows nothing of it. */
	if (is_busy || was_busy)
		intake->params.busy(intake->params.arg, is_busy);
}

static bool intake_present(struct irc_intake *intake, const struct event *event)
{
	/* What comes from the future must not hide what comes next. */
	int64_t now_ms = irc_conn_server_ms(intake->params.conn);
	int64_t ms = event->position < now_ms ? event->position : now_ms;

	if (intake->sink.event(intake->sink.arg, event) == END_BUSY) {
		if (!intake->is_closed)
			intake_set_busy(intake, true);
		return false;
	}
	if (ms > intake->known_ms)
		intake->known_ms = ms;
	return true;
}

static void intake_tell_gap(struct irc_intake *intake, int64_t from_ms,
	int64_t to_ms, bool recovered)
{
	if (intake->sink.gap)
		intake->sink.gap(intake->sink.arg, from_ms, to_ms, recovered);
}

static void intake_tell_position(struct irc_intake *intake)
{
	if (intake->sink.position)
		intake->sink.position(intake->sink.arg, intake->known_ms);
}

/* How the fetching went, behind what it brought. */
static void intake_settle(struct irc_intake *intake)
{
	const struct irc_backfill_end *end = &intake->end;
	int64_t from_ms =
		intake->away_ms >= 0 ? intake->away_ms : intake->since_ms;

	intake->is_fetched = false;
	intake->state = INTAKE_LIVE;
	intake->away_ms = -1;
	if (end->is_complete && end->lines == 0)
		return;
	if (!end->is_complete && end->from_ms > from_ms)
		from_ms = end->from_ms;
	if (end->is_complete || intake->begun_ms - from_ms >= IRC_INTAKE_GAP_MS)
		intake_tell_gap(
			intake, from_ms, intake->begun_ms, end->is_complete);
}

/* The next to be presented, and where it lies. */
static struct irc_inbox *intake_next(struct irc_intake *intake)
{
	if (irc_inbox_head(&intake->past))
		return &intake->past;
	if (intake->state == INTAKE_FETCHING && intake->is_fetched)
		intake_settle(intake);
	if (intake->is_closed || intake->state != INTAKE_LIVE ||
		!irc_inbox_head(&intake->now))
		return NULL;
	return &intake->now;
}

static void intake_pump(void *arg)
{
	struct irc_intake *intake = arg;
	struct irc_inbox *inbox;

	while (!intake->is_closed && !intake->is_busy &&
		(inbox = intake_next(intake)) != NULL) {
		if (!intake_present(intake, irc_inbox_head(inbox)))
			return;
		if (!intake->is_closed)
			irc_inbox_pop(inbox);
	}
}

void irc_intake_resume(struct irc_intake *intake)
{
	if (!intake->is_busy || intake->is_closed)
		return;
	intake_set_busy(intake, false);
	timer_arm(intake->pump, 0);
}

/* The past. */

static void intake_fetched(
	struct irc_intake *intake, const struct irc_backfill_end *end)
{
	irc_backfill_free(TAKE(intake->backfill));
	intake->end = *end;
	intake->is_fetched = true;
	intake_pump(intake);
}

static void intake_give_up(struct irc_intake *intake, const char *why)
{
	const struct irc_backfill_end end = {.from_ms = intake->known_ms};

	log_warn(intake->params.mapping, "history of %s is given up: %s",
		intake->params.channel, why);
	intake_fetched(intake, &end);
}

static void intake_on_past(void *arg, const struct event *event)
{
	struct irc_intake *intake = arg;

	/* Said between our coming and the asking: its place is here. */
	if (*event->source_id)
		(void)irc_inbox_remove(&intake->now, event->source_id);
	if (irc_inbox_add(&intake->past, event) < 0) {
		intake_give_up(intake, "the bridge cannot take it");
		return;
	}
	if (intake->is_busy)
		intake_set_busy(intake, true);
	intake_pump(intake);
}

static void intake_on_over(void *arg, const struct irc_backfill_end *end)
{
	struct irc_intake *intake = arg;

	if (end->is_complete && end->lines == 0)
		log_debug(intake->params.mapping,
			"nothing was said in %s while nobody listened",
			intake->params.channel);
	else if (end->is_complete)
		log_info(intake->params.mapping,
			"%zu lines of %s were said while nobody listened",
			end->lines, intake->params.channel);
	else
		log_warn(intake->params.mapping,
			"history of %s: %s; %zu lines were fetched",
			intake->params.channel, end->why, end->lines);
	intake_fetched(intake, end);
}

/* Not asked for, or not to be had. */
static void intake_skip(struct irc_intake *intake, const char *why)
{
	const struct irc_backfill_end end = {.from_ms = intake->known_ms};

	log_debug(intake->params.mapping, "no history of %s: %s",
		intake->params.channel, why);
	intake_fetched(intake, &end);
}

/* What is too old to be fetched is missing. */
static int64_t intake_since(struct irc_intake *intake)
{
	int64_t since_ms = intake->known_ms;
	int64_t oldest_ms = intake->begun_ms - intake->params.max_age_ms;

	if (since_ms >= oldest_ms)
		return since_ms;
	intake_tell_gap(intake, since_ms, oldest_ms, false);
	return oldest_ms;
}

static void intake_fetch(struct irc_intake *intake)
{
	const struct irc_intake_params *params = &intake->params;
	int64_t since_ms = intake_since(intake);

	if (intake->is_closed)
		return;
	intake->backfill = irc_backfill_new(
		intake->loop, &(struct irc_backfill_params){
				      .conn = params->conn,
				      .folk = params->folk,
				      .channel = params->channel,
				      .max_lines = params->max_lines,
				      .since_ms = since_ms,
				      .floor_ms = since_ms > intake->known_ms
							  ? since_ms
							  : intake->floor_ms,
				      .event = intake_on_past,
				      .over = intake_on_over,
				      .arg = intake,
			      });
}

/* Nothing was ever heard here: it begins now. */
static void intake_begin(struct irc_intake *intake)
{
	intake->known_ms = irc_conn_server_ms(intake->params.conn);
	intake->floor_ms = intake->known_ms;
	intake->state = INTAKE_LIVE;
	intake->away_ms = -1;
	intake_tell_position(intake);
	intake_pump(intake);
}

void irc_intake_start(struct irc_intake *intake, int64_t position)
{
	intake->known_ms = position;
}

void irc_intake_joined(struct irc_intake *intake)
{
	if (intake->state != INTAKE_AWAY)
		return;
	intake->begun_ms = clock_wall_ms();
	intake->since_ms = intake->known_ms;
	if (intake->known_ms < 0) {
		intake_begin(intake);
		return;
	}
	intake->state = INTAKE_FETCHING;
	intake->is_fetched = false;
	if (intake->params.max_lines == 0)
		intake_skip(intake, "it is not wanted");
	else if (!irc_history_is_offered(intake->params.conn))
		intake_skip(intake, "the server keeps none for us");
	else
		intake_fetch(intake);
}

void irc_intake_left(struct irc_intake *intake)
{
	if (intake->state == INTAKE_AWAY)
		return;
	/* When it was not fetched whole, we were away all the time. */
	if (intake->state == INTAKE_LIVE)
		intake->away_ms = clock_wall_ms();
	irc_backfill_free(TAKE(intake->backfill));
	intake->state = INTAKE_AWAY;
	intake->is_fetched = false;
}

/* The present. */

static void intake_hold(struct irc_intake *intake, const struct event *event)
{
	if (irc_inbox_add(&intake->now, event) == 0)
		return;
	if (intake->backfill && !intake->is_busy)
		intake_give_up(intake, "it takes too long");
	if (intake->is_closed || irc_inbox_add(&intake->now, event) == 0)
		return;
	log_error(intake->params.mapping,
		"a line of %s in %s could not be kept: lost",
		event->sender.name, intake->params.channel);
}

void irc_intake_take(struct irc_intake *intake, const struct event *event)
{
	if (intake->is_closed)
		return;
	if (intake->state == INTAKE_LIVE && !intake->is_busy &&
		!irc_inbox_head(&intake->past) &&
		!irc_inbox_head(&intake->now) && intake_present(intake, event))
		return;
	if (intake->is_closed)
		return;
	intake_hold(intake, event);
	if (intake->is_busy && !intake->is_closed)
		intake_set_busy(intake, true);
	intake_pump(intake);
}

void irc_intake_replay(struct irc_intake *intake, const struct event *event)
{
	int64_t since_ms = intake->state == INTAKE_AWAY ? intake->known_ms
							: intake->since_ms;

	if (since_ms < 0 || *event->source_id == '\0' ||
		event->position < intake->floor_ms ||
		event->position < since_ms - IRC_BACKFILL_OVERLAP_MS)
		return;
	irc_intake_take(intake, event);
}

/* Life. */

static void busy_ignored(void *arg, bool is_busy)
{
	(void)arg;
	(void)is_busy;
}

struct irc_intake *irc_intake_new(
	struct loop *loop, const struct irc_intake_params *params)
{
	struct irc_intake *intake = xcalloc(1, sizeof(*intake));

	intake->loop = loop;
	intake->params = *params;
	intake->sink = *params->sink;
	if (!intake->params.busy)
		intake->params.busy = busy_ignored;
	intake->known_ms = -1;
	intake->floor_ms = INT64_MIN;
	intake->away_ms = -1;
	intake->pump = timer_new(loop, intake_pump, intake);
	return intake;
}

static void intake_destroy(void *arg)
{
	struct irc_intake *intake = arg;

	irc_inbox_release(&intake->past);
	irc_inbox_release(&intake->now);
	free(intake);
}

void irc_intake_close(struct irc_intake *intake)
{
	if (!intake || intake->is_closed)
		return;
	intake_set_busy(intake, false);
	intake->is_closed = true;
	irc_backfill_free(TAKE(intake->backfill));
	timer_free(TAKE(intake->pump));
	loop_defer(intake->loop, intake_destroy, intake);
}
