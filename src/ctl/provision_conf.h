/*
 * What "provision" prints: a belfry.conf(5) that works as it is.
 */
#ifndef CTL_PROVISION_CONF_H
#define CTL_PROVISION_CONF_H

#include "ctl/chime_target.h"
#include "ctl/plan.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/err.h"

/* What is there now; owned ARNs. */
struct provisioned {
	char *app_instance;
	char *user;
	char *channel; /* NULL: none was wanted */
};
void provisioned_release(struct provisioned *provisioned);

void provision_conf_write(struct buf *out, const struct plan *plan,
	const struct chime_target *target,
	const struct provisioned *provisioned);

/*
 * Would belfryd take what will be printed? To be asked before anything is
 * made. -EINVAL with `err`.
 */
int provision_conf_check(const struct plan *plan,
	const struct chime_target *target, struct err *err) MUST_CHECK;

#endif
