#include "chimed/faults.h"

#include "util/alloc.h"
#include "util/log.h"

#include <errno.h>
#include <stdlib.h>

struct fault_entry {
	struct fault_spec spec;
	char *text;
	uint64_t chance; /* state of its generator */
};

struct faults {
	uint64_t seed;
	size_t count;
	struct fault_entry list[FAULTS_MAX];
};

/* SplitMix64 (Steele, Lea, Flood 2014): any seed will do, and each call
 * number has a value of its own. */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0 <= x < 1; a double holds 53 of the bits. */
static double next_fraction(uint64_t *state)
{
	return (double)(next_random(state) >> 11) / 9007199254740992.0;
}

struct faults *faults_new(uint64_t seed)
{
	struct faults *faults = xcalloc(1, sizeof(*faults));

	faults->seed = seed;
	return faults;
}

void faults_free(struct faults *faults)
{
	if (faults == NULL)
		return;
	for (size_t i = 0; i < faults->count; i++)
		free(faults->list[i].text);
	free(faults);
}

int faults_add(struct faults *faults, const char *text, struct err *err)
{
	struct fault_spec spec;
	int rc;

	if (faults->count == FAULTS_MAX)
		return err_set(err, -E2BIG, "more than %d faults", FAULTS_MAX);
	rc = fault_spec_parse(text, &spec, err);
	if (rc != 0)
		return rc;
	/* Neighbours start far apart in the sequence. */
	uint64_t start = faults->seed + faults->count;

	faults->list[faults->count++] = (struct fault_entry){
		.spec = spec,
		.text = xstrdup(text),
		.chance = next_random(&start),
	};
	return 0;
}

static bool wants(
	struct fault_entry *entry, const struct chime_operation *operation)
{
	struct fault_spec *spec = &entry->spec;

	if (spec->operation != NULL && spec->operation != operation)
		return false;
	if (spec->calls_left == 0 ||
		next_fraction(&entry->chance) >= spec->probability)
		return false;
	if (spec->calls_left != UINT64_MAX)
		spec->calls_left--;
	return true;
}

struct mishap faults_next(
	struct faults *faults, const struct chime_operation *operation)
{
	struct mishap all = {.kind = MISHAP_NONE};
	size_t count = faults == NULL ? 0 : faults->count;

	for (size_t i = 0; i < count; i++) {
		struct fault_entry *entry = &faults->list[i];
		const struct mishap *one = &entry->spec.mishap;
		bool is_delay = one->kind == MISHAP_NONE;

		if ((!is_delay && all.kind != MISHAP_NONE) ||
			!wants(entry, operation))
			continue;
		log_info("fault", "%s: %s", operation->name, entry->text);
		int64_t delay_ms = all.delay_ms + one->delay_ms;

		if (!is_delay)
			all = *one;
		all.delay_ms = delay_ms;
	}
	return all;
}
