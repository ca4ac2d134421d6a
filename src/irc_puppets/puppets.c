#include "irc_puppets/puppets.h"

#include "irc/conn_params.h"
#include "irc_puppets/gate.h"
#include "irc_puppets/puppet_private.h"
#include "irc_puppets/puppet_settings.h"
#include "irc_puppets/sight.h"
#include "irc_puppets/waiters.h"
#include "irc_words/nickname.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	EMPTY_MS = 60 * 1000, /* without a channel: goes */
	MAKE_WAY_MS = 5000,   /* the same when others wait for the place */
	LAST_WORDS_MS = 1000, /* from the end of the link to the free() */
	REGISTER_MS = 3000,   /* about what a link takes to be READY */
	OFFERS_MAX = 32,      /* in one turn */
};

struct irc_puppets {
	struct loop *loop;
	struct irc_puppets_params params;
	char *object;                        /* "irc NAME", for logs */
	struct irc_conn_params conn;         /* all strings owned */
	struct irc_puppet_settings settings; /* the same */
	struct irc_puppet *all;              /* by id */
	struct irc_puppet *going; /* by place in memory: ids come again */
	struct irc_sight sight;
	int64_t ghosts_until_ms; /* 0: there are none */
	struct irc_gate gate;
	struct irc_waiters waiters;
	struct timer *timer;
	bool is_stopping;
};

static int64_t now_of(const struct irc_puppets *puppets)
{
	return loop_now_ms(puppets->loop);
}

static void wake(struct irc_puppets *puppets)
{
	timer_arm(puppets->timer, 0);
}

/* --- who goes --- */

/* Not found any more from now on. */
static void send_off(struct irc_puppets *puppets, struct irc_puppet *puppet,
	const char *reason)
{
	irc_sight_changed(&puppets->sight);
	HASH_DEL(puppets->all, puppet);
	HASH_ADD_PTR(puppets->going, conn, puppet);
	puppet->due_ms = 0;
	irc_puppet_go(puppet, reason);
	wake(puppets);
}

/* Frees those whose links have been down for a moment; when to look again. */
static int64_t reap(struct irc_puppets *puppets, int64_t now_ms)
{
	struct irc_puppet *puppet, *next;
	int64_t due_ms = INT64_MAX;

	HASH_ITER (hh, puppets->going, puppet, next) {
		if (!irc_puppet_is_down(puppet))
			continue;
		/* What was under way is told to those who wait for it first. */
		if (!puppet->due_ms)
			puppet->due_ms = now_ms + LAST_WORDS_MS;
		if (puppet->due_ms <= now_ms) {
			HASH_DEL(puppets->going, puppet);
			irc_puppet_free(puppet);
		} else if (puppet->due_ms < due_ms) {
			due_ms = puppet->due_ms;
		}
	}
	return due_ms;
}

static int64_t idle_due(
	const struct irc_puppets *puppets, const struct irc_puppet *puppet)
{
	int64_t since_ms = puppet->touched_ms > puppet->emptied_ms
				   ? puppet->touched_ms
				   : puppet->emptied_ms;

	if (puppet->holds)
		return INT64_MAX;
	if (!puppet->channels)
		return since_ms +
		       (puppets->waiters.all ? MAKE_WAY_MS : EMPTY_MS);
	return puppets->settings.idle_ms > 0
		       ? puppet->touched_ms + puppets->settings.idle_ms
		       : INT64_MAX;
}

static int64_t retire(struct irc_puppets *puppets, int64_t now_ms)
{
	struct irc_puppet *puppet, *next;
	int64_t due_ms = INT64_MAX, at_ms;

	HASH_ITER (hh, puppets->all, puppet, next) {
		at_ms = idle_due(puppets, puppet);
		if (at_ms <= now_ms) {
			send_off(puppets, puppet,
				puppet->channels ? "idle" : "gone");
			continue;
		}
		if (at_ms < due_ms)
			due_ms = at_ms;
		at_ms = irc_puppet_rename_due(puppet);
		if (at_ms < due_ms)
			due_ms = at_ms;
	}
	return due_ms;
}

/* --- for whom there is no place --- */

/* What has not ended yet is a connection to the server still. */
static size_t count_links(const struct irc_puppets *puppets)
{
	const struct irc_puppet *puppet;
	size_t n = HASH_COUNT(puppets->all);

	for (puppet = puppets->going; puppet; puppet = puppet->hh.next)
		n += !irc_puppet_is_down(puppet);
	return n;
}

/* Why there can be no new one, or NULL. */
static const char *obstacle(struct irc_puppets *puppets)
{
	return puppets->is_stopping
		       ? "the bridge is stopping"
		       : irc_gate_obstacle(&puppets->gate, count_links(puppets),
				 now_of(puppets));
}

/* Who is told may ask for the place at once, or later, or not at all. */
static int64_t offer(struct irc_puppets *puppets, int64_t now_ms)
{
	for (int i = 0; i < OFFERS_MAX; i++) {
		if (!puppets->waiters.all || obstacle(puppets))
			return INT64_MAX;
		char *AUTOFREE id = irc_waiters_take(&puppets->waiters);
		puppets->params.vacant(puppets->params.arg, id);
	}
	return now_ms;
}

/* --- who connects --- */

/* Somebody waits for it; else first come, first served. */
static struct irc_puppet *next_to_connect(
	const struct irc_puppets *puppets, int64_t now_ms, int64_t *ret_due_ms)
{
	struct irc_puppet *puppet, *first = NULL;

	*ret_due_ms = INT64_MAX;
	for (puppet = puppets->all; puppet; puppet = puppet->hh.next) {
		if (puppet->state != IRC_PUPPET_OFF ||
			!irc_puppet_is_down(puppet))
			continue;
		if (puppet->due_ms > now_ms) {
			if (puppet->due_ms < *ret_due_ms)
				*ret_due_ms = puppet->due_ms;
		} else if (!first ||
			   (puppet->is_hurried && !first->is_hurried)) {
			first = puppet;
		}
	}
	return first;
}

static int64_t connect_due(struct irc_puppets *puppets, int64_t now_ms)
{
	struct irc_puppet *puppet;
	int64_t due_ms;

	if (irc_conn_state(puppets->params.main) != IRC_CONN_READY)
		return INT64_MAX;
	while ((puppet = next_to_connect(puppets, now_ms, &due_ms)) != NULL) {
		int64_t at_ms = irc_gate_opens_ms(&puppets->gate);
		if (at_ms > now_ms)
			return at_ms;
		irc_gate_pass(&puppets->gate, now_ms);
		irc_puppet_connect(puppet);
	}
	return due_ms;
}

/* They are seen by the main connection only. */
static int64_t forget_ghosts(struct irc_puppets *puppets, int64_t now_ms)
{
	if (!puppets->ghosts_until_ms ||
		irc_conn_state(puppets->params.main) != IRC_CONN_READY)
		return INT64_MAX;
	if (puppets->ghosts_until_ms > now_ms)
		return puppets->ghosts_until_ms;
	puppets->ghosts_until_ms = 0;
	irc_sight_forget_ghosts(&puppets->sight);
	return INT64_MAX;
}

static void on_timer(void *arg)
{
	struct irc_puppets *puppets = arg;
	int64_t now_ms = now_of(puppets);
	int64_t due_ms[5];
	int64_t first_ms = INT64_MAX;

	irc_sight_changed(&puppets->sight);
	due_ms[0] = retire(puppets, now_ms);
	due_ms[1] = reap(puppets, now_ms);
	due_ms[2] = offer(puppets, now_ms);
	due_ms[3] = connect_due(puppets, now_ms);
	due_ms[4] = forget_ghosts(puppets, now_ms);
	for (size_t i = 0; i < ARRAY_LEN(due_ms); i++)
		if (due_ms[i] < first_ms)
			first_ms = due_ms[i];
	/* Something called from here may have armed it for now. */
	if (first_ms != INT64_MAX && !timer_is_armed(puppets->timer))
		timer_arm(puppets->timer,
			first_ms > now_ms ? first_ms - now_ms : 0);
}

int64_t irc_puppets_eta_ms(
	const struct irc_puppets *puppets, const struct irc_puppet *puppet)
{
	const struct irc_puppet *other;
	int64_t now_ms = now_of(puppets);
	int64_t wait_ms = puppets->gate.next_ms - now_ms;

	if (puppet->state == IRC_PUPPET_READY)
		return 0;
	if (puppet->state == IRC_PUPPET_CONNECTING)
		return REGISTER_MS;
	if (puppet->state == IRC_PUPPET_GOING || puppet->due_ms > now_ms ||
		irc_gate_is_barred(&puppets->gate, now_ms))
		return -1;
	if (wait_ms < 0)
		wait_ms = 0;
	for (other = puppets->all; other != puppet; other = other->hh.next)
		if (other->state == IRC_PUPPET_OFF && other->due_ms <= now_ms &&
			(other->is_hurried || !puppet->is_hurried))
			wait_ms += puppets->settings.connect_interval_ms;
	return wait_ms + REGISTER_MS;
}

void irc_puppets_hurry(struct irc_puppets *puppets, struct irc_puppet *puppet)
{
	puppet->is_hurried = true;
	if (puppet->state == IRC_PUPPET_OFF)
		wake(puppets);
}

/* --- what happens to them --- */

static void on_changed(void *arg, struct irc_puppet *puppet)
{
	struct irc_puppets *puppets = arg;

	irc_sight_changed(&puppets->sight);
	if (puppet->state == IRC_PUPPET_READY)
		irc_gate_on_ready(&puppets->gate);
	wake(puppets);
	puppets->params.changed(puppets->params.arg, puppet);
}

static size_t count_ready(const struct irc_puppets *puppets)
{
	const struct irc_puppet *puppet;
	size_t n = 0;

	for (puppet = puppets->all; puppet; puppet = puppet->hh.next)
		n += puppet->state == IRC_PUPPET_READY;
	return n;
}

/* The server takes no more from us: what is there stays, the rest is given up
 * for a while. */
static void lower(struct irc_puppets *puppets, const char *why)
{
	struct irc_puppet *puppet, *next;

	irc_gate_on_too_many(
		&puppets->gate, count_ready(puppets), now_of(puppets), why);
	HASH_ITER (hh, puppets->all, puppet, next)
		if (puppet->state != IRC_PUPPET_READY)
			send_off(puppets, puppet, "too many connections");
}

static void on_lost(void *arg, struct irc_puppet *puppet, enum irc_loss loss)
{
	struct irc_puppets *puppets = arg;

	if (loss == IRC_LOSS_KILLED)
		log_info(puppets->object, "puppet %s of %s: %s",
			irc_puppet_nick(puppet), puppet->id, puppet->why);
	else
		log_debug(puppets->object, "puppet %s of %s: %s",
			irc_puppet_nick(puppet), puppet->id, puppet->why);
	if (loss == IRC_LOSS_BANNED)
		irc_gate_on_banned(
			&puppets->gate, now_of(puppets), puppet->why);
	else if (loss == IRC_LOSS_REFUSED)
		irc_gate_on_refused(
			&puppets->gate, now_of(puppets), puppet->why);
	else if (loss == IRC_LOSS_THROTTLED && irc_puppet_is_too_many(puppet))
		lower(puppets, puppet->why);
	else if (loss == IRC_LOSS_THROTTLED)
		irc_gate_on_throttled(&puppets->gate, now_of(puppets));
	else if (!puppet->ready_ms)
		irc_gate_on_failed(&puppets->gate, puppet->why);
	wake(puppets);
}

static void on_due(void *arg)
{
	wake(arg);
}

static void on_channel(void *arg, struct irc_puppet *puppet,
	const char *channel, bool joined, const char *why)
{
	struct irc_puppets *puppets = arg;

	if (joined)
		irc_sight_recognise(&puppets->sight, puppet, channel);
	puppets->params.channel(
		puppets->params.arg, puppet, channel, joined, why);
}

static void on_kicked(
	void *arg, struct irc_puppet *puppet, const struct irc_message *kick)
{
	struct irc_puppets *puppets = arg;

	puppets->params.kicked(puppets->params.arg, puppet, kick);
}

static void on_message(
	void *arg, struct irc_puppet *puppet, const struct irc_message *message)
{
	struct irc_puppets *puppets = arg;

	puppets->params.message(puppets->params.arg, puppet, message);
}

static const struct irc_puppet_events puppet_events = {
	.changed = on_changed,
	.lost = on_lost,
	.due = on_due,
	.channel = on_channel,
	.kicked = on_kicked,
	.message = on_message,
};

/* --- what the main connection sees --- */

static bool is_in_sight(void *arg, const char *nick)
{
	const struct irc_puppets *puppets = arg;

	return puppets->params.is_in_sight(puppets->params.arg, nick);
}

void irc_puppets_before(
	struct irc_puppets *puppets, const struct irc_message *message)
{
	irc_ours_before(&puppets->sight.ours, message);
}

void irc_puppets_after(
	struct irc_puppets *puppets, const struct irc_message *message)
{
	irc_ours_after(&puppets->sight.ours, message);
}

void irc_puppets_on_main(struct irc_puppets *puppets, enum irc_conn_state state)
{
	struct irc_puppet *puppet;

	irc_sight_changed(&puppets->sight);
	if (state == IRC_CONN_READY) {
		/* What it sees from now on is new. */
		for (puppet = puppets->all; puppet; puppet = puppet->hh.next)
			puppet->dead_links = 0;
		if (puppets->ghosts_until_ms)
			puppets->ghosts_until_ms = now_of(puppets) + GHOSTS_MS;
		wake(puppets);
	} else if (state != IRC_CONN_CLOSING) {
		irc_ours_clear(&puppets->sight.ours);
	}
}

void irc_puppets_recall(
	struct irc_puppets *puppets, const char *id, const char *name)
{
	irc_ghosts_add(&puppets->sight.ghosts, &puppets->settings, id, name);
	puppets->ghosts_until_ms = now_of(puppets) + GHOSTS_MS;
	wake(puppets);
}

const char *irc_puppets_owner(
	const struct irc_puppets *puppets, const struct irc_source *source)
{
	return puppets ? irc_ours_find(&puppets->sight.ours, source) : NULL;
}

/* --- all of them --- */

struct irc_puppets *irc_puppets_new(
	struct loop *loop, const struct irc_puppets_params *params)
{
	struct irc_puppets *puppets = xcalloc(1, sizeof(*puppets));

	puppets->loop = loop;
	puppets->params = *params;
	puppets->object = xasprintf("irc %s", params->network);
	irc_conn_params_copy(&puppets->conn, params->conn);
	irc_puppet_settings_copy(&puppets->settings, params->settings);
	irc_sight_init(&puppets->sight, &(const struct irc_sight_params){
						.main = params->main,
						.all = &puppets->all,
						.going = &puppets->going,
						.is_in_sight = is_in_sight,
						.arg = puppets,
					});
	puppets->gate = (struct irc_gate){
		.object = puppets->object,
		.settings = &puppets->settings,
		.next_ms = loop_now_ms(loop),
	};
	puppets->timer = timer_new(loop, on_timer, puppets);
	return puppets;
}

void irc_puppets_free(struct irc_puppets *puppets)
{
	struct irc_puppet *puppet, *next;

	if (!puppets)
		return;
	HASH_ITER (hh, puppets->all, puppet, next) {
		HASH_DEL(puppets->all, puppet);
		irc_puppet_free(puppet);
	}
	HASH_ITER (hh, puppets->going, puppet, next) {
		HASH_DEL(puppets->going, puppet);
		irc_puppet_free(puppet);
	}
	irc_sight_release(&puppets->sight);
	irc_waiters_release(&puppets->waiters);
	timer_free(puppets->timer);
	irc_conn_params_release(&puppets->conn);
	irc_puppet_settings_release(&puppets->settings);
	free(puppets->object);
	free(puppets);
}

struct irc_puppet *irc_puppets_find(
	const struct irc_puppets *puppets, const char *id)
{
	struct irc_puppet *puppet;

	HASH_FIND_STR(puppets->all, id, puppet);
	return puppet;
}

struct irc_puppet *irc_puppets_get(struct irc_puppets *puppets, const char *id,
	const char *name, const char **ret_why)
{
	struct irc_puppet *puppet = irc_puppets_find(puppets, id);
	const struct irc_puppet_params params = {
		.loop = puppets->loop,
		.conn = &puppets->conn,
		.settings = &puppets->settings,
		.events = &puppet_events,
		.arg = puppets,
	};

	if (puppet) {
		irc_puppet_touch(puppet);
		irc_puppet_rename(puppet, name);
		return puppet;
	}
	const char *why = obstacle(puppets);
	if (why) {
		/* Those who are to make way go sooner. */
		if (!puppets->waiters.all)
			wake(puppets);
		irc_waiters_add(&puppets->waiters, id);
		*ret_why = why;
		return NULL;
	}
	irc_waiters_remove(&puppets->waiters, id);
	irc_sight_changed(&puppets->sight);
	puppet = irc_puppet_new(&params, id, name);
	HASH_ADD_KEYPTR(
		hh, puppets->all, puppet->id, strlen(puppet->id), puppet);
	wake(puppets);
	return puppet;
}

void irc_puppets_nick(const struct irc_puppets *puppets, const char *id,
	const char *name, char ret[IRC_NICK_BYTES])
{
	struct irc_nickname nickname;

	irc_nickname_make(&nickname, puppets->settings.nick, id, name);
	irc_nick_choice(
		&(struct irc_nick_wish){
			.wanted = nickname.base,
			.suffix = nickname.suffix,
			.nicklen = irc_conn_isupport(puppets->params.main)
					   ->nicklen,
		},
		0, ret);
}

void irc_puppets_stop(struct irc_puppets *puppets, const char *reason)
{
	struct irc_puppet *puppet, *next;

	puppets->is_stopping = true;
	HASH_ITER (hh, puppets->all, puppet, next)
		send_off(puppets, puppet, reason);
}

bool irc_puppets_is_stopping(const struct irc_puppets *puppets)
{
	return puppets->is_stopping;
}

bool irc_puppets_is_down(const struct irc_puppets *puppets)
{
	const struct irc_puppet *puppet;

	for (puppet = puppets->going; puppet; puppet = puppet->hh.next)
		if (!irc_puppet_is_down(puppet))
			return false;
	return !puppets->all;
}

void irc_puppets_describe(const struct irc_puppets *puppets, struct buf *out)
{
	size_t all = HASH_COUNT(puppets->all);
	size_t waiting = all - count_ready(puppets);

	buf_addf(out, ", %zu puppet%s (", all, str_plural(all));
	if (waiting)
		buf_addf(out, "%zu connecting, ", waiting);
	buf_addf(out, "limit %zu)",
		irc_gate_limit(&puppets->gate, now_of(puppets)));
}
