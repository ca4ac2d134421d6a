#include "ctl/provision_step.h"

#include "util/alloc.h"
#include "util/digest.h"
#include "util/json.h"

#include <errno.h>
#include <string.h>

enum {
	/* What was just made may be unknown for a moment. */
	FRESH_RETRIES = 10,
	FRESH_RETRY_MS = 500,
};

static bool may_be_fresh(
	const struct provision *p, const struct chime_answered *answered)
{
	return p->made.len > 0 &&
	       (answered->error == CHIME_FORBIDDEN ||
		       answered->error == CHIME_NOT_FOUND ||
		       answered->error == CHIME_UNAUTHORIZED);
}

void provision_ask(struct provision *p, enum chime_op op, json_t *members,
	struct chime_answered *ret)
{
	bool list = chime_operation(op)->list != NULL;
	unsigned retries = FRESH_RETRIES;

	for (;;) {
		(list ? chime_session_list : chime_session_call)(
			p->session, op, members, ret);
		if (!retries-- || !may_be_fresh(p, ret))
			break;
		chime_answered_release(ret);
		chime_session_pause(p->session, FRESH_RETRY_MS);
	}
	json_decref(members);
}

int provision_failed(const struct chime_answered *answered, struct err *err)
{
	return err_set(err, -EIO, "%s", answered->message);
}

void provision_set_token(enum chime_op op, json_t *members)
{
	char token[SHA256_HEX_BYTES];
	char AUTOFREE *text = json_text(members);
	char AUTOFREE *source = xasprintf(
		"belfryctl provision %s %s", chime_operation(op)->name, text);

	sha256_hex(source, strlen(source), token);
	json_set_string(members, "ClientRequestToken", token);
}

static bool appears(struct provision *p, provision_seen_fn *seen)
{
	for (unsigned i = 0; i < FRESH_RETRIES; i++) {
		if (seen(p))
			return true;
		chime_session_pause(p->session, FRESH_RETRY_MS);
	}
	return false;
}

void provision_make(struct provision *p, enum chime_op op, json_t *members,
	provision_seen_fn *seen, struct chime_answered *ret)
{
	provision_set_token(op, members);
	provision_ask(p, op, json_incref(members), ret);
	if (ret->error == CHIME_OK && !appears(p, seen)) {
		chime_answered_release(ret);
		json_object_del(members, "ClientRequestToken");
		provision_ask(p, op, json_incref(members), ret);
	}
	json_decref(members);
}

void provision_tell(
	struct provision *p, bool made, const char *what, const char *arn)
{
	fprintf(p->progress, "%s: %s (%s)\n", what,
		made ? "made" : "there already", arn);
	if (made)
		buf_addf(&p->made, "%s%s", p->made.len ? ", " : "", arn);
}
