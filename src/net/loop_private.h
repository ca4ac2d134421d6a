/*
 * What only the files of this room may know of a loop: the libevent base under
 * it. Both pointers belong to the loop.
 */
#ifndef NET_LOOP_PRIVATE_H
#define NET_LOOP_PRIVATE_H

#include "net/loop.h"
#include "util/attr.h"

struct event_base;
struct evdns_base;

struct event_base *loop_base(struct loop *loop);
/* Made at the first call: most programs never resolve a name. */
struct evdns_base *loop_dns(struct loop *loop);

/* libevent, libcurl and OpenSSL return NULL from their constructors when
 * memory is out: abort then. */
void *net_must(void *p) MUST_CHECK;

#endif
