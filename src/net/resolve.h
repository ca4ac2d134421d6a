/*
 * A host name to addresses, without blocking: address literals at once,
 * /etc/hosts, then DNS (evdns).
 */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include "net/address.h"
#include "net/loop.h"
#include "util/attr.h"

#include <stddef.h>
#include <stdint.h>

enum { RESOLVE_MAX_ADDRESSES = 16 };

struct resolve;

/* Borrowed: valid inside the callback only. */
struct resolve_answer {
	const struct address *addresses;
	size_t count;    /* 0: see why */
	const char *why; /* "name irc.example does not resolve: ..." */
};

typedef void resolve_fn(const struct resolve_answer *answer, void *arg);

/*
 * The callback comes once, never from inside this function; afterwards the
 * handle is gone. There is no deadline but that of DNS: cancel it.
 */
struct resolve *resolve_start(struct loop *loop, const char *host,
	uint16_t port, resolve_fn *fn, void *arg) MUST_CHECK;
/* The callback never comes. NULL is fine. */
void resolve_cancel(struct resolve *resolve);

#endif
