/* A page of anything: every element decodes to something usable. */
#include "chime/decode.h"
#include "util/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_message(const json_t *object)
{
	struct chime_message m;
	chime_decode_message(object, &m);
	if (m.has_id != (m.message_id[0] != '\0'))
		abort();
	if (strlen(m.content) > m.content_len ||
		m.content[m.content_len] != '\0')
		abort();
	if (m.created_ms < 0 || m.edited_ms < 0 || m.updated_ms < 0)
		abort();
}

static void check_channel(const json_t *object)
{
	struct chime_channel c;
	chime_decode_channel(object, &c);
	if (c.last_message_ms < 0 || c.read_marker_ms < 0)
		abort();
}

static void check_list(const json_t *page, const char *name)
{
	size_t i;
	json_t *item;
	json_array_foreach (json_object_get(page, name), i, item) {
		check_message(item);
		check_channel(item);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err;
	json_t *page = json_parse_repaired((const char *)data, size, &err);
	check_message(page);
	check_channel(page);
	check_list(page, "ChannelMessages");
	check_list(page, "ChannelMemberships");
	check_list(page, "Channels");
	json_decref(page);
	return 0;
}
