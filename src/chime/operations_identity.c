#include "chime/operations_rows.h"

static const struct chime_member create_app_instance[] = {
	RESOURCE_NAME,
	METADATA,
	REQUEST_TOKEN,
	TAGS,
};

static const struct chime_member create_app_instance_user[] = {
	{.name = "AppInstanceArn",
		.wire = "AppInstanceArn",
		.where = CHIME_IN_BODY,
		.required = true,
		AN_ARN},
	{.name = "AppInstanceUserId",
		.wire = "AppInstanceUserId",
		.where = CHIME_IN_BODY,
		.pattern = CHIME_USER_ID,
		.required = true,
		.min = 1,
		.max = 50},
	{.name = "Name",
		.wire = "Name",
		.where = CHIME_IN_BODY,
		.pattern = CHIME_NOT_BLANK,
		.required = true,
		.min = 1,
		.max = 100},
	METADATA,
	REQUEST_TOKEN,
	TAGS,
};

const struct chime_operation chime_identity_rows[CHIME_OP_COUNT] = {
	[CHIME_CREATE_APP_INSTANCE] = {.op = CHIME_CREATE_APP_INSTANCE,
		.plane = CHIME_IDENTITY,
		.name = "CreateAppInstance",
		.method = "POST",
		.path = "/app-instances",
		.status = 201,
		.token = "ClientRequestToken",
		.retry = CHIME_RETRY_SAFE,
		.budget = CHIME_BUDGET_APP_INSTANCES,
		MEMBERS(create_app_instance)},
	[CHIME_CREATE_APP_INSTANCE_USER] =
		{.op = CHIME_CREATE_APP_INSTANCE_USER,
			.plane = CHIME_IDENTITY,
			.name = "CreateAppInstanceUser",
			.method = "POST",
			.path = "/app-instance-users",
			.status = 201,
			.token = "ClientRequestToken",
			.retry = CHIME_RETRY_SAFE,
			.budget = CHIME_BUDGET_USERS,
			MEMBERS(create_app_instance_user)},
};
