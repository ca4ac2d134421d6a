#include "end_chime/reading.h"

#include "end_chime/inbound.h"
#include "end_chime/markers.h"
#include "end_chime/poller.h"
#include "util/alloc.h"
#include "util/log.h"
#include "util/step.h"

#include <stdlib.h>

struct reading {
	struct loop *loop;
	struct reading_params params;
	char *object;
	struct poller *poller;
	struct markers *markers; /* NULL: they are left alone */
	bool is_confirmed;       /* all that was presented */
	bool is_unmarked;        /* something was relayed since the marker */
	bool closed;
};

static int64_t clock_off_ms(const struct reading *r)
{
	struct chime_stats stats;
	chime_client_stats(r->params.client, &stats);
	return stats.clock_offset_ms;
}

static bool reading_on_message(void *arg, const struct chime_message *message)
{
	struct reading *r = arg;
	const struct end_sink *sink = r->params.sink;
	struct chime_inbound inbound;
	bool taken = true;
	step("message has come");
	if (message->sender_arn)
		r->params.heard(r->params.arg, message->sender_arn);
	chime_inbound_init(&inbound);
	if (chime_inbound_read(&inbound, r->params.users, message)) {
		inbound.event.clock_off_ms = clock_off_ms(r);
		taken = sink->event(sink->arg, &inbound.event) == END_TAKEN;
	}
	chime_inbound_release(&inbound);
	return taken;
}

/* The marker is set to the present: then nothing may lie in the channel that
 * was not relayed, which is known only when it has just been listed. */
static void reading_on_listed(void *arg)
{
	struct reading *r = arg;
	if (r->markers && r->is_confirmed && r->is_unmarked &&
		markers_read(r->markers))
		r->is_unmarked = false;
}

static void reading_on_position(void *arg, int64_t position)
{
	struct reading *r = arg;
	const struct end_sink *sink = r->params.sink;
	log_info(r->object, "what is said in Chime from now on is relayed");
	sink->position(sink->arg, position);
}

static void reading_on_state(void *arg, bool readable, const char *why)
{
	struct reading *r = arg;
	r->params.state(r->params.arg, readable, why);
}

static void start_poller(struct reading *r, const struct reading_params *p)
{
	const struct poller_params params = {
		.client = p->client,
		.object = p->object,
		.channel = p->channel,
		.bearer = p->bearer,
		.min_ms = p->min_ms,
		.max_ms = p->max_ms,
		.overlap_ms = p->overlap_ms,
		.position = p->position,
		.message = reading_on_message,
		.position_found = reading_on_position,
		.listed = reading_on_listed,
		.state = reading_on_state,
		.arg = r,
	};
	r->poller = poller_new(r->loop, &params);
}

static void start_markers(struct reading *r, const struct reading_params *p)
{
	const struct markers_params params = {
		.client = p->client,
		.users = p->users,
		.object = p->object,
		.channel = p->channel,
		.bridge = p->bearer,
	};
	if (p->markers)
		r->markers = markers_new(r->loop, &params);
}

struct reading *reading_new(
	struct loop *loop, const struct reading_params *params)
{
	struct reading *r = xcalloc(1, sizeof(*r));
	r->loop = loop;
	r->params = *params;
	r->object = xstrdup(params->object);
	start_markers(r, params);
	start_poller(r, params);
	return r;
}

static void reading_free(void *arg)
{
	struct reading *r = arg;
	free(r->object);
	free(r);
}

void reading_close(struct reading *r)
{
	if (!r || r->closed)
		return;
	r->closed = true;
	poller_close(TAKE(r->poller));
	markers_close(TAKE(r->markers));
	loop_defer(r->loop, reading_free, r);
}

void reading_resume(struct reading *r)
{
	poller_resume(r->poller);
}

void reading_poke(struct reading *r)
{
	poller_poke(r->poller);
}

void reading_set_pace(struct reading *r, int64_t min_ms, int64_t max_ms)
{
	poller_set_pace(r->poller, min_ms, max_ms);
}

void reading_confirmed(struct reading *r, bool all)
{
	r->is_confirmed = all;
	r->is_unmarked |= all;
}

void reading_spoke(struct reading *r, const char *puppet)
{
	if (r->markers)
		markers_spoke(r->markers, puppet);
}

bool reading_needs_people(const struct reading *r)
{
	return poller_needs_people(r->poller);
}
