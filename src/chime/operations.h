/*
 * The operations of Chime SDK messaging as data: one row per operation. The
 * client, the router and argument checks of the local service, the command
 * line, metrics and the IAM policy are all driven by these rows; a unit test
 * compares them with tests/data/chime-api.tsv. Rows are constant and live
 * for ever.
 *
 * Adding an operation: a name in enum chime_op, a row in the table of its
 * plane, its members.
 */
#ifndef CHIME_OPERATIONS_H
#define CHIME_OPERATIONS_H

#include "util/attr.h"
#include "util/err.h"
#include "util/str.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum chime_op {
	CHIME_CREATE_APP_INSTANCE,
	CHIME_CREATE_APP_INSTANCE_USER,
	CHIME_CREATE_CHANNEL,
	CHIME_CREATE_CHANNEL_BAN,
	CHIME_CREATE_CHANNEL_MEMBERSHIP,
	CHIME_CREATE_CHANNEL_MODERATOR,
	CHIME_DELETE_CHANNEL,
	CHIME_DELETE_CHANNEL_BAN,
	CHIME_DELETE_CHANNEL_MEMBERSHIP,
	CHIME_DELETE_CHANNEL_MESSAGE,
	CHIME_DELETE_CHANNEL_MODERATOR,
	CHIME_DESCRIBE_CHANNEL,
	CHIME_DESCRIBE_CHANNEL_BAN,
	CHIME_DESCRIBE_CHANNEL_MEMBERSHIP,
	CHIME_DESCRIBE_CHANNEL_MEMBERSHIP_FOR_USER,
	CHIME_DESCRIBE_CHANNEL_MODERATED_BY_USER,
	CHIME_DESCRIBE_CHANNEL_MODERATOR,
	CHIME_GET_CHANNEL_MESSAGE,
	CHIME_LIST_CHANNEL_BANS,
	CHIME_LIST_CHANNEL_MEMBERSHIPS,
	CHIME_LIST_CHANNEL_MEMBERSHIPS_FOR_USER,
	CHIME_LIST_CHANNEL_MESSAGES,
	CHIME_LIST_CHANNEL_MODERATORS,
	CHIME_LIST_CHANNELS,
	CHIME_LIST_CHANNELS_MODERATED_BY_USER,
	CHIME_REDACT_CHANNEL_MESSAGE,
	CHIME_SEND_CHANNEL_MESSAGE,
	CHIME_UPDATE_CHANNEL,
	CHIME_UPDATE_CHANNEL_MESSAGE,
	CHIME_UPDATE_CHANNEL_READ_MARKER,
	/* Beyond the thirty of 2021-01-19. */
	CHIME_BATCH_CREATE_CHANNEL_MEMBERSHIP,
	CHIME_CREATE_APP_INSTANCE_ADMIN,
	CHIME_DELETE_APP_INSTANCE,
	CHIME_DELETE_APP_INSTANCE_ADMIN,
	CHIME_DELETE_APP_INSTANCE_USER,
	CHIME_DESCRIBE_APP_INSTANCE,
	CHIME_DESCRIBE_APP_INSTANCE_ADMIN,
	CHIME_DESCRIBE_APP_INSTANCE_USER,
	CHIME_LIST_APP_INSTANCE_ADMINS,
	CHIME_LIST_APP_INSTANCE_USERS,
	CHIME_LIST_APP_INSTANCES,
	CHIME_UPDATE_APP_INSTANCE,
	CHIME_UPDATE_APP_INSTANCE_USER,
	CHIME_OP_COUNT,
};

enum chime_plane { CHIME_IDENTITY, CHIME_MESSAGING, CHIME_PLANE_COUNT };

enum chime_where {
	CHIME_IN_PATH,
	CHIME_IN_QUERY,
	CHIME_IN_HEADER,
	CHIME_IN_BODY,
};

enum chime_type {
	CHIME_STRING,
	CHIME_INTEGER,
	CHIME_TIMESTAMP, /* query: ISO 8601; JSON: epoch seconds */
	CHIME_TAGS,      /* list of {"Key", "Value"} */
	CHIME_ARNS,      /* list of ARNs */
};

/* What the value must look like, beyond its length. */
enum chime_pattern {
	CHIME_ANY,      /* [\s\S]* */
	CHIME_ONE_LINE, /* .* */
	CHIME_ARN,
	CHIME_ID,        /* [-_a-zA-Z0-9]* : message ids and request tokens */
	CHIME_NAME,      /* no control characters, nothing beyond U+FFFD */
	CHIME_NOT_BLANK, /* .*\S.* */
	CHIME_USER_ID,   /* 5..50 of [A-Za-z0-9:_.@-], alphanumeric at both ends
			  */
};

struct chime_member {
	const char
		*name; /* in the API: "ChannelArn"; the key in JSON members */
	const char *wire; /* on the wire: "channelArn", "max-results", header */
	enum chime_where where;
	enum chime_type type;
	enum chime_pattern pattern;
	bool required;
	unsigned min; /* characters, list entries, or the integer itself */
	unsigned max; /* 0: the model names no limit */
	unsigned max_bytes; /* UTF-8 bytes, where the service counts; 0: none */
	const char *const *values; /* the allowed words, NULL ends; or NULL */
};

/* May the same request be sent again when nobody knows what became of it? */
enum chime_retry {
	CHIME_RETRY_SAFE,   /* reads, and what a method or a token protects */
	CHIME_RETRY_UNSENT, /* only when it surely had no effect */
};

/* The published rate that a call counts against, besides its bearer's; see
 * chime/rates.h for scopes and figures. */
enum chime_budget {
	CHIME_BUDGET_BEARER,        /* every call that has a bearer */
	CHIME_BUDGET_IDENTITY,      /* every identity call */
	CHIME_BUDGET_APP_INSTANCES, /* create, update, delete */
	CHIME_BUDGET_APP_INSTANCE_LISTS,
	CHIME_BUDGET_APP_INSTANCE_READS,
	CHIME_BUDGET_USERS, /* create, update, delete */
	CHIME_BUDGET_USERS_LISTS,
	CHIME_BUDGET_USER_READS,
	CHIME_BUDGET_CHANNELS, /* create, update, delete */
	CHIME_BUDGET_LIST_CHANNELS,
	CHIME_BUDGET_DESCRIBE,
	CHIME_BUDGET_MEMBER_CHANGES, /* member, ban, moderator */
	CHIME_BUDGET_MEMBER_BATCHES,
	CHIME_BUDGET_MEMBER_LISTS,    /* the same three */
	CHIME_BUDGET_MESSAGE_CHANGES, /* send, update, redact, delete */
	CHIME_BUDGET_MESSAGE_LISTS,
	CHIME_BUDGET_MESSAGE_GETS,
	CHIME_BUDGET_USER_LISTS, /* the channels of a user */
	CHIME_BUDGET_COUNT,
};

struct chime_operation {
	enum chime_op op;
	enum chime_plane plane;
	const char *name; /* "SendChannelMessage" */
	const char *method;
	const char *path;       /* "/channels/{channelArn}/messages" */
	const char *fixed_name; /* "scope" of "?scope=..."; NULL: none */
	const char *fixed_value;
	int status;        /* of success */
	bool bearer;       /* member ChimeBearer is required */
	const char *token; /* member that makes it idempotent, or NULL */
	const char *list;  /* array member of the answer, or NULL */
	enum chime_retry retry;
	enum chime_budget budget; /* CHIME_BUDGET_BEARER: nothing further */
	const struct chime_member *members;
	size_t member_count;
};

/* Never NULL for op < CHIME_OP_COUNT. */
const struct chime_operation *chime_operation(enum chime_op op);
/* By "SendChannelMessage" or "send-channel-message"; NULL: no such. */
const struct chime_operation *chime_operation_by_name(const char *name);
/* "send-channel-message"; out has CHIME_KEBAB_BYTES. Also for member names
 * ("ChimeBearer" -> "chime-bearer"). */
enum { CHIME_KEBAB_BYTES = 64 };
void chime_kebab(const char *name, char out[CHIME_KEBAB_BYTES]);
/* By API name ("MaxResults") or kebab-case; NULL: no such. */
const struct chime_member *chime_member(
	const struct chime_operation *operation, const char *name);

/*
 * Is this JSON value fit for the member: type, length, words, pattern? An
 * integer may be a string of digits. 0, or -EINVAL with a text that names
 * member and limit. NULL or JSON null counts as absent: refused if required.
 */
int chime_member_check(const struct chime_member *member, const json_t *value,
	struct err *err) MUST_CHECK;

#endif
