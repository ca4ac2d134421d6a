#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/channels.h"

#include "util/json.h"

#include <string.h>

#define AI "arn:aws:chime:us-east-1:1:app-instance/a"

static void add(
	struct channels *channels, const char *text, enum channels_role role)
{
	struct err err = {0};
	json_t AUTOJSON *items = json_parse_repaired(text, strlen(text), &err);

	assert_non_null(items);
	channels_add(channels, items, role);
}

static void fill(struct channels *channels)
{
	channels_init(channels);
	add(channels,
		"[{\"ChannelArn\":\"" AI "/channel/2\",\"Name\":\"b\","
		"\"Privacy\":\"PUBLIC\",\"Mode\":\"RESTRICTED\"},"
		"{\"Name\":\"nameless\"}]",
		CHANNELS_SEEN);
	add(channels,
		"[{\"ChannelSummary\":{\"ChannelArn\":\"" AI "/channel/1\","
		"\"Name\":\"b\",\"Privacy\":\"PRIVATE\",\"Mode\":"
		"\"UNRESTRICTED\",\"LastMessageTimestamp\":1611079200.5}},"
		"{\"ChannelSummary\":{\"ChannelArn\":\"" AI "/channel/3\","
		"\"Name\":\"a\"}}]",
		CHANNELS_MEMBER);
	add(channels,
		"[{\"ChannelSummary\":{\"ChannelArn\":\"" AI "/channel/1\","
		"\"Name\":\"b\",\"Privacy\":\"PRIVATE\"}}]",
		CHANNELS_MODERATOR);
	channels_sort(channels);
}

/* Several lists tell of one channel. */
static void test_add(void **state UNUSED)
{
	struct channels channels;
	struct found_channel *one, *two;

	fill(&channels);
	assert_int_equal(HASH_COUNT(channels.first), 3);
	assert_string_equal(channels.first->name, "a");
	one = channels.first->hh.next;
	assert_string_equal(one->arn, AI "/channel/1");
	assert_true(one->member && one->moderator && one->is_private);
	assert_false(one->restricted);
	assert_int_equal(one->last_message_ms, 1611079200500);
	two = one->hh.next;
	assert_string_equal(two->arn, AI "/channel/2");
	assert_false(two->member || two->moderator || two->is_private);
	assert_true(two->restricted);
	channels_release(&channels);
}

static void test_map(void **state UNUSED)
{
	static char arn[] = AI "/channel/2", name[] = "b", here[] = "here",
		    there[] = "there";
	struct mapping_config mappings[] = {
		{.name = here, .chime.name = name},
		{.name = there, .chime.arn = arn},
	};
	const struct belfry_config config = {
		.mappings = mappings,
		.mapping_count = ARRAY_LEN(mappings),
	};
	struct channels channels;
	struct found_channel *one;

	fill(&channels);
	channels_map(&channels, &config);
	assert_null(channels.first->mapping);
	one = channels.first->hh.next;
	assert_string_equal(one->mapping, "here");
	one = one->hh.next;
	assert_string_equal(one->mapping, "there");
	channels_release(&channels);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
