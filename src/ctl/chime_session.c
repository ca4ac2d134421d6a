#include "ctl/chime_session.h"

#include "aws/creds.h"
#include "chime/client.h"
#include "chime/paging.h"
#include "net/loop.h"
#include "util/alloc.h"

#include <stdio.h>
#include <stdlib.h>

/* Somebody waits: not for the whole deadline. */
enum { ATTEMPTS = 4 };

struct chime_session {
	struct loop *loop;
	struct creds *creds;
	struct chime_client *client;
	struct timer *timer;
};

/* One call under way. */
struct waiting {
	struct loop *loop;
	const struct chime_operation *operation;
	struct chime_answered *answered;
	json_t *items; /* of all pages so far */
};

static void session_on_timer(void *arg)
{
	struct chime_session *session = arg;

	loop_stop(session->loop);
}

struct chime_session *chime_session_new(
	const struct chime_target *target, struct err *err)
{
	struct chime_session *session = xcalloc(1, sizeof(*session));
	struct creds_params creds_params = {
		.profile = target->profile,
		.credentials_file = target->credentials_file,
	};
	struct chime_client_params params = {
		.region = target->region,
		.messaging_endpoint = target->messaging_endpoint,
		.identity_endpoint = target->identity_endpoint,
		.ca_file = target->ca_file,
		.user_agent = "belfryctl",
	};

	session->loop = loop_new();
	session->timer = timer_new(session->loop, session_on_timer, session);
	session->creds = creds_new(session->loop, &creds_params);
	params.creds = session->creds;
	session->client = chime_client_new(session->loop, &params, err);
	if (session->client)
		return session;
	chime_session_free(session);
	return NULL;
}

void chime_session_free(struct chime_session *session)
{
	if (!session)
		return;
	if (session->client)
		chime_client_free(session->client);
	creds_free(session->creds);
	timer_free(session->timer);
	loop_free(session->loop);
	free(session);
}

static void take_result(
	struct chime_answered *answered, const struct chime_result *result)
{
	answered->error = result->error;
	answered->body = json_incref(result->body);
	snprintf(answered->message, sizeof(answered->message), "%s",
		result->message);
}

static void waiting_on_answer(const struct chime_result *result, void *arg)
{
	struct waiting *waiting = arg;

	take_result(waiting->answered, result);
	loop_stop(waiting->loop);
}

static struct chime_request request_of(enum chime_op op, json_t *members)
{
	return (struct chime_request){
		.op = op,
		.members = members,
		.priority = CHIME_LIVE,
		.max_attempts = ATTEMPTS,
	};
}

void chime_session_call(struct chime_session *session, enum chime_op op,
	json_t *members, struct chime_answered *ret)
{
	struct chime_request request = request_of(op, members);
	struct waiting waiting = {.loop = session->loop, .answered = ret};

	*ret = (struct chime_answered){.error = CHIME_OK};
	if (chime_start(session->client, &request, waiting_on_answer, &waiting))
		loop_run(session->loop);
}

/* The last page's answer with the items of all. */
static json_t *body_of_pages(
	const struct waiting *waiting, const struct chime_page *page)
{
	json_t *body = page->result->body ? json_copy(page->result->body)
					  : json_object();

	json_object_set(body, waiting->operation->list, waiting->items);
	if (!page->truncated)
		json_object_del(body, "NextToken");
	return body;
}

static bool waiting_on_page(const struct chime_page *page, void *arg)
{
	struct waiting *waiting = arg;

	if (page->restarted)
		json_array_clear(waiting->items);
	if (page->items)
		json_array_extend(waiting->items, page->items);
	if (!page->last)
		return true;
	take_result(waiting->answered, page->result);
	json_decref(TAKE(waiting->answered->body));
	if (page->result->error == CHIME_OK)
		waiting->answered->body = body_of_pages(waiting, page);
	loop_stop(waiting->loop);
	return true;
}

void chime_session_list(struct chime_session *session, enum chime_op op,
	json_t *members, struct chime_answered *ret)
{
	struct chime_request request = request_of(op, members);
	struct waiting waiting = {
		.loop = session->loop,
		.operation = chime_operation(op),
		.answered = ret,
		.items = json_array(),
	};

	*ret = (struct chime_answered){.error = CHIME_OK};
	if (chime_paging_start(
		    session->client, &request, 0, waiting_on_page, &waiting))
		loop_run(session->loop);
	json_decref(waiting.items);
}

void chime_answered_release(struct chime_answered *answered)
{
	json_decref(TAKE(answered->body));
}

void chime_session_pause(struct chime_session *session, int64_t ms)
{
	timer_arm(session->timer, ms);
	loop_run(session->loop);
}
