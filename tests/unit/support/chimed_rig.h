/*
 * A chimed service on a database in memory, for tests: no signatures, one app
 * instance, the clock frozen at RIG_NOW_MS, and any operation as one call.
 * The user id "admin" is an admin. Setting up asserts.
 */
#ifndef SUPPORT_CHIMED_RIG_H
#define SUPPORT_CHIMED_RIG_H

#include "chime/operations.h"
#include "chimed/db.h"
#include "chimed/service.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { RIG_ARN_BYTES = 256 };
static const int64_t RIG_NOW_MS = 1611079200123;

struct rig {
	struct db *db;
	struct service *service;
	char instance[RIG_ARN_BYTES];
	/* Of the last call: */
	int status;
	const char *type; /* of an error, or NULL */
	json_t *body;     /* NULL: none */
};

void rig_init(struct rig *rig);
/* Another service on the same state: region, faults, limits as given. */
void rig_serve(struct rig *rig, struct service_params params);
void rig_release(struct rig *rig);
/* A request as it comes over the wire; returns the status. */
int rig_raw(struct rig *rig, const struct service_request *request);
/* Any operation; `fmt` and what follows are json_pack()'s, of its members. */
int rig_call(struct rig *rig, enum chime_op op, const char *bearer,
	const char *fmt, ...);
/* Member of the last body by "A.B.C" or "A.0.B"; NULL when absent. */
const json_t *rig_get(const struct rig *rig, const char *path);
/* The same as text, "" when it is none. */
const char *rig_text(const struct rig *rig, const char *path);
int64_t rig_time_ms(const struct rig *rig, const char *path);

/* These assert success; the ARN or id goes to `out`. */
void rig_user(struct rig *rig, const char *id, char out[RIG_ARN_BYTES]);
void rig_channel(struct rig *rig, const char *bearer, const char *mode,
	const char *privacy, char out[RIG_ARN_BYTES]);
void rig_join(struct rig *rig, const char *channel, const char *bearer,
	const char *member, const char *type);
void rig_send(struct rig *rig, const char *channel, const char *bearer,
	const char *content, char out[RIG_ARN_BYTES]);

#endif
