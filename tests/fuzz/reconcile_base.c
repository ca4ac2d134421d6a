/*
 * base_decode() and attribute_base_decode() on any text: what they accept is
 * written and read again as the same.
 */
#include "reconcile/attribute_base.h"
#include "reconcile/base.h"
#include "util/alloc.h"
#include "util/str.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void check_base(const char *text)
{
	struct base base, again;
	char *AUTOFREE once = NULL;
	char *AUTOFREE twice = NULL;

	if (base_decode(text, &base) < 0)
		return;
	must(base.rules.count <= RULESET_MAX && base.until_ms >= 0);
	once = base_encode(&base);
	must((once == NULL) == base_is_empty(&base));
	base_release(&base);
	if (!once)
		return;
	must(base_decode(once, &again) == 0);
	twice = base_encode(&again);
	must(str_eq(once, twice));
	base_release(&again);
}

static void check_attribute(const char *text)
{
	struct attribute_base base, again;
	char *AUTOFREE once = NULL;
	char *AUTOFREE twice = NULL;

	if (attribute_base_decode(text, &base) < 0)
		return;
	once = attribute_base_encode(&base);
	attribute_base_release(&base);
	must(attribute_base_decode(once, &again) == 0);
	twice = attribute_base_encode(&again);
	must(str_eq(once, twice));
	attribute_base_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *AUTOFREE text = xstrndup((const char *)data, size);

	check_base(text);
	check_attribute(text);
	return 0;
}
