#include "end_irc/cast.h"

#include "end_irc/cast_private.h"
#include "end_irc/render.h"
#include "irc/casemap.h"
#include "irc/loss.h"
#include "irc_words/shown_name.h"
#include "irc_words/words.h"
#include "model/store.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/str.h"
#include "util/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

static const char fact_space[] = "irc-shown";

static int64_t now_of(const struct irc_cast *cast)
{
	return loop_now_ms(cast->loop);
}

/* --- roles -------------------------------------------------------------------
 */

struct irc_role *irc_cast_find(const struct irc_cast *cast, const char *id)
{
	struct irc_role *role;

	HASH_FIND_STR(cast->roles, id, role);
	return role;
}

struct irc_role *irc_cast_get(
	struct irc_cast *cast, const char *id, const char *name)
{
	struct irc_role *role = irc_cast_find(cast, id);

	if (!role) {
		role = xcalloc(1, sizeof(*role));
		role->id = xstrdup(id);
		HASH_ADD_KEYPTR(
			hh, cast->roles, role->id, strlen(role->id), role);
	}
	if (name)
		set_string(&role->name, name);
	return role;
}

static void role_free(struct irc_cast *cast, struct irc_role *role)
{
	if (role->is_working)
		DL_DELETE(cast->work, role);
	HASH_DEL(cast->roles, role);
	free(role->id);
	free(role->name);
	free(role);
}

static void look_at(struct irc_cast *cast, struct irc_role *role)
{
	if (!role->is_working)
		DL_APPEND(cast->work, role);
	role->is_working = true;
	timer_arm(cast->timer, 0);
}

static struct irc_puppet *puppet_of(
	const struct irc_cast *cast, const struct irc_role *role)
{
	return cast->params.puppets
		       ? irc_puppets_find(cast->params.puppets, role->id)
		       : NULL;
}

static bool is_on_stage(
	const struct irc_cast *cast, const struct irc_role *role)
{
	const struct irc_puppet *puppet = puppet_of(cast, role);

	return puppet && irc_puppet_is_in(puppet, cast->channel);
}

/* --- facts -------------------------------------------------------------------
 */

static void remember(const struct irc_cast *cast, const struct irc_role *role)
{
	char *AUTOFREE key = xasprintf("%s%s", cast->prefix, role->id);
	const struct store_record record = {
		.kind = STORE_FACT,
		.space = fact_space,
		.key = key,
		.value = role->is_shown ? str_or_empty(role->name) : NULL,
	};

	if (cast->params.store)
		store_append(cast->params.store, &record);
}

static void set_shown(
	struct irc_cast *cast, struct irc_role *role, bool is_shown)
{
	if (role->is_shown == is_shown)
		return;
	role->is_shown = is_shown;
	remember(cast, role);
}

void irc_cast_name(
	const struct irc_cast *cast, struct irc_role *role, const char *name)
{
	if (str_eq(role->name, name))
		return;
	set_string(&role->name, name);
	if (role->is_shown)
		remember(cast, role);
}

static void recall(const struct store_record *record, void *arg)
{
	struct irc_cast *cast = arg;
	const char *name = str_or_empty(record->value);

	if (!str_starts(record->key, cast->prefix))
		return;
	const char *id = record->key + strlen(cast->prefix);
	irc_cast_get(cast, id, name)->is_shown = true;
	irc_puppets_recall(cast->params.puppets, id, name);
}

/* --- answers -----------------------------------------------------------------
 */

static void tell(struct irc_cast *cast, const struct irc_role *role,
	const struct mirror_receipt *what)
{
	struct mirror_receipt receipt = *what;
	const struct end_sink *sink = cast->params.sink;
	char *AUTOFREE id = xstrdup(role->id);

	receipt.person_id = id;
	if (!cast->closed && sink->mirrored)
		sink->mirrored(sink->arg, &receipt);
}

/* By a ban, or since no nick was good enough. */
static bool is_turned_away(const struct irc_puppet *puppet)
{
	const char *why = irc_puppet_why(puppet);

	return irc_puppet_state(puppet) == IRC_PUPPET_OFF &&
	       (str_starts(why, irc_loss_name(IRC_LOSS_BANNED)) ||
		       str_starts(why, irc_loss_name(IRC_LOSS_UNSERVED)));
}

/* False while it cannot be said. Strings live as long as the puppet's do. */
static bool verdict(const struct irc_cast *cast, const struct irc_role *role,
	struct mirror_receipt *ret)
{
	const struct irc_puppet *puppet = puppet_of(cast, role);
	const char *refusal;

	*ret = (struct mirror_receipt){.is_here = true};
	if (role->dismissals) {
		ret->outcome = MIRROR_LATER;
		ret->why = "is to leave again";
	} else if (!puppet) {
		ret->outcome = MIRROR_NOT_SHOWN;
		ret->why = role->obstacle ? role->obstacle
					  : "the connection was given up";
	} else if (irc_puppet_is_in(puppet, cast->channel)) {
		ret->outcome = MIRROR_DONE;
	} else if ((refusal = irc_puppet_refusal(puppet, cast->channel))) {
		ret->outcome = MIRROR_REFUSED;
		ret->why = refusal;
	} else if (is_turned_away(puppet)) {
		ret->outcome = MIRROR_REFUSED;
		ret->why = irc_puppet_why(puppet);
	} else if (irc_puppet_wait_ms(puppet) > CAST_SOON_MS ||
		   now_of(cast) - role->asked_ms >= CAST_ADMIT_MS) {
		ret->outcome = MIRROR_LATER;
		ret->why = *irc_puppet_why(puppet) ? irc_puppet_why(puppet)
						   : "connecting takes long";
		ret->retry_ms = irc_puppet_wait_ms(puppet);
	} else {
		return false;
	}
	return true;
}

static void answer_asks(struct irc_cast *cast, struct irc_role *role)
{
	struct mirror_receipt receipt;

	if (!role->asks || !verdict(cast, role, &receipt))
		return;
	if (receipt.outcome == MIRROR_DONE)
		set_shown(cast, role, true);
	char *AUTOFREE why = xstrdup_null(receipt.why);
	receipt.why = why;
	while (role->asks && !cast->closed) {
		role->asks--;
		tell(cast, role, &receipt);
	}
}

static void answer_dismissals(struct irc_cast *cast, struct irc_role *role)
{
	const struct mirror_receipt done = {.outcome = MIRROR_DONE};

	while (role->dismissals && !role->asks && !cast->closed) {
		role->dismissals--;
		tell(cast, role, &done);
	}
}

/* What nobody has asked for: spoke and is there, or is not any more. */
static void notice_changes(struct irc_cast *cast, struct irc_role *role)
{
	bool is_here = is_on_stage(cast, role);
	bool is_gone = role->is_shown && cast->params.puppets &&
		       !puppet_of(cast, role) && role->obstacle;
	struct mirror_receipt receipt = {
		.is_here = is_here,
		.outcome = MIRROR_DONE,
	};

	if (is_gone && !role->is_idle) {
		receipt.is_here = true;
		receipt.outcome = MIRROR_NOT_SHOWN;
		receipt.why = role->obstacle;
	}
	if (role->asks || is_here == role->is_shown || (!is_here && !is_gone))
		return;
	set_shown(cast, role, is_here);
	tell(cast, role, &receipt);
}

static bool is_needed(const struct irc_cast *cast, const struct irc_role *role)
{
	int64_t now_ms = now_of(cast);

	return role->asks || role->dismissals || role->is_shown ||
	       role->away_until_ms > now_ms || puppet_of(cast, role);
}

static void review(struct irc_cast *cast, struct irc_role *role)
{
	DL_DELETE(cast->work, role);
	role->is_working = false;
	answer_asks(cast, role);
	if (!cast->closed)
		answer_dismissals(cast, role);
	if (!cast->closed)
		notice_changes(cast, role);
	if (cast->closed)
		return;
	if (!is_needed(cast, role)) {
		role_free(cast, role);
	} else if (role->asks && !role->is_working) {
		DL_APPEND(cast->work, role);
		role->is_working = true;
	}
}

static void on_timer(void *arg)
{
	struct irc_cast *cast = arg;
	struct irc_role *role;
	size_t n = 0;
	int64_t due_ms = INT64_MAX, at_ms;

	/* Those who have to wait go to the end: each once. */
	DL_COUNT(cast->work, role, n);
	while (n-- && !cast->closed && cast->work)
		review(cast, cast->work);
	if (cast->closed)
		return;
	DL_FOREACH (cast->work, role) {
		at_ms = role->asked_ms + CAST_ADMIT_MS;
		if (at_ms < due_ms)
			due_ms = at_ms;
	}
	if (cast->work && !timer_is_armed(cast->timer))
		timer_arm(cast->timer,
			due_ms > now_of(cast) ? due_ms - now_of(cast) : 0);
	cast->params.poke(cast->params.arg);
}

/* --- the bridge's wishes
 * ------------------------------------------------------- */

/* A puppet in the channel, made when there is none; else role->obstacle. */
static void bring(struct irc_cast *cast, struct irc_role *role)
{
	struct irc_puppet *puppet;

	role->obstacle = "people are spoken for by one connection here";
	role->is_idle = false;
	if (!cast->params.puppets)
		return;
	puppet = irc_puppets_get(
		cast->params.puppets, role->id, role->name, &role->obstacle);
	if (!puppet)
		return;
	role->obstacle = NULL;
	irc_puppet_join(puppet, cast->channel, cast->key);
}

void irc_cast_return(struct irc_cast *cast)
{
	struct irc_role *role, *next;

	HASH_ITER (hh, cast->roles, role, next) {
		const struct irc_puppet *puppet = puppet_of(cast, role);
		/* It may be there for another channel, or have just left. */
		if (!role->is_shown ||
			(puppet && irc_puppet_is_wanted(puppet, cast->channel)))
			continue;
		bring(cast, role);
		look_at(cast, role);
	}
}

/* Whom the channel has refused would ask again ever more slowly. */
static void try_again(struct irc_cast *cast, const struct irc_role *role)
{
	struct irc_puppet *puppet = puppet_of(cast, role);

	if (puppet && irc_puppet_refusal(puppet, cast->channel))
		irc_puppet_part(puppet, cast->channel, NULL);
}

void irc_cast_admit(struct irc_cast *cast, const struct person *person)
{
	struct irc_role *role = irc_cast_get(cast, person->id, NULL);

	irc_cast_name(cast, role, str_or_empty(person->name));
	role->asks++;
	role->asked_ms = now_of(cast);
	role->away_until_ms = 0;
	role->mute_until_ms = 0;
	try_again(cast, role);
	bring(cast, role);
	look_at(cast, role);
}

static void leave(
	struct irc_cast *cast, const struct irc_role *role, const char *reason)
{
	struct irc_puppet *puppet = puppet_of(cast, role);

	if (puppet)
		irc_puppet_part(puppet, cast->channel, reason);
}

void irc_cast_dismiss(struct irc_cast *cast, const struct removal *removal)
{
	struct irc_role *role = irc_cast_get(cast, removal->person_id, NULL);
	struct buf AUTOBUF reason;

	buf_init(&reason, 512);
	if (removal->actor) {
		buf_adds(&reason, "removed by ");
		shown_name(&reason, removal->actor, false);
		buf_adds(&reason, removal->reason ? ": " : "");
	}
	if (removal->reason)
		buf_add(&reason, removal->reason,
			utf8_fit(
				removal->reason, strlen(removal->reason), 200));
	leave(cast, role, reason.len ? reason.data : "has left the channel");
	set_shown(cast, role, false);
	role->dismissals++;
	look_at(cast, role);
}

void irc_cast_each(struct irc_cast *cast,
	void (*fn)(void *arg, const struct shown *shown), void *arg)
{
	struct irc_role *role, *next;

	HASH_ITER (hh, cast->roles, role, next) {
		const struct irc_puppet *puppet = puppet_of(cast, role);
		const struct shown shown = {
			.person_id = role->id,
			.name = str_or_empty(role->name),
			.as = puppet ? irc_puppet_nick(puppet) : "",
		};
		if (role->is_shown)
			fn(arg, &shown);
	}
}

void irc_cast_has_read(
	struct irc_cast *cast, const char *person_id, int64_t at_ms)
{
	struct irc_role *role = irc_cast_find(cast, person_id);

	if (!role || at_ms <= role->read_ms || !is_on_stage(cast, role))
		return;
	/* Where there are no markers there is nothing to say. */
	if (irc_conn_mark_read(irc_puppet_conn(puppet_of(cast, role)),
		    cast->channel, at_ms) == 0)
		role->read_ms = at_ms;
}

/* --- what happens to puppets
 * ----------------------------------------------------- */

void irc_cast_changed(struct irc_cast *cast, const struct irc_puppet *puppet)
{
	struct irc_role *role = irc_cast_find(cast, irc_puppet_id(puppet));

	if (!role)
		return;
	if (irc_puppet_state(puppet) == IRC_PUPPET_GOING && !role->obstacle) {
		role->obstacle = "the connection was given up";
		role->is_idle = irc_puppet_is_idle(puppet);
	}
	look_at(cast, role);
}

static void tell_removal(const struct irc_cast *cast,
	const struct irc_puppet *puppet, const struct irc_message *kick)
{
	const struct end_sink *sink = cast->params.sink;
	const char *nick = kick->source.nick;
	const char *reason = irc_message_param(kick, 2);
	struct buf AUTOBUF actor;
	struct text AUTOTEXT words;
	struct presence presence = {
		.kind = PRESENCE_REMOVED,
		.origin = ORIGIN_SELF,
		.person =
			{
				.id = irc_puppet_id(puppet),
				.name = irc_puppet_name(puppet),
			},
	};

	buf_init(&actor, 4 * IRC_SOURCE_BYTES);
	text_init(&words, RENDER_PAYLOAD_BYTES);
	utf8_from_irc(&actor, nick, strlen(nick));
	words_from_irc(&words, reason, strlen(reason));
	presence.actor = actor.len ? actor.data : NULL;
	presence.reason = text_is_empty(&words) ? NULL : text_plain(&words);
	if (sink->presence)
		sink->presence(sink->arg, &presence);
}

void irc_cast_kicked(struct irc_cast *cast, const struct irc_puppet *puppet,
	const struct irc_message *kick)
{
	struct irc_role *role = irc_cast_find(cast, irc_puppet_id(puppet));

	if (role) {
		role->away_until_ms = now_of(cast) + CAST_AWAY_MS;
		set_shown(cast, role, false);
		look_at(cast, role);
	}
	tell_removal(cast, puppet, kick);
}

void irc_cast_vacant(struct irc_cast *cast, const char *id)
{
	struct irc_role *role = irc_cast_find(cast, id);
	const struct end_sink *sink = cast->params.sink;
	const struct mirror_receipt again = {
		.person_id = id,
		.is_here = true,
		.outcome = MIRROR_LATER,
		.why = "there is a place now",
	};

	if (role && (role->asks || role->is_shown)) {
		/* That there was none is not told yet. */
		bring(cast, role);
		look_at(cast, role);
	} else if (sink->mirrored) {
		sink->mirrored(sink->arg, &again);
	}
}

/* --- life
 * ---------------------------------------------------------------------- */

struct irc_cast *irc_cast_new(
	struct loop *loop, const struct irc_cast_params *params)
{
	struct irc_cast *cast = xcalloc(1, sizeof(*cast));
	const struct store_query query = {
		.kind = STORE_FACT,
		.space = fact_space,
	};
	char *AUTOFREE folded =
		irc_casemap_fold_dup(IRC_CASEMAP_RFC1459, params->channel);

	cast->loop = loop;
	cast->params = *params;
	cast->channel = xstrdup(params->channel);
	cast->key = xstrdup_null(params->key);
	cast->prefix = xasprintf("%s %s ", params->network, folded);
	cast->timer = timer_new(loop, on_timer, cast);
	/* Forgotten is nobody but seen: whoever asks again is admitted. */
	if (params->store && params->puppets &&
		store_each(params->store, &query, recall, cast) < 0)
		log_error(params->channel,
			"who is shown on IRC cannot be read from the state");
	return cast;
}

static void cast_free(void *arg)
{
	struct irc_cast *cast = arg;
	struct irc_role *role, *next;

	HASH_ITER (hh, cast->roles, role, next)
		role_free(cast, role);
	timer_free(cast->timer);
	free(cast->channel);
	free(cast->key);
	free(cast->prefix);
	free(cast);
}

void irc_cast_close(struct irc_cast *cast)
{
	struct irc_role *role, *next;

	if (!cast || cast->closed)
		return;
	cast->closed = true;
	timer_cancel(cast->timer);
	/* Another room may be made for the channel at once. */
	HASH_ITER (hh, cast->roles, role, next) {
		struct irc_puppet *puppet = puppet_of(cast, role);
		if (puppet)
			irc_puppet_part_soon(puppet, cast->channel);
	}
	loop_defer(cast->loop, cast_free, cast);
}
