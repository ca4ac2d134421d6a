#include "chimed/auth.h"

#include "util/str.h"

static const struct {
	enum fault fault;
	const char *text;
} verdicts[] = {
	[SIGV4_MISSING] = {FAULT_NO_SIGNATURE, "Missing Authentication Token"},
	[SIGV4_MALFORMED] = {FAULT_BROKEN_SIGNATURE,
		"The Authorization header or query cannot be read as an AWS "
		"Signature Version 4"},
	[SIGV4_UNKNOWN_KEY] = {FAULT_UNKNOWN_KEY,
		"The security token included in the request is invalid."},
	[SIGV4_WRONG_SCOPE] = {FAULT_WRONG_SIGNATURE,
		"Credential should be scoped to a valid region and to service "
		"'chime', with the date of the request"},
	[SIGV4_SKEWED] = {FAULT_WRONG_SIGNATURE,
		"Signature expired or not yet current: compare your clock with "
		"the Date of this answer"},
	[SIGV4_UNSIGNED_HEADER] = {FAULT_WRONG_SIGNATURE,
		"The host header and all x-amz-* headers must be signed"},
	[SIGV4_MISMATCH] = {FAULT_WRONG_SIGNATURE,
		"The request signature we calculated does not match the "
		"signature you provided. Check your AWS Secret Access Key and "
		"signing method."},
};

void auth_init(struct auth *auth, const struct auth_params *params)
{
	*auth = (struct auth){
		.off = params->access_key == NULL,
		.region = params->region,
		.skew_s = params->skew_s,
	};
	if (!auth->off)
		sigv4_key_init(
			&auth->key, params->access_key, params->secret, NULL);
}

void auth_release(struct auth *auth)
{
	if (!auth->off)
		sigv4_key_release(&auth->key);
}

static struct sigv4_key *lookup(const char *access_key, void *arg)
{
	struct auth *auth = arg;

	return str_eq(access_key, auth->key.access_key) ? &auth->key : NULL;
}

bool auth_pass(struct auth *auth, const struct sigv4_request *request,
	int64_t wall_ms, struct answer *answer)
{
	struct sigv4_check check = {
		.region = auth->region,
		.service = "chime",
		.wall_ms = wall_ms,
		.skew_s = auth->skew_s,
		.lookup = lookup,
		.arg = auth,
	};

	if (auth->off)
		return true;
	enum sigv4_verdict verdict = sigv4_verify(&check, request, NULL);

	if (verdict == SIGV4_OK)
		return true;
	if (verdict == SIGV4_WRONG_SCOPE)
		answer_fault(answer, verdicts[verdict].fault,
			"%s; the region here is '%s'", verdicts[verdict].text,
			auth->region);
	else
		answer_fault(answer, verdicts[verdict].fault, "%s",
			verdicts[verdict].text);
	return false;
}
