#include "end_chime/poller.h"

#include "end_chime/bisect.h"
#include "end_chime/lookback.h"
#include "end_chime/page.h"
#include "util/alloc.h"
#include "util/backoff.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/log.h"
#include "util/rand.h"
#include "util/str.h"

#include <stdlib.h>

enum {
	PAGE = 50,
	/* Dates may be so far ahead of our clock; one that is further does not
	 * take the cursor with it, or it would hide all that is said until
	 * then. Nor is it talk when it is a day ahead: it is listed again
	 * each time. */
	AHEAD_MS = 60 * 1000,
	/* The pause after a listing, in times of what it took: who answers
	 * slowly, or is under load with us, is asked less often. */
	PAUSE_FACTOR = 10,
	FAILURES_TO_TELL = 3,
	RETRY_MAX_MS = 60 * 1000,
};

static const int64_t DAY_MS = 24 * 3600 * 1000;

struct poller {
	struct loop *loop;
	struct poller_params params;
	char *object, *channel, *bearer;
	struct timer *timer;
	struct chime_call *call;
	json_t *page; /* of which `next` is to be presented */
	size_t next;
	char *token;  /* of the page after it */
	bool busy;    /* waits for poller_resume() */
	bool single;  /* one message a page: a page was unreadable */
	bool probing; /* and this one is: where does it end? */
	struct bisect bisect;
	unsigned doubts;    /* bisections that found nothing in a row */
	int64_t doubted_at; /* with this as `passed` */
	bool active;        /* this pass has found something new */
	bool told;          /* the owner knows that it cannot be read, */
	bool told_people;   /* and that somebody must do something */
	bool closed;
	int64_t cursor; /* newest position presented; -1: unknown */
	int64_t from;   /* the earliest position of this pass */
	int64_t passed; /* the newest position presented in it */
	int64_t floor;  /* nothing before it is wanted */
	int64_t interval_ms;
	struct lookback back;
	int64_t asked_ms; /* monotonic: when the last call began, */
	int64_t took_ms;  /* and how long it took */
	int64_t due_ms;   /* of the next pass */
	unsigned failures;
	int64_t failing_since_ms;
	struct backoff backoff;
};

static void poller_on_timer(void *arg);
static void request_page(struct poller *p);

struct poller *poller_new(struct loop *loop, const struct poller_params *params)
{
	struct poller *p = xcalloc(1, sizeof(*p));
	p->loop = loop;
	p->params = *params;
	p->object = xstrdup(params->object);
	p->channel = xstrdup(params->channel);
	p->bearer = xstrdup(params->bearer);
	p->cursor = params->position;
	p->back.newest = params->position;
	p->back.overlap_ms = params->overlap_ms;
	p->interval_ms = params->min_ms;
	backoff_init(&p->backoff, params->min_ms, RETRY_MAX_MS);
	p->timer = timer_new(loop, poller_on_timer, p);
	timer_arm(p->timer, 0);
	return p;
}

static void poller_free(void *arg)
{
	struct poller *p = arg;
	json_decref(p->page);
	free(p->token);
	free(p->object);
	free(p->channel);
	free(p->bearer);
	free(p);
}

void poller_close(struct poller *p)
{
	if (!p || p->closed)
		return;
	p->closed = true;
	if (p->call)
		chime_cancel(TAKE(p->call));
	timer_free(TAKE(p->timer));
	loop_defer(p->loop, poller_free, p);
}

/* So that many pollers of one interval do not run in step. */
static int64_t with_jitter(int64_t ms)
{
	return ms - ms / 10 + rand_below((uint32_t)(ms / 5) + 1);
}

static void pass_in(struct poller *p, int64_t ms)
{
	p->due_ms = loop_now_ms(p->loop) + ms;
	timer_arm(p->timer, ms);
}

static int64_t shortest_ms(const struct poller *p)
{
	int64_t pause_ms = p->took_ms * PAUSE_FACTOR;
	if (pause_ms > p->params.max_ms)
		pause_ms = p->params.max_ms;
	return pause_ms > p->params.min_ms ? pause_ms : p->params.min_ms;
}

static void schedule(struct poller *p)
{
	if (p->active)
		p->interval_ms = 0;
	else
		p->interval_ms += p->interval_ms / 2 + 1;
	if (p->interval_ms < shortest_ms(p))
		p->interval_ms = shortest_ms(p);
	if (p->interval_ms > p->params.max_ms)
		p->interval_ms = p->params.max_ms;
	pass_in(p, with_jitter(p->interval_ms));
}

void poller_set_pace(struct poller *p, int64_t min_ms, int64_t max_ms)
{
	p->params.min_ms = min_ms;
	p->params.max_ms = max_ms;
	if (p->interval_ms < min_ms)
		p->interval_ms = min_ms;
	if (p->interval_ms <= max_ms)
		return;
	p->interval_ms = max_ms;
	if (!p->call && !p->page && !p->failures)
		pass_in(p, with_jitter(max_ms));
}

bool poller_needs_people(const struct poller *p)
{
	return p->told_people;
}

void poller_poke(struct poller *p)
{
	p->interval_ms = shortest_ms(p);
	int64_t due_ms = loop_now_ms(p->loop) + p->interval_ms;
	/* Only ever earlier: who is poked without end polls all the same. */
	if (!p->call && !p->page && !p->failures && due_ms < p->due_ms)
		pass_in(p, p->interval_ms);
}

static void begin_pass(struct poller *p)
{
	p->active = false;
	p->from = lookback_begin(&p->back, p->cursor, loop_now_ms(p->loop)) - 1;
	if (p->from < p->floor)
		p->from = p->floor;
	p->passed = p->from - 1;
	set_string(&p->token, NULL);
	request_page(p);
}

static int64_t service_now_ms(const struct poller *p)
{
	struct chime_stats stats;
	chime_client_stats(p->params.client, &stats);
	return clock_wall_ms() + stats.clock_offset_ms;
}

/* One of this date was presented; no date is later than the limit. */
static void presented(struct poller *p, int64_t created_ms, int64_t limit)
{
	int64_t position = created_ms < limit ? created_ms : limit;
	if (position > p->passed)
		p->passed = position;
	if (position > p->cursor)
		p->cursor = position;
	if (created_ms <= p->back.newest || created_ms > limit + DAY_MS)
		return;
	p->back.newest = created_ms;
	lookback_note(&p->back, position, loop_now_ms(p->loop));
	p->active = true;
}

/* Presents what is left of the page. False when the taker is busy. */
static bool present(struct poller *p)
{
	size_t count = json_array_size(p->page);
	int64_t limit = service_now_ms(p) + AHEAD_MS;
	while (p->next < count && !p->closed) {
		struct chime_message message;
		chime_decode_message(
			json_array_get(p->page, p->next), &message);
		if (!p->params.message(p->params.arg, &message)) {
			p->busy = true;
			return false;
		}
		p->next++;
		presented(p, message.created_ms, limit);
	}
	return !p->closed;
}

static void finish_page(struct poller *p)
{
	if (!present(p))
		return;
	json_decref(p->page);
	p->page = NULL;
	if (p->token) {
		request_page(p);
		return;
	}
	lookback_end(&p->back, loop_now_ms(p->loop));
	schedule(p);
	if (p->params.listed)
		p->params.listed(p->params.arg);
}

static void poller_on_timer(void *arg)
{
	struct poller *p = arg;
	if (p->page)
		finish_page(p);
	else
		begin_pass(p);
}

/* The rest of the page is presented from the loop. */
void poller_resume(struct poller *p)
{
	if (!p->busy || p->closed)
		return;
	p->busy = false;
	timer_arm(p->timer, 0);
}

static void recovered(struct poller *p)
{
	if (p->told) {
		log_info(p->object,
			"the Chime channel can be read again, "
			"after %lld s",
			(long long)(loop_now_ms(p->loop) -
				    p->failing_since_ms) /
				1000);
		p->params.state(p->params.arg, true, NULL);
	}
	p->told = p->told_people = false;
	p->failures = 0;
	p->doubts = 0;
	backoff_reset(&p->backoff);
}

/* Waiting is of no use for these: somebody has to do something. */
static bool needs_people(enum chime_error error)
{
	return error == CHIME_UNAUTHORIZED || error == CHIME_FORBIDDEN ||
	       error == CHIME_NOT_FOUND || error == CHIME_UNTRUSTED ||
	       error == CHIME_CREDENTIALS;
}

static void failed(struct poller *p, const struct chime_result *result)
{
	bool people = needs_people(result->error);
	if (!p->failures++)
		p->failing_since_ms = loop_now_ms(p->loop);
	bool news = !p->told && p->failures >= FAILURES_TO_TELL;
	if (news || (people && !p->told_people)) {
		p->told = true;
		p->told_people = people;
		log_warn(p->object, "the Chime channel cannot be read: %s%s",
			result->message, chime_error_advice(result->error));
		p->params.state(p->params.arg, false, result->message);
	}
	int64_t ms = backoff_next_ms(&p->backoff);
	if (people && result->status && ms < RETRY_MAX_MS / 2)
		ms = with_jitter(RETRY_MAX_MS / 2);
	if (result->retry_after_ms > ms)
		ms = result->retry_after_ms;
	if (!p->closed)
		timer_arm(p->timer, ms);
}

static void probe(struct poller *p);

static void found_bad(struct poller *p, int64_t position)
{
	log_error(p->object,
		"a message at %lld ms is unreadable and is left "
		"out",
		(long long)position);
	p->floor = position + 1;
	if (p->cursor < p->floor)
		p->cursor = p->floor;
}

/* Nothing is bad behind what was presented. When that happens again at the
 * same place the bad one is of the same ms, else it was a passing fault. */
static void found_nothing(struct poller *p)
{
	if (p->doubts && p->doubted_at != p->passed)
		p->doubts = 0;
	p->doubted_at = p->passed;
	if (++p->doubts > 1)
		found_bad(p, p->passed);
}

static void poller_on_probe(const struct chime_result *result, void *arg)
{
	struct poller *p = arg;
	bool bad = result->error == CHIME_MALFORMED;
	p->call = NULL;
	enum bisect_answer answer = BISECT_LOST;
	if (bad || result->error == CHIME_OK)
		answer = bisect_take(&p->bisect, !bad);
	if (answer == BISECT_ASK) {
		probe(p);
		return;
	}
	p->probing = p->single = false;
	if (answer == BISECT_LOST) {
		failed(p, result);
		return;
	}
	if (answer == BISECT_FOUND)
		found_bad(p, p->bisect.bad);
	else
		found_nothing(p);
	schedule(p);
}

/*
 * A page that is no JSON even after repair: its messages one by one; then,
 * by asking about longer and shorter times, where the bad one stands. It is
 * stepped over, aloud.
 */
static void malformed(struct poller *p, const struct chime_result *result)
{
	if (p->failures < 2) { /* a proxy's error page comes and goes */
		failed(p, result);
		return;
	}
	if (!p->single) {
		p->single = true;
		set_string(&p->token, NULL);
		request_page(p);
		return;
	}
	bisect_init(&p->bisect, p->passed + 1);
	p->probing = true;
	probe(p);
}

/* NULL at the end, which a token that comes again is as well. */
static void take_token(struct poller *p, const json_t *body)
{
	const char *token = json_get_string(body, "NextToken");
	bool follows = token && *token && !str_eq(token, p->token);
	set_string(&p->token, follows ? token : NULL);
}

static void poller_on_page(const struct chime_result *result, void *arg)
{
	struct poller *p = arg;
	p->call = NULL;
	p->took_ms = loop_now_ms(p->loop) - p->asked_ms;
	if (result->error == CHIME_BAD_REQUEST && p->token) {
		/* The token has expired: begin again at the cursor. */
		set_string(&p->token, NULL);
		schedule(p);
		return;
	}
	if (result->error == CHIME_MALFORMED) {
		malformed(p, result);
		return;
	}
	if (result->error != CHIME_OK) {
		failed(p, result);
		return;
	}
	if (!p->single)
		recovered(p);
	if (p->closed)
		return;
	take_token(p, result->body);
	if (!p->token)
		p->single = false;
	p->page = json_incref(json_object_get(result->body, "ChannelMessages"));
	page_order(p->page);
	p->next = 0;
	finish_page(p);
}

/* First time: where does the channel stand, by its own clock? */
static void poller_on_newest(const struct chime_result *result, void *arg)
{
	struct poller *p = arg;
	struct chime_message message = {0};
	p->call = NULL;
	bool unreadable = result->error == CHIME_MALFORMED && p->failures > 1;
	if (result->error != CHIME_OK && !unreadable) {
		failed(p, result);
		return;
	}
	recovered(p);
	chime_decode_message(
		json_array_get(
			json_object_get(result->body, "ChannelMessages"), 0),
		&message);
	p->cursor = message.created_ms ? message.created_ms + 1 : 0;
	if (unreadable) /* then by our own clock */
		p->cursor = clock_wall_ms();
	if (p->cursor > service_now_ms(p) + AHEAD_MS)
		p->cursor = service_now_ms(p);
	p->back.newest = p->cursor;
	p->floor = p->cursor;
	if (!p->closed)
		p->params.position_found(p->params.arg, p->cursor);
	if (!p->closed)
		schedule(p);
}

static void start_list(struct poller *p, json_t *members, chime_fn *fn)
{
	const struct chime_request request = {
		.op = CHIME_LIST_CHANNEL_MESSAGES,
		.members = members,
		.priority = CHIME_BACKGROUND,
		.max_attempts = 1, /* the poller has its own patience */
	};
	json_set_string(members, "ChannelArn", p->channel);
	json_set_string(members, "ChimeBearer", p->bearer);
	p->asked_ms = loop_now_ms(p->loop);
	p->call = chime_start(p->params.client, &request, fn, p);
	json_decref(members);
}

static void set_time(json_t *members, const char *name, int64_t ms)
{
	char text[CLOCK_ISO8601_BYTES];
	clock_format_iso8601(ms, text);
	json_set_string(members, name, text);
}

static void request_page(struct poller *p)
{
	json_t *members = json_object();
	if (p->cursor < 0) {
		json_set_string(members, "SortOrder", "DESCENDING");
		json_object_set_new(members, "MaxResults", json_integer(1));
		start_list(p, members, poller_on_newest);
		return;
	}
	if (p->from > 0)
		set_time(members, "NotBefore", p->from);
	json_set_string(members, "SortOrder", "ASCENDING");
	json_object_set_new(
		members, "MaxResults", json_integer(p->single ? 1 : PAGE));
	json_set_string(members, "NextToken", p->token);
	start_list(p, members, poller_on_page);
}

static void probe(struct poller *p)
{
	json_t *members = json_object();
	set_time(members, "NotBefore", p->bisect.from);
	if (p->bisect.until)
		set_time(members, "NotAfter", p->bisect.until);
	json_set_string(members, "SortOrder", "ASCENDING");
	json_object_set_new(members, "MaxResults", json_integer(1));
	start_list(p, members, poller_on_probe);
}
