/*
 * Options of a command line as data: one row says its name and where its
 * value goes in a struct. Values are borrowed from argv.
 */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include "util/attr.h"
#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>

enum option_type {
	OPTION_VALUE, /* const char * */
	OPTION_SET,   /* bool, becomes true; takes no value */
	OPTION_CLEAR, /* bool, becomes false; takes no value */
};

struct option_row {
	const char *name; /* without the dashes */
	char letter;      /* 0: none */
	enum option_type type;
	size_t offset; /* in the struct */
};

/* Rows, and the struct that they fill. */
struct option_set {
	const struct option_row *rows;
	size_t count;
	void *target;
};

/*
 * Takes one option with its value off *words. False: the first word is not
 * one of these. True with err->code: it is, but its value is missing.
 */
bool options_take(const struct option_set *set, char ***words, struct err *err);

/* Is the word an option ("--name")? Its name, or NULL. */
const char *options_name(const char *word);
/*
 * The value of the option at *words: behind its '=' or the next word. Moves
 * *words past it; NULL with `err` when there is none.
 */
const char *options_value(char ***words, struct err *err) MUST_CHECK;

/* -EINVAL with an `err` that names the nearest option of the sets. */
int options_unknown(const char *word, const struct option_set *const *sets,
	size_t set_count, struct err *err);

#endif
