#include "aws/creds.h"

#include "aws/creds_provider.h"
#include "util/alloc.h"
#include "util/clock.h"
#include "util/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <utlist.h>

enum {
	/* Between fetches while there is nothing: who asks sooner gets the
	 * last error again. */
	FAILED_PAUSE_MS = 1000,
};

enum param {
	ACCESS_KEY,
	SECRET,
	TOKEN,
	PROFILE,
	CREDENTIALS,
	CONFIG,
	PARAM_COUNT,
};

struct creds_wait {
	struct creds *creds;
	creds_fn *fn;
	void *arg;
	bool answering; /* which of the two lists it is in */
	struct creds_wait *prev, *next;
};

struct creds {
	struct loop *loop;
	struct creds_params params; /* points into `owned` */
	char *owned[PARAM_COUNT];
	struct timer *timer; /* answers who waits, renews */
	struct creds_wait *waiting;
	/* Whoever asks inside a callback waits for the next turn. */
	struct creds_wait *answering;
	struct sigv4_key key;
	bool has_key;
	int64_t expire_ms; /* wall; 0: never */
	char *source;
	int64_t fetched_ms; /* mono, of the last end of a fetch; 0: never */
	struct err last_err;
	bool fetching;
	size_t provider; /* being asked */
	struct creds_fetch fetch;
};

/* ---- the chain ---- */

static enum creds_outcome given_start(struct creds_fetch *fetch)
{
	const struct creds_params *params = fetch->params;
	if (!params->access_key)
		return CREDS_NONE;
	if (!params->secret) {
		err_set(&fetch->err, -EINVAL,
			"the access key %s has no "
			"secret",
			params->access_key);
		return CREDS_FAILED;
	}
	sigv4_key_init(&fetch->key, params->access_key, params->secret,
		params->session_token);
	fetch->source = xstrdup("given");
	return CREDS_FOUND;
}

static creds_start_fn *const providers[] = {
	given_start,
	creds_env_start,
	creds_profile_start,
	creds_process_start,
};

void creds_note(struct creds_fetch *fetch, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char AUTOFREE *text = xvasprintf(fmt, ap);
	va_end(ap);
	if (fetch->notes.len > 0)
		buf_adds(&fetch->notes, "; ");
	buf_adds(&fetch->notes, text);
}

static void answer_all(struct creds *creds)
{
	struct sigv4_key *key = creds->has_key ? &creds->key : NULL;
	struct creds_wait *wait;
	DL_FOREACH (creds->waiting, wait)
		wait->answering = true;
	DL_CONCAT(creds->answering, creds->waiting);
	creds->waiting = NULL;
	while ((wait = creds->answering)) {
		creds_fn *fn = wait->fn;
		void *arg = wait->arg;
		creds_cancel(wait);
		fn(key, &creds->last_err, arg);
	}
}

static void adopt(struct creds *creds)
{
	struct creds_fetch *fetch = &creds->fetch;
	sigv4_key_release(&creds->key);
	creds->key = fetch->key;
	fetch->key = (struct sigv4_key){.secret = NULL};
	creds->has_key = true;
	creds->expire_ms = fetch->expire_ms;
	free(creds->source);
	creds->source = TAKE(fetch->source);
	err_clear(&creds->last_err);
}

static void drop_expired(struct creds *creds)
{
	if (!creds->has_key || !creds->expire_ms ||
		clock_wall_ms() < creds->expire_ms)
		return;
	sigv4_key_release(&creds->key);
	creds->has_key = false;
}

static void fetch_end(struct creds *creds, enum creds_outcome outcome)
{
	struct creds_fetch *fetch = &creds->fetch;
	if (outcome == CREDS_FOUND)
		adopt(creds);
	else if (outcome == CREDS_FAILED)
		creds->last_err = fetch->err;
	else
		err_set(&creds->last_err, -ENOENT, "no AWS credentials: %s",
			fetch->notes.data);
	buf_release(&fetch->notes);
	creds->fetching = false;
	creds->fetched_ms = loop_now_ms(creds->loop);
	drop_expired(creds);
	timer_arm(creds->timer, 0);
}

/* Asks one provider after the other until one answers or takes its time. */
static void ask_on(struct creds *creds)
{
	enum creds_outcome outcome = CREDS_NONE;
	while (outcome == CREDS_NONE && creds->provider < ARRAY_LEN(providers))
		outcome = providers[creds->provider++](&creds->fetch);
	if (outcome != CREDS_PENDING)
		fetch_end(creds, outcome);
}

static void creds_on_done(struct creds_fetch *fetch, enum creds_outcome outcome)
{
	struct creds *creds =
		(struct creds *)((char *)fetch - offsetof(struct creds, fetch));
	if (outcome == CREDS_NONE)
		ask_on(creds);
	else
		fetch_end(creds, outcome);
}

static void fetch_start(struct creds *creds)
{
	creds->fetching = true;
	creds->provider = 0;
	creds->fetch = (struct creds_fetch){
		.loop = creds->loop,
		.params = &creds->params,
		.done = creds_on_done,
	};
	buf_init(&creds->fetch.notes, CREDS_NOTES_BYTES);
	ask_on(creds);
}

/* ---- deciding when ---- */

static bool is_paused(const struct creds *creds, int64_t pause_ms)
{
	return creds->fetched_ms != 0 &&
	       loop_now_ms(creds->loop) - creds->fetched_ms < pause_ms;
}

static bool needs_renewal(const struct creds *creds)
{
	return creds->expire_ms != 0 &&
	       clock_wall_ms() >= creds->expire_ms - CREDS_REFRESH_AHEAD_MS &&
	       !is_paused(creds, CREDS_RETRY_MS);
}

static void creds_on_timer(void *arg)
{
	struct creds *creds = arg;
	if (creds->fetching)
		return;
	drop_expired(creds);
	if (creds->has_key) {
		/* Those who wait need not wait for a renewal. */
		bool renew = needs_renewal(creds);
		answer_all(creds);
		if (renew && !creds->fetching)
			fetch_start(creds);
	} else if (creds->last_err.code && is_paused(creds, FAILED_PAUSE_MS)) {
		answer_all(creds);
	} else {
		fetch_start(creds);
	}
}

/* Keeps a copy and returns it. */
static const char *own(struct creds *creds, enum param which, const char *s)
{
	creds->owned[which] = xstrdup_null(s);
	return creds->owned[which];
}

struct creds *creds_new(struct loop *loop, const struct creds_params *params)
{
	struct creds *creds = xcalloc(1, sizeof(*creds));
	creds->loop = loop;
	creds->params = (struct creds_params){
		.access_key = own(creds, ACCESS_KEY, params->access_key),
		.secret = own(creds, SECRET, params->secret),
		.session_token = own(creds, TOKEN, params->session_token),
		.profile = own(creds, PROFILE, params->profile),
		.credentials_file =
			own(creds, CREDENTIALS, params->credentials_file),
		.config_file = own(creds, CONFIG, params->config_file),
	};
	creds->timer = timer_new(loop, creds_on_timer, creds);
	return creds;
}

void creds_free(struct creds *creds)
{
	if (!creds)
		return;
	while (creds->waiting)
		creds_cancel(creds->waiting);
	if (creds->fetch.child)
		child_cancel(creds->fetch.child);
	if (creds->fetching)
		buf_release(&creds->fetch.notes);
	sigv4_key_release(&creds->key);
	for (size_t i = 0; i < PARAM_COUNT; i++)
		creds_forget(creds->owned[i]);
	timer_free(creds->timer);
	free(creds->source);
	free(creds);
}

struct sigv4_key *creds_now(struct creds *creds)
{
	drop_expired(creds);
	if (!creds->has_key)
		return NULL;
	if (!creds->fetching && needs_renewal(creds))
		timer_arm(creds->timer, 0);
	return &creds->key;
}

struct creds_wait *creds_get(struct creds *creds, creds_fn *fn, void *arg)
{
	struct creds_wait *wait = xcalloc(1, sizeof(*wait));
	*wait = (struct creds_wait){.creds = creds, .fn = fn, .arg = arg};
	DL_APPEND(creds->waiting, wait);
	if (!creds->fetching)
		timer_arm(creds->timer, 0);
	return wait;
}

void creds_cancel(struct creds_wait *wait)
{
	struct creds *creds = wait->creds;
	if (wait->answering)
		DL_DELETE(creds->answering, wait);
	else
		DL_DELETE(creds->waiting, wait);
	free(wait);
}

void creds_invalidate(struct creds *creds, const char *access_key)
{
	if (!creds->has_key || !str_eq(creds->key.access_key, access_key))
		return;
	/* Fresh from the source and still refused: asking again now would
	 * bring the same. */
	if (is_paused(creds, CREDS_RETRY_MS))
		return;
	sigv4_key_release(&creds->key);
	creds->has_key = false;
}

const char *creds_source(const struct creds *creds)
{
	return creds->has_key ? creds->source : "none";
}

int64_t creds_expire_ms(const struct creds *creds)
{
	return creds->has_key ? creds->expire_ms : 0;
}
