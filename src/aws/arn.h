/*
 * Amazon Resource Names: arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE, and
 * the shapes that Chime SDK messaging gives to RESOURCE:
 *
 *	app-instance/AID
 *	app-instance/AID/user/UID      (also .../bot/BID)
 *	app-instance/AID/channel/CID
 *
 * Parsed ARNs borrow the text they were parsed from.
 */
#ifndef AWS_ARN_H
#define AWS_ARN_H

#include "util/attr.h"
#include "util/str.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	ARN_MIN_BYTES = 5,
	ARN_MAX_BYTES = 1600,
	ARN_FIELD_MAX_BYTES = 63,
	ARN_RESOURCE_MAX_BYTES = 1024, /* in characters; see arn_is_valid() */
};

struct arn {
	struct span partition;
	struct span service;
	struct span region;
	struct span account;
	struct span resource;
};

enum arn_kind { ARN_OTHER, ARN_APP_INSTANCE, ARN_USER, ARN_BOT, ARN_CHANNEL };

/* 0 or -EINVAL. Checks the whole pattern that every operation demands. */
int arn_parse(const char *s, struct arn *ret) MUST_CHECK;
bool arn_is_valid(const char *s);
/* What the ARN names; ARN_OTHER for other services and invalid text. */
enum arn_kind arn_kind(const char *s);

/*
 * The ARN of the app instance that a user, bot or channel belongs to (an app
 * instance is its own), as a prefix of `s`: {NULL, 0} when it has none.
 */
struct span arn_app_instance(const char *s);
/* Do both belong to the same app instance? */
bool arn_same_app_instance(const char *a, const char *b);
/* What follows the last '/': the user, channel or app instance id. Borrowed
 * from s; "" when there is none. */
const char *arn_last_id(const char *s);

/* "arn:PARTITION:chime:REGION:ACCOUNT:app-instance/ID"; owned. */
char *arn_new_app_instance(const char *partition, const char *region,
	const char *account, const char *id) MUST_CHECK;
/* The app instance's ARN with "/user/ID" or "/channel/ID"; owned. `kind` is
 * ARN_USER, ARN_BOT or ARN_CHANNEL. */
char *arn_new_child(const char *app_instance_arn, enum arn_kind kind,
	const char *id) MUST_CHECK;

#endif
