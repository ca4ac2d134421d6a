#include "reconcile/attribute_base.h"

#include "util/alloc.h"
#include "util/json.h"
#include "util/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Every byte may be escaped as six, in three values. */
enum { TEXT_BYTES_MAX = 20 * ATTRIBUTE_BYTES_MAX };

static const char *const side_keys[] = {
	[SIDE_IRC] = "irc",
	[SIDE_CHIME] = "chime",
};

void attribute_base_release(struct attribute_base *base)
{
	for (size_t i = 0; i < SIDES; i++)
		free(base->forms[i]);
	free(base->doing);
	*base = (struct attribute_base){.is_doing = false};
}

char *attribute_base_encode(const struct attribute_base *base)
{
	json_t *AUTOJSON object = json_object();

	for (size_t i = 0; i < SIDES; i++)
		json_set_string(object, side_keys[i], base->forms[i]);
	if (base->is_doing) {
		json_set_string(object, "doing_to", side_keys[base->doing_to]);
		json_set_string(object, "doing", base->doing);
	}
	return json_text(object);
}

static char *get_form(const json_t *object, const char *key)
{
	const char *form = json_get_string(object, key);

	return form ? xstrndup(form, ATTRIBUTE_BYTES_MAX) : NULL;
}

int attribute_base_decode(const char *text, struct attribute_base *ret)
{
	struct err err = {0};
	json_t *AUTOJSON object = NULL;
	const char *doing;
	size_t len = strlen(text);

	if (len > TEXT_BYTES_MAX)
		return -EBADMSG;
	object = json_parse_strict(text, len, &err);
	if (!json_is_object(object))
		return -EBADMSG;
	*ret = (struct attribute_base){.is_doing = false};
	for (size_t i = 0; i < SIDES; i++)
		ret->forms[i] = get_form(object, side_keys[i]);
	doing = json_get_string(object, "doing_to");
	ret->is_doing = doing != NULL;
	ret->doing_to =
		str_eq(doing, side_keys[SIDE_IRC]) ? SIDE_IRC : SIDE_CHIME;
	ret->doing = get_form(object, "doing");
	return 0;
}
