#include "end_chime/proof.h"

#include "util/json.h"

static json_t *proof_members(const struct proof_request *request)
{
	json_t *members = json_object();
	json_set_string(members, "ChannelArn", request->channel);
	json_set_string(members, "ChimeBearer", request->bridge);
	if (request->proof == PROOF_READS)
		json_object_set_new(members, "MaxResults", json_integer(1));
	else
		json_set_string(members, "AppInstanceUserArn", request->bridge);
	return members;
}

struct chime_call *proof_start(
	const struct proof_request *request, chime_fn *fn, void *arg)
{
	static const enum chime_op ops[] = {
		[PROOF_READS] = CHIME_LIST_CHANNEL_MESSAGES,
		[PROOF_MODERATES] = CHIME_DESCRIBE_CHANNEL_MODERATED_BY_USER,
	};
	json_t AUTOJSON *members = proof_members(request);
	const struct chime_request call = {
		.op = ops[request->proof],
		.members = members,
		.priority = CHIME_LIVE,
	};
	return chime_start(request->client, &call, fn, arg);
}
