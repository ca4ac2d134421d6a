#include "end_chime/expel.h"

#include "util/alloc.h"
#include "util/json.h"
#include "util/log.h"
#include "util/str.h"
#include "util/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

/* One who has to go; or who cannot be made to. */
struct leaver {
	struct leaver *prev, *next;
	char *arn;
	char *name;
	char *actor, *reason; /* or NULL */
	int64_t until_ms;     /* monotonic: cannot be made to until then */
};

struct expel {
	struct loop *loop;
	struct expel_params params;
	char *object, *channel, *bridge;
	struct timer *timer;
	struct leaver *waiting; /* the call is about the first */
	unsigned waiting_count;
	struct leaver *kept;
	unsigned kept_count;
	struct chime_call *call;
	int64_t barred_until_ms; /* monotonic; 0: nobody said so */
	bool closed;
};

static void expel_on_timer(void *arg);

struct expel *expel_new(struct loop *loop, const struct expel_params *params)
{
	struct expel *e = xcalloc(1, sizeof(*e));
	e->loop = loop;
	e->params = *params;
	e->object = xstrdup(params->object);
	e->channel = xstrdup(params->channel);
	e->bridge = xstrdup(params->bridge);
	e->timer = timer_new(loop, expel_on_timer, e);
	return e;
}

static void leaver_free(struct leaver *leaver)
{
	free(leaver->arn);
	free(leaver->name);
	free(leaver->actor);
	free(leaver->reason);
	free(leaver);
}

static void expel_free(void *arg)
{
	struct expel *e = arg;
	struct leaver *leaver, *tmp;
	DL_FOREACH_SAFE (e->waiting, leaver, tmp)
		leaver_free(leaver);
	DL_FOREACH_SAFE (e->kept, leaver, tmp)
		leaver_free(leaver);
	free(e->object);
	free(e->channel);
	free(e->bridge);
	free(e);
}

void expel_close(struct expel *e)
{
	if (!e || e->closed)
		return;
	e->closed = true;
	if (e->call)
		chime_cancel(TAKE(e->call));
	timer_free(TAKE(e->timer));
	loop_defer(e->loop, expel_free, e);
}

static bool has(const struct leaver *list, const char *arn)
{
	const struct leaver *leaver;
	DL_FOREACH (list, leaver)
		if (str_eq(leaver->arn, arn))
			return true;
	return false;
}

static bool is_barred(const struct expel *e)
{
	return e->barred_until_ms && loop_now_ms(e->loop) < e->barred_until_ms;
}

static void drop_kept(struct expel *e, struct leaver *leaver)
{
	DL_DELETE(e->kept, leaver);
	e->kept_count--;
	leaver_free(leaver);
}

/* Who was a moderator need not be one for ever. The first is the oldest. */
static bool is_kept(struct expel *e, const char *arn)
{
	while (e->kept && e->kept->until_ms <= loop_now_ms(e->loop))
		drop_kept(e, e->kept);
	return has(e->kept, arn);
}

/* One line, without what would look like more than that. */
static char *cleaned(const char *text, size_t bytes)
{
	struct buf AUTOBUF whole;
	struct buf out;
	buf_init(&whole, 8192);
	buf_init(&out, 8192);
	utf8_repair(&whole, text, strlen(text));
	for (size_t at = 0; at < whole.len;) {
		uint32_t letter;
		size_t n =
			utf8_decode(whole.data + at, whole.len - at, &letter);
		if (n && !utf8_is_control(letter))
			buf_add(&out, whole.data + at, n);
		at += n ? n : 1;
	}
	if (out.len > bytes) {
		buf_truncate(&out, utf8_fit(out.data, out.len, bytes));
		buf_adds(&out, "\xe2\x80\xa6");
	}
	return buf_take(&out);
}

static char *cleaned_null(const char *text, size_t bytes)
{
	return text && *text ? cleaned(text, bytes) : NULL;
}

static const char *name_of(const struct removal *removal)
{
	return removal->name && *removal->name
		       ? removal->name
		       : str_last_part(removal->person_id);
}

int expel_add(struct expel *e, const struct removal *removal)
{
	const char *arn = removal->person_id;
	if (!str_starts(arn, "arn:"))
		return -EINVAL;
	if (users_is_own(e->params.users, arn) || is_barred(e) ||
		is_kept(e, arn))
		return -EPERM;
	if (has(e->waiting, arn))
		return 0;
	if (e->waiting_count >= EXPEL_MAX)
		return -ENOBUFS;
	struct leaver *leaver = xcalloc(1, sizeof(*leaver));
	leaver->arn = xstrdup(arn);
	leaver->name = cleaned(name_of(removal), EXPEL_NAME_BYTES);
	leaver->actor = cleaned_null(removal->actor, EXPEL_NAME_BYTES);
	leaver->reason = cleaned_null(removal->reason, EXPEL_REASON_BYTES);
	DL_APPEND(e->waiting, leaver);
	e->waiting_count++;
	if (e->waiting_count == 1)
		timer_arm(e->timer, 0);
	return 0;
}

/* "al was removed by bob (IRC): enough" */
static void say(struct expel *e, const struct leaver *leaver, const char *more)
{
	char *AUTOFREE text = xasprintf("%s %s removed by %s (IRC)%s%s%s",
		leaver->name, more ? "was to be" : "was",
		leaver->actor ? leaver->actor : "somebody",
		leaver->reason ? ": " : "", str_or_empty(leaver->reason),
		str_or_empty(more));
	e->params.note(e->params.arg, text);
}

/* The first is dealt with: the next. */
static void take_first(struct expel *e)
{
	struct leaver *leaver = e->waiting;
	DL_DELETE(e->waiting, leaver);
	e->waiting_count--;
	leaver_free(leaver);
	if (e->waiting && !e->closed)
		timer_arm(e->timer, 0);
}

static void keep_first(struct expel *e)
{
	struct leaver *leaver = xcalloc(1, sizeof(*leaver));
	leaver->arn = xstrdup(e->waiting->arn);
	leaver->until_ms = loop_now_ms(e->loop) + EXPEL_BARRED_MS;
	DL_APPEND(e->kept, leaver);
	if (e->kept_count++ >= EXPEL_KEPT_MAX)
		drop_kept(e, e->kept);
}

/* Whom does the refusal concern? */
static void expel_on_proof(const struct chime_result *result, void *arg)
{
	struct expel *e = arg;
	const struct leaver *leaver = e->waiting;
	e->call = NULL;
	if (result->error == CHIME_OK) {
		keep_first(e);
	} else if (result->error == CHIME_FORBIDDEN ||
		   result->error == CHIME_NOT_FOUND) {
		e->barred_until_ms = loop_now_ms(e->loop) + EXPEL_BARRED_MS;
		log_warn(e->object,
			"the bridge's user may remove nobody from the "
			"channel: it is not a moderator of it");
	}
	say(e, leaver, " (not possible here)");
	take_first(e);
}

static void call(
	struct expel *e, enum chime_op op, const char *whom, chime_fn *fn)
{
	json_t AUTOJSON *members = json_object();
	const struct chime_request request = {
		.op = op,
		.members = members,
		.priority = CHIME_LIVE,
	};
	json_set_string(members, "ChannelArn", e->channel);
	json_set_string(members,
		op == CHIME_DELETE_CHANNEL_MEMBERSHIP ? "MemberArn"
						      : "AppInstanceUserArn",
		whom);
	json_set_string(members, "ChimeBearer", e->bridge);
	e->call = chime_start(e->params.client, &request, fn, e);
}

static bool is_gone(const struct chime_result *result)
{
	return result->error == CHIME_OK || result->error == CHIME_NOT_FOUND;
}

static void expel_on_removed(const struct chime_result *result, void *arg)
{
	struct expel *e = arg;
	const struct leaver *leaver = e->waiting;
	e->call = NULL;
	if (is_gone(result)) {
		e->params.removed(e->params.arg);
		say(e, leaver, NULL);
	} else if (result->error == CHIME_FORBIDDEN) {
		call(e, CHIME_DESCRIBE_CHANNEL_MODERATED_BY_USER, e->bridge,
			expel_on_proof);
		return;
	} else {
		log_warn(e->object, "%s cannot be removed: %s", leaver->arn,
			result->message);
	}
	take_first(e);
}

static void expel_on_timer(void *arg)
{
	struct expel *e = arg;
	if (e->waiting && !is_barred(e)) {
		call(e, CHIME_DELETE_CHANNEL_MEMBERSHIP, e->waiting->arn,
			expel_on_removed);
		return;
	}
	if (e->waiting) {
		say(e, e->waiting, " (not possible here)");
		take_first(e);
	}
}
