#include "end_chime/marks.h"

#include "chime/decode.h"
#include "util/alloc.h"
#include "util/json.h"
#include "util/log.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

/* In the order in which they are asked about. */
struct speaker {
	struct speaker *prev, *next;
	char *arn;
	int64_t spoke_ms; /* monotonic */
};

struct marks {
	struct loop *loop;
	struct marks_params params;
	char *object, *channel, *bearer;
	struct timer *timer;
	struct chime_call *call;
	char *asked; /* whom that is about */
	struct speaker *speakers;
	unsigned count;
	bool is_allowed; /* has been answered once */
	bool is_stopped;
	bool closed;
};

static void marks_on_timer(void *arg);

struct marks *marks_new(struct loop *loop, const struct marks_params *params)
{
	struct marks *m = xcalloc(1, sizeof(*m));
	m->loop = loop;
	m->params = *params;
	m->object = xstrdup(params->object);
	m->channel = xstrdup(params->channel);
	m->bearer = xstrdup(params->bearer);
	m->timer = timer_new(loop, marks_on_timer, m);
	return m;
}

static void forget(struct marks *m, struct speaker *speaker)
{
	DL_DELETE(m->speakers, speaker);
	m->count--;
	free(speaker->arn);
	free(speaker);
}

static void forget_all(struct marks *m)
{
	while (m->speakers)
		forget(m, m->speakers);
}

static void marks_free(void *arg)
{
	struct marks *m = arg;
	free(m->asked);
	free(m->object);
	free(m->channel);
	free(m->bearer);
	free(m);
}

void marks_stop(struct marks *m)
{
	m->is_stopped = true;
	timer_cancel(m->timer);
	if (m->call)
		chime_cancel(TAKE(m->call));
	forget_all(m);
}

void marks_close(struct marks *m)
{
	if (!m || m->closed)
		return;
	marks_stop(m);
	m->closed = true;
	timer_free(TAKE(m->timer));
	loop_defer(m->loop, marks_free, m);
}

static struct speaker *find(const struct marks *m, const char *arn)
{
	struct speaker *speaker;
	DL_FOREACH (m->speakers, speaker)
		if (strcmp(speaker->arn, arn) == 0)
			return speaker;
	return NULL;
}

/* Who was answered before may ask: this one is not a member any more. */
static void refused(struct marks *m, const struct chime_result *result)
{
	struct speaker *speaker = find(m, m->asked);
	if (!m->is_allowed) {
		log_debug(m->object,
			"how far people have read is not for us to know: %s",
			result->message);
		marks_stop(m);
	} else if (speaker) {
		forget(m, speaker);
	}
}

static void marks_on_described(const struct chime_result *result, void *arg)
{
	struct marks *m = arg;
	struct chime_channel channel;
	m->call = NULL;
	timer_arm(m->timer, MARKS_EVERY_MS);
	if (result->error == CHIME_FORBIDDEN)
		refused(m, result);
	if (result->error != CHIME_OK)
		return;
	m->is_allowed = true;
	chime_decode_channel(
		json_object_get(result->body, "ChannelMembership"), &channel);
	if (channel.read_marker_ms)
		m->params.has_read(
			m->params.arg, m->asked, channel.read_marker_ms);
}

static void ask_about(struct marks *m, const struct speaker *speaker)
{
	json_t AUTOJSON *members = json_object();
	const struct chime_request request = {
		.op = CHIME_DESCRIBE_CHANNEL_MEMBERSHIP_FOR_USER,
		.members = members,
		.priority = CHIME_BACKGROUND,
		.max_attempts = 1,
	};
	json_set_string(members, "ChannelArn", m->channel);
	json_set_string(members, "AppInstanceUserArn", speaker->arn);
	json_set_string(members, "ChimeBearer", m->bearer);
	set_string(&m->asked, speaker->arn);
	m->call =
		chime_start(m->params.client, &request, marks_on_described, m);
}

static void forget_silent(struct marks *m)
{
	int64_t now_ms = loop_now_ms(m->loop);
	struct speaker *speaker, *tmp;
	DL_FOREACH_SAFE (m->speakers, speaker, tmp)
		if (now_ms - speaker->spoke_ms >= MARKS_SPOKE_MS)
			forget(m, speaker);
}

static void marks_on_timer(void *arg)
{
	struct marks *m = arg;
	forget_silent(m);
	if (!m->speakers)
		return;
	struct speaker *speaker = m->speakers;
	DL_DELETE(m->speakers, speaker);
	DL_APPEND(m->speakers, speaker);
	ask_about(m, speaker);
}

static void make_room(struct marks *m)
{
	struct speaker *oldest = m->speakers, *speaker;
	DL_FOREACH (m->speakers, speaker)
		if (speaker->spoke_ms < oldest->spoke_ms)
			oldest = speaker;
	forget(m, oldest);
}

static struct speaker *add(struct marks *m, const char *arn)
{
	struct speaker *speaker = xcalloc(1, sizeof(*speaker));
	speaker->arn = xstrdup(arn);
	DL_PREPEND(m->speakers, speaker);
	m->count++;
	return speaker;
}

void marks_spoke(struct marks *m, const char *arn)
{
	if (m->is_stopped)
		return;
	struct speaker *speaker = find(m, arn);
	if (!speaker && m->count >= MARKS_MAX)
		make_room(m);
	if (!speaker)
		speaker = add(m, arn);
	speaker->spoke_ms = loop_now_ms(m->loop);
	if (!m->call && !timer_is_armed(m->timer))
		timer_arm(m->timer, MARKS_EVERY_MS);
}
