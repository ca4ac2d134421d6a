#include "chime/operations_rows.h"

#define APP_INSTANCE_ARN                                                       \
	{                                                                      \
		.name = "AppInstanceArn", .wire = "appInstanceArn",            \
		.where = CHIME_IN_PATH, .required = true, AN_ARN               \
	}
#define USER_ARN                                                               \
	{                                                                      \
		.name = "AppInstanceUserArn", .wire = "appInstanceUserArn",    \
		.where = CHIME_IN_PATH, .required = true, AN_ARN               \
	}
#define USER_NAME                                                              \
	{                                                                      \
		.name = "Name", .wire = "Name", .where = CHIME_IN_BODY,        \
		.pattern = CHIME_NOT_BLANK, .required = true, .min = 1,        \
		.max = 100                                                     \
	}
#define NEEDED_METADATA                                                        \
	{                                                                      \
		.name = "Metadata", .wire = "Metadata",                        \
		.where = CHIME_IN_BODY, .pattern = CHIME_ONE_LINE,             \
		.required = true, .max = 1024, .max_bytes = 1024               \
	}

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
	USER_NAME,
	METADATA,
	REQUEST_TOKEN,
	TAGS,
};

static const struct chime_member create_app_instance_admin[] = {
	{.name = "AppInstanceAdminArn",
		.wire = "AppInstanceAdminArn",
		.where = CHIME_IN_BODY,
		.required = true,
		AN_ARN},
	APP_INSTANCE_ARN,
};

static const struct chime_member of_app_instance[] = {
	APP_INSTANCE_ARN,
};

static const struct chime_member of_admin[] = {
	{.name = "AppInstanceAdminArn",
		.wire = "appInstanceAdminArn",
		.where = CHIME_IN_PATH,
		.required = true,
		AN_ARN},
	APP_INSTANCE_ARN,
};

static const struct chime_member of_user[] = {
	USER_ARN,
};

static const struct chime_member list_app_instances[] = {
	MAX_RESULTS,
	NEXT_TOKEN,
};

static const struct chime_member list_app_instance_admins[] = {
	APP_INSTANCE_ARN,
	MAX_RESULTS,
	NEXT_TOKEN,
};

static const struct chime_member list_app_instance_users[] = {
	{.name = "AppInstanceArn",
		.wire = "app-instance-arn",
		.where = CHIME_IN_QUERY,
		.required = true,
		AN_ARN},
	MAX_RESULTS,
	NEXT_TOKEN,
};

static const struct chime_member update_app_instance[] = {
	APP_INSTANCE_ARN,
	RESOURCE_NAME,
	NEEDED_METADATA,
};

static const struct chime_member update_app_instance_user[] = {
	USER_ARN,
	USER_NAME,
	NEEDED_METADATA,
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
	[CHIME_CREATE_APP_INSTANCE_ADMIN] =
		{.op = CHIME_CREATE_APP_INSTANCE_ADMIN,
			.plane = CHIME_IDENTITY,
			.name = "CreateAppInstanceAdmin",
			.method = "POST",
			.path = "/app-instances/{appInstanceArn}/admins",
			.status = 201,
			.retry = CHIME_RETRY_UNSENT,
			.budget = CHIME_BUDGET_BEARER,
			MEMBERS(create_app_instance_admin)},
	[CHIME_DELETE_APP_INSTANCE] = {.op = CHIME_DELETE_APP_INSTANCE,
		.plane = CHIME_IDENTITY,
		.name = "DeleteAppInstance",
		.method = "DELETE",
		.path = "/app-instances/{appInstanceArn}",
		.status = 204,
		.retry = CHIME_RETRY_SAFE,
		.budget = CHIME_BUDGET_APP_INSTANCES,
		MEMBERS(of_app_instance)},
	[CHIME_DELETE_APP_INSTANCE_ADMIN] =
		{.op = CHIME_DELETE_APP_INSTANCE_ADMIN,
			.plane = CHIME_IDENTITY,
			.name = "DeleteAppInstanceAdmin",
			.method = "DELETE",
			.path = "/app-instances/{appInstanceArn}/admins/"
				"{appInstanceAdminArn}",
			.status = 204,
			.retry = CHIME_RETRY_SAFE,
			.budget = CHIME_BUDGET_BEARER,
			MEMBERS(of_admin)},
	[CHIME_DELETE_APP_INSTANCE_USER] =
		{.op = CHIME_DELETE_APP_INSTANCE_USER,
			.plane = CHIME_IDENTITY,
			.name = "DeleteAppInstanceUser",
			.method = "DELETE",
			.path = "/app-instance-users/{appInstanceUserArn}",
			.status = 204,
			.retry = CHIME_RETRY_SAFE,
			.budget = CHIME_BUDGET_USERS,
			MEMBERS(of_user)},
	[CHIME_DESCRIBE_APP_INSTANCE] = {.op = CHIME_DESCRIBE_APP_INSTANCE,
		.plane = CHIME_IDENTITY,
		.name = "DescribeAppInstance",
		.method = "GET",
		.path = "/app-instances/{appInstanceArn}",
		.status = 200,
		.retry = CHIME_RETRY_SAFE,
		.budget = CHIME_BUDGET_APP_INSTANCE_READS,
		MEMBERS(of_app_instance)},
	[CHIME_DESCRIBE_APP_INSTANCE_ADMIN] =
		{.op = CHIME_DESCRIBE_APP_INSTANCE_ADMIN,
			.plane = CHIME_IDENTITY,
			.name = "DescribeAppInstanceAdmin",
			.method = "GET",
			.path = "/app-instances/{appInstanceArn}/admins/"
				"{appInstanceAdminArn}",
			.status = 200,
			.retry = CHIME_RETRY_SAFE,
			.budget = CHIME_BUDGET_BEARER,
			MEMBERS(of_admin)},
	[CHIME_DESCRIBE_APP_INSTANCE_USER] =
		{.op = CHIME_DESCRIBE_APP_INSTANCE_USER,
			.plane = CHIME_IDENTITY,
			.name = "DescribeAppInstanceUser",
			.method = "GET",
			.path = "/app-instance-users/{appInstanceUserArn}",
			.status = 200,
			.retry = CHIME_RETRY_SAFE,
			.budget = CHIME_BUDGET_USER_READS,
			MEMBERS(of_user)},
	[CHIME_LIST_APP_INSTANCE_ADMINS] =
		{.op = CHIME_LIST_APP_INSTANCE_ADMINS,
			.plane = CHIME_IDENTITY,
			.name = "ListAppInstanceAdmins",
			.method = "GET",
			.path = "/app-instances/{appInstanceArn}/admins",
			.status = 200,
			.list = "AppInstanceAdmins",
			.retry = CHIME_RETRY_SAFE,
			.budget = CHIME_BUDGET_BEARER,
			MEMBERS(list_app_instance_admins)},
	[CHIME_LIST_APP_INSTANCE_USERS] = {.op = CHIME_LIST_APP_INSTANCE_USERS,
		.plane = CHIME_IDENTITY,
		.name = "ListAppInstanceUsers",
		.method = "GET",
		.path = "/app-instance-users",
		.status = 200,
		.list = "AppInstanceUsers",
		.retry = CHIME_RETRY_SAFE,
		.budget = CHIME_BUDGET_USERS_LISTS,
		MEMBERS(list_app_instance_users)},
	[CHIME_LIST_APP_INSTANCES] = {.op = CHIME_LIST_APP_INSTANCES,
		.plane = CHIME_IDENTITY,
		.name = "ListAppInstances",
		.method = "GET",
		.path = "/app-instances",
		.status = 200,
		.list = "AppInstances",
		.retry = CHIME_RETRY_SAFE,
		.budget = CHIME_BUDGET_APP_INSTANCE_LISTS,
		MEMBERS(list_app_instances)},
	[CHIME_UPDATE_APP_INSTANCE] = {.op = CHIME_UPDATE_APP_INSTANCE,
		.plane = CHIME_IDENTITY,
		.name = "UpdateAppInstance",
		.method = "PUT",
		.path = "/app-instances/{appInstanceArn}",
		.status = 200,
		.retry = CHIME_RETRY_SAFE,
		.budget = CHIME_BUDGET_APP_INSTANCES,
		MEMBERS(update_app_instance)},
	[CHIME_UPDATE_APP_INSTANCE_USER] =
		{.op = CHIME_UPDATE_APP_INSTANCE_USER,
			.plane = CHIME_IDENTITY,
			.name = "UpdateAppInstanceUser",
			.method = "PUT",
			.path = "/app-instance-users/{appInstanceUserArn}",
			.status = 200,
			.retry = CHIME_RETRY_SAFE,
			.budget = CHIME_BUDGET_USERS,
			MEMBERS(update_app_instance_user)},
};
