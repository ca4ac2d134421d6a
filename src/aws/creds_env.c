#include "aws/creds_provider.h"

#include "util/alloc.h"

#include <errno.h>
#include <stdlib.h>

static const char *variable(const char *name)
{
	const char *value = getenv(name);
	return value && value[0] ? value : NULL;
}

enum creds_outcome creds_env_start(struct creds_fetch *fetch)
{
	const char *access_key = variable("AWS_ACCESS_KEY_ID");
	const char *secret = variable("AWS_SECRET_ACCESS_KEY");
	/* Who names a profile or a file means that one. */
	if (fetch->params->profile || fetch->params->credentials_file)
		return CREDS_NONE;
	if (!access_key && !secret) {
		creds_note(fetch, "AWS_ACCESS_KEY_ID is not set");
		return CREDS_NONE;
	}
	if (!access_key || !secret) {
		err_set(&fetch->err, -EINVAL,
			"environment: %s is set, "
			"%s is not",
			access_key ? "AWS_ACCESS_KEY_ID"
				   : "AWS_SECRET_ACCESS_KEY",
			access_key ? "AWS_SECRET_ACCESS_KEY"
				   : "AWS_ACCESS_KEY_ID");
		return CREDS_FAILED;
	}
	sigv4_key_init(
		&fetch->key, access_key, secret, variable("AWS_SESSION_TOKEN"));
	fetch->source = xstrdup("environment");
	return CREDS_FOUND;
}
