/*
 * What only the files of this room may know of a loop: the libevent base under
 * it. Both pointers belong to the loop.
 */
#ifndef NET_LOOP_PRIVATE_H
#define NET_LOOP_PRIVATE_H

#include "net/loop.h"
#include "util/attr.h"

#include <stdbool.h>

struct event_base;
struct evdns_base;
struct tls_share;

struct event_base *loop_base(struct loop *loop);
/*
 * The resolver, made at first use: most programs never resolve a name. Each
 * acquire is released once; one released as stale goes when nobody uses it, so
 * that the next reads resolv.conf anew.
 */
struct evdns_base *loop_dns_acquire(struct loop *loop);
void loop_dns_release(struct loop *loop, bool is_stale);

/* The list of net/tls_share.h; empty when the loop is freed. */
struct tls_share **loop_tls_shares(struct loop *loop);

/*
 * Something that outlives its owner for a moment, like a killed process that
 * is not gone yet: loop_free() waits for the release, but not long.
 */
void loop_hold(struct loop *loop);
void loop_release(struct loop *loop);

/* libevent, libcurl and OpenSSL return NULL from their constructors when
 * memory is out: abort then. */
void *net_must(void *p) MUST_CHECK;

#endif
