#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/channels_print.h"

#include "util/json.h"

#include <stdlib.h>
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
		"[{\"ChannelArn\":\"" AI "/channel/1\",\"Name\":\"Lounge\","
		"\"Privacy\":\"PUBLIC\",\"Mode\":\"UNRESTRICTED\","
		"\"LastMessageTimestamp\":1611079200.5}]",
		CHANNELS_MEMBER);
	add(channels,
		"[{\"ChannelArn\":\"" AI "/channel/2\",\"Name\":\"L\\u00f6 "
		"\\u0085\\u202ex\",\"Privacy\":\"PRIVATE\",\"Mode\":"
		"\"RESTRICTED\"}]",
		CHANNELS_SEEN);
	channels_sort(channels);
}

static void test_table(void **state UNUSED)
{
	struct channels channels;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	fill(&channels);
	channels_print_table(&channels, out);
	fclose(out);
	assert_string_equal(text,
		"NAME    PRIVACY  MODE          MEMBER  MODERATOR  "
		"LAST MESSAGE          MAPPING  CHANNEL\n"
		"Lounge  PUBLIC   UNRESTRICTED  yes     no         "
		"2021-01-19T18:00:00Z  -        " AI "/channel/1\n"
		"L\xc3\xb6 ??x  PRIVATE  RESTRICTED    no      no         "
		"-                     -        " AI "/channel/2\n");
	free(text);
	channels_release(&channels);
}

static void test_json(void **state UNUSED)
{
	struct channels channels;
	json_t *list;
	char *text;

	fill(&channels);
	channels.first->mapping = "m";
	list = channels_json(&channels);
	text = json_text(json_array_get(list, 0));
	assert_string_equal(text,
		"{\"ChannelArn\":\"" AI "/channel/1\",\"Name\":\"Lounge\","
		"\"Privacy\":\"PUBLIC\",\"Mode\":\"UNRESTRICTED\",\"Member\":"
		"true,\"Moderator\":false,\"LastMessageTimestamp\":"
		"\"2021-01-19T18:00:00.500Z\",\"Mapping\":\"m\"}");
	free(text);
	json_decref(list);
	channels_release(&channels);
}

static char *mappings_of(
	const struct channels *channels, const struct belfry_config *config)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	channels_print_mappings(channels, config, out);
	fclose(out);
	return text;
}

static void test_mappings(void **state UNUSED)
{
	static char net[] = "net", word[] = "lounge", irc[] = "net/#x";
	struct network_config network = {.name = net};
	struct mapping_config mapping = {.name = word, .irc = irc};
	const struct belfry_config config = {
		.networks = &network,
		.network_count = 1,
		.mappings = &mapping,
		.mapping_count = 1,
	};
	struct channels channels;
	char *text;

	fill(&channels);
	text = mappings_of(&channels, &config);
	/* "lounge" is a mapping's already. */
	assert_non_null(strstr(text,
		"mappings = (\n\t{ name = \"lounge-2\"; irc = "
		"\"net/#lounge-2\"; chime = \"" AI "/channel/1\"; },\n"
		"\t# A moderator must add the bridge's user to it.\n"
		"\t{ name = \"l-x\"; irc = \"net/#l-x\"; chime = \"" AI
		"/channel/2\"; }\n);\n"));
	free(text);
	text = mappings_of(&channels, NULL);
	assert_non_null(strstr(text, "irc = \"NETWORK/#lounge\""));
	free(text);
	channels_release(&channels);
	text = mappings_of(&channels, NULL);
	assert_string_equal(text, "");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_mappings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
