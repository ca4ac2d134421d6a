#include "end_chime/markers.h"

#include "util/alloc.h"
#include "util/hash.h"
#include "util/json.h"
#include "util/log.h"

#include <stdlib.h>
#include <string.h>

/* The same failure is said again after this long. */
enum { LOG_MS = 60 * 60 * 1000 };

struct marked {
	char *arn;
	int64_t due_ms; /* monotonic: not before */
	bool is_wanted;
	UT_hash_handle hh;
};

struct markers {
	struct loop *loop;
	struct chime_client *client;
	const struct users *users;
	char *object, *channel, *bridge;
	struct chime_call *read_call;
	int64_t read_due_ms; /* monotonic */
	struct log_once read_log;
	int64_t read_barred_ms; /* until then; 0: never was */
	struct chime_call *spoke_call;
	struct marked *moving; /* whose call that is */
	struct marked *puppets;
	struct timer *timer;
	struct log_once spoke_log;
	int64_t spoke_barred_ms; /* all of them, until then */
	bool closed;
};

static void markers_on_timer(void *arg);

struct markers *markers_new(
	struct loop *loop, const struct markers_params *params)
{
	struct markers *m = xcalloc(1, sizeof(*m));
	m->loop = loop;
	m->client = params->client;
	m->users = params->users;
	m->object = xstrdup(params->object);
	m->channel = xstrdup(params->channel);
	m->bridge = xstrdup(params->bridge);
	m->timer = timer_new(loop, markers_on_timer, m);
	return m;
}

static void forget(struct markers *m, struct marked *puppet)
{
	HASH_DEL(m->puppets, puppet);
	free(puppet->arn);
	free(puppet);
}

static void markers_free(void *arg)
{
	struct markers *m = arg;
	struct marked *puppet, *tmp;
	HASH_ITER (hh, m->puppets, puppet, tmp)
		forget(m, puppet);
	free(m->object);
	free(m->channel);
	free(m->bridge);
	free(m);
}

void markers_close(struct markers *m)
{
	if (!m || m->closed)
		return;
	m->closed = true;
	if (m->read_call)
		chime_cancel(TAKE(m->read_call));
	if (m->spoke_call)
		chime_cancel(TAKE(m->spoke_call));
	timer_free(TAKE(m->timer));
	loop_defer(m->loop, markers_free, m);
}

static struct chime_call *move(
	struct markers *m, const char *bearer, chime_fn *fn)
{
	json_t AUTOJSON *members = json_object();
	const struct chime_request request = {
		.op = CHIME_UPDATE_CHANNEL_READ_MARKER,
		.members = members,
		.priority = CHIME_BACKGROUND,
		.max_attempts = 1,
	};
	json_set_string(members, "ChannelArn", m->channel);
	json_set_string(members, "ChimeBearer", bearer);
	return chime_start(m->client, &request, fn, m);
}

static bool is_barred(const struct markers *m, int64_t until_ms)
{
	return until_ms && loop_now_ms(m->loop) < until_ms;
}

static bool is_final(const struct chime_result *result)
{
	return result->error == CHIME_FORBIDDEN ||
	       result->error == CHIME_NOT_FOUND;
}

static void tell(const struct markers *m, struct log_once *once,
	const char *bearer, const struct chime_result *result)
{
	if (result->error == CHIME_OK ||
		!log_once_is_news(once, result->message, LOG_MS))
		return;
	log_warn(m->object, "the read marker of %s cannot be moved: %s%s",
		bearer, result->message,
		is_final(result) ? "; it is left where it is" : "");
}

/* --- the bridge's own ------------------------------------------------------
 */

static void markers_on_read(const struct chime_result *result, void *arg)
{
	struct markers *m = arg;
	m->read_call = NULL;
	if (is_final(result))
		m->read_barred_ms = loop_now_ms(m->loop) + MARKERS_BARRED_MS;
	tell(m, &m->read_log, m->bridge, result);
}

bool markers_read(struct markers *m)
{
	int64_t now_ms = loop_now_ms(m->loop);
	if (is_barred(m, m->read_barred_ms))
		return true;
	if (m->read_call || now_ms < m->read_due_ms)
		return false;
	m->read_due_ms = now_ms + MARKERS_READ_MS;
	m->read_call = move(m, m->bridge, markers_on_read);
	return true;
}

/* --- those of puppets ------------------------------------------------------
 */

static void pump(struct markers *m);

static void markers_on_spoke(const struct chime_result *result, void *arg)
{
	struct markers *m = arg;
	struct marked *puppet = TAKE(m->moving);
	m->spoke_call = NULL;
	if (is_final(result))
		puppet->due_ms = loop_now_ms(m->loop) + MARKERS_BARRED_MS;
	if (chime_error_is_policy(result->error, result->code))
		m->spoke_barred_ms = puppet->due_ms;
	tell(m, &m->spoke_log, puppet->arn, result);
	pump(m);
}

static void move_puppet(struct markers *m, struct marked *puppet)
{
	puppet->is_wanted = false;
	puppet->due_ms = loop_now_ms(m->loop) + MARKERS_SPOKE_MS;
	m->moving = puppet;
	m->spoke_call = move(m, puppet->arn, markers_on_spoke);
}

static bool is_member(const struct markers *m, const struct marked *puppet)
{
	char *AUTOFREE person = users_person(m->users, puppet->arn);
	return person && users_is_member(m->users, person, m->channel);
}

/* Forgets those of whom there is nothing to remember. Returns the one that is
 * due first. */
static struct marked *next_of(struct markers *m)
{
	int64_t now_ms = loop_now_ms(m->loop);
	struct marked *next = NULL, *puppet, *tmp;
	HASH_ITER (hh, m->puppets, puppet, tmp) {
		if (puppet->due_ms <= now_ms && !is_member(m, puppet))
			puppet->is_wanted = false;
		if (!puppet->is_wanted && puppet->due_ms <= now_ms)
			forget(m, puppet);
		else if (puppet->is_wanted &&
			 (!next || puppet->due_ms < next->due_ms))
			next = puppet;
	}
	return next;
}

static void pump(struct markers *m)
{
	if (m->spoke_call || is_barred(m, m->spoke_barred_ms))
		return;
	struct marked *next = next_of(m);
	int64_t now_ms = loop_now_ms(m->loop);
	if (next && next->due_ms <= now_ms)
		move_puppet(m, next);
	else if (next)
		timer_arm(m->timer, next->due_ms - now_ms);
}

static void markers_on_timer(void *arg)
{
	pump(arg);
}

static struct marked *add(struct markers *m, const char *arn)
{
	struct marked *puppet;
	if (HASH_COUNT(m->puppets) >= MARKERS_PUPPETS_MAX)
		return NULL;
	puppet = xcalloc(1, sizeof(*puppet));
	puppet->arn = xstrdup(arn);
	HASH_ADD_KEYPTR(
		hh, m->puppets, puppet->arn, strlen(puppet->arn), puppet);
	return puppet;
}

void markers_spoke(struct markers *m, const char *arn)
{
	struct marked *puppet;
	if (is_barred(m, m->spoke_barred_ms))
		return;
	pump(m); /* makes room */
	HASH_FIND_STR(m->puppets, arn, puppet);
	if (!puppet)
		puppet = add(m, arn);
	if (!puppet)
		return;
	puppet->is_wanted = true;
	pump(m);
}
