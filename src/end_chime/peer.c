#include "end_chime/peer.h"

#include "util/alloc.h"
#include "util/json.h"
#include "util/log.h"
#include "util/str.h"

#include <stdlib.h>

struct peer {
	struct loop *loop;
	struct peer_params params;
	char *object, *channel, *puppet, *peer;
	struct chime_call *call;
	int64_t looked_ms; /* monotonic; 0: never */
	int64_t gone_ms;   /* monotonic; 0: is there, as far as is known */
	bool closed;
};

struct peer *peer_new(struct loop *loop, const struct peer_params *params)
{
	struct peer *p = xcalloc(1, sizeof(*p));
	p->loop = loop;
	p->params = *params;
	p->object = xstrdup(params->object);
	p->channel = xstrdup(params->channel);
	p->puppet = xstrdup(params->puppet);
	p->peer = xstrdup(params->peer);
	return p;
}

static void peer_free(void *arg)
{
	struct peer *p = arg;
	free(p->object);
	free(p->channel);
	free(p->puppet);
	free(p->peer);
	free(p);
}

void peer_close(struct peer *p)
{
	if (!p || p->closed)
		return;
	p->closed = true;
	if (p->call)
		chime_cancel(TAKE(p->call));
	loop_defer(p->loop, peer_free, p);
}

static void call(struct peer *p, enum chime_op op, chime_fn *fn)
{
	json_t AUTOJSON *members = json_object();
	const struct chime_request request = {
		.op = op,
		.members = members,
		.priority = CHIME_LIVE,
		.max_attempts = 2,
	};
	json_set_string(members, "ChannelArn", p->channel);
	json_set_string(members, "MemberArn", p->peer);
	json_set_string(members, "ChimeBearer", p->puppet);
	if (op == CHIME_CREATE_CHANNEL_MEMBERSHIP)
		json_set_string(members, "Type", "DEFAULT");
	p->call = chime_start(p->params.client, &request, fn, p);
}

static void seen(struct peer *p)
{
	p->looked_ms = loop_now_ms(p->loop);
	p->gone_ms = 0;
}

void peer_heard(struct peer *p, const char *arn)
{
	if (p && str_eq(p->peer, arn))
		seen(p);
}

void peer_move(struct peer *p, const char *channel)
{
	if (!p)
		return;
	bool is_waited_for = p->call != NULL;
	if (p->call)
		chime_cancel(TAKE(p->call));
	set_string(&p->channel, channel);
	seen(p);
	if (is_waited_for)
		p->params.known(p->params.arg);
}

static void peer_on_looked(const struct chime_result *result, void *arg)
{
	struct peer *p = arg;
	p->call = NULL;
	p->looked_ms = loop_now_ms(p->loop);
	p->gone_ms = result->error == CHIME_NOT_FOUND ? p->looked_ms : 0;
	if (p->gone_ms)
		log_info(p->object, "%s has left the conversation", p->peer);
	p->params.known(p->params.arg);
}

static void peer_on_added(const struct chime_result *result, void *arg)
{
	struct peer *p = arg;
	p->call = NULL;
	p->looked_ms = loop_now_ms(p->loop);
	p->gone_ms = p->looked_ms;
	if (result->error == CHIME_OK || result->error == CHIME_CONFLICT)
		p->gone_ms = 0;
	else
		log_warn(p->object, "%s cannot be asked back: %s", p->peer,
			result->message);
	p->params.known(p->params.arg);
}

enum peer_answer peer_ask(struct peer *p)
{
	if (!p)
		return PEER_HERE;
	if (p->call)
		return PEER_WAIT;
	int64_t now_ms = loop_now_ms(p->loop);
	if (p->gone_ms && now_ms - p->gone_ms < PEER_AGAIN_MS)
		return PEER_GONE;
	if (p->gone_ms) {
		call(p, CHIME_CREATE_CHANNEL_MEMBERSHIP, peer_on_added);
		return PEER_WAIT;
	}
	if (p->looked_ms && now_ms - p->looked_ms < PEER_LOOK_MS)
		return PEER_HERE;
	call(p, CHIME_DESCRIBE_CHANNEL_MEMBERSHIP, peer_on_looked);
	return PEER_WAIT;
}
