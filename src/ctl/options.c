#include "ctl/options.h"

#include "util/alloc.h"
#include "util/str.h"

#include <errno.h>
#include <string.h>

enum { NAMES_MAX = 64 };

const char *options_name(const char *word)
{
	return word && str_starts(word, "--") && word[2] ? word + 2 : NULL;
}

const char *options_value(char ***words, struct err *err)
{
	const char *word = *(*words)++;
	const char *equals = strchr(word, '=');

	if (str_starts(word, "--") && equals)
		return equals + 1;
	if (**words)
		return *(*words)++;
	err_set(err, -EINVAL, "%s needs a value", word);
	return NULL;
}

static bool is_row(const struct option_row *row, const char *word)
{
	const char *name = options_name(word);

	if (!name)
		return row->letter && word[0] == '-' &&
		       word[1] == row->letter && word[2] == '\0';
	return span_is((struct span){name, strcspn(name, "=")}, row->name);
}

static const struct option_row *find_row(
	const struct option_set *set, const char *word)
{
	for (size_t i = 0; word && i < set->count; i++)
		if (is_row(&set->rows[i], word))
			return &set->rows[i];
	return NULL;
}

bool options_take(const struct option_set *set, char ***words, struct err *err)
{
	const struct option_row *row = find_row(set, **words);
	void *field;

	if (!row)
		return false;
	field = (char *)set->target + row->offset;
	if (row->type == OPTION_VALUE) {
		*(const char **)field = options_value(words, err);
		return true;
	}
	*(bool *)field = row->type == OPTION_SET;
	(*words)++;
	return true;
}

static const char *nearest(const char *name,
	const struct option_set *const *sets, size_t set_count)
{
	const char *names[NAMES_MAX + 1] = {NULL};
	size_t count = 0;

	for (size_t s = 0; s < set_count; s++)
		for (size_t i = 0; i < sets[s]->count && count < NAMES_MAX; i++)
			names[count++] = sets[s]->rows[i].name;
	return str_nearest(name, names);
}

int options_unknown(const char *word, const struct option_set *const *sets,
	size_t set_count, struct err *err)
{
	const char *name = options_name(word);
	char AUTOFREE *bare = name ? xstrndup(name, strcspn(name, "=")) : NULL;
	const char *near = bare ? nearest(bare, sets, set_count) : NULL;

	if (word[0] != '-')
		return err_set(err, -EINVAL, "not expected: %s", word);
	return err_set(err, -EINVAL, "no such option: %s%s%s%s", word,
		near ? "; did you mean --" : "", near ? near : "",
		near ? "?" : "");
}
