/*
 * A mask is not a person: when somebody whom a mask on IRC has banned is let in
 * again in Chime, and the mask fits others too, the mask stays. They are exempt
 * then: banned on IRC by it, and not in Chime, and neither is a change, until
 * the mask is gone.
 */
#ifndef RECONCILE_EXEMPT_H
#define RECONCILE_EXEMPT_H

#include "reconcile/reconcile_private.h"
#include "reconcile/step.h"

/* Which rule is to be lifted for this person now: false when none may be.
 * NULL: all that fit only them. */
bool exempt_rule(const struct reconcile *reconcile, const struct entry *entry,
	const char **ret_rule);
/* If the step is to lift what may not be lifted they are exempt from now on,
 * which is noted and said. By an operator's order it may be so before it is
 * lifted in Chime: then it is to be said afterwards. */
bool exempt_try(struct reconcile *reconcile, struct entry *entry,
	const struct step *step);
/* If they are exempt now; once. */
void exempt_say(struct reconcile *reconcile, struct entry *entry);

#endif
