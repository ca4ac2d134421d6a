#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/chime_help.h"

#include <stdlib.h>
#include <string.h>

static void assert_holds(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no %s in:\n%s", part, text);
}

static void test_list(void **state UNUSED)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	size_t lines = 0;

	chime_help_list(out);
	fclose(out);
	for (char *p = text; (p = strstr(p, "\n  ")); p++)
		lines++;
	assert_int_equal(lines, CHIME_OP_COUNT);
	assert_holds(text, "\n  describe-channel-membership-for-app-instance-"
			   "user\n");
	free(text);
}

static void test_operation(void **state UNUSED)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	chime_help_operation(chime_operation(CHIME_LIST_CHANNEL_MESSAGES), out);
	chime_help_operation(chime_operation(CHIME_CREATE_CHANNEL), out);
	chime_help_operation(
		chime_operation(CHIME_BATCH_CREATE_CHANNEL_MEMBERSHIP), out);
	chime_help_operation(chime_operation(CHIME_SEND_CHANNEL_MESSAGE), out);
	fclose(out);
	assert_holds(text,
		"  --type                         else STANDARD, text, "
		"STANDARD|CONTROL\n");
	assert_holds(text, "memberships?operation=batch-create)");
	assert_holds(text, "belfryctl chime list-channel-messages   (GET "
			   "/channels/{channelArn}/messages)\n");
	assert_holds(text, "  --channel-arn                  required, ARN\n");
	assert_holds(
		text, "  --max-results                  number, 1 to 50\n");
	assert_holds(text, "text, ASCENDING|DESCENDING\n");
	assert_holds(text, "every page of ChannelMessages\n");
	assert_holds(text, "  --client-request-token         made when left "
			   "out, text, 2 to 64 characters, of A-Z a-z 0-9 - "
			   "_\n");
	assert_holds(text, "  --member-arns                  required, ARN "
			   "..., or a list in JSON, 1 to 100 ARNs\n");
	assert_holds(text, "  --name                         required, text, 1 "
			   "to 256 characters, no control characters or "
			   "emoji\n");
	assert_holds(text, "  --chime-bearer                 else --bearer");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_operation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
