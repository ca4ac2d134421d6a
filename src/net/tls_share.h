/*
 * One TLS profile for all streams that ask for the same: the store of trusted
 * certificates takes a megabyte and some milliseconds. It is read anew when one
 * of its files has changed on disk, and when nobody used it any more; streams
 * that run keep what they were made with.
 */
#ifndef NET_TLS_SHARE_H
#define NET_TLS_SHARE_H

#include "net/loop.h"
#include "net/tls.h"
#include "util/attr.h"

struct tls_share;

/* As tls_profile_new(). Each get is put back once. */
struct tls_share *tls_share_get(struct loop *loop,
	const struct tls_params *params, struct err *err) MUST_CHECK;
/* Not before the streams with its profile are closed. NULL is fine. */
void tls_share_put(struct tls_share *share);
struct tls_profile *tls_share_profile(const struct tls_share *share);

#endif
