#include "net/resolve.h"

#include "net/loop_private.h"
#include "util/alloc.h"

#include <event2/dns.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct resolve {
	struct loop *loop;
	char *host;
	uint16_t port;
	resolve_fn *fn; /* NULL: cancelled */
	void *arg;
	struct timer *ready;
	/* NULL when there is no lookup, or evdns answered already. */
	struct evdns_getaddrinfo_request *request;
	bool in_lookup; /* evdns will call back */
	struct address addresses[RESOLVE_MAX_ADDRESSES];
	size_t count;
	int error; /* EVUTIL_EAI_... */
};

static const struct {
	int error;
	const char *text;
} resolve_errors[] = {
	{EVUTIL_EAI_NONAME, "there is no such name"},
	{EVUTIL_EAI_NODATA, "it has no address"},
	{EVUTIL_EAI_AGAIN, "the name server does not answer"},
	{EVUTIL_EAI_FAIL, "the name server failed"},
};

static const char *resolve_error_text(int error)
{
	for (size_t i = 0; i < ARRAY_LEN(resolve_errors); i++)
		if (resolve_errors[i].error == error)
			return resolve_errors[i].text;
	return error ? evutil_gai_strerror(error) : "it has no address";
}

static void resolve_free(struct resolve *resolve)
{
	timer_free(resolve->ready);
	free(resolve->host);
	free(resolve);
}

static void resolve_on_ready(void *arg)
{
	struct resolve *resolve = arg;
	char why[512] = "";
	const struct resolve_answer answer = {
		.addresses = resolve->addresses,
		.count = resolve->count,
		.why = why,
	};

	if (resolve->count == 0)
		snprintf(why, sizeof(why), "name %s does not resolve: %s",
			resolve->host, resolve_error_text(resolve->error));
	resolve->fn(&answer, resolve->arg);
	resolve_free(resolve);
}

static void resolve_add(
	struct resolve *resolve, const struct sockaddr *sa, socklen_t len)
{
	if (resolve->count < RESOLVE_MAX_ADDRESSES &&
		address_copy(sa, len, resolve->port,
			&resolve->addresses[resolve->count]) == 0)
		resolve->count++;
}

static void resolve_on_dns(int error, struct evutil_addrinfo *found, void *arg)
{
	struct resolve *resolve = arg;

	resolve->in_lookup = false;
	resolve->request = NULL;
	resolve->error = error;
	for (struct evutil_addrinfo *ai = found; ai; ai = ai->ai_next)
		resolve_add(resolve, ai->ai_addr, (socklen_t)ai->ai_addrlen);
	if (found)
		evutil_freeaddrinfo(found);
	/* The servers of resolv.conf may have changed: look again next time. */
	loop_dns_release(
		resolve->loop, error != 0 && error != EVUTIL_EAI_CANCEL);
	if (resolve->fn)
		timer_arm(resolve->ready, 0);
	else
		resolve_free(resolve);
}

static void resolve_look_up(struct resolve *resolve)
{
	const struct evutil_addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_protocol = IPPROTO_TCP,
		/* Do not wait for AAAA where there is no IPv6. */
		.ai_flags = EVUTIL_AI_ADDRCONFIG,
	};
	struct evdns_base *dns = loop_dns_acquire(resolve->loop);
	struct evdns_getaddrinfo_request *request;

	/* It may call back at once, and then returns NULL. */
	resolve->in_lookup = true;
	request = evdns_getaddrinfo(
		dns, resolve->host, NULL, &hints, resolve_on_dns, resolve);
	if (resolve->in_lookup)
		resolve->request = request;
}

static bool resolve_literal(struct resolve *resolve)
{
	if (address_parse(
		    resolve->host, resolve->port, &resolve->addresses[0]) != 0)
		return false;
	resolve->count = 1;
	return true;
}

struct resolve *resolve_start(struct loop *loop, const char *host,
	uint16_t port, resolve_fn *fn, void *arg)
{
	struct resolve *resolve = xcalloc(1, sizeof(*resolve));

	resolve->loop = loop;
	resolve->host = xstrdup(host);
	resolve->port = port;
	resolve->fn = fn;
	resolve->arg = arg;
	resolve->ready = timer_new(loop, resolve_on_ready, resolve);
	if (resolve_literal(resolve))
		timer_arm(resolve->ready, 0);
	else
		resolve_look_up(resolve);
	return resolve;
}

void resolve_cancel(struct resolve *resolve)
{
	if (!resolve)
		return;
	resolve->fn = NULL;
	if (!resolve->in_lookup) {
		resolve_free(resolve);
		return;
	}
	/* evdns calls back with EVUTIL_EAI_CANCEL, and that frees it. */
	timer_cancel(resolve->ready);
	evdns_getaddrinfo_cancel(resolve->request);
}
