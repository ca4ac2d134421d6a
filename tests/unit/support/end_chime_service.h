/*
 * Chime with a person behind it, for tests of the Chime end: expect a request,
 * look at it, answer it. Built on chime_world.h (time stands still until the
 * test moves it); with a store of facts.
 */
#ifndef SUPPORT_END_CHIME_SERVICE_H
#define SUPPORT_END_CHIME_SERVICE_H

#include "chime_world.h"
#include "fake_store.h"

#include "chime_users/users.h"

#include <jansson.h>

struct service {
	struct world w;
	struct fake_store store;
	/* Of the request expected last: */
	json_t *body;     /* NULL: none */
	char *bytes;      /* the same as it was sent */
	char bearer[256]; /* as in service_expect() */
};

void service_init(struct service *s);
void service_release(struct service *s);
/* The users of WORLD_APP, shown as "{nick}"; the caller frees them. */
struct users *service_users(struct service *s);

/*
 * Waits for a request "METHOD target": percent-decoded, and WORLD_APP in it as
 * "APP". Others may have come before it, on other connections, and stay for
 * the next. The test must answer it before it expects the next one.
 */
#define service_expect(s, line) service_expect_at(s, line, __FILE__, __LINE__)
void service_expect_at(
	struct service *s, const char *line, const char *file, int at);
/* The same for any request. */
void service_expect_any(struct service *s);
/* Members of the body of the request expected last. */
const char *service_string(const struct service *s, const char *key);

/* Answers it; `body` as printf(). */
void service_answer(struct service *s, int status, const char *body, ...)
	__attribute__((format(printf, 3, 4)));
void service_cut(struct service *s);

/* Turns until *flag, else fails. */
void service_until(struct service *s, const bool *flag);
/* Lets what is under way arrive; time stands. */
void service_settle(struct service *s);
/* Time passes, in steps of at most 100 ms, without any request. */
void service_pass(struct service *s, int64_t ms);
/* Time passes until a request comes; returns how much, at most `max_ms`. */
int64_t service_pass_until_asked(struct service *s, int64_t max_ms);
/* Nothing is under way or comes. */
void service_expect_none(struct service *s);

#endif
