/*
 * Steps of "provision": the app instance, its users and admins.
 */
#ifndef CTL_PROVISION_IDENTITY_H
#define CTL_PROVISION_IDENTITY_H

#include "ctl/provision_step.h"
#include "util/attr.h"

/* Steps: 0, or a negative code with `err`. */
int provision_instance(struct provision *p, struct err *err) MUST_CHECK;
int provision_user(struct provision *p, struct err *err) MUST_CHECK;
int provision_admin(struct provision *p, struct err *err) MUST_CHECK;

/*
 * The one of AppInstances that has the name: its ARN, borrowed; NULL: none.
 * -EEXIST with `err`: several have it.
 */
int provision_find_instance(const json_t *instances, const char *name,
	const char **ret_arn, struct err *err) MUST_CHECK;

#endif
