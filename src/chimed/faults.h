/*
 * The faults that were asked for, and whose turn it is. They are gone through
 * in order: the first that wants the call has it, and those behind it are not
 * asked. Delays are the exception: they add to one another and to what else
 * goes wrong. Chance comes from the seed, for each fault on its own, so the
 * same calls meet the same faults in every run.
 */
#ifndef CHIMED_FAULTS_H
#define CHIMED_FAULTS_H

#include "chimed/fault_spec.h"
#include "util/attr.h"
#include "util/err.h"

#include <stdint.h>

enum { FAULTS_MAX = 64 };

struct faults;

struct faults *faults_new(uint64_t seed) MUST_CHECK;
void faults_free(struct faults *faults); /* NULL is fine */
/* 0, or -EINVAL (fault_spec.h), or -E2BIG: more than FAULTS_MAX. */
int faults_add(
	struct faults *faults, const char *text, struct err *err) MUST_CHECK;
/* What goes wrong with this call; said in the log. NULL faults: nothing. */
struct mishap faults_next(
	struct faults *faults, const struct chime_operation *operation);

#endif
