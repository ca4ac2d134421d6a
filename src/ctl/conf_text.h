/*
 * Pieces of a configuration file (belfry.conf(5)) as text.
 */
#ifndef CTL_CONF_TEXT_H
#define CTL_CONF_TEXT_H

#include "util/buf.h"

/* In quotes, escaped as libconfig wants it. */
void conf_text_string(struct buf *out, const char *s);
/* A line `NAME = "VALUE";` behind `depth` tabs; nothing for NULL. */
void conf_text_setting(
	struct buf *out, unsigned depth, const char *name, const char *value);

/*
 * A name for a mapping, a network or behind a '#', made from what people call
 * it: "Café & Bar" -> "caf-bar". Letters, digits, '.', '_' and '-' only; never
 * empty, at most CONF_TEXT_WORD_BYTES.
 */
enum { CONF_TEXT_WORD_BYTES = 40 };
void conf_text_word(struct buf *out, const char *name);

struct conf_text_mapping {
	const char *name;
	const char *network;
	const char *channel; /* of IRC */
	const char *chime;   /* ARN */
};
/* One element of `mappings`, without line break or comma. */
void conf_text_mapping(
	struct buf *out, const struct conf_text_mapping *mapping);

#endif
