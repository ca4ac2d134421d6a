/* Whatever parses as an ARN is made of its parts, and a child's app instance
 * is a valid ARN in front of it. */
#include "aws/arn.h"
#include "util/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_parts(const char *text, const struct arn *arn)
{
	char AUTOFREE *again = xasprintf("arn:%.*s:%.*s:%.*s:%.*s:%.*s",
		(int)arn->partition.len, arn->partition.p,
		(int)arn->service.len, arn->service.p, (int)arn->region.len,
		arn->region.p, (int)arn->account.len, arn->account.p,
		(int)arn->resource.len, arn->resource.p);
	if (strcmp(text, again) != 0 || strpbrk(text, "\r\n"))
		abort();
}

static void check_app_instance(const char *text)
{
	struct span app = arn_app_instance(text);
	if (!app.p != (arn_kind(text) == ARN_OTHER))
		abort();
	if (!app.p)
		return;
	char AUTOFREE *own = xstrndup(app.p, app.len);
	if (arn_kind(own) != ARN_APP_INSTANCE ||
		!arn_same_app_instance(own, text))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char AUTOFREE *text = xstrndup((const char *)data, size);
	struct arn arn;
	if (arn_parse(text, &arn) == 0)
		check_parts(text, &arn);
	check_app_instance(text);
	(void)arn_last_id(text);
	return 0;
}
