/*
 * The inside of a client, for client.c and call.c only.
 */
#ifndef CHIME_CLIENT_PRIVATE_H
#define CHIME_CLIENT_PRIVATE_H

#include "aws/sigv4.h"
#include "chime/client.h"
#include "chime/endpoint.h"
#include "net/http.h"
#include "util/buf.h"

struct chime_client {
	struct loop *loop;
	struct http *http;
	struct creds *creds; /* borrowed */
	struct budget *budget;
	char *region;
	struct endpoint endpoints[CHIME_PLANE_COUNT];
	int64_t deadline_ms;
	int64_t clock_offset_ms;  /* service's clock minus ours */
	struct chime_call *calls; /* a list of those that exist */
	size_t call_count;
	struct chime_stats stats;
	uint64_t counts[CHIME_OP_COUNT][CHIME_ERROR_COUNT];
	/* Used by one request at a time, kept to save allocations. */
	struct sigv4_signed out;
	struct buf url;
	struct buf lines; /* header lines, each ended by a NUL */
};

#endif
