#include "irc_people/census.h"

#include "irc/numeric.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdlib.h>
#include <utlist.h>

struct irc_census_request {
	struct irc_census_request *prev;
	struct irc_census_request *next;
	char *channel;
	bool names; /* still to be asked for */
	irc_census_fn *fn;
	void *arg;
};

struct irc_census {
	struct irc_conn *conn;
	struct irc_census_request *requests;
	struct irc_census_request *asked; /* the first of them, or NULL */
	bool in_names;                    /* what is waited for */
	struct timer *timer; /* due when the next can be asked, or to give up */
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
	request->fn(request->arg, is_complete);
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

	census->in_names = request->names;
	request->names = false;
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
	census->asked = census->requests;
	if (census->asked)
		census_put(census);
}

struct irc_census *irc_census_new(struct loop *loop, struct irc_conn *conn)
{
	struct irc_census *census = xcalloc(1, sizeof(*census));

	census->conn = conn;
	census->timer = timer_new(loop, census_on_timer, census);
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
	free(census);
}

struct irc_census_request *irc_census_ask(struct irc_census *census,
	const char *channel, bool names, irc_census_fn *fn, void *arg)
{
	struct irc_census_request *request = xcalloc(1, sizeof(*request));

	request->channel = xstrdup(channel);
	request->names = names;
	request->fn = fn;
	request->arg = arg;
	DL_APPEND(census->requests, request);
	if (!census->asked)
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
