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

void provision_tell(
	struct provision *p, bool made, const char *what, const char *arn)
{
	fprintf(p->progress, "%s: %s (%s)\n", what,
		made ? "made" : "there already", arn);
	if (made)
		buf_addf(&p->made, "%s%s", p->made.len ? ", " : "", arn);
}
