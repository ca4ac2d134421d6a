#include "bridge_rig.h"

#include "log_catch.h"
#include "store/memory.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/str.h"

#include <stdio.h>
#include <string.h>

enum { START_MS = 1000000, RETRY_MS = 61000, FINISH_ROUNDS = 20000 };

void rig_init(struct rig *rig, const struct mapping_params *params)
{
	memset(rig, 0, sizeof(*rig));
	clock_freeze(START_MS, START_MS);
	log_set_level(LOG_LEVEL_ERROR);
	rig->loop = loop_new();
	rig->store = store_memory_new(rig->loop);
	fake_worlds_init(&rig->irc, &rig->chime);
	rig->irc.name = "irc";
	rig->chime.name = "chime";
	rig->chime.is_replayable = true;
	rig->chime.is_idempotent = true;
	rig->params = *params;
	if (!rig->params.name)
		rig->params.name = "m";
	if (rig->params.window == 0)
		rig->params.window = 1;
	if (rig->params.overlap_ms == 0)
		rig->params.overlap_ms = 100;
	rig->chime.overlap_ms = rig->params.overlap_ms;
	rig_boot(rig);
}

static void shut_down(struct rig *rig)
{
	bridge_free(rig->bridge);
	rig->bridge = NULL;
	rig->mapping = NULL;
	rig->irc_end = NULL;
	rig->chime_end = NULL;
}

void rig_release(struct rig *rig)
{
	shut_down(rig);
	fake_people_release(&rig->irc.people);
	fake_people_release(&rig->chime.people);
	store_close(rig->store);
	loop_free(rig->loop);
	clock_unfreeze();
}

int rig_setup(void **state)
{
	static struct rig rig;

	rig_init(&rig, &(struct mapping_params){.window = 1});
	log_catch_start();
	*state = &rig;
	return 0;
}

int rig_teardown(void **state)
{
	rig_release(*state);
	log_catch_stop();
	return 0;
}

void rig_reset(struct rig *rig, const struct mapping_params *params)
{
	rig_release(rig);
	rig_init(rig, params);
	log_catch_start();
}

struct search {
	const char *token;
	const char *source_id;
	const char *text;
	bool found;
};

static void search_on_row(const struct store_record *row, void *arg)
{
	struct search *search = arg;

	if (search->token && str_eq(row->token, search->token))
		search->found = true;
	if (search->source_id && str_eq(row->source_id, search->source_id))
		search->found = true;
	if (search->text && row->payload &&
		row->payload_len == strlen(search->text) + 3 &&
		memcmp((const char *)row->payload + 3, search->text,
			row->payload_len - 3) == 0)
		search->found = true;
}

static bool is_stored(const struct rig *rig, enum store_kind kind,
	enum lane_way way, struct search search)
{
	struct store_query query = {.kind = kind,
		.way = way,
		.mapping = rig->params.name,
		.since = INT64_MIN};

	fake_must(store_each(rig->store, &query, search_on_row, &search) == 0,
		"store cannot be read");
	return search.found;
}

/* Written before it is sent. */
static void chime_on_deliver(void *arg, const struct parcel *parcel)
{
	struct rig *rig = arg;

	fake_must(is_stored(rig, STORE_OUTBOX_ADD, LANE_TO_CHIME,
			  (struct search){.token = parcel->token}),
		"sent before it was durable");
}

/* An intent is durable before anything is sent. */
static void irc_on_deliver(void *arg, const struct parcel *parcel)
{
	struct rig *rig = arg;

	fake_must(is_stored(rig, STORE_INTENT, LANE_TO_IRC,
			  (struct search){.source_id = parcel->source_id}),
		"sent before the intent was durable");
}

void rig_boot(struct rig *rig)
{
	struct end_sink irc_sink;
	struct end_sink chime_sink;
	int error = 0;

	rig->bridge = bridge_new(rig->loop, rig->store);
	rig->mapping = bridge_add(rig->bridge, &rig->params, &error);
	fake_must(rig->mapping != NULL, "no mapping");
	irc_sink = mapping_sink_irc(rig->mapping);
	chime_sink = mapping_sink_chime(rig->mapping);
	rig->irc_end = fake_end_new(&rig->irc, &irc_sink, rig->params.window);
	rig->chime_end = fake_end_new(&rig->chime, &chime_sink, 1);
	rig->irc_end->on_deliver = irc_on_deliver;
	rig->irc_end->on_deliver_arg = rig;
	rig->chime_end->on_deliver = chime_on_deliver;
	rig->chime_end->on_deliver_arg = rig;
	mapping_attach(
		rig->mapping, &rig->irc_end->room, &rig->chime_end->room);
}

/* Lines that neither arrived nor are durable went down with the process: no
 * promise was made for them. */
static void write_off(struct rig *rig)
{
	for (size_t i = 0; i < rig->irc.count; i++) {
		struct fake_message *m = &rig->irc.messages[i];
		struct search outbox = {.text = m->text};

		if (!m->taken || m->origin != ORIGIN_PERSON || m->arrived[0] ||
			m->refused ||
			is_stored(rig, STORE_OUTBOX_ADD, LANE_TO_CHIME, outbox))
			continue;
		m->taken = false;
		rig->taken_early++;
	}
}

void rig_crash(struct rig *rig)
{
	shut_down(rig);
	store_memory_crash(rig->store);
	store_memory_hold(rig->store, false);
	rig->doubts++;
	write_off(rig);
	rig_boot(rig);
}

/* --- steps ------------------------------------------------------------------
 */

static bool step_turn(struct rig *rig)
{
	loop_turn(rig->loop, 0);
	return true;
}

static bool step_present_chime(struct rig *rig)
{
	return fake_present(rig->chime_end);
}

static bool step_present_irc(struct rig *rig)
{
	return fake_present(rig->irc_end);
}

static bool step_arrive_irc(struct rig *rig)
{
	return fake_arrive(rig->irc_end);
}

static bool step_confirm_irc(struct rig *rig)
{
	return fake_confirm(rig->irc_end);
}

static bool step_arrive_chime(struct rig *rig)
{
	return fake_arrive(rig->chime_end);
}

static bool step_confirm_chime(struct rig *rig)
{
	return fake_confirm(rig->chime_end);
}

static bool step_hold(struct rig *rig)
{
	store_memory_hold(rig->store, true);
	return true;
}

static bool step_unhold(struct rig *rig)
{
	store_memory_hold(rig->store, false);
	return true;
}

static bool step_ready_irc(struct rig *rig)
{
	return fake_ready(rig->irc_end, true);
}

static bool step_ready_chime(struct rig *rig)
{
	return fake_ready(rig->chime_end, true);
}

/* Every third has parts. The text names the message. */
static bool say(struct fake_world *world, enum event_origin origin)
{
	char text[FAKE_TEXT_MAX];
	size_t n = world->count;

	if (n + 1 >= FAKE_MESSAGES_MAX)
		return false;
	snprintf(text, sizeof(text), n % 3 == 2 ? "%s %zu|b|c" : "%s %zu",
		world->name, n);
	fake_say(world, text)->origin = origin;
	return true;
}

static bool step_say_chime(struct rig *rig)
{
	return say(&rig->chime, ORIGIN_PERSON);
}

static bool step_say_irc(struct rig *rig)
{
	return say(&rig->irc, ORIGIN_PERSON);
}

static bool step_say_echo(struct rig *rig)
{
	return say(&rig->chime, ORIGIN_SELF) && say(&rig->irc, ORIGIN_BRIDGE);
}

static bool step_cut_irc(struct rig *rig)
{
	rig->doubts++;
	return fake_cut(rig->irc_end);
}

static bool step_cut_chime(struct rig *rig)
{
	return fake_cut(rig->chime_end);
}

static bool step_later_irc(struct rig *rig)
{
	return fake_later(rig->irc_end, 0);
}

static bool step_later_chime(struct rig *rig)
{
	return fake_later(rig->chime_end, 5000);
}

static bool step_refuse_irc(struct rig *rig)
{
	return fake_refuse(rig->irc_end);
}

static bool step_refuse_chime(struct rig *rig)
{
	return fake_refuse(rig->chime_end);
}

static bool step_wait(struct rig *rig)
{
	clock_advance(RETRY_MS);
	return step_turn(rig);
}

static bool step_crash(struct rig *rig)
{
	rig_crash(rig);
	return true;
}

static rig_step_fn *const steps[STEPS] = {
	[STEP_TURN] = step_turn,
	[STEP_PRESENT_CHIME] = step_present_chime,
	[STEP_PRESENT_IRC] = step_present_irc,
	[STEP_ARRIVE_IRC] = step_arrive_irc,
	[STEP_CONFIRM_IRC] = step_confirm_irc,
	[STEP_ARRIVE_CHIME] = step_arrive_chime,
	[STEP_CONFIRM_CHIME] = step_confirm_chime,
	[STEP_HOLD] = step_hold,
	[STEP_UNHOLD] = step_unhold,
	[STEP_READY_IRC] = step_ready_irc,
	[STEP_READY_CHIME] = step_ready_chime,
	[STEP_SAY_CHIME] = step_say_chime,
	[STEP_SAY_IRC] = step_say_irc,
	[STEP_SAY_ECHO] = step_say_echo,
	[STEP_CUT_IRC] = step_cut_irc,
	[STEP_CUT_CHIME] = step_cut_chime,
	[STEP_LATER_IRC] = step_later_irc,
	[STEP_LATER_CHIME] = step_later_chime,
	[STEP_REFUSE_IRC] = step_refuse_irc,
	[STEP_REFUSE_CHIME] = step_refuse_chime,
	[STEP_WAIT] = step_wait,
	[STEP_CRASH] = step_crash,
};

bool rig_step(struct rig *rig, enum rig_step step)
{
	return steps[step](rig);
}

void rig_turns(struct rig *rig, int turns)
{
	while (turns-- > 0)
		loop_turn(rig->loop, 0);
}

void rig_up(struct rig *rig)
{
	rig_step(rig, STEP_READY_IRC);
	rig_step(rig, STEP_READY_CHIME);
	rig_step(rig, STEP_PRESENT_CHIME);
	rig_turns(rig, 3);
}

struct lane_stats rig_stats(const struct rig *rig, enum lane_way way)
{
	struct lane_stats stats;

	mapping_stats(rig->mapping, way, &stats);
	return stats;
}

/* --- the end ----------------------------------------------------------------
 */

static bool is_done(const struct rig *rig)
{
	struct bridge_stats stats;

	bridge_stats(rig->bridge, &stats);
	return stats.to_irc.queued == 0 && stats.to_chime.queued == 0 &&
	       !rig->chime_end->must_position && !rig->irc_end->is_busy &&
	       !rig->chime_end->is_busy &&
	       rig->irc_end->next == rig->irc.count &&
	       rig->chime_end->next == rig->chime.count;
}

void rig_finish(struct rig *rig)
{
	static const enum rig_step round[] = {STEP_UNHOLD, STEP_READY_IRC,
		STEP_READY_CHIME, STEP_PRESENT_CHIME, STEP_PRESENT_IRC,
		STEP_ARRIVE_IRC, STEP_CONFIRM_IRC, STEP_ARRIVE_CHIME,
		STEP_CONFIRM_CHIME};

	for (int i = 0; i < FINISH_ROUNDS; i++) {
		bool moved = false;

		for (size_t s = 0; s < ARRAY_LEN(round); s++)
			moved = (rig_step(rig, round[s]) && s > 0) || moved;
		rig_step(rig, STEP_TURN);
		if (is_done(rig))
			return;
		if (!moved)
			rig_step(rig, STEP_WAIT);
	}
	fake_must(false, "it never came to an end");
}

struct tally {
	size_t lost;
	size_t repeated; /* messages, each extra time */
};

static void tally_message(const struct fake_message *m, struct tally *tally)
{
	unsigned most = 0;
	bool all = true;

	for (size_t part = 0; part < fake_parts(m->text); part++) {
		all = all && m->arrived[part] > 0;
		if (m->arrived[part] > most)
			most = m->arrived[part];
	}
	tally->lost += !all && !m->refused;
	tally->repeated += most > 1 ? most - 1 : 0;
}

/*
 * First arrivals are in the order they were said. With several under way, one
 * that was refused while later ones arrived may be tried again after a crash.
 */
static void check_order(const struct fake_world *world, size_t window)
{
	size_t next = 0; /* least that may come */

	for (size_t i = 0; i < world->order_count; i++) {
		size_t index = world->order[i];

		if (window > 1 && world->other->messages[index].refused)
			continue;
		fake_must(index >= next, "arrived out of order");
		next = index + 1;
	}
}

static void check_echoes(const struct fake_world *world)
{
	for (size_t i = 0; i < world->count; i++)
		fake_must(world->messages[i].origin == ORIGIN_PERSON ||
				  world->messages[i].arrived[0] == 0,
			"an echo was relayed");
}

/* What was begun is brought to its end, whatever was promised. */
static void check_begun(const struct rig *rig)
{
	struct tally tally = {.lost = 0};

	for (size_t i = 0; i < rig->chime.begun; i++)
		if (rig->chime.messages[i].arrived[0] > 0)
			tally_message(&rig->chime.messages[i], &tally);
	fake_must(tally.lost == 0, "half of a message was lost");
}

static void check_to_irc(const struct rig *rig)
{
	struct tally tally = {.lost = 0};
	size_t may = rig->doubts * rig->params.window;
	bool skip =
		rig->params.in_doubt == IN_DOUBT_SKIP && !rig->irc.has_history;

	for (size_t i = rig->chime.begun; i < rig->chime.count; i++)
		if (rig->chime.messages[i].origin == ORIGIN_PERSON)
			tally_message(&rig->chime.messages[i], &tally);
	fake_must(tally.lost <= (skip ? may : 0), "lost towards IRC");
	if (!skip)
		check_begun(rig);
	if (rig->irc.has_history)
		may = 0;
	fake_must(tally.repeated <= (skip ? 0 : may), "repeated towards IRC");
}

static void check_to_chime(const struct rig *rig)
{
	struct tally tally = {.lost = 0};

	for (size_t i = 0; i < rig->irc.count; i++) {
		const struct fake_message *m = &rig->irc.messages[i];

		if (m->taken && m->origin == ORIGIN_PERSON)
			tally_message(m, &tally);
	}
	fake_must(tally.lost == 0, "lost towards Chime");
	fake_must(tally.repeated == 0, "repeated towards Chime");
}

void rig_check(struct rig *rig)
{
	check_to_irc(rig);
	check_to_chime(rig);
	check_order(&rig->irc, rig->params.window);
	check_order(&rig->chime, 1);
	check_echoes(&rig->irc);
	check_echoes(&rig->chime);
}
