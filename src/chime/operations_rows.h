/*
 * The tables behind operations.h, one per plane, and the members that many
 * operations share. Only operations*.c include this. Each table is indexed by
 * enum chime_op; rows of the other plane are empty (no name).
 */
#ifndef CHIME_OPERATIONS_ROWS_H
#define CHIME_OPERATIONS_ROWS_H

#include "chime/operations.h"
#include "util/attr.h"

extern const struct chime_operation chime_identity_rows[CHIME_OP_COUNT];
extern const struct chime_operation chime_messaging_rows[CHIME_OP_COUNT];

/* The two fields of a row that name its members. */
#define MEMBERS(array) .members = (array), .member_count = ARRAY_LEN(array)

#define AN_ARN .pattern = CHIME_ARN, .min = 5, .max = 1600

#define CHANNEL_ARN                                                            \
	{                                                                      \
		.name = "ChannelArn", .wire = "channelArn",                    \
		.where = CHIME_IN_PATH, .required = true, AN_ARN               \
	}
#define MEMBER_ARN                                                             \
	{                                                                      \
		.name = "MemberArn", .wire = "memberArn",                      \
		.where = CHIME_IN_PATH, .required = true, AN_ARN               \
	}
#define MODERATOR_ARN                                                          \
	{                                                                      \
		.name = "ChannelModeratorArn", .wire = "channelModeratorArn",  \
		.where = CHIME_IN_PATH, .required = true, AN_ARN               \
	}
#define MESSAGE_ID                                                             \
	{                                                                      \
		.name = "MessageId", .wire = "messageId",                      \
		.where = CHIME_IN_PATH, .pattern = CHIME_ID, .required = true, \
		.min = 1, .max = 128                                           \
	}
#define BEARER                                                                 \
	{                                                                      \
		.name = "ChimeBearer", .wire = "x-amz-chime-bearer",           \
		.where = CHIME_IN_HEADER, .required = true, AN_ARN             \
	}
#define MAX_RESULTS                                                            \
	{                                                                      \
		.name = "MaxResults", .wire = "max-results",                   \
		.where = CHIME_IN_QUERY, .type = CHIME_INTEGER, .min = 1,      \
		.max = 50                                                      \
	}
#define NEXT_TOKEN                                                             \
	{                                                                      \
		.name = "NextToken", .wire = "next-token",                     \
		.where = CHIME_IN_QUERY, .pattern = CHIME_ONE_LINE,            \
		.max = 2048                                                    \
	}
/* The service counts metadata in bytes, whatever the model says. */
#define METADATA                                                               \
	{                                                                      \
		.name = "Metadata", .wire = "Metadata",                        \
		.where = CHIME_IN_BODY, .pattern = CHIME_ONE_LINE,             \
		.max = 1024, .max_bytes = 1024                                 \
	}
#define REQUEST_TOKEN                                                          \
	{                                                                      \
		.name = "ClientRequestToken", .wire = "ClientRequestToken",    \
		.where = CHIME_IN_BODY, .pattern = CHIME_ID, .required = true, \
		.min = 2, .max = 64                                            \
	}
#define TAGS                                                                   \
	{                                                                      \
		.name = "Tags", .wire = "Tags", .where = CHIME_IN_BODY,        \
		.type = CHIME_TAGS, .min = 1, .max = 50                        \
	}
#define RESOURCE_NAME                                                          \
	{                                                                      \
		.name = "Name", .wire = "Name", .where = CHIME_IN_BODY,        \
		.pattern = CHIME_NAME, .required = true, .min = 1, .max = 256  \
	}

#endif
