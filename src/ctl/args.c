#include "ctl/args.h"

#include "util/str.h"

#include <errno.h>
#include <string.h>

static const struct option {
	const char *name;
	char letter; /* 0: none */
	size_t offset;
	bool is_flag;
} options[] = {
	{"config", 'c', offsetof(struct args, config), false},
	{"endpoint", 0, offsetof(struct args, endpoint), false},
	{"region", 0, offsetof(struct args, region), false},
	{"bearer", 0, offsetof(struct args, bearer), false},
	{"help", 'h', offsetof(struct args, help), true},
	{"version", 'V', offsetof(struct args, version), true},
};

const char *args_option_name(const char *word)
{
	return word && str_starts(word, "--") && word[2] ? word + 2 : NULL;
}

const char *args_value(char ***words, struct err *err)
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

static bool is_option(const struct option *option, const char *word)
{
	const char *name = args_option_name(word);

	if (!name)
		return option->letter && word[0] == '-' &&
		       word[1] == option->letter && word[2] == '\0';
	return span_is((struct span){name, strcspn(name, "=")}, option->name);
}

static const struct option *find_option(const char *word)
{
	for (size_t i = 0; word && i < ARRAY_LEN(options); i++)
		if (is_option(&options[i], word))
			return &options[i];
	return NULL;
}

bool args_take(struct args *args, char ***words, struct err *err)
{
	const struct option *option = find_option(**words);
	void *target;

	if (!option)
		return false;
	target = (char *)args + option->offset;
	if (!option->is_flag) {
		*(const char **)target = args_value(words, err);
		return true;
	}
	*(bool *)target = true;
	(*words)++;
	return true;
}

int args_parse(char **argv, struct args *ret, struct err *err)
{
	struct args args = {.config = NULL};
	char **words = argv + 1;

	err_clear(err);
	while (args_take(&args, &words, err))
		if (err->code)
			return err->code;
	if (*words && (*words)[0] == '-')
		return err_set(err, -EINVAL, "no such option: %s", *words);
	args.words = words;
	*ret = args;
	return 0;
}
