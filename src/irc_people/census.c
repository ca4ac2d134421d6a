#include "irc_people/census.h"

#include "irc/channel.h"
#include "irc/numeric.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <utlist.h>

struct irc_census_request {
	struct irc_census_request *prev;
	struct irc_census_request *next;
	char *channel;
	enum irc_census_want want;
	irc_census_fn *fn;
	void *arg;
};

struct irc_census {
	struct irc_conn *conn;
	struct irc_census_request *requests;
	struct irc_census_request *asked; /* the first of them, or NULL */
	bool in_names;                    /* what is waited for */
	struct timer *timer; /* due when the next can be asked, or to give up */
	struct timer *known; /* some may be told without asking */
};

static void request_free(struct irc_census_request *request)
{
	free(request->channel);
	free(request);
}

static void census_next(struct irc_census *census)
{
	census->asked = NULL;
	timer_cancel(census->timer);
	if (census->requests)
		timer_arm(census->timer, 0);
}

static void census_end(struct irc_census *census, bool is_complete)
{
	struct irc_census_request *request = census->asked;

	DL_DELETE(census->requests, request);
	census_next(census);
	if (is_complete && census->requests)
		timer_arm(census->known, 0);
	request->fn(request->arg, is_complete);
	request_free(request);
}

/* Is there nothing to be asked for? */
static bool is_known(const struct irc_census *census,
	const struct irc_census_request *request)
{
	const struct irc_channel *channel =
		irc_conn_channel(census->conn, request->channel);

	return request->want == CENSUS_KNOWN && channel &&
	       irc_channel_who_known(channel);
}

/* The first that waits for this. */
static struct irc_census_request *first_that(
	const struct irc_census *census, bool is_to_be_known)
{
	struct irc_census_request *request;

	DL_FOREACH (census->requests, request)
		if (request != census->asked &&
			is_known(census, request) == is_to_be_known)
			return request;
	return NULL;
}

/* One in a turn: the callback may end others. */
static void census_on_known(void *arg)
{
	struct irc_census *census = arg;
	struct irc_census_request *request = first_that(census, true);

	if (!census->asked && census->requests)
		timer_arm(census->timer, 0);
	if (!request)
		return;
	timer_arm(census->known, 0);
	DL_DELETE(census->requests, request);
	request->fn(request->arg, true);
	request_free(request);
}

static int ask_names(struct irc_census *census, const char *channel)
{
	const struct irc_line line = {
		.command = "NAMES",
		.params = {channel},
	};

	return irc_conn_send(census->conn, IRC_PRIO_BULK, channel, &line);
}

/* One of its two questions. */
static void census_put(struct irc_census *census)
{
	struct irc_census_request *request = census->asked;
	int error;

	census->in_names = request->want == CENSUS_NAMES;
	if (census->in_names)
		request->want = CENSUS_WHO;
	error = census->in_names ? ask_names(census, request->channel)
				 : irc_conn_who(census->conn, request->channel);
	if (error < 0)
		census_end(census, false);
	else
		timer_arm(census->timer, CENSUS_ANSWER_MS);
}

static void census_on_timer(void *arg)
{
	struct irc_census *census = arg;

	if (census->asked) {
		census_end(census, false);
		return;
	}
	census->asked = first_that(census, false);
	if (census->asked)
		census_put(census);
	else if (census->requests)
		timer_arm(census->known, 0);
}

struct irc_census *irc_census_new(struct loop *loop, struct irc_conn *conn)
{
	struct irc_census *census = xcalloc(1, sizeof(*census));

	census->conn = conn;
	census->timer = timer_new(loop, census_on_timer, census);
	census->known = timer_new(loop, census_on_known, census);
	return census;
}

void irc_census_free(struct irc_census *census)
{
	struct irc_census_request *request;
	struct irc_census_request *next;

	if (!census)
		return;
	DL_FOREACH_SAFE (census->requests, request, next)
		request_free(request);
	timer_free(census->timer);
	timer_free(census->known);
	free(census);
}

struct irc_census_request *irc_census_ask(struct irc_census *census,
	const char *channel, enum irc_census_want want, irc_census_fn *fn,
	void *arg)
{
	struct irc_census_request *request = xcalloc(1, sizeof(*request));

	request->channel = xstrdup(channel);
	request->want = want;
	request->fn = fn;
	request->arg = arg;
	DL_APPEND(census->requests, request);
	if (is_known(census, request))
		timer_arm(census->known, 0);
	else if (!census->asked)
		timer_arm(census->timer, 0);
	return request;
}

void irc_census_cancel(
	struct irc_census *census, struct irc_census_request *request)
{
	if (!request)
		return;
	DL_DELETE(census->requests, request);
	if (census->asked == request)
		census_next(census);
	request_free(request);
}

static bool is_about(const struct irc_census *census, const char *channel)
{
	return census->asked &&
	       irc_casemap_equal(irc_conn_isupport(census->conn)->casemap,
		       channel, census->asked->channel);
}

/* "Please wait a while and try again": goes without. */
static bool is_refusal(
	const struct irc_census *census, const struct irc_message *message)
{
	static const char *const commands[] = {"WHO", "NAMES"};
	const char *command = irc_message_param(message, 1);

	return census->asked && message->numeric == RPL_TRYAGAIN &&
	       str_eq_nocase(command, commands[census->in_names]);
}

void irc_census_take(
	struct irc_census *census, const struct irc_message *message)
{
	int end = census->in_names ? RPL_ENDOFNAMES : RPL_ENDOFWHO;

	if (is_refusal(census, message)) {
		census_end(census, false);
		return;
	}
	if (message->numeric != end ||
		!is_about(census, irc_message_param(message, 1)))
		return;
	if (census->in_names)
		census_put(census);
	else
		census_end(census, true);
}
