/*
 * The command "iam-policy": the IAM policy that allows belfryd what it does
 * with a configuration, and nothing else.
 *
 * IAM checks a call of the messaging service against the ARN of the user on
 * whose behalf it is made and, mostly, the ARN of the channel; one that makes
 * a user against that user's. What the user's role in the channel allows is
 * the service's own, second gate.
 */
#ifndef CTL_IAM_POLICY_H
#define CTL_IAM_POLICY_H

#include "config/belfry.h"
#include "ctl/command.h"
#include "util/attr.h"

#include <jansson.h>

/* More channels than this are named by a pattern: policies are short. */
enum { IAM_POLICY_CHANNELS = 16 };

/* The policy, owned; NULL: without mappings belfryd calls nothing. */
json_t *iam_policy_of(const struct belfry_config *config) MUST_CHECK;

extern const struct command command_iam_policy;

#endif
