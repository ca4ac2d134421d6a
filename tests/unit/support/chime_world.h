/*
 * A service with a script, for tests of the Chime client: each request gets
 * the next answer of a list (the last one for ever), and what came is kept.
 * Every signature is checked. Time stands still and is moved on by
 * world_until(), so that a minute of retries takes no time.
 */
#ifndef SUPPORT_CHIME_WORLD_H
#define SUPPORT_CHIME_WORLD_H

#include "chime/client.h"
#include "net/httpd.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORLD_APP "arn:aws:chime:us-east-1:1:app-instance/a"
#define WORLD_USER WORLD_APP "/user/bridge"
#define WORLD_CHANNEL WORLD_APP "/channel/c"

enum { WORLD_REQUESTS = 256, WORLD_HELD = 16 };

enum world_deed { WORLD_ANSWER, WORLD_CUT, WORLD_HOLD };

struct world_step {
	int status;
	const char *body; /* NULL: none */
	const char *type; /* x-amzn-ErrorType */
	const char *retry_after;
	enum world_deed deed;
};

struct world_request {
	char *method;
	char *target;
	char *body;
	char *date; /* x-amz-date */
	char *authorization;
	char *bearer; /* x-amz-chime-bearer */
	bool signed_well;
	int64_t at_ms; /* mono */
};

struct world {
	struct loop *loop;
	struct httpd *httpd;
	struct creds *creds;
	struct chime_client *client;
	struct sigv4_key key; /* what the service knows */
	char endpoint[64];
	const struct world_step *steps;
	size_t step_count;
	int64_t server_offset_ms; /* the service's clock minus ours */
	struct world_request requests[WORLD_REQUESTS];
	size_t request_count;
	struct httpd_request *held[WORLD_HELD];
	size_t held_count;
	/* Of the calls of world_send() and world_call(): */
	unsigned answers;
	enum chime_error error;
	int status;
	unsigned attempts;
	int64_t retry_after_ms;
	char message[512];
	char request_id[64];
	char *body; /* owned; NULL: none */
};

/* limits NULL: unlimited. */
void world_init(struct world *w, const struct budget_limits *limits);
void world_release(struct world *w);
void world_script(
	struct world *w, const struct world_step *steps, size_t count);

/* The members of a message with this text; a new reference. */
json_t *world_message(const char *content, const char *token);
/* Keeps what came of a call; `arg` is the world. */
void world_on_result(const struct chime_result *result, void *arg);
/* Starts a call and keeps the world's answer of it. */
struct chime_call *world_start(struct world *w, enum chime_op op,
	json_t *members, int64_t deadline_ms);
/* SendChannelMessage of "hello" with the token "t-1". */
struct chime_call *world_send(struct world *w);
struct chime_call *world_describe(struct world *w);

/* Moves time on, `step_ms` per turn, until so many answers have come. */
void world_until(struct world *w, unsigned answers, int64_t step_ms);
/* The same until the service has seen so many requests. */
void world_until_seen(struct world *w, size_t requests, int64_t step_ms);
/* Some turns in which nothing may be answered. */
void world_idle(struct world *w);

#endif
